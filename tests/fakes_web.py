"""A furnished home for the pages: real store, real ledger, readings of a person who never was."""

from __future__ import annotations

import math
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.ble.measuring import kinds_of
from adapters.kinds import Kind
from adapters.local_events import (
    ClockSeen,
    LinkEvent,
    LocalBatch,
    LocalName,
    Position,
    Unclaimed,
)
from adapters.reading import (
    Components,
    DeviceFacts,
    DeviceKey,
    PersonKey,
    Quality,
    Quantity,
    Reading,
    SourceKey,
    batches,
)
from gateway.app import House, build
from gateway.radio import catalog_of
from gateway.rights.correcting import mark_of
from gateway.settings import Settings
from gateway.sharing.agreement import text_hash
from gateway.sharing.consent import ClockState
from gateway.sharing.events import NoticeAcknowledged
from gateway.sharing.offer import allow_collecting, give, make_offer, withdraw
from gateway.sharing.practice import sandbox_invitation
from gateway.sharing.recipients import Act
from gateway.status import DeviceWords
from gateway.store.driver import transaction
from gateway.store.home import Home
from gateway.store.thread import StoreThread
from gateway.web.desk import Desk, make_desk
from gateway.web.serve import Served, serving
from gateway.web.sharing_book import RISKS, RISKS_VERSION

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOW = 1_795_276_800_000  # 2026-11-21T16:00:00Z
STRAP, CUFF, SCALE, PHONE, SENSOR = (
    DeviceKey(name) for name in ("strap", "cuff", "scale", "phone", "sensor")
)
RADIO = SourceKey("radio")
ADDRESS = "C4:64:E3:9A:11:7F"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: int = NOW

    def __call__(self) -> int:
        return self.at


@dataclass
class Furnished:
    """A home with everything in it that a page can show."""

    house: House
    person: PersonKey
    clock: Clock = field(default_factory=Clock)
    words: dict[DeviceKey, DeviceWords] = field(default_factory=dict)
    reading: str = ""
    """The address of a page of one reading."""

    @property
    def act(self) -> Act:
        return Act(self.clock.at, f"person:{self.person}", "test")

    def take_in(self, device: DeviceKey, rows: list[Reading], *, live: bool = False) -> None:
        for begin in range(0, len(rows), 5000):
            made = batches(self.person, device, RADIO, rows[begin : begin + 5000], live=live)
            self.house.readings.take_in(
                made, at=self.clock.at, source="ble", simulated=self.house.simulation
            )

    def beat(self, rate: int, at: int) -> None:
        """One heart beat reading, as the strap would send it."""
        reading = Reading(Kind("heart_rate"), at, Quantity(Decimal(rate), "/min"))
        self.take_in(STRAP, [reading], live=True)

    def know_risks(self) -> None:
        notice = NoticeAcknowledged(self.person, RISKS, RISKS_VERSION)
        act = self.act
        self.house.ledger.append(notice, at=act.at, actor=act.actor, session=act.session)

    def recipient(self) -> str:
        """The key of the practice server."""
        return self.house.recipients.list()[0].key

    def agree(self, *kinds: str, days: int = 30, grain: str = "raw") -> str:
        """Agree to share with the practice server; gives the grant."""
        offer = make_offer(
            self.house.recipients.list()[0],
            kinds,
            purpose="TREAT",
            start=self.clock.at,
            end=self.clock.at + days * DAY,
            grain=grain,
        )
        entry = give(
            self.house.ledger, offer, self.act, born="1961-02",
            text_shown=text_hash(offer.text), acknowledged=True,
        )  # fmt: skip
        return str(getattr(entry.event, "id", ""))

    def send(self, kind: str, grant: str, states: dict[str, int], at: int) -> None:
        """Write a request into the store as the uploader leaves it."""
        db, recipient = self.house.opened.gateway, self.recipient()
        series = self.house.readings.series(self.person, Kind(kind))[0]
        rows = self.house.readings.window(series.id, at - 4 * DAY, at, sum(states.values()))
        with transaction(db):
            batch = db.conn.execute(
                "INSERT INTO batch (recipient, claimed_at, consent, rows, bytes, sha256, state,"
                " answered_at) VALUES (?, ?, ?, ?, 4096, ?, 'done', ?)",
                (recipient, at, grant, len(rows), b"\x5a" * 32, at + 400),
            ).lastrowid
            left = iter(rows)
            for state, n in states.items():
                outcome = "Observation.value: outside of what this server takes"
                db.conn.executemany(
                    "INSERT INTO delivery VALUES"
                    " (?, ?, ?, ?, ?, ?, ?, ?, ?, 'Observation/1', ?, '')",
                    [
                        (
                            recipient,
                            row.series,
                            row.start,
                            row.duration,
                            row.value,
                            row.nth,
                            row.version,
                            batch,
                            state,
                            outcome if state == "rejected" else "",
                        )
                        for row in islice(left, n)
                    ],
                )
                db.conn.execute(
                    "INSERT INTO delivery_count VALUES (?, ?, ?, ?)", (recipient, kind, state, n)
                )  # fmt: skip


