"""Looks into a house after a day: what is stored of our devices, and any trace of a neighbour's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.ble.catalog import built_in
from adapters.ble.hearing import Hearing
from adapters.ble.profile import told_by
from adapters.ble.record import Record
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import DeviceKey, Reading, canonical
from adapters.simulator.scenario import Scenario
from adapters.simulator.sensor import Identity
from gateway.app import House
from gateway.store.driver import Database
from gateway.store.local import KEEP_NEARBY
from scripts.soaks._household import OURS, Seen, Value
from tests.canary import spellings

FOR_EVER = 1 << 62
_LOOKED_AROUND = "local.db, nearby"
"""What a look around found, for an hour; the job that throws it out comes once an hour."""

_JOB_EVERY_MS = 3_600_000
_READ_NOT_TOLD = kind("battery_level")
"""It is also read by the gateway itself, so more is stored than the device tells."""


def look_into(
    seen: Seen,
    house: House,
    scenario: Scenario,
    lines: Iterable[Mapping[str, Any]],
    more: Sequence[Path] = (),
) -> None:
    """Take up what is in a house whose program has ended.

    Args:
        seen: where.
        house: which.
        scenario: whose devices were there.
        lines: every value that went out, as the simulator tells it.
        more: files outside the house that must not hold a trace either.
    """
    identities = {one.id: scenario.identity(one) for one in scenario.devices()}
    lines = list(lines)
    seen.told = told(lines)
    seen.stored = stored(house, {one.address: name for name, one in identities.items()})
    strange = {name: one for name, one in identities.items() if name not in OURS}
    seen.emptied = sorted({str(line["device"]) for line in lines} & strange.keys())
    texts = [*_tables("gateway.db", house.opened.gateway), *_tables("local.db", house.local.db)]
    if seen.hours * 3_600_000 <= KEEP_NEARBY + _JOB_EVERY_MS:
        texts = [one for one in texts if one[0] != _LOOKED_AROUND]
    files = [path for path in house.path.rglob("*") if path.is_file() and ".db" not in path.name]
    texts += [(path.name, path.read_bytes().decode(errors="replace")) for path in (*files, *more)]
    seen.traces = list(traces(strange, texts))


def told(lines: Iterable[Mapping[str, Any]]) -> Counter[Value]:
    """What our devices told, as readings; a record that was told again is one."""
    once: set[tuple[object, ...]] = set()
    counted: Counter[Value] = Counter()
    for line in lines:
        device, uuid = line["device"], line["characteristic"]
        if device not in OURS or uuid not in (profile := built_in()[OURS[device]]).subscribes:
            continue  # a neighbour's, its battery, or an answer at a control point
        packet = Packet(DeviceKey(device), uuid, 0, bytes.fromhex(line["data"]))
        for nth, one in enumerate(told_by(profile, packet, Hearing())):
            when: object = line["at_ms"]
            if isinstance(one, Record):
                when = one.identity or one.told or when
            value = str(canonical(Reading(one.kind, 0, one.value))[0])
            if (key := (device, one.kind, value, when, nth)) not in once:
                once.add(key)
                counted[device, one.kind, value] += 1
    return counted


def stored(house: House, names: Mapping[str, str]) -> Counter[Value]:
    """What is stored, by the name that a device has in the scenario; names by address."""
    called = {key: names[address] for address, key in house.local.known_addresses().items()}
    counted: Counter[Value] = Counter()
    for series in house.readings.series():
        if series.kind != _READ_NOT_TOLD:
            device = called.get(series.device, str(series.device))
            for row in house.readings.window(series.id, -FOR_EVER, FOR_EVER, FOR_EVER):
                counted[device, series.kind, str(row.value)] += 1
    return counted


def heard(record: bytes, scenario: Scenario) -> int:
    """How many devices of the neighbour's are in what passed between host and chip."""
    addresses = (scenario.identity(o).address for o in scenario.devices() if o.id not in OURS)
    return sum(bytes.fromhex(one.replace(":", ""))[::-1] in record for one in addresses)


def traces(strange: Mapping[str, Identity], texts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Where something stands by which a device of the neighbour's is known, in any spelling."""
    forms = {
        (name, what): {form.lower() for form in spellings(value)}
        for name, one in strange.items()
        for what, value in (("address", one.address), ("name", one.name), ("serial", one.serial))
    }
    for where, text in texts:
        folded = text.lower()
        for (name, what), those in forms.items():
            if any(form in folded for form in those):
                yield f"{where}: holds the {what} of {name}"


def _tables(file: str, db: Database) -> Iterator[tuple[str, str]]:
    """Every table, as text."""
    names = db.conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (name,) in names:
        rows = db.conn.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
        cells = (_text(cell) for row in rows for cell in row)
        yield f"{file}, {name}", "\n".join(cells)


def _text(cell: object) -> str:
    return cell.hex() if isinstance(cell, bytes) else str(cell)
