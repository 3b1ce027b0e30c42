"""The records that a simulated device keeps, and the control point by which they are asked for.

Nothing is ever deleted: a request to delete is refused, noted and logged, so that a test can show
that nobody made one.

Source: Bluetooth SIG, Record Access Control Point as in Glucose Service 1.0.1, 3.5 (procedures,
errors 0xFD and 0xFE, response codes); Continuous Glucose Monitoring Service 1.0.2, 3.9; Pulse
Oximeter Service 1.0.1, 3.5; Blood Pressure Service 1.1.1; Generic Health Sensor Service 1.0 (op
codes 7 and 8).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.record_access_control_point import Answer, Op, Operator
from adapters.ble.formats.fields import Reader
from adapters.errors import DecodeError
from adapters.simulator.instrument import AttError, Sent

_log = logging.getLogger(__name__)

NOT_SUBSCRIBED: Final = 0xFD
IN_PROGRESS: Final = 0xFE
_INVALID_LENGTH = 0x0D

_WITH_OPERAND = {Operator.AT_MOST, Operator.AT_LEAST, Operator.WITHIN}
_REPORTS = {Op.REPORT, Op.COMBINED_REPORT}

_Bound = int | datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """One stored record.

    Attributes:
        number: by which it is asked for.
        sent: what goes out for it, in order: the measurement, and what belongs to it.
        told: when it was measured, by the device's clock; for services that can be asked by it.
    """

    number: int
    sent: tuple[Sent, ...]
    told: datetime | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What a service lets a peer ask.

    Attributes:
        needs: characteristics that a peer must be subscribed to before it gets records.
        control: the control point.
        ops: the op codes that are supported; never `Op.DELETE`.
        operators: the operators that are supported.
        filters: filter types that ask by number, with the bytes of that number.
        time_filter: the filter type that asks by time (`Kept.told`); 0 for none.
        count_width: bytes of a count.
        capacity: so many records at most; the oldest goes first.
    """

    needs: tuple[str, ...]
    control: str = racp.UUID
    ops: frozenset[Op] = frozenset({Op.REPORT, Op.ABORT, Op.COUNT})
    operators: frozenset[Operator] = frozenset(Operator) - {Operator.NULL}
    filters: Mapping[int, int] = field(default_factory=lambda: {1: 2})
    time_filter: int = 0
    count_width: int = 2
    capacity: int = 500


class _Refused(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.name)
        self.answer = answer


