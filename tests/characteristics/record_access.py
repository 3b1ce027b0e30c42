"""Record Access Control Point, which several services share."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from adapters.ble.characteristics.record_access_control_point import (
    Answer,
    Op,
    Operator,
    RecordAccessControlPoint,
)
from tests.characteristics import Case, Vector

_NORDIC = (
    "NordicSemiconductor/Android-BLE-Common-Library, callback/"
    "RecordAccessControlPointDataCallbackTest, {}"
)
_ASKED = "pauldemarco/flutter_blue issue #830: what owners of a Contour Plus One write to it"

_REQUESTS = (Op.REPORT, Op.DELETE, Op.COUNT, Op.COMBINED_REPORT)
_COUNTS = (Op.COUNT_IS, Op.COMBINED_REPORT_IS)


@st.composite
def _made(draw: st.DrawFn) -> RecordAccessControlPoint:
    op = draw(st.sampled_from(Op))
    if op is Op.RESPONSE:
        return RecordAccessControlPoint.answer(
            draw(st.integers(0, 0xFF)), draw(st.sampled_from(Answer))
        )
    if op in _COUNTS:
        width = draw(st.sampled_from([2, 4]))
        count = draw(st.integers(0, 256**width - 1)).to_bytes(width, "little")
        return RecordAccessControlPoint(op, Operator.NULL, count)
    if op is Op.ABORT:
        return RecordAccessControlPoint(op, Operator.NULL)
    return RecordAccessControlPoint(
        op, draw(st.sampled_from(Operator)), draw(st.binary(max_size=18))
    )


def _shorter(data: bytes) -> set[int]:
    """How long an operand must be is the service's to say; a long count may lose half of it."""
    asked = RecordAccessControlPoint.from_bytes(data)
    if asked.op in _REQUESTS:
        return set(range(2, len(data)))
    return {4} if asked.op in _COUNTS and len(asked.operand) == 4 else set()


def _answered(op: int, how: Answer) -> RecordAccessControlPoint:
    return RecordAccessControlPoint.answer(op, how)


def _vector(data: str, means: Any, name: str) -> Vector:
    return Vector(data, means, _NORDIC.format(name))


CASES = (
    Case(
        "record access control point",
        RecordAccessControlPoint,
        _made(),
        (
            _vector("06000101", _answered(1, Answer.SUCCESS), "Completed"),
            _vector("06000c02", _answered(12, Answer.OP_NOT_SUPPORTED), "opCodeNotSupported"),
            _vector("06000103", _answered(1, Answer.INVALID_OPERATOR), "invalidOperator"),
            _vector(
                "06000204", _answered(2, Answer.OPERATOR_NOT_SUPPORTED), "operatorNotSupported"
            ),
            _vector("06000105", _answered(1, Answer.INVALID_OPERAND), "invalidOperand"),
            _vector("06000106", _answered(1, Answer.NO_RECORDS), "CompletedWithNoRecords"),
            _vector("06000307", _answered(3, Answer.ABORT_UNSUCCESSFUL), "abortUnsuccessful"),
            _vector("06000208", _answered(2, Answer.NOT_COMPLETED), "procedureNotCompleted"),
            _vector("06000209", _answered(2, Answer.OPERAND_NOT_SUPPORTED), "operandNotSupported"),
            _vector("0600010a", _answered(1, Answer.SERVER_BUSY), "unknownErrorCode"),
            _vector(
                "05000201",
                RecordAccessControlPoint(Op.COUNT_IS, Operator.NULL, b"\x02\x01"),
                "onNumberOfRecordsReceived_uint16",
            ),
            _vector(
                "050004030201",
                RecordAccessControlPoint(Op.COUNT_IS, Operator.NULL, b"\x04\x03\x02\x01"),
                "onNumberOfRecordsReceived_uint32",
            ),
            Vector("0101", RecordAccessControlPoint.ask(Op.REPORT), _ASKED),
            Vector("0401", RecordAccessControlPoint.ask(Op.COUNT), _ASKED),
            Vector("0106", RecordAccessControlPoint(Op.REPORT, Operator.LAST), _ASKED),
            Vector("0103012d00", RecordAccessControlPoint.ask(Op.REPORT, at_least=45), _ASKED),
        ),
        shorter=_shorter,
        longer=True,
    ),
)
