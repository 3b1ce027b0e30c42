"""The first connection to a device that is being added: it is paired with, if it wants that."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from adapters.ble.asking import Meets, NotPaired
from adapters.errors import AdapterError
from adapters.reading import DeviceKey
from gateway import clock
from gateway.app import House
from gateway.pairing import moved_to
from gateway.store.thread import StoreThread
from gateway.store.wishes import Wish


@dataclass(slots=True)
class Guest:
    """A device that is being added.

    Attributes:
        again: it was paired before, so it is one to be paired with.
        greeted: done once it is connected to, and paired with if it wants that.
    """

    wish: Wish
    device: DeviceKey
    pairs_first: bool
    meeting: Meets
    again: bool = False
    greeted: asyncio.Future[None] = field(default_factory=lambda: _future())


def _future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


class Greeting:
    """Whom the radio is to greet, and how."""

    def __init__(self, house: House, thread: StoreThread) -> None:
        """Nobody yet."""
        self.guests: dict[DeviceKey, Guest] = {}
        self._house = house
        self._thread = thread

    def may_come(self, device: DeviceKey) -> bool:
        """Whether a device may be connected to: while one is being added, others wait for it."""
        waited_for = {key for key, guest in self.guests.items() if not guest.greeted.done()}
        return not waited_for or device in waited_for

    async def greet(self, device: DeviceKey, wants: bool) -> None:
        """A device is about to be connected to: pair with it, if it is being added and wants that.

        Raises:
            AdapterError: it is let go.
        """
        guest = self.guests.get(device)
        if guest is None or guest.greeted.done():
            return
        try:
            wants = wants or guest.again or guest.meeting.was_asked
            if (wants or guest.pairs_first) and not await guest.meeting.is_paired():
                await self._pair(guest, wants=wants)
        except AdapterError as error:
            if not guest.greeted.done():
                guest.greeted.set_exception(error)
            raise
        if not guest.greeted.done():
            guest.greeted.set_result(None)

    async def _pair(self, guest: Guest, *, wants: bool) -> None:
        try:
            address = await self._paired(guest.meeting)
        except NotPaired as error:
            # Many cuffs and scales need no pairing, and know none.
            if error.reason != "refused" or wants:
                raise
            return
        if address != guest.wish.address.upper():
            await self._thread.do(moved_to, self._house, guest.device, address, clock.now())

    async def _paired(self, meeting: Meets) -> str:
        """Pair; once more where the connection did not come about: over radio that is common."""
        try:
            return await meeting.pair()
        except NotPaired as error:
            if error.reason != "gone" or meeting.was_asked:
                raise
        return await meeting.pair()
