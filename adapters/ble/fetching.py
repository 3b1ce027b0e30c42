"""Stored records, fetched over a Record Access Control Point: only what is new, never a delete.

What is new is known by number. The record of the highest number that came in last time must still
be there: where it is not, the device was emptied or counts anew, and all of it is fetched. So it is
where new numbers bear earlier times, where the service began a new session, and once in a month
whatever is known. A record that comes twice is one reading (`ReadingBatch.records`),
so fetching too much costs nothing but time (docs/decisions/0017-stored-records.md).

Source: Bluetooth SIG, Glucose Service 1.0.1, 3.5, and Glucose Profile 1.0.1, 4.4; the same in the
other services that have the control point.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from adapters.ble.characteristics import user_control_point
from adapters.ble.hearing import Hearing
from adapters.ble.inbox import Inbox
from adapters.ble.paired import Paired
from adapters.ble.record_access import RecordAccess, series
from adapters.ble.record_procedure import Asked, RecordProcedure
from adapters.ble.record_times import is_earlier, times
from adapters.ble.talk import Talk
from adapters.errors import DecodeError
from adapters.local_events import LocalBatch, Packet, Synced
from adapters.reading import Instant

TOO_FEW: Final = "it sent fewer of its stored records than it counted"

ALL_OF: Final = "all of "
"""Before `Synced.session`: when all records were asked for, not only those that were new."""

_STRAGGLERS = 1.0
"""Seconds that records may come behind the answer: some systems hand each characteristic's values
over on a way of its own."""

_NONE: Final = -1
"""The highest number of a device that keeps no record."""

_LOOKED_AT = 256
"""Packets in which the time of a record is looked for."""


class Fetching:
    """The stored records of one service of a connected device.

    Attributes:
        newest: the highest number that any record had when the last `run` was over, -1 where there
            was none; None where that is not sure: they could not be counted, or not all be read.
    """

    def __init__(
        self,
        talk: Talk,
        paired: Paired,
        access: RecordAccess,
        hearing: Hearing,
        inbox: Inbox,
        now: Callable[[], Instant],
    ) -> None:
        self._talk = talk
        self._paired = paired
        self._access = access
        self._hearing = hearing
        self._inbox = inbox
        self._now = now
        self._procedure = self._found()
        self._numbers: list[int] = []
        self._first: list[Packet] = []
        self._came = 0
        self._was_whole = False
        self._floor: int | None = None
        self.newest: int | None = None
        self._more = asyncio.Event()

    def came(self, uuid: str, data: bytes) -> None:
        """A value came, maybe a record that was asked for."""
        if self._procedure is None or uuid not in (self._access.measures, *self._access.until):
            return
        self._procedure.still_busy()
        if uuid != self._access.measures:
            return
        self._came += self._access.held(data)
        self._more.set()
        if self._access.number is None:
            return
        if len(self._first) < _LOOKED_AT:
            self._first.append(Packet(self._paired.device, uuid, self._now(), data, stored=True))
        try:
            self._numbers.append(self._access.number(data))
        except DecodeError:
            return  # it is counted and kept where it is decoded

    def _found(self) -> RecordProcedure | None:
        """The control point stands in the service of what it gives out: a device may have two."""
        for measures in self._talk.offered(self._access.measures):
            control = self._talk.beside(measures, self._access.control)
            if control is not None:
                return RecordProcedure(self._talk, control, self._access)
        return None

    def series(self, user: int | None) -> str:
        """What names the numbers that the records of this user bear."""
        return series(self._access.measures, user if self._access.by_user else None)

    @property
    def is_offered(self) -> bool:
        """Whether the device has the control point; where not, it sends by itself."""
        return self._procedure is not None

    async def open(self) -> None:
        """Get ready to ask.

        Raises:
            AdapterError: the device wants to be paired.
            BleakError: it did not do as asked.
        """
        if self._procedure is not None:
            await self._procedure.open()

    async def run(self, user: int | None = None) -> bool:
        """Fetch what is new.

        Args:
            user: whose slot is open, of a device that tells its users apart.

        Returns:
            whether all of it came.

        Raises:
            BleakError: the link is lost.
        """
        if self._procedure is None:
            return True
        device, measures = self._paired.device, self._access.measures
        session = self._session(user)
        newest = None if session is None else await self._known(session)
        before = None if newest is None else await self._last_known(user)
        self._numbers, self._first, self._was_whole, self.newest = [], [], False, None
        if not await self._fetch(self._procedure, newest):
            return False
        first = next(times(self._first, self._paired, self._hearing), (None, None))[0]
        if is_earlier(first, before) and not await self._all():
            return False
        if self._floor is not None and session is not None:
            self.newest = max((self._floor, *self._numbers))
        if self._numbers and session is not None:
            newest, now = max(self._numbers), self._now()
            marks = [Synced(device, measures, session, newest, now)]
            if self._was_whole:
                marks.append(Synced(device, measures, ALL_OF + session, newest, now))
            self._inbox.post_behind_stored(self._paired, LocalBatch(marks))
        return True

    def _session(self, user: int | None) -> str | None:
        """What parts numbers that began anew; None where nothing can be asked for by number."""
        access = self._access
        if access.number is None:
            return None
        if not access.by_user:
            return self._hearing.said.get(access.session, b"").hex()
        if user is not None:
            return f"user {user}"
        return None if self._talk.offered(user_control_point.UUID) else ""

    async def _known(self, session: str) -> int | None:
        """The highest number that came in; None where all is to be asked for."""
        journal, device = self._inbox.journal, self._paired.device
        newest = await journal.synced(device, self._access.measures, session)
        if newest is None or self._is_last(newest):
            return None
        whole = await journal.synced_at(device, self._access.measures, ALL_OF + session)
        every = self._talk.settings.all_records_every * 1000
        return None if whole is None or self._now() - whole >= every else newest

    def _is_last(self, newest: int) -> bool:
        """Whether no higher number can be asked for: the next ones begin anew."""
        return newest + 1 >= 1 << 8 * self._access.width

    async def _fetch(self, procedure: RecordProcedure, newest: int | None) -> bool:
        """Ask for those behind the newest; for all where that does not answer the question."""
        if newest is None:
            return await self._all()
        there = await procedure.count(newest)
        if there.went is Asked.FAILED:
            return False
        if there.count == 0:
            return await self._all()
        if there.count == 1:
            self._floor = newest
            return True
        expected = there.count - 1 if there.count is not None else None
        went = await self._report(procedure, newest + 1, expected)
        return await self._all() if went is Asked.NOT_SO else went is Asked.DONE

    async def _all(self) -> bool:
        assert self._procedure is not None  # noqa: S101  # asked for by those who have one
        there = await self._procedure.count(None)
        if there.went is Asked.FAILED:
            return False
        if there.count == 0:
            self._floor = _NONE
            return True
        went = await self._report(self._procedure, None, there.count)
        self._was_whole = went is Asked.DONE
        return self._was_whole

    async def _report(
        self, procedure: RecordProcedure, at_least: int | None, expected: int | None
    ) -> Asked:
        """Have records sent, and wait for those that come behind the answer."""
        self._came, self._floor, before = 0, None, len(self._numbers)
        went = await procedure.report(at_least)
        if went is not Asked.DONE:
            return went
        while self._came < (expected or 0):
            self._more.clear()
            try:
                async with asyncio.timeout(_STRAGGLERS):
                    await self._talk.while_linked(self._more.wait())
            except TimeoutError:
                self._talk.complain(self._access.measures, TOO_FEW)
                return Asked.FAILED
        if expected is not None and len(set(self._numbers[before:])) >= expected:
            self._floor = _NONE if at_least is None else at_least - 1
        return Asked.DONE

    async def _last_known(self, user: int | None) -> datetime | None:
        """The device's own time of the last record, of this user, that is still in the journal."""
        journal, device = self._inbox.journal, self._paired.device
        kept = await journal.kept_before(device, self._access.measures, _LOOKED_AT)
        every = times(kept, self._paired, self._hearing)
        told = [at for at, whose in every if user is None or whose in (user, None)]
        return told[-1] if told else None
