"""Procedures at a control point: one at a time, each with an answer that is indicated.

Source: Bluetooth Core Specification 6.0, Vol 3, Part F, 3.4.1.1, and Supplement, Part B, 1.2
(0xFE procedure already in progress, 0xFD subscriptions wrongly configured); the control points of
the Glucose Profile 1.0.1, 4.4, and of the User Data Profile 1.0, 4.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bleak.backends.characteristic import BleakGATTCharacteristic

from adapters.ble.talk import Talk


class NoAnswer(Exception):
    """The device took the request and said nothing more, for as long as it may take."""


class ControlPoint:
    """One control point of a connected device. Asked by one task at a time."""

    def __init__(self, talk: Talk, characteristic: BleakGATTCharacteristic) -> None:
        self._talk = talk
        self._characteristic = characteristic
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()
        self._limit: asyncio.Timeout | None = None

    async def open(self) -> None:
        """Subscribe to the answers, before anything may be asked.

        Raises:
            AdapterError: the device wants to be paired.
            BleakError: it did not do as asked.
        """
        await self._talk.listen(self._characteristic, self._answers.put_nowait)

    async def ask(
        self, request: bytes, answers: Callable[[bytes], bool], within: float | None = None
    ) -> bytes:
        """Write a request and return its answer.

        Args:
            request: what is asked.
            answers: whether something indicated is the answer to it; all else is passed over.
            within: seconds that it may take; None for `RadioSettings.record_timeout`.

        Raises:
            NoAnswer: nothing came in time.
            BleakError: the device refused the request, or the link is lost.
        """
        while not self._answers.empty():
            self._answers.get_nowait()  # late, to what is asked no more
        await self._talk.write(self._characteristic, request)
        limit = self._talk.settings.record_timeout if within is None else within
        try:
            async with asyncio.timeout(limit) as self._limit:
                while not answers(answer := await self._talk.while_linked(self._answers.get())):
                    continue
                return answer
        except TimeoutError:
            raise NoAnswer from None
        finally:
            self._limit = None

    def still_busy(self) -> None:
        """What was asked for is coming: the time-out begins anew."""
        if self._limit is not None and not self._limit.expired():
            now = asyncio.get_running_loop().time()
            self._limit.reschedule(now + self._talk.settings.record_timeout)
