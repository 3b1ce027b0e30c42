"""The whole road within one process, in seconds: what a home lets out, and what it writes down.

Every part is the real one: sensors on a virtual radio, `bleak`, the collector, the import, both
stores, consent, the uploader, the door, the pages. Only the recipient is a stand-in. `road` walks
the same as a person does, by commands, before a server that nobody here wrote.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import struct
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import blood_pressure
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.decoding import decoded
from adapters.ble.describing.proposing import Came, Sample
from adapters.ble.describing.shown import parse_shown
from adapters.ble.device_clock import DeviceClock
from adapters.ble.heard import Heard
from adapters.ble.hearing import Hearing
from adapters.ble.paired import RADIO, Paired
from adapters.kinds import all_kinds, kind
from adapters.local_events import ClockSeen, LocalBatch, Packet, Synced, Unclaimed
from adapters.reading import Category, PersonKey, Quantity, Reading, batches, waveform
from adapters.simulator.process import serve
from adapters.simulator.scenario import load
from fhir_mappings.systems import PHD_COINCIDENT
from gateway import clock
from gateway.app import House, make_house, open_house
from gateway.importing import import_export
from gateway.log import Log, quieten_others
from gateway.pairing import add_device, look_around
from gateway.parts.collecting import Collecting
from gateway.pipeline import take_in
from gateway.sending import sender, staying
from gateway.sharing.agreement import text_hash
from gateway.sharing.offer import allow_collecting, give, make_offer
from gateway.sharing.practice import sandbox_invitation
from gateway.sharing.recipients import Act
from gateway.store.people import Person
from gateway.store.samples import Samples
from gateway.store.thread import StoreThread
from gateway.store.wishes import Wishes
from gateway.telling import Telling
from tests import canary, road
from tests.fakes_recipient import recipient
from tests.fakes_web import Clock, Furnished
from tests.loopback_proxy import Seen
from tests.web_visitor import visiting

_YEAR = 365 * 24 * 3_600_000
_PATIENCE = 30.0
MINUTES_AHEAD = 4
"""How far a cuff of the marked zone is ahead of the time of day there."""
_LIVE = ("heart_rate", "breath_carbon_monoxide")


@dataclass
class Shown:
    """What came out.

    Attributes:
        recipients: every request, by recipient; both were granted everything.
        lines: what the program and the packages that it uses logged and told.
        tables: every row of every table of `gateway.db`, by table; at the end, and what stood
            there when the devices had been added.
        pages: the patient's pages, by path.
        here: the marked values that `local.db` holds.
    """

    recipients: list[list[Seen]] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    lines: str = ""
    tables: dict[str, list[str]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    here: set[str] = field(default_factory=set)

    @property
    def requests(self) -> list[Seen]:
        """Those of all recipients."""
        return [one for requests in self.recipients for one in requests]


def walk(folder: Path) -> Shown:
    """Walk it once."""
    lines = io.StringIO()
    with _noting(lines):
        seen = asyncio.run(_walk(folder, lines))
    seen.lines = lines.getvalue()
    return seen


@contextlib.contextmanager
def _noting(lines: io.StringIO) -> Iterator[None]:
    """What other packages log and what is told goes to `lines`, as `run` sets it up."""
    before = logging.root.handlers[:], logging.root.level
    quieten_others(lines)
    try:
        with contextlib.redirect_stdout(lines):
            yield
    finally:
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)


async def _walk(folder: Path, lines: io.StringIO) -> Shown:
    async with _simulator(folder) as radio:
        house, person = _make(folder / "home", radio)
        try:
            return await _live(house, person, folder, lines)
        finally:
            house.close()


@contextlib.asynccontextmanager
async def _simulator(folder: Path) -> AsyncIterator[str]:
    scenario = folder / "marked.toml"
    scenario.write_text(road.SCENARIO, encoding="utf-8")
    said: asyncio.Queue[str] = asyncio.Queue()
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(load(str(scenario)), tell=said.put_nowait, stop=stop))
        try:
            yield json.loads(await said.get())["transport"]
        finally:
            stop.set()


def _make(home: Path, radio: str) -> tuple[House, Person]:
    make_house(home, passphrase=None, key_file=True, simulation=True)
    chosen = (
        f'[bluetooth]\nradio = "{radio}"\nadapter = "{canary.ADAPTER}"\n'
        "[collect]\ncommit_every = 0.1\n"
    )
    (home / "config.toml").write_text(chosen, encoding="utf-8")
    house = open_house(home)
    now = clock.now()
    key = house.people.add("Ada Example", "1985-04", now)
    for source in ("ble", "healthkit", "routes"):
        allow_collecting(house.ledger, key, source, _act(key))
    house.local.set_zone(key, 0, canary.MARKED["zone"])
    person = house.people.get(key)
    assert person is not None
    return house, person


async def _live(house: House, person: Person, folder: Path, lines: io.StringIO) -> Shown:
    seen = Shown()
    thread = StoreThread()
    try:
        for found in await look_around(house, 0.6):
            if found.address != canary.NEIGHBOUR:
                name = canary.MARKED["given name"] if found.address == canary.STRAP else ""
                add_device(house, str(found.number), person, name=name, at=clock.now())
        added = road.tables_of(house)  # some of it is written over at the first connection
        import_export(house, road.write_export(folder / "export"), person, now=clock.now)
        await _collect(house, thread, lines)
        _stored_records(house, person)
        _clocks_that_are_off(house, person)
        _described(house)
        async with recipient() as one, recipient() as other:
            for server in (one, other):
                _agree(house, person.key, server.base)
            _confirm(house, person.key)
            async with sender(house, thread) as sends:
                report = await sends.round()
                _correct(house)
                await sends.round()
            seen.recipients = [one.seen, other.seen]
            seen.sent, seen.held = report.sent, report.held
        seen.pages = await _visit(house, person.key)
        seen.tables = road.tables_of(house)
        for name, rows in added.items():
            seen.tables[name] += [row for row in rows if row not in seen.tables[name]]
        seen.here = canary.find_in([*staying(house).values, *_kept_of_records(house)])
    finally:
        thread.close()
    return seen


def _stored_records(house: House, person: Person) -> None:
    """What a device with a memory tells: its own times, a sensor's session, somebody unknown."""
    device = next(one.key for one in house.devices.list() if one.adapter == "ble")
    now, record = clock.now(), canary.MARKED["device's own time"]
    known = Reading(kind("pulse_rate"), now - 60_000, Quantity(Decimal(70), "/min"))
    kilos = Quantity(Decimal(canary.MARKED["nobody's weight"]), "kg")
    nobodys = Reading(kind("body_weight"), now - 60_000, kilos)
    local = LocalBatch(
        [
            Synced(device, "2aa7", canary.MARKED["session of a sensor"], 17, now),
            ClockSeen(device, now, int(canary.MARKED["how far a clock is off"]), True),
            Unclaimed(device, 3, nobodys, f"again {record}", now),
        ]
    )
    wave = waveform(1000 / 130, "1", struct.pack("<4i", 12, -7, 0, 311))
    curve = Reading(kind("ecg"), now - 60_000, Category(wave.digest), duration=31, waveform=wave)
    own = batches(person.key, device, RADIO, [known], records=[record])
    curves = batches(person.key, device, RADIO, [curve])
    take_in(house, [*own, *curves, local], adapter="ble", at=now)


