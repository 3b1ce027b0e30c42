"""User Control Point, 0x2A9F: asking a device to let us see what it keeps of one of its users.

Source: Bluetooth SIG, User Data Service 1.1, 3.2 (User Control Point: op codes, response values,
consent code 0 to 9999); GATT Specification Supplement, User Control Point.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

SERVICE = assigned(0x181C)
UUID = assigned(0x2A9F)

HIGHEST_CODE: Final = 9999
"""A consent code has at most four digits."""


class Op(IntEnum):
    """What is asked or answered. Nothing of ours ever sends `DELETE_DATA` or `DELETE_USER`."""

    REGISTER = 1
    CONSENT = 2
    DELETE_DATA = 3
    LIST_USERS = 4
    DELETE_USER = 5
    RESPONSE = 0x20


class Answer(IntEnum):
    """How a request went."""

    SUCCESS = 1
    OP_NOT_SUPPORTED = 2
    INVALID_PARAMETER = 3
    FAILED = 4
    NOT_AUTHORIZED = 5


_TELLS_A_USER = (Op.REGISTER, Op.DELETE_USER)


@dataclass(frozen=True, slots=True)
class UserControlPoint:
    """One request or answer.

    Attributes:
        op: what is asked or answered.
        user: the slot of the user: asked for by `CONSENT` and `DELETE_USER`, and told by the
            answer to `REGISTER` and `DELETE_USER`; None elsewhere.
        code: the consent code, of `REGISTER` and `CONSENT`; None elsewhere.
        request: the op that is answered, in a response; it may be a number that is no `Op`.
        went: how the request went, in a response.
        users: how many users there are, in the answer to `LIST_USERS`; None elsewhere.
    """

    op: Op
    user: int | None = None
    code: int | None = None
    request: int | None = None
    went: Answer | None = None
    users: int | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for reserved ops and answers, and for codes of more than 4 digits."""
        fields = Reader(data)
        try:
            op = Op(fields.uint8())
        except ValueError:
            raise fields.wrong("the op code is a reserved number") from None
        made = cls._answer(fields) if op is Op.RESPONSE else cls._request(op, fields)
        fields.end()
        return made

    @classmethod
    def _request(cls, op: Op, fields: Reader) -> Self:
        user = fields.uint8() if op in (Op.CONSENT, Op.DELETE_USER) else None
        code = fields.uint16() if op in (Op.REGISTER, Op.CONSENT) else None
        if code is not None and code > HIGHEST_CODE:
            raise fields.wrong("a consent code has at most four digits")
        return cls(op, user, code)

    @classmethod
    def _answer(cls, fields: Reader) -> Self:
        request = fields.uint8()
        try:
            went = Answer(fields.uint8())
        except ValueError:
            raise fields.wrong("the response value is a reserved number") from None
        user = users = None
        if went is Answer.SUCCESS and request in _TELLS_A_USER:
            user = fields.uint8()
        if went is Answer.SUCCESS and request == Op.LIST_USERS:
            users = fields.uint8()
        return cls(Op.RESPONSE, user, None, request, went, users)

    def __bytes__(self) -> bytes:
        made = Writer().uint8(self.op)
        for part, width in ((self.request, 1), (self.went, 1), (self.user, 1), (self.code, 2)):
            if part is not None:
                made.unsigned(part, width)
        if self.users is not None:
            made.uint8(self.users)
        return bytes(made)

    @classmethod
    def consent(cls, user: int, code: int) -> Self:
        """Ask to see what is kept of the user in this slot."""
        return cls(Op.CONSENT, user, code)

    @classmethod
    def register(cls, code: int) -> Self:
        """Ask for a slot of our own, to be opened by this code from then on."""
        return cls(Op.REGISTER, code=code)

    @classmethod
    def answer(
        cls, request: int, went: Answer, *, user: int | None = None, users: int | None = None
    ) -> Self:
        """Say how a request went."""
        return cls(Op.RESPONSE, user, None, request, went, users)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="User Control Point",
    service="User Data",
    value=UserControlPoint,
    fields={
        "op": because("opens what is kept of a user; measures nothing"),
        "user": because("opens what is kept of a user; measures nothing"),
        "code": because("opens what is kept of a user; it never leaves the house"),
        "request": because("says which request is answered"),
        "went": because("says how a request went"),
        "users": because("says how many users the device knows"),
    },
    source="User Data Service 1.1, 3.2",
)
