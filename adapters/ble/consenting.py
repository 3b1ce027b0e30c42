"""Consent to the slots of a device that tells its users apart: each is opened by its code.

Only one slot is open at a time: that of the current user, who is the last one whose code was right.
A wrong code shuts it. No slot is ever registered, emptied or removed by us: people do that at the
device.

Source: Bluetooth SIG, User Data Service 1.1, 3.2.2 (Consent; after too many wrong codes a device
may refuse all) and 3.3 (User Index: the current user); User Data Profile 1.0.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableSet
from typing import Final

from adapters.ble.characteristics import user_control_point
from adapters.ble.characteristics.user_control_point import Answer, UserControlPoint
from adapters.ble.control_point import ControlPoint, NoAnswer
from adapters.ble.paired import Paired
from adapters.ble.talk import RADIO_ERRORS, Talk
from adapters.errors import DecodeError

UUID: Final = user_control_point.UUID

Refused = MutableSet[tuple[int, int]]
"""Users and codes that the device refused: they are not tried again, or it might lock itself."""

NO_ANSWER: Final = "the device did not answer whether its user may be read"
REFUSED: Final = "the device refused the code of user "
"""What is told of such a code, with the number of its user behind it."""

NOT_OPENED: Final = "the device did not open what it keeps of a user"
CODE_WANTED: Final = (
    "It may keep what it measures behind a code for each of its users, and none is known here. "
    "Look a code up on the device, and enter it: health-gateway devices whose DEVICE USER PERSON "
    "--code CODE"
)
"""What the person may do where no code is known; without one many such devices send nothing."""


class Consenting:
    """The slots of one connected device, opened one after the other.

    Attributes:
        current: the user whose slot is open now; None where none is.
    """

    def __init__(
        self,
        talk: Talk,
        paired: Paired,
        refused: Refused,
        opened: Callable[[int], None] = lambda _user: None,
    ) -> None:
        """No slot is open.

        Args:
            talk: the link.
            paired: the device, with the codes of its users.
            refused: codes that were wrong before; others that are wrong are added.
            opened: told of each user whose slot was opened.
        """
        self.current: int | None = None
        self._talk = talk
        self._consents = paired.profile.consents
        self._codes = paired.codes if self._consents else {}
        self._refused = refused
        self._opened = opened
        self._point: ControlPoint | None = None
        self._right: list[int] = []

    async def open_each(self, before_next: Callable[[], Awaitable[None]]) -> str:
        """Open every slot whose code is known, so that each sends what it has and codes are tried.

        Args:
            before_next: awaited before a slot is shut by opening the next one.

        Returns:
            what the person is to do next; empty where all went well.

        Raises:
            AdapterError: the device wants to be paired.
            BleakError: the link is lost, or the device let us not subscribe.
        """
        offered = self._talk.offered(UUID)
        if not (offered and self._codes):
            return CODE_WANTED if offered and self._consents else ""
        self._point = ControlPoint(self._talk, offered[0])
        await self._point.open()
        for user in self._codes:
            if (user, self._codes[user]) in self._refused:
                continue
            if self.current is not None:
                await before_next()
            try:
                if await self.open(user):
                    self._right.append(user)
            except NoAnswer:
                break
        wrong = [str(user) for user, code in self._codes.items() if (user, code) in self._refused]
        if not wrong:
            return ""
        whom = f"user {wrong[0]}" if len(wrong) == 1 else f"users {', '.join(wrong)}"
        return (
            f"The device refused the code of {whom}. Look it up there and enter it again: "
            "health-gateway devices whose DEVICE USER PERSON --code CODE"
        )

    @property
    def users(self) -> tuple[int | None, ...]:
        """Whose records can be asked for, one after the other: first those of whom is current.

        Where no slot could be opened it is nobody, for a device that gives them out all the same.
        """
        right = [one for one in self._right if (one, self._codes[one]) not in self._refused]
        return tuple(sorted(right, key=lambda user: user != self.current)) or (None,)

    async def open(self, user: int) -> bool:
        """Open one slot, if it is not open yet; whether it is now.

        Raises:
            NoAnswer: the device does not speak at all.
            BleakError: the link is lost.
        """
        if user == self.current or self._point is None:
            return self._point is not None
        self.current = None
        try:
            went = await self._answer(
                self._point, UserControlPoint.consent(user, self._codes[user])
            )
        except NoAnswer:
            self._talk.complain(UUID, NO_ANSWER)
            raise
        except RADIO_ERRORS:
            if not self._talk.is_up:
                raise
            went = None
        if went is Answer.SUCCESS:
            self.current = user
            self._opened(user)
            return True
        if went in (Answer.NOT_AUTHORIZED, Answer.INVALID_PARAMETER):
            self._talk.complain(UUID, f"{REFUSED}{user}")
            self._refused.add((user, self._codes[user]))
        else:
            self._talk.complain(UUID, NOT_OPENED)
        return False

    async def _answer(self, point: ControlPoint, request: UserControlPoint) -> Answer | None:
        def answers(data: bytes) -> bool:
            try:
                return UserControlPoint.from_bytes(data).request == request.op
            except DecodeError as error:
                self._talk.complain(UUID, error.why)
                return False

        return UserControlPoint.from_bytes(await point.ask(bytes(request), answers)).went
