"""Stored records of a device: all of them once, and none of them twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.record_access_control_point import Answer, Op, Operator
from adapters.ble.record_procedure import NO_ANSWER
from adapters.ble.source import BleSource
from adapters.local_events import ClockSeen, LocalBatch, Synced
from adapters.reading import Quality, ReadingBatch
from tests.ble_house import QUICK, House, open_house, settled
from tests.fakes_meter import METER, TEST, Meter, glucose
from tests.fetched import SINCE, asked, levels, marks, records, trouble

pytestmark = pytest.mark.radio


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


async def test_250_records_come_in_order_and_the_mark_behind_them(house: House) -> None:
    meter = Meter(house)
    meter.measured(1, 250, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house))
        assert levels(house) == [90 + n for n in range(1, 251)]
        assert len(set(records(house))) == 250
        assert [packet.stored for packet in house.journal.records] == [True] * 250
        (mark,) = house.journal.marks
        assert (mark.characteristic, mark.session, mark.number) == (TEST, "", 250)
        places = [n for n, one in enumerate(house.arrived) if _is(one, Synced)]
        readings = [n for n, one in enumerate(house.arrived) if isinstance(one, ReadingBatch)]
        assert [n for n in readings if house.arrived[n].kind == "blood_glucose"][-1] < places[0]  # type: ignore[union-attr]
    assert asked(meter) == [(Op.COUNT, Operator.ALL, None), (Op.REPORT, Operator.ALL, None)]


def _is(arrival: object, event: type) -> bool:
    return isinstance(arrival, LocalBatch) and isinstance(arrival.events[0], event)


async def test_the_second_time_the_device_sends_only_what_is_new(house: House) -> None:
    meter = Meter(house)
    meter.measured(1, 250, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [250])
        meter.sent.clear()
        meter.measured(251, 253, SINCE + timedelta(days=11))
        await meter.read_again()
        await house.until(lambda: marks(house) == [250, 253])
        assert meter.sent == [251, 252, 253]
        meter.asked.clear()
        await meter.read_again()
        await settled(lambda: meter.asked)
        await asyncio.sleep(0.1)
        assert meter.sent == [251, 252, 253], "nothing was new"
        assert asked(meter) == [(Op.COUNT, Operator.AT_LEAST, 253)]
    assert len(set(records(house))) == len(levels(house)) == 253


async def test_a_clock_changed_in_between_makes_no_record_a_second_one(house: House) -> None:
    meter = Meter(house, settable=False)
    meter.measured(1, 20, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [20])
        house.journal.marks.clear()  # a home that was restored: all of it is asked for again
        meter.ahead = timedelta(minutes=10)
        await meter.read_again()
        await house.until(lambda: marks(house) == [20])
    assert len(levels(house)) == 40
    assert records(house)[:20] == records(house)[20:], "to the store each is the one it was"
    starts = [start for batch in house.batches("blood_glucose", METER) for start in batch.starts]
    moved = {b - a for a, b in zip(starts[:20], starts[20:], strict=True)}
    assert all(abs(by + 600_000) < 1000 for by in moved)
    flags = [flag for batch in house.batches("blood_glucose", METER) for flag in batch.flags]
    assert {flag & Quality.CLOCK_CORRECTED for flag in flags[20:]} == {Quality.CLOCK_CORRECTED}


async def test_a_link_lost_in_the_middle_leaves_the_mark_where_it_was(house: House) -> None:
    meter = Meter(house)
    meter.measured(1, 50, SINCE)
    async with meter.on() as sensor, house.listening():
        meter.lost_after = 20
        await settled(lambda: len(meter.sent) == 20)
        await sensor.alone()
        await house.until(lambda: len(levels(house)) == 20)
        assert marks(house) == []
        meter.lost_after = None
        await sensor.advertise()
        await house.until(lambda: marks(house) == [50])
    assert len(set(records(house))) == 50
    assert len(levels(house)) == 70, "20 came twice, and are known by their record"


async def test_a_device_that_answers_nothing_is_told_to_stop_and_left_in_peace(
    house: House,
) -> None:
    house.settings = replace(QUICK, record_timeout=0.1)
    meter = Meter(house, silent=True)
    meter.measured(1, 3, SINCE)
    async with meter.on(), house.listening() as source:
        await settled(lambda: source.states()[METER].word == "connected")
        await settled(lambda: len(meter.asked) == 2)
        await settled(lambda: source.troubles().get(trouble(NO_ANSWER)) == 1)
        await asyncio.sleep(0.3)
        assert asked(meter) == [
            (Op.COUNT, Operator.ALL, None),
            (Op.ABORT, Operator.NULL, None),
        ]
        assert source.states()[METER].word == "connected"
    assert (marks(house), meter.sensor.links_made) == ([], 1)


async def test_a_device_that_falls_silent_in_the_middle_is_asked_again_next_time(
    house: House,
) -> None:
    house.settings = replace(QUICK, record_timeout=0.5)
    meter = Meter(house, stops_after=5)
    meter.measured(1, 9, SINCE)
    async with meter.on(), house.listening() as source:
        await settled(lambda: source.troubles().get(trouble(NO_ANSWER)))
        await settled(lambda: asked(meter)[-1] == (Op.ABORT, Operator.NULL, None))
        assert marks(house) == []
        meter.stops_after = None
        await meter.read_again()
        await house.until(lambda: marks(house) == [9])
    assert len(set(records(house))) == 9


async def test_each_record_gives_the_next_one_all_its_time(house: House) -> None:
    house.settings = replace(QUICK, record_timeout=1.0)
    meter = Meter(house)
    meter.measured(1, 6, SINCE)
    slow = meter.sensor.notify

    async def notify(uuid: str, data: bytes) -> None:
        await asyncio.sleep(0.25)
        await slow(uuid, data)

    meter.sensor.notify = notify  # type: ignore[method-assign]
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [6])


async def test_a_device_that_stays_is_asked_again_and_again(house: House) -> None:
    house.settings = replace(QUICK, records_every=0.05)
    meter = Meter(house)
    meter.measured(1, 3, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [3])
        meter.measured(4, 4, SINCE + timedelta(days=1))
        await house.until(lambda: marks(house) == [3, 4])
    assert (meter.sensor.links_made, levels(house)) == (1, [91, 92, 93, 94])


async def test_a_clock_that_is_wrong_is_set_once_all_records_are_here(house: House) -> None:
    house.zone = ZoneInfo("Europe/Oslo")
    meter = Meter(house, ahead=timedelta(hours=-5))
    meter.measured(1, 3, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: len(house.events(ClockSeen)) == 2)
    assert abs(meter.ahead) < timedelta(seconds=2)
    looks = [one for one in house.events(ClockSeen) if isinstance(one, ClockSeen)]
    assert [(round(one.ahead_ms, -4), one.was_set) for one in looks] == [
        (-5 * 3_600_000, False),
        (-5 * 3_600_000, True),
    ]
    starts = [start for batch in house.batches("blood_glucose", METER) for start in batch.starts]
    right = SINCE.replace(tzinfo=house.zone) + timedelta(hours=5)
    assert abs(starts[0] - right.timestamp() * 1000) < 5000
    written = [uuid for uuid, _ in meter.sensor.written if uuid != racp.UUID]
    assert len(written) == 1


@pytest.mark.parametrize("way", ["the same link", "next link", "next start"])
async def test_tests_of_after_the_clock_was_set_are_known_by_their_numbers(
    house: House, way: str
) -> None:
    """Their times might be of the old clock, too; what was there before may be of either."""
    house.zone = ZoneInfo("Europe/Oslo")
    house.settings = replace(QUICK, records_every=0.05)
    meter = Meter(house, ahead=timedelta(hours=2))
    meter.measured(1, 3, SINCE)
    async with meter.on(), AsyncExitStack() as stack:
        await stack.enter_async_context(house.listening())
        await house.until(lambda: len(house.events(ClockSeen)) == 2)
        if way == "next start":
            await stack.aclose()
        house.clock.at += 3_600_000
        now = datetime.fromtimestamp(house.clock.at / 1000, house.zone).replace(tzinfo=None)
        meter.tests[4] = glucose(4, now - timedelta(minutes=5))
        if way == "next start":
            await stack.enter_async_context(house.listening())
        if way != "the same link":
            await meter.read_again()
        await house.until(lambda: marks(house)[-1] == 4)
    batches = house.batches("blood_glucose", METER)
    doubts = [bool(flag & Quality.CLOCK_NOT_TRUSTED) for one in batches for flag in one.flags]
    assert (levels(house), doubts) == ([91, 92, 93, 94], [True, True, True, False])
    assert abs(batches[-1].starts[-1] - house.clock.at + 300_000) < 5000
    source = BleSource(house.known, house.journal, lambda _: True, now=house.clock)
    again = [one async for one in source.replay() if isinstance(one, ReadingBatch)]
    assert [(*one.starts, *one.flags) for one in again] == [
        (*one.starts, *one.flags) for one in batches
    ], "a crash changes nothing in that"


async def test_what_could_not_be_counted_stays_in_doubt(house: House) -> None:
    house.zone = ZoneInfo("Europe/Oslo")
    house.settings = replace(QUICK, records_every=0.05)
    meter = Meter(house, ahead=timedelta(hours=2), answers={Op.COUNT: Answer.OP_NOT_SUPPORTED})
    meter.measured(1, 3, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: len(house.events(ClockSeen)) == 2)
        house.clock.at += 3_600_000
        now = datetime.fromtimestamp(house.clock.at / 1000, house.zone).replace(tzinfo=None)
        meter.tests[4] = glucose(4, now - timedelta(minutes=5))
        await house.until(lambda: 94 in levels(house))
    newest = house.batches("blood_glucose", METER)[-1]
    assert newest.flags[-1] & Quality.CLOCK_NOT_TRUSTED


async def test_a_kill_between_is_made_good_from_the_journal(house: House) -> None:
    """What was journalled is decoded as it would have been: by the clock of that link."""
    meter = Meter(house, ahead=timedelta(minutes=10), settable=False)
    meter.measured(1, 6, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [6])
    before = house.batches("blood_glucose", METER)
    source = BleSource(house.known, house.journal, lambda _: True, now=house.clock)
    again = [one async for one in source.replay() if isinstance(one, ReadingBatch)]
    assert [(list(b.starts), list(b.values), list(b.records), list(b.flags)) for b in again] == [
        (list(b.starts), list(b.values), list(b.records), list(b.flags)) for b in before
    ]
    assert before[0].flags[0] & Quality.CLOCK_CORRECTED
