"""Serves wishes of people who add a device: looks around, pairs, and asks what the device wants.

Whoever wished, terminal or page, finds it all in the table `wish`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

from adapters.ble.asking import Pairs
from adapters.ble.scan import Around
from adapters.ble.source import BleSource
from adapters.errors import AdapterError
from adapters.reading import DeviceKey
from gateway import clock
from gateway.app import House
from gateway.errors import GatewayError
from gateway.pairing import add_device, forget_device, remember_nearby
from gateway.parts.greeting import Greeting, Guest
from gateway.parts.putting import EVERY, Putting
from gateway.radio import catalog_of
from gateway.store.thread import StoreThread
from gateway.store.wishes import State, Wish, Wishes

FRESH: Final = 60_000
"""Milliseconds after which a wish that nobody served is too old to surprise anybody with."""

OPEN_WITHIN: Final = 10.0
LOOK_FOR: Final = 10.0
HEARD_WITHIN: Final = 90.0
LINGER: Final = 20.0
"""Seconds in which a device may still ask for a pairing, after it was connected to."""

_AGAIN: Final = "Try again; if it fails again, look at: health-gateway doctor"


class Adding:
    """The wishes of one home, served by the part that collects.

    Attributes:
        greeting: whom the radio is to greet.
    """

    def __init__(self, house: House, thread: StoreThread, look: Callable[[], Awaitable[None]]):
        """Put together.

        Args:
            house: where.
            thread: its thread.
            look: makes the radio see at once that devices were added or forgotten.
        """
        self._house = house
        self._thread = thread
        self._look = look
        self._wishes = Wishes(house.local.db)
        self.greeting = Greeting(house, thread)
        self._source: BleSource | None = None
        self._pairs: Pairs | None = None
        self._open = asyncio.Event()

    @contextlib.contextmanager
    def over(self, source: BleSource, pairs: Pairs | None) -> Iterator[None]:
        """While this lasts, wishes are served over this radio."""
        self._source, self._pairs = source, pairs
        self._open.set()
        try:
            yield
        finally:
            self._source = None
            self._open.clear()

    async def run(self) -> None:
        """Serve one wish after the other, for ever."""
        while True:
            since = clock.now() - FRESH
            wish = await self._thread.do(self._wishes.next, since)
            if wish is None:
                await asyncio.sleep(EVERY)
                continue
            serving = asyncio.ensure_future(self._serve(wish))
            try:
                while not serving.done():
                    await asyncio.wait([serving], timeout=EVERY)
                    if not await self._still_wanted(wish):
                        break
            finally:
                serving.cancel()
                await asyncio.wait([serving])

    async def _still_wanted(self, wish: Wish) -> bool:
        now = await self._thread.do(self._wishes.get, wish.id)
        return now is not None and now.is_open

    async def _serve(self, wish: Wish) -> None:
        try:
            source = await self._radio()
            if source is None:
                raise AdapterError(
                    "The Bluetooth radio does not answer.",
                    "Switch Bluetooth on, or plug in a Bluetooth adapter, and try again.",
                )
            if wish.sort == "look":
                await self._look_around(wish, source)
            elif wish.sort == "pair":
                await self._pair_again(wish, source)
            else:
                await self._add(wish)
        except (AdapterError, GatewayError) as error:
            step = error.next_step
            await self._turn_to(wish, "failed", said=str(error), next_step=step)
        except Exception:  # whatever it was, the person must not wait for ever
            await self._turn_to(wish, "failed", said="It did not work.", next_step=_AGAIN)

    async def _radio(self) -> BleSource | None:
        """The radio, once it is open; it may be starting."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(OPEN_WITHIN):
                await self._open.wait()
        return self._source

    async def _look_around(self, wish: Wish, source: BleSource) -> None:
        if not await self._thread.do(self._house.anybody_allows, "ble", clock.now()):
            raise GatewayError(
                "Nobody here has allowed the use of Bluetooth.",
                "Allow devices over Bluetooth on the page Share, then look again.",
            )
        await self._turn_to(wish, "looking")
        around = Around(catalog_of(self._house), clock.now)
        end = asyncio.get_running_loop().time() + LOOK_FOR
        with source.looking_around(around.hear):
            while asyncio.get_running_loop().time() < end:
                await asyncio.sleep(1.0)
                await self._thread.do(remember_nearby, self._house, around.found())
        await self._turn_to(wish, "done")

    async def _add(self, wish: Wish) -> None:
        device, is_new = await self._thread.do(self._record, wish)
        profile = catalog_of(self._house)[wish.profile]
        if self._pairs is None or profile.hears:
            await self._look()
            await self._turn_to(wish, "done", device=device)
            return
        try:
            asker = Putting(self._wishes, self._thread, wish.id)
            async with self._pairs.meeting(wish.address, profile.title, asker) as meeting:
                await self._welcome(Guest(wish, device, profile.pairs, meeting))
        except BaseException:
            if await self._is_here(wish):
                await self._turn_to(wish, "done")
            elif is_new:
                await self._thread.do(forget_device, self._house, device, clock.now())
                await self._look()
            raise
        await self._turn_to(wish, "done", device=device)

    async def _pair_again(self, wish: Wish, source: BleSource) -> None:
        """The one place where a pairing is let go: a person asked for it, and the device is here.

        Not before it is here, so that no pairing is let go for nothing.
        """
        if self._pairs is None:
            raise AdapterError(
                "On this system, devices are paired in its own Bluetooth settings.",
                "Remove the device there; it is paired again when it is connected to.",
            )
        address, title = await self._thread.do(self._known, wish.device)
        await self._turn_to(wish, "waiting")
        await self._until_here(source, wish.device)
        asker = Putting(self._wishes, self._thread, wish.id)
        async with self._pairs.meeting(address, title, asker) as meeting:
            await meeting.forget_pairing()
            await self._thread.do(self._note_pairing, wish)
            source.begin_anew(wish.device)
            known = replace(wish, address=address)
            await self._welcome(Guest(known, wish.device, True, meeting, again=True))
        await self._turn_to(wish, "done", device=wish.device)

    def _known(self, device: DeviceKey) -> tuple[str, str]:
        """Its address, and what it is called."""
        known = self._house.devices.get(device)
        for address, key in self._house.local.known_addresses().items():
            if key == device and known is not None:
                return address, known.called
        raise GatewayError(
            "This device is not one of this house.", "Look at: health-gateway devices list"
        )

    def _note_pairing(self, wish: Wish) -> None:
        what = {"device": wish.device}
        self._house.audit.note(clock.now(), f"person:{wish.person}", "device paired again", what)

    async def _until_here(self, source: BleSource, device: DeviceKey) -> None:
        try:
            async with asyncio.timeout(HEARD_WITHIN):
                while not source.is_here(device):  # noqa: ASYNC110  # its radio tells nobody
                    await asyncio.sleep(EVERY)
        except TimeoutError:
            raise AdapterError(
                "The device was not heard. Its old pairing is as it was.",
                "Put it into pairing mode, hold it close, and try again.",
            ) from None

    def _record(self, wish: Wish) -> tuple[DeviceKey, bool]:
        house, at = self._house, clock.now()
        person = next(one for one in house.people.list() if one.key == wish.person)
        before = {one.key for one in house.devices.list()}
        device = add_device(
            house,
            wish.address,
            person,
            profile=wish.profile,
            name=wish.name,
            several=wish.several,
            at=at,
        )
        return device, device not in before

    async def _welcome(self, guest: Guest) -> None:
        """Wait until it is heard, connected to and paired with; then a little for what it wants."""
        wish = guest.wish
        self.greeting.guests[guest.device] = guest
        try:
            await self._look()
            await self._turn_to(wish, "waiting")
            is_paired = await guest.meeting.is_paired()
            if is_paired and not guest.greeted.done():
                guest.greeted.set_result(None)
            try:
                async with asyncio.timeout(HEARD_WITHIN):
                    await guest.greeted
            except TimeoutError:
                raise AdapterError(
                    "The device was not heard.",
                    "Switch it on or put it into pairing mode, hold it close, make sure that no "
                    "phone is connected to it, and try again.",
                ) from None
            await self._turn_to(wish, "connected", device=guest.device)
            await asyncio.sleep(LINGER)
        finally:
            del self.greeting.guests[guest.device]
            if not guest.greeted.done():
                guest.greeted.cancel()

    async def _is_here(self, wish: Wish) -> bool:
        now = await self._thread.do(self._wishes.get, wish.id)
        return now is not None and bool(now.device)

    async def _turn_to(self, wish: Wish, state: State, **said: Any) -> None:
        await self._thread.do(partial(self._wishes.turn_to, wish.id, state, **said))
