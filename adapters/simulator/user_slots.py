"""The users that a simulated device tells apart, and the control point that opens their slots.

Nobody is ever deleted: a request to is refused, noted and logged.

Source: Bluetooth SIG, User Data Service 1.1, 3.1.1 (Database Change Increment), 3.2 (User Control
Point), 3.3 (User Index), 1.6 (error 0x80: user data access not permitted).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from adapters.ble.characteristics import database_change_increment as increment
from adapters.ble.characteristics import user_control_point as control_point
from adapters.ble.characteristics import user_index
from adapters.ble.characteristics.user_control_point import Answer, Op, UserControlPoint
from adapters.ble.record import UNKNOWN_USER
from adapters.errors import DecodeError
from adapters.simulator.instrument import AttError, Sent
from adapters.simulator.sensor import Offered

_log = logging.getLogger(__name__)

SERVICE: Final = control_point.SERVICE
NOT_PERMITTED: Final = 0x80
_NOT_SUBSCRIBED, _INVALID_LENGTH, _READ_NOT_PERMITTED = 0xFD, 0x0D, 0x02
_DELETES = (Op.DELETE_DATA, Op.DELETE_USER)


class User(BaseModel):
    """Somebody whom a device knows by a slot, as a scenario says it.

    Attributes:
        slot: the number by which the device tells its users apart.
        code: what opens it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    slot: int = Field(ge=0, lt=UNKNOWN_USER)
    code: int = Field(default=1234, ge=0, le=control_point.HIGHEST_CODE)


OFFERS: Final = (
    Offered(control_point.UUID, sends="indicate", writes=True),
    Offered(user_index.UUID, lively=True),
    Offered(increment.UUID, lively=True),
)
"""The characteristics of the User Data Service that these slots answer for."""


class UserSlots:
    """The slots of one device, and whose was opened on this link.

    Attributes:
        current: the user whose slot a peer opened on this link; `UNKNOWN_USER` for nobody.
        deletions: every request to delete that was made, as it came.
    """

    def __init__(
        self,
        users: Iterable[User],
        *,
        slots: int = 4,
        attempts: int = 3,
        listening: Callable[[str], bool] = lambda _uuid: True,
    ) -> None:
        """A device that knows these users.

        Args:
            users: who is known already.
            slots: so many users at most; the first slot has the number 1 if it is free.
            attempts: so many wrong codes on one link; then even the right one fails.
            listening: whether a peer is subscribed to a characteristic (`Setup.listening`).
        """
        self.current = UNKNOWN_USER
        self.deletions: list[bytes] = []
        self._codes = {user.slot: user.code for user in users}
        self._slots = slots
        self._attempts = attempts
        self._listening = listening
        self._wrong: Counter[int] = Counter()
        self._changes = len(self._codes)

    @property
    def known(self) -> tuple[int, ...]:
        """The slots of all users, in order."""
        return tuple(sorted(self._codes))

    def require(self) -> int:
        """The user whose slot is open.

        Raises:
            AttError: none is.
        """
        if self.current == UNKNOWN_USER:
            raise AttError(NOT_PERMITTED)
        return self.current

    def read(self, uuid: str) -> bytes:
        """The value of User Index, or of Database Change Increment.

        Raises:
            AttError: it is neither, or no slot is open.
        """
        if uuid == user_index.UUID:
            return bytes(user_index.UserIndex(self.current))
        if uuid == increment.UUID:
            self.require()
            return bytes(increment.DatabaseChangeIncrement(self._changes))
        raise AttError(_READ_NOT_PERMITTED)

    def write(self, data: bytes) -> tuple[Sent, ...]:
        """A peer asks the control point.

        Raises:
            AttError: it is not subscribed to the answer, or asks nothing.
        """
        if not self._listening(control_point.UUID):
            raise AttError(_NOT_SUBSCRIBED)
        if not data:
            raise AttError(_INVALID_LENGTH)
        op = data[0]
        if op in _DELETES:
            self.deletions.append(data)
            _log.warning("Somebody asked a simulated device to delete a user: %s", data.hex())
        try:
            asked = UserControlPoint.from_bytes(data)
        except DecodeError:
            known = op in tuple(Op) and op != Op.RESPONSE
            wrong = Answer.INVALID_PARAMETER if known else Answer.OP_NOT_SUPPORTED
            return _answer(op, wrong)
        match asked:
            case UserControlPoint(op=Op.CONSENT, user=int(user), code=int(code)):
                return _answer(op, self._consent(user, code))
            case UserControlPoint(op=Op.REGISTER, code=int(code)):
                return self._register(code)
            case UserControlPoint(op=Op.LIST_USERS):
                return _answer(op, Answer.SUCCESS, users=len(self._codes))
        return _answer(op, Answer.OP_NOT_SUPPORTED)

    def disconnected(self) -> None:
        """The link is gone: whoever comes next opens a slot anew."""
        self.current = UNKNOWN_USER
        self._wrong.clear()

    def _consent(self, user: int, code: int) -> Answer:
        if user not in self._codes:
            return Answer.INVALID_PARAMETER
        if self._wrong[user] >= self._attempts:
            return Answer.FAILED
        if self._codes[user] != code:
            self._wrong[user] += 1
            self.current = UNKNOWN_USER
            return Answer.NOT_AUTHORIZED
        del self._wrong[user]
        self.current = user
        return Answer.SUCCESS

    def _register(self, code: int) -> tuple[Sent, ...]:
        free = (slot for slot in range(1, UNKNOWN_USER) if slot not in self._codes)
        if len(self._codes) >= self._slots:
            return _answer(Op.REGISTER, Answer.FAILED)
        slot = next(free)
        self._codes[slot] = code
        self._changes += 1
        return _answer(Op.REGISTER, Answer.SUCCESS, user=slot)


def _answer(
    op: int, went: Answer, *, user: int | None = None, users: int | None = None
) -> tuple[Sent, ...]:
    said = UserControlPoint.answer(op, went, user=user, users=users)
    return (Sent(control_point.UUID, bytes(said), confirmed=True),)