def number(kind: str, at: int, value: str, unit: str, quality: Quality = Quality.NONE) -> Reading:
    return Reading(Kind(kind), at, Quantity(Decimal(value), unit), quality=quality)


def heart(now: int) -> Iterator[Reading]:
    """Thirty days of a strap: every second of the last hour, then every four minutes by day."""
    chance = random.Random(7)
    rate = 64.0

    def next_rate(at: int) -> int:
        nonlocal rate
        minutes = at / MINUTE
        middle = 66 + 9 * math.sin(minutes / 97) + 6 * math.sin(minutes / 23)
        rate += (middle - rate) * 0.06 + chance.gauss(0, 0.7)
        return round(rate)

    for back in range(30 * DAY // (4 * MINUTE), 15, -1):
        at = now - back * 4 * MINUTE
        hour = (at // HOUR) % 24
        if 6 <= hour < 22 and (now - at) // DAY % 6 != 4:
            yield number("heart_rate", at, str(next_rate(at) + chance.randint(-4, 9)), "/min")
    for back in range(HOUR // 1000, 2, -1):
        if not 1500 < back < 1750:
            yield number("heart_rate", now - back * 1000, str(next_rate(now - back * 1000)), "/min")


def furnish(home: Furnished) -> None:
    """Put a month of readings, local things and a decision or two into a home."""
    now, chance, devices = home.clock.at, random.Random(3), home.house.devices
    titles = {STRAP: "Polar H10", CUFF: "Omron X4", SCALE: "Kitchen scale", PHONE: "Phone",
              SENSOR: "Living room sensor"}  # fmt: skip
    for key, title in titles.items():
        facts = DeviceFacts(home.person, key, title, manufacturer=title.split()[0])
        devices.add(facts, adapter="ble", profile="standard", simulated=True, now=now - 40 * DAY)
    home.take_in(STRAP, list(heart(now)))
    pressures = [
        Reading(
            Kind("blood_pressure"), now - day * DAY - 8 * HOUR + chance.randint(-30, 30) * MINUTE,
            Components((Decimal(126 + chance.randint(-6, 8)), Decimal(79 + chance.randint(-4, 5))),
                       "mm[Hg]"),
        )
        for day in range(30)
    ]  # fmt: skip
    home.take_in(CUFF, pressures)
    weights = [
        number("body_weight", now - day * DAY - 9 * HOUR, f"{72.4 - day * 0.03:.1f}", "kg")
        for day in range(0, 30, 2)
    ]
    home.take_in(SCALE, weights)
    steps = [
        number("step_count", at, str(chance.randint(20, 900)), "{steps}")
        for at in range(now - 14 * DAY, now - 10 * MINUTE, 30 * MINUTE)
        if 8 <= (at // HOUR) % 24 < 21
    ]
    home.take_in(PHONE, steps)
    air = [
        number("carbon_monoxide_in_air", at, f"{2.3e-6 + chance.random() * 8e-7:.9f}", "kg/m3")
        for at in range(now - DAY, now - 1000, 2 * MINUTE)
    ]
    home.take_in(SENSOR, air)
    home.take_in(STRAP, [number("oxygen_saturation", now - 3 * DAY, "97", "%")])
    home.take_in(STRAP, [number("battery_level", now - 2 * HOUR, "82", "%")])
    home.house.local.take_in(
        LocalBatch(
            [
                LocalName(STRAP, "address", ADDRESS, now - 40 * DAY),
                LocalName(STRAP, "serial_number", "SN-2046-771", now - 40 * DAY),
                LinkEvent(STRAP, now - HOUR, "connected", ADDRESS, -61),
                LinkEvent(STRAP, now - 29 * MINUTE, "disconnected", ADDRESS, -88, "out of range"),
                Position(now - 2 * DAY, 59.91273, 10.74609, 12.0, "walk-1"),
                Position(now - 2 * DAY + MINUTE, 59.91301, 10.74702, 12.4, "walk-1"),
            ]
        )
    )
    home.house.local.set_zone(home.person, 0, "Europe/Oslo")
    while home.house.readings.roll_up():
        pass


def share_something(home: Furnished) -> str:
    """Decide: one grant that goes on, one taken back; some of it sent. Gives the first."""
    now = home.clock.at
    allow_collecting(home.house.ledger, home.person, "ble", home.act)
    grant = home.agree("heart_rate", "blood_pressure")
    old = home.agree("body_weight", grain="day")
    withdraw(home.house.ledger, old, home.act)
    home.send("heart_rate", grant, {"sent": 38, "already": 2}, now - 5 * MINUTE)
    home.send("blood_pressure", grant, {"sent": 1, "rejected": 1}, now - DAY - 5 * MINUTE)
    return grant


def a_reading(home: Furnished) -> str:
    """The page of one of their blood pressures."""
    series, *_others = home.house.readings.series(home.person, Kind("blood_pressure"))
    assert series.first is not None
    (row,) = home.house.readings.window(series.id, series.first, series.first, 1)
    return f"/readings/blood_pressure/one?at={row.start}&one={mark_of(row.id)}"


def ask_something(home: Furnished, unknown: int = 2) -> None:
    """Let readings wait: of two users of the scale, one of them unknown, and of a wrong clock."""
    now = home.clock.at
    weights = [(2, "81.3"), (2, "81.1"), (0xFF, "64.2"), (0xFF, "23.4")]
    weights += [(0xFF, f"64.{nth % 10}") for nth in range(2, unknown)]
    nobodys = [
        Unclaimed(
            SCALE, user, number("body_weight", now - (nth + 1) * 7 * HOUR, kilos, "kg"), "", now
        )
        for nth, (user, kilos) in enumerate(weights)
    ]
    home.house.local.take_in(LocalBatch([*nobodys, ClockSeen(CUFF, now, -3 * HOUR, True)]))
    parts = (Decimal(131), Decimal(84), Decimal(99))
    doubtful = Reading(
        Kind("blood_pressure"), now - HOUR, Components(parts, "mm[Hg]"),
        quality=Quality.CLOCK_NOT_TRUSTED | Quality.MOVED, where="wrist",
    )  # fmt: skip
    home.take_in(CUFF, [doubtful])


def make_home(folder: Path, *, simulation: bool = True, at: int = NOW) -> Furnished:
    """An empty home with one person and the practice server."""
    opened, _code = Home(folder / "home").create(key_file=True, simulation=simulation)
    house = build(opened, Settings())
    person = house.people.add("Ingrid", "1961-02", at)
    home = Furnished(house, person, Clock(at))
    server = "http://127.0.0.1:8090/fhir"
    invitation = sandbox_invitation(server, "Patient/ingrid-1", own_server=not simulation)
    house.recipients.add(invitation, person, home.act)
    return home


def desk_of(home: Furnished, thread: StoreThread, now: Callable[[], int] | None = None) -> Desk:
    return make_desk(
        db=home.house.opened.gateway,
        local=home.house.opened.local,
        readings=home.house.readings,
        ledger=home.house.ledger,
        recipients=home.house.recipients,
        audit=home.house.audit,
        thread=thread,
        now=now or home.clock,
        clock=lambda: ClockState.TRUSTED,
        simulation=home.house.simulation,
        can_measure=lambda profile: kinds_of(catalog_of(home.house), profile),
        words=lambda device: home.words.get(device, DeviceWords("connected", NOW, "")),
        home=home.house.path,
    )


@asynccontextmanager
async def pages_of(home: Furnished, port: int = 0) -> AsyncIterator[Served]:
    """The pages of a home, served."""
    thread = StoreThread()
    try:
        async with serving(desk_of(home, thread), port=port) as served:
            yield served
    finally:
        thread.close()


OSLO = ZoneInfo("Europe/Oslo")
