"""Stored records of a device that is busy, refuses, breaks off, or counts anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.record_access_control_point import Answer, Op, Operator
from adapters.ble.fetching import TOO_FEW
from adapters.ble.record_procedure import BUSY, REFUSED, STOPPED
from adapters.ble.state import Trouble
from tests.ble_house import House, open_house, settled
from tests.fakes_meter import METER, TEST, Meter
from tests.fetched import SINCE, asked, levels, marks, records, trouble

pytestmark = pytest.mark.radio

DAY = 86_400_000


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


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
        # On a busy machine the link may be lost meanwhile: then it is asked, and marked, once more.
        await house.until(lambda: len(set(records(house))) >= 13 and len(marks(house)) > 2)
        assert len(set(records(house))) == 13, "and none of the others was doubled"
        assert set(marks(house)[2:]) == {8}
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
