"""Stored records of a device: all of them once, and none of them twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.record_access_control_point import Answer, Op, Operator
from adapters.ble.fetching import TOO_FEW
from adapters.ble.record_procedure import BUSY, NO_ANSWER, REFUSED, STOPPED
from adapters.ble.source import BleSource
from adapters.ble.state import Trouble
from adapters.local_events import ClockSeen, LocalBatch, Synced
from adapters.reading import Quality, ReadingBatch
from tests.ble_house import QUICK, House, open_house, settled
from tests.fakes_meter import METER, TEST, Meter

pytestmark = pytest.mark.radio

SINCE = datetime(2023, 11, 2, 8)  # noqa: DTZ001
"""The house's clock stands at 14 November 2023."""

DAY = 86_400_000


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


def levels(house: House) -> list[object]:
    return house.values("blood_glucose", METER)


def records(house: House) -> list[str]:
    return [r for batch in house.batches("blood_glucose", METER) for r in batch.records]


def marks(house: House) -> list[int]:
    return [one.number for one in house.journal.marks]


def asked(meter: Meter) -> list[tuple[Op, Operator, int | None]]:
    return [
        (one.op, one.operator, int.from_bytes(one.operand[1:], "little") if one.operand else None)
        for one in meter.asked
    ]


def trouble(reason: str) -> Trouble:
    return Trouble(METER, racp.UUID, reason)


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
    house.settings = replace(QUICK, record_timeout=0.1)
    meter = Meter(house, stops_after=5)
    meter.measured(1, 9, SINCE)
    async with meter.on(), house.listening() as source:
        await settled(lambda: source.troubles().get(trouble(NO_ANSWER)) == 1)
        await settled(lambda: asked(meter)[-1] == (Op.ABORT, Operator.NULL, None))
        assert marks(house) == []
        meter.stops_after = None
        await meter.read_again()
        await house.until(lambda: marks(house) == [9])
    assert len(set(records(house))) == 9


async def test_each_record_gives_the_next_one_all_its_time(house: House) -> None:
    house.settings = replace(QUICK, record_timeout=0.2)
    meter = Meter(house)
    meter.measured(1, 6, SINCE)
    slow = meter.sensor.notify

    async def notify(uuid: str, data: bytes) -> None:
        await asyncio.sleep(0.08)
        await slow(uuid, data)

    meter.sensor.notify = notify  # type: ignore[method-assign]
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [6])


async def test_a_busy_device_is_asked_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.ble.record_procedure._BUSY_PAUSE", 0.01)
    meter = Meter(house, busy=2)
    meter.measured(1, 2, SINCE)
    async with meter.on(), house.listening() as source:
        await house.until(lambda: marks(house) == [2])
        meter.answers[Op.COUNT] = Answer.SERVER_BUSY
        await meter.read_again()
        await settled(lambda: source.troubles().get(trouble(BUSY)) == 1)
        assert marks(house) == [2]


@pytest.mark.parametrize(
    "refused",
    [
        {(Op.REPORT, Operator.AT_LEAST): Answer.OPERATOR_NOT_SUPPORTED},
        {
            (Op.REPORT, Operator.AT_LEAST): Answer.OPERAND_NOT_SUPPORTED,
            (Op.COUNT, Operator.AT_LEAST): Answer.INVALID_OPERAND,
        },
        {
            Op.COUNT: Answer.OP_NOT_SUPPORTED,
            (Op.REPORT, Operator.AT_LEAST): Answer.INVALID_OPERATOR,
        },
    ],
    ids=["report", "both", "no counting at all"],
)
async def test_a_device_that_cannot_be_asked_by_number_is_asked_for_all(
    house: House, refused: dict[Op | tuple[Op, Operator], Answer]
) -> None:
    meter = Meter(house, answers=refused)
    meter.measured(1, 4, SINCE)
    async with meter.on(), house.listening() as source:
        await house.until(lambda: marks(house) == [4])
        meter.measured(5, 5, SINCE + timedelta(days=3))
        await meter.read_again()
        await house.until(lambda: marks(house) == [4, 5])
        assert set(source.troubles()) == set()
    assert len(set(records(house))) == 5


async def test_a_device_without_counting_is_asked_for_what_is_new(house: House) -> None:
    meter = Meter(house, answers={Op.COUNT: Answer.OP_NOT_SUPPORTED})
    meter.measured(1, 4, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [4])
        meter.sent.clear()
        meter.measured(5, 6, SINCE + timedelta(days=3))
        await meter.read_again()
        await house.until(lambda: marks(house) == [4, 6])
    assert meter.sent == [5, 6]