class RecordStore:
    """Records, oldest first, and the procedure that is under way.

    Attributes:
        deletions: every request to delete that was made, as it came.
    """

    def __init__(
        self, access: Access, listening: Callable[[str], bool] = lambda _uuid: True
    ) -> None:
        """An empty store.

        Args:
            access: what its service lets a peer ask.
            listening: whether a peer is subscribed to a characteristic (`Setup.listening`).
        """
        self.deletions: list[bytes] = []
        self._access = access
        self._listening = listening
        self._records: deque[Kept] = deque(maxlen=access.capacity)
        self._under_way: Iterator[Sent] | None = None
        self._out: Sent | None = None

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Kept]:
        return iter(self._records)

    @property
    def is_busy(self) -> bool:
        """Whether records are going out."""
        return self._under_way is not None

    def keep(self, record: Kept) -> None:
        """Store a record; the oldest is lost if there is no room."""
        self._records.append(record)

    def write(self, data: bytes) -> tuple[Sent, ...]:
        """A peer asks.

        Raises:
            AttError: it is not subscribed as it must be, or a procedure is under way.
        """
        if not data:
            raise AttError(_INVALID_LENGTH)
        op, wanted = data[0], data[1:]
        if not self._listening(self._access.control):
            raise AttError(NOT_SUBSCRIBED)
        if self.is_busy and op != Op.ABORT:
            raise AttError(IN_PROGRESS)
        if op == Op.DELETE:
            self.deletions.append(data)
            _log.warning("Somebody asked a simulated device to delete its records: %s", data.hex())
        if op not in self._access.ops:
            return self._answer(op, Answer.OP_NOT_SUPPORTED)
        if op in _REPORTS and not all(map(self._listening, self._access.needs)):
            raise AttError(NOT_SUBSCRIBED)
        try:
            return self._abort(wanted) if op == Op.ABORT else self._do(Op(op), wanted)
        except _Refused as refused:
            return self._answer(op, refused.answer)

    def delivered(self, sent: Sent) -> tuple[Sent, ...]:
        """What goes out after that; nothing where it was none of the records asked for."""
        if self._under_way is None or sent is not self._out:
            return ()
        self._out = next(self._under_way)
        if self._out.uuid == self._access.control:
            self._under_way = None
        return (self._out,)

    def disconnected(self) -> None:
        """The link is gone, and with it the procedure."""
        self._under_way = self._out = None

    def _abort(self, wanted: bytes) -> tuple[Sent, ...]:
        if wanted[:1] != bytes([Operator.NULL]):
            raise _Refused(Answer.INVALID_OPERATOR)
        if wanted[1:]:
            raise _Refused(Answer.INVALID_OPERAND)
        self.disconnected()
        return self._answer(Op.ABORT, Answer.SUCCESS)

    def _do(self, op: Op, wanted: bytes) -> tuple[Sent, ...]:
        chosen = self._chosen(wanted)
        if op is Op.COUNT:
            return self._say(Op.COUNT_IS, len(chosen).to_bytes(self._access.count_width, "little"))
        if not chosen:
            raise _Refused(Answer.NO_RECORDS)
        self._under_way = self._report(op, chosen)
        self._out = next(self._under_way)
        return (self._out,)

    def _report(self, op: Op, chosen: list[Kept]) -> Iterator[Sent]:
        for record in chosen:
            yield from record.sent
        if op is Op.COMBINED_REPORT:
            count = len(chosen).to_bytes(self._access.count_width, "little")
            yield from self._say(Op.COMBINED_REPORT_IS, count)
        else:
            yield from self._answer(op, Answer.SUCCESS)

    def _chosen(self, wanted: bytes) -> list[Kept]:
        operator, operand = wanted[0] if wanted else Operator.NULL, wanted[1:]
        if operator == Operator.NULL:
            raise _Refused(Answer.INVALID_OPERATOR)
        if operator not in self._access.operators:
            raise _Refused(Answer.OPERATOR_NOT_SUPPORTED)
        if operator in _WITH_OPERAND:
            return self._between(Operator(operator), operand)
        if operand:
            raise _Refused(Answer.INVALID_OPERAND)
        every = list(self._records)
        if operator == Operator.FIRST:
            return every[:1]
        return every[-1:] if operator == Operator.LAST else every

    def _between(self, operator: Operator, operand: bytes) -> list[Kept]:
        if not operand:
            raise _Refused(Answer.INVALID_OPERAND)
        by_time = bool(self._access.time_filter) and operand[0] == self._access.time_filter
        if not by_time and operand[0] not in self._access.filters:
            raise _Refused(Answer.OPERAND_NOT_SUPPORTED)
        bounds = self._bounds(operand, by_time=by_time)
        if len(bounds) != (2 if operator is Operator.WITHIN else 1):
            raise _Refused(Answer.INVALID_OPERAND)
        low = None if operator is Operator.AT_MOST else bounds[0]
        high = None if operator is Operator.AT_LEAST else bounds[-1]
        if low is not None and high is not None and high < low:  # type: ignore[operator]  # alike
            raise _Refused(Answer.INVALID_OPERAND)
        return [one for one in self._records if _is_within(one, low, high, by_time=by_time)]

    def _bounds(self, operand: bytes, *, by_time: bool) -> list[_Bound]:
        fields, bounds = Reader(operand[1:]), list[_Bound]()
        try:
            while fields.left:
                if not by_time:
                    bounds.append(fields.unsigned(self._access.filters[operand[0]]))
                elif (told := DateTime.take(fields).told) is not None:
                    bounds.append(told)
        except DecodeError:
            raise _Refused(Answer.INVALID_OPERAND) from None
        return bounds

    def _say(self, op: Op, operand: bytes) -> tuple[Sent, ...]:
        said = racp.RecordAccessControlPoint(op, Operator.NULL, operand)
        return (Sent(self._access.control, bytes(said), confirmed=True),)

    def _answer(self, op: int, answer: Answer) -> tuple[Sent, ...]:
        return self._say(Op.RESPONSE, bytes([op, answer]))


def _is_within(record: Kept, low: _Bound | None, high: _Bound | None, *, by_time: bool) -> bool:
    at = record.told if by_time else record.number
    if at is None:
        return False
    return (low is None or low <= at) and (high is None or at <= high)  # type: ignore[operator]
