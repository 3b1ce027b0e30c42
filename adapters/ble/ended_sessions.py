"""Sessions that an activity monitor kept while nobody was connected, asked for once they ended.

A monitor that sends what it kept by itself is asked only for what did not come. Of each session
whose number is new its parts are enquired first, and then the summaries of the parts, or of the
whole where it has none: so the same is counted as if it had been heard as it happened
(`formats.activity_sessions`). What is measured at each moment is not asked for: it is much,
and the summaries sum it up. Nothing is ever started, stopped or deleted.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.9, as far as
`characteristics.physical_activity_control_point` knows it. Not known are the order of answer and
data, which may come either way here, what the count of an answer counts, and the numbers by which
it says how it failed: a failure is taken as "there is none".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from bleak.backends.characteristic import BleakGATTCharacteristic

from adapters.ble.characteristics import (
    cardiorespiratory_summary,
    general_activity_summary,
    sleep_activity_summary,
    step_counter_summary,
)
from adapters.ble.characteristics import physical_activity_control_point as control_point
from adapters.ble.characteristics import physical_activity_session_descriptor as descriptor
from adapters.ble.characteristics.physical_activity_control_point import (
    Op,
    PhysicalActivityMonitorControlPoint,
    What,
)
from adapters.ble.control_point import ControlPoint, NoAnswer
from adapters.ble.inbox import Inbox
from adapters.ble.paired import Paired
from adapters.ble.session_list import SUMMARIES, Part, SessionList
from adapters.ble.talk import RADIO_ERRORS, Talk
from adapters.errors import DecodeError
from adapters.local_events import LocalBatch, Packet, Synced
from adapters.reading import Instant

NO_ANSWER: Final = "it did not answer when it was asked for its sessions"
REFUSED: Final = "it refused to tell its sessions"
TOO_FEW: Final = "it sent less of its sessions than it said"

_ANSWERS: Final = {
    Op.ENQUIRE_SESSIONS: (Op.SESSIONS_TOLD, Op.SESSIONS_FAILED),
    Op.ENQUIRE_SUB_SESSIONS: (Op.SUB_SESSIONS_TOLD, Op.SUB_SESSIONS_FAILED),
    Op.GET_ENDED_SESSION_DATA: (Op.ENDED_SESSION_DATA_SENT, Op.ENDED_SESSION_DATA_FAILED),
}
_ASKED: Final = {
    general_activity_summary.UUID: What.GENERAL_SUMMARY,
    cardiorespiratory_summary.UUID: What.CARDIORESPIRATORY_SUMMARY,
    step_counter_summary.UUID: What.STEP_COUNTER_SUMMARY,
    sleep_activity_summary.UUID: What.SLEEP_SUMMARY,
}
_STRAGGLERS = 1.0
"""Seconds that data may come behind the answer."""

_REMEMBERED = 256
"""Packets of each characteristic that are looked at for what came before."""


class EndedSessions:
    """The sessions of one connected activity monitor."""

    def __init__(
        self, talk: Talk, paired: Paired, inbox: Inbox, now: Callable[[], Instant]
    ) -> None:
        self._talk = talk
        self._paired = paired
        self._inbox = inbox
        self._now = now
        self._list = SessionList()
        self._more = asyncio.Event()
        self._recalled = False
        found = self._found()
        self._point = None if found is None else ControlPoint(talk, found)

    def _found(self) -> BleakGATTCharacteristic | None:
        """The control point, where the profile reads sessions and the device can be asked."""
        if descriptor.UUID not in self._paired.profile.follows:
            return None
        return next(iter(self._talk.offered(control_point.UUID, "write")), None)

    @property
    def is_offered(self) -> bool:
        """Whether the device can be asked; where not, it sends by itself."""
        return self._point is not None

    async def open(self) -> None:
        """Get ready to ask; raises what `ControlPoint.open` does."""
        if self._point is not None:
            await self._point.open()

    def came(self, uuid: str, data: bytes) -> None:
        """A value came, maybe one that was asked for."""
        if self._point is None or not (uuid == descriptor.UUID or uuid in SUMMARIES):
            return
        self._point.still_busy()
        self._list.came(Packet(self._paired.device, uuid, self._now(), data, stored=True))
        self._more.set()

    async def run(self, _user: int | None = None) -> bool:
        """Ask for the sessions that are new; whether all of them came.

        Raises:
            BleakError: the link is lost.
        """
        if self._point is None:
            return True
        try:
            return await self._run(self._point)
        except NoAnswer:
            self._talk.complain(control_point.UUID, NO_ANSWER)
            return False

    async def _run(self, point: ControlPoint) -> bool:
        before = self._list.told
        answer = await self._asked(point, PhysicalActivityMonitorControlPoint(Op.ENQUIRE_SESSIONS))
        if answer is None:
            self._talk.complain(control_point.UUID, REFUSED)
            return False
        await self._until(lambda: self._list.told - before >= (answer.count or 0))
        every = self._list.ended()
        known = await self._known()
        if every and known is not None and every[-1] < known:
            known = None  # it counts anew
        for session in every:
            if known is not None and session <= known:
                continue
            if not await self._session(point, session):
                return False
            synced = Synced(self._paired.device, descriptor.UUID, "", session, self._now())
            self._inbox.post_behind_stored(self._paired, LocalBatch([synced]))
        return True

    async def _known(self) -> int | None:
        """The number of the last session that came in whole."""
        journal, device = self._inbox.journal, self._paired.device
        if not self._recalled:
            self._recalled = True
            for uuid in SUMMARIES:
                self._list.recall(await journal.kept_before(device, uuid, _REMEMBERED))
        return await journal.synced(device, descriptor.UUID, "")

    async def _session(self, point: ControlPoint, session: int) -> bool:
        """Ask for what did not come of one session."""
        parts: list[int] = []
        if not self._list.has_whole(session):
            before = self._list.told
            answer = await self._asked(point, PhysicalActivityMonitorControlPoint.parts_of(session))
            count = 0 if answer is None else answer.count or 0
            await self._until(lambda: self._list.told - before >= count)
            parts = self._list.parts(session)
        wanted = [
            ((session, part), uuid)
            for part in parts or [0]
            for uuid in _ASKED
            if self._talk.offered(uuid) and not self._list.has((session, part), uuid)
        ]
        came = [await self._data(point, part, uuid) for part, uuid in wanted]
        return all(came)

    async def _data(self, point: ControlPoint, part: Part, uuid: str) -> bool:
        """Ask for one summary; whether it came, if there is one."""
        before = self._list.summed_up[part, uuid]
        asked = PhysicalActivityMonitorControlPoint.ask(*part, _ASKED[uuid])
        answer = await self._asked(point, asked)
        if answer is None or not answer.count:
            return True
        if await self._until(lambda: self._list.summed_up[part, uuid] > before):
            return True
        self._talk.complain(uuid, TOO_FEW)
        return False

    async def _asked(
        self, point: ControlPoint, request: PhysicalActivityMonitorControlPoint
    ) -> PhysicalActivityMonitorControlPoint | None:
        """The answer; None where it says that it could not, or the request was refused."""
        done, failed = _ANSWERS[request.op]

        def answers(data: bytes) -> bool:
            try:
                return PhysicalActivityMonitorControlPoint.from_bytes(data).op in (done, failed)
            except DecodeError as error:
                self._talk.complain(control_point.UUID, error.why)
                return False

        try:
            data = await point.ask(bytes(request), answers)
        except RADIO_ERRORS:
            if not self._talk.is_up:
                raise
            return None
        answer = PhysicalActivityMonitorControlPoint.from_bytes(data)
        return answer if answer.op is done else None

    async def _until(self, come: Callable[[], bool]) -> bool:
        """Wait for what comes behind the answer; whether it came."""
        while not come():
            self._more.clear()
            try:
                async with asyncio.timeout(_STRAGGLERS):
                    await self._talk.while_linked(self._more.wait())
            except TimeoutError:
                return False
        return True