def _clocks_that_are_off(house: House, person: Person) -> None:
    """What a cuff tells by a clock of the marked zone, minutes and hours off."""
    device = next(one.key for one in house.devices.list() if one.adapter == "ble")
    paired = Paired(device, person.key, built_in()["blood-pressure-cuff"])
    zone, now = ZoneInfo(canary.MARKED["zone"]), clock.now()
    for minutes in (MINUTES_AHEAD, 300):
        read_at = now - minutes * 1000  # each link at a time of its own
        home = datetime.fromtimestamp(read_at / 1000, UTC).astimezone(zone).replace(tzinfo=None)
        shown = home.replace(microsecond=0) + timedelta(minutes=minutes)
        hearing = Hearing(DeviceClock.read(shown, read_at, zone))
        measured = BloodPressureMeasurement(
            Decimal(120), Decimal(80), Decimal(93), at=DateTime.of(shown - timedelta(minutes=9))
        )
        packet = Packet(device, blood_pressure.UUID, read_at + 1, bytes(measured), stored=True)
        came = decoded(paired, [packet], hearing, _no_trouble)
        take_in(house, came.arrivals, adapter="ble", at=now)


def _no_trouble(_packet: Packet, why: str) -> None:
    raise AssertionError(why)


def _correct(house: House) -> None:
    """What was sent is corrected, and goes again in the same Observation."""
    series = next(one for one in house.readings.series() if one.kind == "pulse_rate")
    assert series.first is not None
    (row, *_) = house.readings.window(series.id, series.first, series.first, 1)
    house.readings.correct(row.id, (71, 0), at=clock.now(), actor="person")