@pytest.mark.parametrize("answer", [Answer.NOT_COMPLETED, Answer.ABORT_UNSUCCESSFUL])
async def test_a_device_that_breaks_off_is_asked_again_next_time(
    house: House, answer: Answer
) -> None:
    meter = Meter(house, answers={Op.REPORT: answer})
    meter.measured(1, 4, SINCE)
    async with meter.on(), house.listening() as source:
        reason = STOPPED if answer is Answer.NOT_COMPLETED else REFUSED
        await settled(lambda: source.troubles().get(trouble(reason)) == 1)
        assert marks(house) == []


async def test_an_empty_device_is_an_empty_device(house: House) -> None:
    meter = Meter(house, answers={Op.COUNT: Answer.NO_RECORDS})
    async with meter.on(), house.listening() as source:
        await settled(lambda: meter.asked)
        await asyncio.sleep(0.1)
        assert (asked(meter), marks(house), source.troubles()) == (
            [(Op.COUNT, Operator.ALL, None)],
            [],
            {},
        )


async def test_a_device_that_was_emptied_and_counts_anew_is_fetched_whole(house: House) -> None:
    meter = Meter(house)
    meter.measured(1, 30, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [30])
        meter.tests.clear()
        meter.measured(1, 2, SINCE + timedelta(days=5))
        await meter.read_again()
        await house.until(lambda: marks(house) == [30, 2])
    assert len(set(records(house))) == 32


async def test_new_numbers_with_earlier_times_are_of_a_device_that_began_anew(
    house: House,
) -> None:
    meter = Meter(house)
    meter.measured(1, 5, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [5])
        meter.tests.clear()
        meter.measured(1, 8, SINCE - timedelta(days=30))
        await meter.read_again()
        await house.until(lambda: marks(house) == [5, 8])
    assert len(set(records(house))) == 13, "those up to 5 as well"


async def test_a_device_that_began_anew_unnoticed_is_asked_for_all_after_a_month(
    house: House,
) -> None:
    """Its clock was kept, and it has measured past the old mark."""
    meter = Meter(house)
    meter.measured(1, 5, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [5])
        meter.tests.clear()
        meter.measured(1, 8, SINCE + timedelta(days=3))
        await meter.read_again()
        await house.until(lambda: marks(house) == [5, 8])
        assert len(set(records(house))) == 8, "the first five were not noticed"
        house.clock.at += 29 * DAY
        meter.asked.clear()
        await meter.read_again()
        await settled(lambda: meter.asked)
        assert asked(meter) == [(Op.COUNT, Operator.AT_LEAST, 8)]
        house.clock.at += 1 * DAY
        await meter.read_again()
        await house.until(lambda: marks(house) == [5, 8, 8])
        assert len(set(records(house))) == 13, "and none of the others was doubled"
        meter.asked.clear()
        await meter.read_again()
        await settled(lambda: meter.asked)
        assert asked(meter) == [(Op.COUNT, Operator.AT_LEAST, 8)], "for a month again"


async def test_the_highest_number_there_is_asks_for_all(house: House) -> None:
    meter = Meter(house)
    meter.measured(0xFFFE, 0xFFFF, SINCE)
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [0xFFFF])
        meter.measured(0, 1, SINCE + timedelta(days=1))
        await meter.read_again()
        await house.until(lambda: len(marks(house)) == 2)
    assert len(set(records(house))) == 4


async def test_fewer_records_than_were_counted_leave_the_mark_where_it_was(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.ble.fetching._STRAGGLERS", 0.02)
    meter = Meter(house)
    meter.measured(1, 4, SINCE)
    wanted = meter._wanted

    def one_less(request: racp.RecordAccessControlPoint) -> list[int]:
        return wanted(request)[: 3 if request.op is Op.REPORT else 4]

    meter._wanted = one_less  # type: ignore[method-assign]
    async with meter.on(), house.listening() as source:
        await settled(lambda: source.troubles().get(Trouble(METER, TEST, TOO_FEW)) == 1)
    assert (marks(house), len(levels(house))) == ([], 3)


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


async def test_answers_that_nobody_understands_are_passed_over(house: House) -> None:
    meter = Meter(house)
    meter.measured(1, 3, SINCE)
    say = meter._say

    async def nonsense(answer: object) -> None:
        for junk in (
            b"",
            b"\x02\x01",
            b"\x06\x00\x01",
            b"\xff\xff",
            bytes(20),
            b"\x06\x00\x03\x01",
        ):
            await meter.sensor.indicate(racp.UUID, junk)
        await say(answer)  # type: ignore[arg-type]

    meter._say = nonsense  # type: ignore[method-assign]
    async with meter.on(), house.listening():
        await house.until(lambda: marks(house) == [3])
