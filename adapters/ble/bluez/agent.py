"""The pairing agent: BlueZ asks it what a person must answer.

It answers for the one device that a person is adding at this moment, and refuses all others.

Source: BlueZ 5.82, doc/org.bluez.Agent.rst.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Final, NoReturn

from dbus_fast import DBusError
from dbus_fast.annotations import DBusObjectPath, DBusSignature, DBusStr, DBusUInt16, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method

from adapters.ble.asking import ANSWER_WITHIN, Asker, Question, Sort

PATH: Final = "/org/health_gateway/agent"
CAPABILITY: Final = "KeyboardDisplay"
_REJECTED: Final = "org.bluez.Error.Rejected"
_CANCELED: Final = "org.bluez.Error.Canceled"

Nothing = Annotated[None, DBusSignature("")]
"""A method that answers nothing, in words that dbus-fast understands."""


@dataclass(slots=True)
class Adding:
    """The device that is being added, and how its questions were answered.

    Attributes:
        address: of the device.
        path: of the device at BlueZ, once that is known.
        asked: what the person was asked.
        answered: whether they gave an answer that the device was told.
        refused: they said no.
        late: nobody answered in time.
        cancelled: the question was taken back, by the device or by BlueZ.
    """

    address: str
    called: str
    asker: Asker
    path: str = ""
    asked: list[Sort] = field(default_factory=list)
    answered: bool = False
    refused: bool = False
    late: bool = False
    cancelled: bool = False


class Agent(ServiceInterface):
    """An ``org.bluez.Agent1`` for one device."""

    def __init__(self, adding: Adding) -> None:
        super().__init__("org.bluez.Agent1")
        self._adding = adding
        self._open: set[asyncio.Task[str | None]] = set()

    @dbus_method(name="RequestPasskey")
    async def request_passkey(self, device: DBusObjectPath) -> DBusUInt32:
        """Which six digits does the device show?"""
        self._only_the_one(device)
        digits = (await self._ask("type") or "").replace(" ", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
            self._adding.refused = not self._adding.late
            _refuse(_CANCELED if self._adding.late else _REJECTED)
        self._adding.answered = True
        return int(digits)

    @dbus_method(name="DisplayPasskey")
    def display_passkey(
        self, device: DBusObjectPath, passkey: DBusUInt32, entered: DBusUInt16
    ) -> Nothing:
        """These digits are to be typed into the device; said again with each key pressed there."""
        self._only_the_one(device)
        if "show" not in self._adding.asked:
            self._put("show", f"{passkey:06}")
            self._adding.answered = True

    @dbus_method(name="RequestConfirmation")
    async def request_confirmation(self, device: DBusObjectPath, passkey: DBusUInt32) -> Nothing:
        """Does the device show the same six digits?"""
        self._only_the_one(device)
        if await self._ask("compare", f"{passkey:06}") != "yes":
            self._adding.refused = not self._adding.late
            _refuse(_CANCELED if self._adding.late else _REJECTED)
        self._adding.answered = True

    @dbus_method(name="RequestAuthorization")
    def request_authorization(self, device: DBusObjectPath) -> Nothing:
        """May it pair without any digits? It may: a person is adding it."""
        self._only_the_one(device)

    @dbus_method(name="AuthorizeService")
    def authorize_service(self, device: DBusObjectPath, uuid: DBusStr) -> Nothing:
        """May it use a service? The one that is being added may."""
        self._only_the_one(device)

    @dbus_method(name="RequestPinCode")
    def request_pin_code(self, device: DBusObjectPath) -> DBusStr:
        """No: PIN codes belong to classic Bluetooth, which nothing here speaks."""
        _refuse(_REJECTED)

    @dbus_method(name="DisplayPinCode")
    def display_pin_code(self, device: DBusObjectPath, pincode: DBusStr) -> Nothing:
        """No, as for `request_pin_code`."""
        _refuse(_REJECTED)

    @dbus_method(name="Cancel")
    def cancel(self) -> Nothing:
        """The question no longer stands."""
        self._adding.cancelled = True
        self.take_back()

    @dbus_method(name="Release")
    def release(self) -> Nothing:
        """BlueZ asks nothing more."""
        self.take_back()

    def take_back(self) -> None:
        """Take back what is being asked."""
        for task in self._open:
            task.cancel()

    def _only_the_one(self, device: str) -> None:
        named = device.endswith(f"/dev_{self._adding.address.upper().replace(':', '_')}")
        if not (named or device == self._adding.path):
            _refuse(_REJECTED)

    def _put(self, sort: Sort, digits: str = "") -> asyncio.Task[str | None]:
        question = Question(sort, self._adding.called, digits)
        self._adding.asked.append(sort)
        task = asyncio.ensure_future(self._adding.asker.ask(question))
        self._open.add(task)
        task.add_done_callback(self._closed)
        return task

    def _closed(self, task: asyncio.Task[str | None]) -> None:
        self._open.discard(task)
        if not task.cancelled():
            task.exception()

    async def _ask(self, sort: Sort, digits: str = "") -> str | None:
        task = self._put(sort, digits)
        done, _ = await asyncio.wait([task], timeout=ANSWER_WITHIN)
        if not done:
            self._adding.late = True
            task.cancel()
            return None
        return None if task.cancelled() or task.exception() is not None else task.result()


def _refuse(name: str) -> NoReturn:
    raise DBusError(name, "not now")
