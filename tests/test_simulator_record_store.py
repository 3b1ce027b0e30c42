"""Stored records and the control point that gives them out, without any radio."""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime

import pytest

from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.record_access_control_point import Op, Operator
from adapters.simulator.instrument import AttError, Sent
from adapters.simulator.record_store import Access, Kept, RecordStore

MEASURES, CONTEXT = "measures", "context"
EVERY_OP = frozenset({Op.REPORT, Op.ABORT, Op.COUNT, Op.COMBINED_REPORT})


def day(number: int) -> datetime:
    return datetime(2026, 3, number, 8)  # noqa: DTZ001 - a device's clock


def store(
    count: int = 9, *, access: Access | None = None, unheard: frozenset[str] = frozenset()
) -> RecordStore:
    access = access or Access((MEASURES,), ops=EVERY_OP, time_filter=2)
    made = RecordStore(access, lambda uuid: uuid not in unheard)
    for number in range(1, count + 1):
        measured = Sent(MEASURES, bytes([number]), number=number)
        context = (Sent(CONTEXT, bytes([number]), number=number),) if number % 2 else ()
        made.keep(Kept(number, (measured, *context), day(number)))
    return made


def ask(store: RecordStore, request: str) -> list[Sent]:
    """Everything that goes out for a request."""
    waiting, out = deque(store.write(bytes.fromhex(request))), []
    while waiting:
        sent = waiting.popleft()
        out.append(sent)
        waiting.extendleft(reversed(store.delivered(sent)))
    return out


def numbers(out: list[Sent]) -> list[int]:
    return [sent.data[0] for sent in out if sent.uuid == MEASURES]


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        pytest.param("0101", [1, 2, 3, 4, 5, 6, 7, 8, 9], id="all"),
        pytest.param("0102010300", [1, 2, 3], id="at most 3"),
        pytest.param("0103010700", [7, 8, 9], id="at least 7"),
        pytest.param("01040103000500", [3, 4, 5], id="within 3 to 5"),
        pytest.param("01040105000500", [5], id="within 5 to 5"),
        pytest.param("0105", [1], id="first"),
        pytest.param("0106", [9], id="last"),
        pytest.param("010302" + bytes(DateTime.of(day(8))).hex(), [8, 9], id="since a day"),
    ],
)
def test_records_are_reported_in_order_then_the_answer(request_: str, told: list[int]) -> None:
    out = ask(store(), request_)
    assert numbers(out) == told
    assert (out[-1].data.hex(), out[-1].confirmed) == ("06000101", True)


def test_what_belongs_to_a_record_follows_it_at_once() -> None:
    out = ask(store(2), "0101")
    assert [(sent.uuid, sent.number) for sent in out[:-1]] == [
        (MEASURES, 1),
        (CONTEXT, 1),
        (MEASURES, 2),
    ]


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        pytest.param("0401", "05000900", id="count all"),
        pytest.param("0403010a00", "05000000", id="count of none is 0"),
        pytest.param("0103010a00", "06000106", id="no records"),
        pytest.param("09", "06000902", id="an op that nobody knows"),
        pytest.param("0500", "06000502", id="an answer is no question"),
        pytest.param("01", "06000103", id="no operator"),
        pytest.param("0100", "06000103", id="the operator null"),
        pytest.param("0107", "06000104", id="an operator that nobody knows"),
        pytest.param("010101", "06000105", id="all, with an operand"),
        pytest.param("0103", "06000105", id="at least, without an operand"),
        pytest.param("010301ff", "06000105", id="half a number"),
        pytest.param("01040105000300", "06000105", id="from 5 to 3"),
        pytest.param("010401050003000700", "06000105", id="three numbers"),
        pytest.param("010302e9070d01000000", "06000105", id="the thirteenth month"),
        pytest.param("0103090300", "06000109", id="a filter that it does not know"),
        pytest.param("0300", "06000301", id="abort of nothing"),
        pytest.param("0301", "06000303", id="abort of all"),
        pytest.param("030001", "06000305", id="abort with an operand"),
    ],
)
def test_what_cannot_be_done_is_answered_as_the_services_say(request_: str, answer: str) -> None:
    asked = store()
    assert [sent.data.hex() for sent in ask(asked, request_)] == [answer]
    assert not asked.is_busy


def test_an_empty_store_has_no_records() -> None:
    assert [sent.data.hex() for sent in ask(store(0), "0101")] == ["06000106"]


def test_a_service_may_know_less() -> None:
    spot = Access((MEASURES,), operators=frozenset({Operator.ALL}))
    assert ask(store(access=spot), "0105")[0].data.hex() == "06000104"
    assert ask(store(access=spot), "0701")[0].data.hex() == "06000702"


def test_a_service_may_have_wide_numbers() -> None:
    wide = Access((MEASURES,), ops=EVERY_OP, filters={0: 4}, count_width=4)
    assert numbers(ask(store(access=wide), "01030008000000")) == [8, 9]
    assert ask(store(access=wide), "0401")[0].data.hex() == "050009000000"
    assert ask(store(access=wide), "0701")[-1].data.hex() == "080009000000"


def test_a_combined_report_ends_with_how_many_there_were() -> None:
    out = ask(store(), "0703010700")
    assert numbers(out) == [7, 8, 9]
    assert out[-1].data.hex() == "08000300"


def test_while_records_go_out_nothing_else_is_done() -> None:
    busy = store()
    busy.write(bytes.fromhex("0101"))
    with pytest.raises(AttError) as refused:
        busy.write(bytes.fromhex("0401"))
    assert refused.value.code == 0xFE


def test_a_report_can_be_aborted() -> None:
    busy = store()
    (first,) = busy.write(bytes.fromhex("0101"))
    (second,) = busy.delivered(first)
    (answer,) = busy.write(bytes.fromhex("0300"))
    assert answer.data.hex() == "06000301"
    assert busy.delivered(second) == ()
    assert not busy.is_busy


def test_a_lost_link_ends_the_report_and_keeps_the_records() -> None:
    busy = store()
    (first,) = busy.write(bytes.fromhex("0101"))
    busy.disconnected()
    assert busy.delivered(first) == ()
    assert numbers(ask(busy, "0101")) == list(range(1, 10))


def test_what_else_goes_out_meanwhile_does_not_disturb_it() -> None:
    busy = store()
    busy.write(bytes.fromhex("0101"))
    assert busy.delivered(Sent(MEASURES, b"live", number=99)) == ()
    assert busy.is_busy


@pytest.mark.parametrize("unheard", [racp.UUID, MEASURES])
def test_who_is_not_subscribed_gets_no_records(unheard: str) -> None:
    with pytest.raises(AttError) as refused:
        store(unheard=frozenset({unheard})).write(bytes.fromhex("0101"))
    assert refused.value.code == 0xFD


def test_counting_needs_no_subscription_to_the_records() -> None:
    asked = store(unheard=frozenset({MEASURES}))
    assert ask(asked, "0401")[0].data.hex() == "05000900"


def test_nothing_is_deleted_and_who_asked_is_remembered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = store()
    with caplog.at_level(logging.WARNING):
        assert [sent.data.hex() for sent in ask(asked, "0201")] == ["06000202"]
    assert asked.deletions == [bytes.fromhex("0201")]
    assert "0201" in caplog.text
    assert len(asked) == 9


def test_a_full_store_loses_its_oldest_record() -> None:
    small = store(access=Access((MEASURES,), capacity=3))
    assert [record.number for record in small] == [7, 8, 9]
    assert numbers(ask(small, "0101")) == [7, 8, 9]
