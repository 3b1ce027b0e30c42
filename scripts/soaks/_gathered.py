"""Gathers what every side says of a demo that was killed many times; see `_evidence`."""

from __future__ import annotations

import json
import urllib.request  # noqa: TID251  # asks the server of the demo, on loopback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from adapters.ble.characteristics.battery_level import UUID as BATTERY
from adapters.ble.hearing import Hearing
from adapters.ble.profile import DeviceProfile, told_by
from adapters.kinds import kind, row_of
from adapters.local_events import Packet
from adapters.reading import DeviceKey, Reading, canonical
from gateway import clock
from gateway.app import House, open_house
from gateway.parts.silence import streams
from gateway.radio import catalog_of
from gateway.sharing.errors import LedgerBroken
from gateway.sharing.names import READING_SYSTEM
from gateway.store.errors import StoreError
from scripts.demo_house import Demo
from scripts.soaks._evidence import Emitted, Evidence, Sent, Stored

FOR_EVER = 1 << 62
_READ_NOT_SENT = kind("battery_level")
"""The gateway also reads it by itself, so more is stored than the device sends."""


def gather(demo: Demo, evidence: Evidence) -> None:
    """Ask the store, the record of what was sent, the server and the simulator's own file."""
    for one in demo.command("sent", "--readings")["readings"]:
        evidence.sent.append(Sent(one["key"], one["identifier"], one["state"]))
    evidence.on_server.extend(_identifiers(demo.fhir))
    house = open_house(demo.home)
    try:
        _look_into(house, evidence)
        evidence.emitted.extend(_emitted(house, demo))
    finally:
        house.close()


def _look_into(house: House, evidence: Evidence) -> None:
    readings = house.readings
    for series in readings.series():
        evidence.shareable += series.n * row_of(series.kind).shareable
        if series.kind == _READ_NOT_SENT:
            continue
        if streams(series.kind):
            evidence.streams.add(series.device)
        for one in readings.window(series.id, -FOR_EVER, FOR_EVER, FOR_EVER):
            evidence.stored.append(Stored(series.device, series.kind, one.value, one.start))
    for person in house.people.list():
        evidence.gaps += readings.gaps(person.key, -FOR_EVER, FOR_EVER)
    evidence.broken += _broken(house)


def _broken(house: House) -> Iterator[str]:
    """What does not verify."""
    db = house.opened.gateway.conn
    n, first, last = db.execute("SELECT COUNT(*), MIN(seq), MAX(seq) FROM intake").fetchone()
    if (first, last) != (1, n):
        yield f"the intake has {n} rows, numbered from {first} to {last}"
    rows, readings = (
        db.execute(f"SELECT {count}").fetchone()[0]
        for count in ("SUM(rows) FROM intake", "COUNT(*) FROM reading")
    )
    if rows != readings:
        yield f"the intake speaks of {rows} readings, the store holds {readings}"
    try:
        house.ledger.verify()
        house.audit.verify()
    except (LedgerBroken, StoreError) as error:
        yield str(error)
    yield from house.opened.warnings(clock.now())


def _identifiers(base: str) -> Iterator[str]:
    """The keyed id of every Observation on the server, page by page."""
    page = f"{base}/Observation?_count=500"
    while page:
        with urllib.request.urlopen(page, timeout=60) as answer:  # noqa: S310, TID251
            bundle = json.load(answer)
        for entry in bundle.get("entry", ()):
            for identifier in entry["resource"].get("identifier", ()):
                if identifier.get("system") == READING_SYSTEM:
                    yield identifier["value"]
        links = {link["relation"]: link["url"] for link in bundle.get("link", ())}
        page = urljoin(page, links["next"]) if "next" in links else ""


def _emitted(house: House, demo: Demo) -> Iterator[Emitted]:
    """What really went out, in the words of readings.

    Raises:
        ValueError: the file is not whole: the simulator counted other numbers.
    """
    assert demo.simulator is not None
    told = {one["event"]: one for one in demo.simulator.events}
    devices = _devices(house, told["ready"]["devices"])
    lines = list(_lines(demo.emitted))
    counted = sum(
        n for device in told["summary"]["emitted"].values()
        for ways in device.values() for n in ways.values()
    )  # fmt: skip
    if counted != len(lines):
        raise ValueError(f"the simulator sent {counted} values and wrote down {len(lines)}")
    for line in lines:
        if line["characteristic"] == BATTERY:
            continue
        device, profile = devices[line["device"]]
        data = bytes.fromhex(line["data"])
        packet = Packet(device, line["characteristic"], 0, data)
        for reading in told_by(profile, packet, Hearing()):
            assert isinstance(reading, Reading)  # straps and breath monitors tell no time
            yield Emitted(device, reading.kind, canonical(reading)[0], line["at_ms"])


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _devices(
    house: House, simulated: list[Mapping[str, str]]
) -> dict[str, tuple[DeviceKey, DeviceProfile]]:
    """The gateway's own name and profile of each simulated device."""
    addresses, catalog = house.local.known_addresses(), catalog_of(house)
    profiles = {one.key: catalog[one.profile] for one in house.devices.list()}
    keys = {one["id"]: addresses[one["address"]] for one in simulated}
    return {name: (key, profiles[key]) for name, key in keys.items()}
