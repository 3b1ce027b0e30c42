"""What is asked at a Record Access Control Point: how many records, and to send them.

Each procedure is asked for alone and ends with its answer; one that stops in the middle is aborted.
The bytes are made here and nowhere else: a count, a report, an abort, and no other request.

Source: Bluetooth SIG, Glucose Service 1.0.1, 3.5 and 1.6 (0x80 procedure already in progress, 0x81
subscriptions wrongly configured); Core Specification Supplement, Part B, 1.2 (0xFE and 0xFD, the
same for all services).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from bleak.backends.characteristic import BleakGATTCharacteristic

from adapters.ble.characteristics.record_access_control_point import (
    Answer,
    Op,
    Operator,
    RecordAccessControlPoint,
)
from adapters.ble.control_point import ControlPoint, NoAnswer
from adapters.ble.gatt_errors import code_of
from adapters.ble.record_access import RecordAccess
from adapters.ble.talk import RADIO_ERRORS, Talk
from adapters.errors import DecodeError

NO_ANSWER: Final = "it did not answer when it was asked for its stored records"
STOPPED: Final = "it stopped while it sent its stored records"
BUSY: Final = "it was busy when it was asked for its stored records"
REFUSED: Final = "it refused to send its stored records"

_IN_PROGRESS = {0x80, 0xFE}
_NOT_SO = {
    Answer.OP_NOT_SUPPORTED,
    Answer.INVALID_OPERATOR,
    Answer.OPERATOR_NOT_SUPPORTED,
    Answer.INVALID_OPERAND,
    Answer.OPERAND_NOT_SUPPORTED,
}
_COUNTED = {Op.COUNT: Op.COUNT_IS, Op.COMBINED_REPORT: Op.COMBINED_REPORT_IS}
_TRIES = 3
_BUSY_PAUSE = 1.0


class Asked(Enum):
    """How it went: done; not done; or the device cannot be asked in this way."""

    DONE = auto()
    FAILED = auto()
    NOT_SO = auto()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many records there are; None where the device cannot count them, or not in this way."""

    went: Asked
    count: int | None = None


class RecordProcedure:
    """The control point of one service."""

    def __init__(
        self, talk: Talk, characteristic: BleakGATTCharacteristic, access: RecordAccess
    ) -> None:
        self._talk = talk
        self._access = access
        self._point = ControlPoint(talk, characteristic)
        self._counts = True

    async def open(self) -> None:
        """Subscribe to the answers; raises what `ControlPoint.open` does."""
        await self._point.open()

    def still_busy(self) -> None:
        """A record came: the next one has all its time again."""
        self._point.still_busy()

    async def count(self, at_least: int | None) -> Counted:
        """How many records have this number or a higher one; None counts all.

        Raises:
            BleakError: the link is lost.
        """
        if not self._counts:
            return Counted(Asked.DONE)
        answer = await self._asked(self._request(Op.COUNT, at_least))
        if answer is None:
            return Counted(Asked.FAILED)
        if answer.count is not None:
            return Counted(Asked.DONE, answer.count)
        if answer.went == Answer.NO_RECORDS:
            return Counted(Asked.DONE, 0)
        if answer.went in _NOT_SO:
            self._counts = self._counts and answer.went != Answer.OP_NOT_SUPPORTED
            return Counted(Asked.DONE)
        self._talk.complain(self._access.control, REFUSED)
        return Counted(Asked.FAILED)

    async def report(self, at_least: int | None) -> Asked:
        """Have the records sent that have this number or a higher one; None sends all.

        Raises:
            BleakError: the link is lost.
        """
        op = Op.COMBINED_REPORT if self._access.combined else Op.REPORT
        answer = await self._asked(self._request(op, at_least))
        if answer is None:
            return Asked.FAILED
        if answer.count is not None or answer.went in (Answer.SUCCESS, Answer.NO_RECORDS):
            return Asked.DONE
        if answer.went in _NOT_SO and at_least is not None:
            return Asked.NOT_SO
        stopped = answer.went == Answer.NOT_COMPLETED
        self._talk.complain(self._access.control, STOPPED if stopped else REFUSED)
        return Asked.FAILED

    def _request(self, op: Op, at_least: int | None) -> RecordAccessControlPoint:
        return RecordAccessControlPoint.ask(
            op, at_least=at_least, filter=self._access.filter, width=self._access.width
        )

    async def _asked(self, request: RecordAccessControlPoint) -> RecordAccessControlPoint | None:
        """Ask, again where it is busy; None where it came to nothing, which was complained of."""
        for attempt in range(_TRIES):
            if attempt:
                await self._talk.while_linked(asyncio.sleep(_BUSY_PAUSE))
            try:
                answer = await self._answer(request)
            except NoAnswer:
                self._talk.complain(self._access.control, NO_ANSWER)
                await self._abort()
                return None
            except RADIO_ERRORS as error:
                if not self._talk.is_up:
                    raise
                if code_of(error) not in _IN_PROGRESS:
                    self._talk.complain(self._access.control, REFUSED)
                    return None
                await self._abort()
                continue
            if answer.went != Answer.SERVER_BUSY:
                return answer
        self._talk.complain(self._access.control, BUSY)
        return None

    async def _answer(self, request: RecordAccessControlPoint) -> RecordAccessControlPoint:
        def answers(data: bytes) -> bool:
            try:
                told = RecordAccessControlPoint.from_bytes(data)
            except DecodeError as error:
                self._talk.complain(self._access.control, error.why)
                return False
            if told.op is Op.RESPONSE:
                return told.operand[0] == request.op
            return told.op is _COUNTED.get(request.op)

        return RecordAccessControlPoint.from_bytes(await self._point.ask(bytes(request), answers))

    async def _abort(self) -> None:
        """End what may still be under way; whether that is confirmed changes nothing."""
        try:
            await self._answer(RecordAccessControlPoint(Op.ABORT, Operator.NULL))
        except NoAnswer:
            return
        except RADIO_ERRORS:
            if not self._talk.is_up:
                raise