def _described(house: House) -> None:
    """A measurement by which somebody describes a device that is not known."""
    shown = parse_shown(f"body_weight={canary.MARKED['value on a display']}")
    packet = bytes.fromhex(canary.MARKED["packet of a described device"])
    sample = Sample((Came("2aff", packet),), (shown,), clock.now())
    name = canary.MARKED["described device's name"]
    Samples(house.local.db).add(
        canary.MARKED["described device's address"], Heard(name, confirmed=("2aff",)), sample
    )
    person, address = house.people.list()[0].key, canary.MARKED["wished device's address"]
    Wishes(house.local.db).wish(person, "add", clock.now(), address=address, profile="x")


def _kept_of_records(house: House) -> list[str]:
    return [
        str(row)
        for table in ("synced", "clock_seen", "unclaimed", "sample", "wish")
        for row in house.local.db.conn.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
    ] + [data.hex() for (data,) in house.local.db.conn.execute("SELECT data FROM sample_packet")]


async def _collect(house: House, thread: StoreThread, lines: io.StringIO) -> None:
    """Listen until every sensor's readings are stored, and how they are doing was told."""
    collecting = Collecting(house, thread, Telling(as_json=True), Log(lines))
    running = asyncio.create_task(collecting.run())
    try:
        async with asyncio.timeout(_PATIENCE):
            while '"event":"device"' not in lines.getvalue() or not await thread.do(
                _has_come, house
            ):
                if running.done():
                    break
                await asyncio.sleep(0.05)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def _has_come(house: House) -> bool:
    heard = {one.kind for one in house.readings.series() if one.source == "radio"}
    told = {"serial_number", "system_id", "position"} <= house.local.counts().keys()
    return told and heard.issuperset(_LIVE)


def _agree(house: House, person: PersonKey, base: str) -> None:
    act = _act(person)
    invitation = sandbox_invitation(base).model_copy(update={"profiles": (PHD_COINCIDENT,)})
    offer = make_offer(
        house.recipients.add(invitation, person, act),
        [row.kind for row in all_kinds().values() if row.shareable],
        purpose="TREAT",
        start=act.at,
        end=act.at + _YEAR,
        history_from=0,
    )
    shown = text_hash(offer.text)
    give(house.ledger, offer, act, born="1985-04", text_shown=shown, acknowledged=True)


def _confirm(house: House, person: PersonKey) -> None:
    """The breath monitor told no time: who blew into it says that it was just now."""
    for one in house.device_times().list(person):
        if one.waiting is not None:
            house.device_times().say(one.device.key, person, _act(person), right=True)


def _act(person: PersonKey) -> Act:
    return Act(clock.now(), f"person:{person}", "walk")


async def _visit(house: House, person: PersonKey) -> dict[str, str]:
    furnished = Furnished(house, person, Clock(clock.now()))
    furnished.know_risks()
    pages = {}
    async with visiting(furnished) as visitor:
        for path in road.PAGES:
            answer = await visitor.get(f"/{path}")
            assert answer.status == 200, (path, answer.status)
            pages[path] = f"{dict(answer.headers)}{answer.text}"
    return pages
