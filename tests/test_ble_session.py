"""What is done on a link, and in which order: clock, questions, subscriptions, consent, places."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import (
    blood_pressure,
    blood_pressure_feature,
    current_time,
    date_time,
    elapsed_time,
    heart_rate,
    user_control_point,
)
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.current_time import Adjusted, CurrentTime
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.user_control_point import Answer, Op, UserControlPoint
from adapters.ble.consenting import NO_ANSWER, REFUSED
from adapters.ble.paired import Paired
from adapters.ble.profile import DeviceProfile
from adapters.ble.source import BleSource
from adapters.ble.state import Trouble
from adapters.local_events import ClockSeen, LocalBatch, Packet, Position, Unclaimed
from adapters.reading import DeviceFacts, DeviceKey, PersonKey, Quality, ReadingBatch
from tests.ble_house import ANNA, QUICK, STRAP_PROFILE, House, open_house, settled
from tests.fakes_ble import STRAP_SERVICES, Held, HeldSensor, Offer, refuse

pytestmark = pytest.mark.radio

CUFF, CUFF_ADDRESS = DeviceKey("cuff"), "F0:00:00:00:00:09"
CUFF_PROFILE = built_in()["blood-pressure-cuff"]
BEN = PersonKey("ben")
OSLO = ZoneInfo("Europe/Oslo")
FEATURE = blood_pressure_feature.UUID
PRESSURE = blood_pressure.UUID


@pytest.fixture(autouse=True)
def _short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.ble.session._SILENCE", 0.1)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        opened.zone = OSLO
        yield opened


class Cuff:
    """A cuff with a clock of its own, which sends what it measured when it is listened to."""

    def __init__(
        self,
        house: House,
        *,
        ahead: timedelta = timedelta(0),
        face: str = current_time.UUID,
        refuses: int | None = None,
        more: Mapping[str, Mapping[str, Offer]] | None = None,
        paired: Paired | None = None,
    ) -> None:
        self.house = house
        self.ahead = ahead
        self.refuses = refuses
        self.told: list[bytes] = []
        self.features = asyncio.Event()
        self.features.set()
        self.face = face
        house.known[CUFF_ADDRESS] = paired or Paired(CUFF, ANNA, CUFF_PROFILE)
        services: dict[str, Mapping[str, Offer]] = {
            blood_pressure.SERVICE: {
                PRESSURE: "indicate",
                FEATURE: Held(self._feature),
            },
            current_time.SERVICE: {face: Held(self._show, self._take)},
            **(more or {}),
        }
        self.sensor = HeldSensor(house.link, CUFF_ADDRESS, "Cuff", blood_pressure.SERVICE, services)

    def home(self, zone: tzinfo | None = None) -> datetime:
        at = datetime.fromtimestamp(self.house.clock.at / 1000, UTC)
        return at.astimezone(zone or self.house.zone).replace(tzinfo=None, microsecond=0)

    def measured(self, systolic: int, told: datetime, user: int | None = None) -> bytes:
        measured = BloodPressureMeasurement(
            Decimal(systolic), Decimal(80), Decimal(93), at=DateTime.of(told), user=user
        )
        return bytes(measured)

    async def _feature(self) -> bytes:
        await self.features.wait()
        return b"\x00\x00"

    def _show(self) -> bytes:
        shown = self.home() + self.ahead
        if self.face == date_time.UUID:
            return bytes(DateTime.of(shown))
        return bytes(CurrentTime.of(shown))

    def _take(self, data: bytes) -> None:
        self.told.append(data)
        if self.refuses is not None and self.refuses != 0x80:
            raise refuse(self.refuses)
        if self.face == date_time.UUID:
            told = DateTime.from_bytes(data).told
        else:
            told = CurrentTime.from_bytes(data).told
        assert told is not None
        self.ahead = told - self.home()
        if self.refuses is not None:
            raise refuse(self.refuses)


def looks(house: House) -> list[tuple[int, bool]]:
    """In whole tens of seconds, and whether the clock was set."""
    seen = [one for one in house.events(ClockSeen) if isinstance(one, ClockSeen)]
    return [(round(one.ahead_ms / 10_000) * 10, one.was_set) for one in seen]


def pressures(house: House) -> list[ReadingBatch]:
    return house.batches("blood_pressure", CUFF)


async def test_the_clock_comes_first_then_what_is_stored_then_questions(house: House) -> None:
    cuff = Cuff(house)
    async with cuff.sensor.on() as sensor, house.listening():
        await settled(lambda: ("read", FEATURE) in sensor.happened)
    assert sensor.happened == [
        ("read", current_time.UUID),
        ("subscribed", PRESSURE),
        ("read", FEATURE),
    ]
    assert looks(house) == [(0, False)]


async def test_a_record_sent_at_once_is_kept_at_once_and_decoded_when_all_is_known(
    house: House,
) -> None:
    cuff = Cuff(house)
    cuff.features.clear()
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, cuff.home()))
        await settled(lambda: house.journal.records)
        await asyncio.sleep(0.05)
        assert pressures(house) == []
        cuff.features.set()
        await house.until(lambda: pressures(house))
    (batch,) = pressures(house)
    assert list(batch.values) == ["120|80|93"]
    assert abs(batch.starts[0] - house.clock.at) < 2000


async def test_a_record_sent_at_once_is_decoded_also_where_the_link_is_lost(house: House) -> None:
    cuff = Cuff(house)
    cuff.features.clear()
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, cuff.home()))
        await sensor.drop()
        cuff.features.set()
        await house.until(lambda: pressures(house))


async def test_the_clock_of_a_cuff_is_set_before_it_may_send(house: House) -> None:
    cuff = Cuff(house, ahead=timedelta(minutes=-10))
    measured = cuff.home() - timedelta(hours=1)
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        happened = sensor.happened.index
        assert happened(("written", current_time.UUID)) < happened(("subscribed", PRESSURE))
        assert abs(cuff.ahead) < timedelta(seconds=2)
        await sensor.indicate(PRESSURE, cuff.measured(120, measured - timedelta(minutes=10)))
        await sensor.indicate(PRESSURE, cuff.measured(121, cuff.home()))
        await house.until(lambda: len(pressures(house)) == 2)
    (written,) = cuff.told
    assert CurrentTime.from_bytes(written).adjusted is Adjusted.BY_REFERENCE
    assert CurrentTime.from_bytes(written).weekday == cuff.home().isoweekday()
    assert looks(house) == [(-600, False), (-600, True)]
    old, new = pressures(house)
    assert abs(old.starts[0] - measured.replace(tzinfo=OSLO).timestamp() * 1000) < 2000
    assert old.flags[0] & Quality.CLOCK_CORRECTED
    assert abs(new.starts[0] - house.clock.at) < 2000
    assert not new.flags[0] & (Quality.CLOCK_CORRECTED | Quality.CLOCK_NOT_TRUSTED)


@pytest.mark.parametrize("restarted", [False, True], ids=["next link", "next start"])
async def test_what_was_told_before_the_clock_was_set_may_come_on_a_later_link(
    house: House, restarted: bool
) -> None:
    cuff = Cuff(house, ahead=timedelta(minutes=-10))
    measured = cuff.home() - timedelta(hours=1)
    async with cuff.sensor.on() as sensor, AsyncExitStack() as stack:
        await stack.enter_async_context(house.listening())
        await sensor.subscribed(PRESSURE)
        await sensor.drop()
        await sensor.alone()
        if restarted:
            await stack.aclose()
            await stack.enter_async_context(house.listening())
        await sensor.advertise()
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, measured - timedelta(minutes=10)))
        await house.until(lambda: pressures(house))
    (old,) = pressures(house)
    assert abs(old.starts[0] - measured.replace(tzinfo=OSLO).timestamp() * 1000) < 2000
    assert old.flags[0] & Quality.CLOCK_CORRECTED
    source = BleSource(house.known, house.journal, lambda _: True, now=house.clock)
    again = [one async for one in source.replay() if isinstance(one, ReadingBatch)]
    assert [(list(one.starts), list(one.flags)) for one in again] == [
        (list(old.starts), list(old.flags))
    ], "a crash changes nothing in that"


async def test_a_date_time_is_a_clock_too(house: House) -> None:
    cuff = Cuff(house, ahead=timedelta(hours=3), face=date_time.UUID)
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        await settled(lambda: abs(cuff.ahead) < timedelta(seconds=2))
        await house.until(lambda: looks(house) == [(10800, False), (10800, True)])


async def test_a_clock_that_ignores_a_part_is_set_all_the_same(house: House) -> None:
    cuff = Cuff(house, ahead=timedelta(hours=3), refuses=0x80)
    async with cuff.sensor.on() as sensor, house.listening() as source:
        await sensor.subscribed(PRESSURE)
        await house.until(lambda: looks(house) == [(10800, False), (10800, True)])
        assert source.troubles() == {}


async def test_a_clock_that_cannot_be_set_is_told_of_and_nothing_fails(house: House) -> None:
    cuff = Cuff(house, ahead=timedelta(hours=3), refuses=0x03)
    async with cuff.sensor.on() as sensor, house.listening() as source:
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, cuff.home() + cuff.ahead))
        await house.until(lambda: pressures(house))
        assert [one.characteristic for one in source.troubles()] == [current_time.UUID]
    assert looks(house) == [(10800, False)]
    assert pressures(house)[0].flags[0] & Quality.CLOCK_NOT_TRUSTED


@pytest.mark.parametrize("why", ["right", "not asked for", "nobody lives in UTC"])
async def test_a_clock_is_left_alone(house: House, why: str) -> None:
    house.settings = replace(QUICK, set_clocks=why != "not asked for")
    house.zone = ZoneInfo("Etc/UTC") if why.startswith("nobody") else OSLO
    cuff = Cuff(house, ahead=timedelta(seconds=50 if why == "right" else 9000))
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        await house.until(lambda: looks(house))
    assert cuff.told == []


async def test_a_clock_is_looked_at_again_while_the_link_is_up(house: House) -> None:
    house.settings = replace(QUICK, clock_every=0.05)
    cuff = Cuff(house)
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, cuff.home()))
        await house.until(lambda: looks(house))
        cuff.ahead = timedelta(hours=-1)  # summer time has begun
        await house.until(lambda: (-3600, True) in looks(house))
        await sensor.indicate(PRESSURE, cuff.measured(121, cuff.home()))
        await house.until(lambda: len(pressures(house)) == 2)
    assert all(abs(batch.starts[0] - house.clock.at) < 3000 for batch in pressures(house))
    source = BleSource(house.known, house.journal, lambda _: True, now=house.clock)
    again = [one async for one in source.replay() if isinstance(one, ReadingBatch)]
    assert [(*one.starts, *one.flags) for one in again] == [
        (*one.starts, *one.flags) for one in pressures(house)
    ]


async def test_a_clock_that_shows_no_time_stops_nothing(house: House) -> None:
    cuff = Cuff(house)
    cuff._show = lambda: bytes(10)  # type: ignore[method-assign]
    cuff.sensor = HeldSensor(
        house.link,
        CUFF_ADDRESS,
        "Cuff",
        blood_pressure.SERVICE,
        {
            blood_pressure.SERVICE: {PRESSURE: "indicate"},
            current_time.SERVICE: {current_time.UUID: b"\x01\x02", date_time.UUID: bytes(7)},
        },
    )
    async with cuff.sensor.on() as sensor, house.listening() as source:
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, cuff.home()))
        await house.until(lambda: pressures(house))
        assert [one.reason for one in source.troubles()] == ["the packet is cut short"]
    assert looks(house) == []


async def test_a_clock_that_keeps_utc_is_read_too(house: House) -> None:
    cuff = Cuff(house)
    at = datetime.fromtimestamp(house.clock.at / 1000, UTC) + timedelta(minutes=5)
    shown = bytes(elapsed_time.CurrentElapsedTime(elapsed_time.ElapsedTime.of(at)))
    sensor = HeldSensor(
        house.link,
        CUFF_ADDRESS,
        "Cuff",
        blood_pressure.SERVICE,
        {
            blood_pressure.SERVICE: {PRESSURE: "indicate"},
            elapsed_time.SERVICE: {elapsed_time.UUID: shown},
        },
    )
    async with sensor.on(), house.listening():
        await sensor.subscribed(PRESSURE)
        await house.until(lambda: looks(house) == [(300, False)])
    assert cuff.told == []


class Slots:
    """The control point of the users of a scale or cuff."""

    def __init__(self, codes: Mapping[int, int], *, silent: bool = False) -> None:
        self.asked: list[UserControlPoint] = []
        self.kept: dict[int, list[int]] = {}
        self.lost: list[int] = []
        self.cuff: Cuff | None = None
        self._codes = codes
        self._silent = silent
        self._tasks: set[asyncio.Task[None]] = set()

    def services(self) -> Mapping[str, Mapping[str, Offer]]:
        point = Held(takes=self._take, way="indicate")
        return {user_control_point.SERVICE: {user_control_point.UUID: point}}

    def _take(self, data: bytes) -> None:
        request = UserControlPoint.from_bytes(data)
        self.asked.append(request)
        if self._silent:
            return
        user, code = request.user, request.code
        right = user is not None and self._codes.get(user) == code
        went = Answer.SUCCESS if right else Answer.NOT_AUTHORIZED
        assert self.cuff is not None
        answer = bytes(UserControlPoint.answer(Op.CONSENT, went))
        task = asyncio.ensure_future(self._say(answer, user or 0))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _say(self, answer: bytes, user: int) -> None:
        """Its answer, and what it keeps of the user, as long as nobody opens another slot."""
        assert self.cuff is not None
        await self.cuff.sensor.indicate(user_control_point.UUID, answer)
        for systolic in self.kept.get(user, []):
            await asyncio.sleep(0.02)
            if self.asked[-1].user != user:
                self.lost.append(systolic)
                continue
            measured = self.cuff.measured(systolic, self.cuff.home(), user)
            await self.cuff.sensor.indicate(PRESSURE, measured)


def shared(house: House, slots: Slots, codes: Mapping[int, int]) -> Cuff:
    """A cuff of two users, whose first is Anna and whose second is Ben."""
    paired = Paired(CUFF, ANNA, CUFF_PROFILE, {1: ANNA, 2: BEN}, codes)
    slots.cuff = Cuff(house, more=slots.services(), paired=paired)
    return slots.cuff


async def test_each_slot_whose_code_is_known_is_opened(house: House) -> None:
    slots = Slots({1: 1234, 2: 42})
    cuff = shared(house, slots, {1: 1234, 2: 42})
    async with cuff.sensor.on(), house.listening() as source:
        await settled(lambda: source.states()[CUFF].word == "connected")
        assert source.troubles() == {}
    assert [(one.op, one.user, one.code) for one in slots.asked] == [
        (Op.CONSENT, 1, 1234),
        (Op.CONSENT, 2, 42),
    ]


async def test_a_device_sends_all_it_has_of_a_user_before_the_next_slot_is_opened(
    house: House,
) -> None:
    slots = Slots({1: 1234, 2: 42})
    slots.kept = {1: [121, 122, 123, 124], 2: [131, 132]}
    cuff = shared(house, slots, {1: 1234, 2: 42})
    async with cuff.sensor.on(), house.listening():
        await house.until(lambda: len(pressures(house)) == 6)
    assert slots.lost == []
    assert [one.person for one in pressures(house)] == [ANNA] * 4 + [BEN] * 2


def _came(asked: list[UserControlPoint], count: int) -> bool:
    return len(asked) == count


async def test_a_wrong_code_is_told_and_never_tried_again(house: House) -> None:
    slots = Slots({1: 1234, 2: 42})
    cuff = shared(house, slots, {1: 1234, 2: 43})
    async with cuff.sensor.on() as sensor, house.listening() as source:
        for asked in (2, 3):
            await settled(partial(_came, slots.asked, asked))
            await settled(lambda: source.states()[CUFF].word == "trouble")
            assert source.states()[CUFF].next_step.startswith("The code for user 2 of this device")
            await sensor.drop()
            await sensor.alone()
            await sensor.advertise()
        await settled(lambda: len(slots.asked) == 4)
        assert [one.user for one in slots.asked] == [1, 2, 1, 1], "or it might lock itself"
        reason = Trouble(CUFF, user_control_point.UUID, REFUSED)
        assert source.troubles()[reason] == 1
        house.known[CUFF_ADDRESS] = replace(house.known[CUFF_ADDRESS], codes={1: 1234, 2: 42})
        await sensor.alone()
        await sensor.advertise()
        await settled(lambda: source.states()[CUFF].word == "connected")


async def test_a_device_that_does_not_answer_for_its_users_is_read_all_the_same(
    house: House,
) -> None:
    house.settings = replace(QUICK, record_timeout=0.1)
    slots = Slots({}, silent=True)
    cuff = shared(house, slots, {1: 1234, 2: 42})
    async with cuff.sensor.on(), house.listening() as source:
        await settled(lambda: source.states()[CUFF].word == "connected")
        assert source.troubles() == {Trouble(CUFF, user_control_point.UUID, NO_ANSWER): 1}
    assert len(slots.asked) == 1


async def test_readings_go_to_the_person_of_their_slot_or_wait_for_an_answer(house: House) -> None:
    cuff = Cuff(house, paired=Paired(CUFF, ANNA, CUFF_PROFILE, {1: ANNA, 2: BEN, 255: ANNA}))
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        for n, user in enumerate((1, 2, 3, 255, None)):
            await sensor.indicate(PRESSURE, cuff.measured(120 + n, cuff.home(), user))
        await house.until(lambda: len(pressures(house)) == 3 and len(unclaimed(house)) == 2)
    assert [(one.person, *one.values) for one in pressures(house)] == [
        (ANNA, "120|80|93"),
        (BEN, "121|80|93"),
        (ANNA, "124|80|93"),
    ]
    assert [one.user for one in unclaimed(house)] == [3, 255]


def unclaimed(house: House) -> list[Unclaimed]:
    return [one for one in house.events(Unclaimed) if isinstance(one, Unclaimed)]


PLACE = "12345678-0000-4000-8000-00805f9b34fb"


def _places(packet: Packet) -> Iterator[Position]:
    yield Position(packet.received, packet.data[0], packet.data[1], None, "today")


def _nowhere(packet: Packet) -> Iterator[Position]:
    raise ZeroDivisionError("a decoder's mistake")


def pod(locates: object = _places) -> DeviceProfile:
    return replace(STRAP_PROFILE, key="pod", locates={PLACE: locates}, body_site="foot")  # type: ignore[dict-item]


async def test_places_stay_here_and_are_no_readings(house: House) -> None:
    house.known[CUFF_ADDRESS] = Paired(CUFF, ANNA, pod())
    services = {**STRAP_SERVICES, PLACE.replace("1234", "2234"): {PLACE: "notify"}}
    pod_sensor = HeldSensor(house.link, CUFF_ADDRESS, "Pod", heart_rate.SERVICE, services)
    async with pod_sensor.on() as sensor, house.listening():
        await sensor.subscribed(PLACE)
        await sensor.notify(PLACE, bytes([59, 10]))
        await house.until(lambda: house.events(Position))
        await house.beat(sensor, 60, CUFF)
    (place,) = house.events(Position)
    assert isinstance(place, Position)
    assert (place.latitude, place.longitude) == (59, 10)
    holding = [one for one in house.arrived if isinstance(one, LocalBatch) and place in one.events]
    assert len(holding) == 1
    assert {b.kind for b in house.arrived if isinstance(b, ReadingBatch)} <= {
        "heart_rate",
        "battery_level",
    }


async def test_a_decoders_mistake_costs_its_packet_alone(house: House) -> None:
    house.known[CUFF_ADDRESS] = Paired(CUFF, ANNA, pod(_nowhere))
    services = {**STRAP_SERVICES, PLACE.replace("1234", "2234"): {PLACE: "notify"}}
    sensor = HeldSensor(house.link, CUFF_ADDRESS, "Pod", heart_rate.SERVICE, services)
    async with sensor.on(), house.listening() as source:
        await sensor.subscribed(PLACE)
        await sensor.notify(PLACE, bytes([59, 10]))
        await house.beat(sensor, 60, CUFF)
        await settled(
            lambda: Trouble(CUFF, PLACE, "it could not be understood") in source.troubles()
        )


@pytest.mark.parametrize(("says", "site"), [(True, "chest"), (False, "foot")])
async def test_where_it_is_worn_is_what_it_says_or_where_such_a_device_is_worn(
    house: House, says: bool, site: str
) -> None:
    house.known[CUFF_ADDRESS] = Paired(CUFF, ANNA, pod())
    services = STRAP_SERVICES if says else {heart_rate.SERVICE: {heart_rate.UUID: "notify"}}
    sensor = HeldSensor(house.link, CUFF_ADDRESS, "Pod", heart_rate.SERVICE, services)
    async with sensor.on(), house.listening():
        await house.until(lambda: any(isinstance(one, DeviceFacts) for one in house.arrived))
    (facts,) = [one for one in house.arrived if isinstance(one, DeviceFacts)]
    assert facts.body_site == site
