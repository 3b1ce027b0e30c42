"""Requests to a Record Access Control Point: what is refused, and what is never asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ble.characteristics.record_access_control_point import (
    Answer,
    Op,
    Operator,
    RecordAccessControlPoint,
)
from adapters.errors import DecodeError


@pytest.mark.parametrize("data", ["060101", "0500030201", "0600", "060001", "01", "0907"])
def test_an_answer_that_is_none_is_refused(data: str) -> None:
    """Most are those that Android-BLE-Common-Library refuses, in the test of the same class."""
    with pytest.raises(DecodeError):
        RecordAccessControlPoint.from_bytes(bytes.fromhex(data))


@given(st.none() | st.integers(0, 0xFFFF), st.sampled_from([Op.REPORT, Op.COUNT]))
def test_what_is_asked_is_read_as_asked(at_least: int | None, op: Op) -> None:
    asked = RecordAccessControlPoint.ask(op, at_least=at_least)
    read = RecordAccessControlPoint.from_bytes(bytes(asked))
    assert (read.op, read.count, read.went) == (op, None, None)
    assert read.operator is (Operator.ALL if at_least is None else Operator.AT_LEAST)
    if at_least is not None:
        assert read.operand == b"\x01" + at_least.to_bytes(2, "little")


@pytest.mark.parametrize(("data", "count"), [("05000201", 258), ("050004030201", 16909060)])
def test_a_count_is_told(data: str, count: int) -> None:
    assert RecordAccessControlPoint.from_bytes(bytes.fromhex(data)).count == count


def test_an_answer_says_how_it_went() -> None:
    answer = RecordAccessControlPoint.answer(Op.REPORT, Answer.NO_RECORDS)
    assert bytes(answer) == bytes.fromhex("06000106")
    assert answer.went == Answer.NO_RECORDS
