"""The clock of a connected device: read at the beginning, set where it is wrong and lets us.

Source: Bluetooth SIG, Current Time Service 1.1, 3.1 (a client may write where the property is
there; a device answers 0x80, "data field ignored", where it took all but a part); GATT
Specification Supplement, Date Time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from adapters.ble.clock_faces import FACES, Face
from adapters.ble.device_clock import DeviceClock, Fetched
from adapters.ble.gatt_errors import code_of
from adapters.ble.hearing import Hearing
from adapters.ble.inbox import Inbox
from adapters.ble.paired import Paired
from adapters.ble.talk import RADIO_ERRORS, Talk
from adapters.errors import DecodeError
from adapters.local_events import ClockSeen, LocalBatch
from adapters.reading import Instant

_DATA_FIELD_IGNORED: Final = 0x80
_NOT_TAKEN: Final = "the device did not let its clock be set"
_MS: Final = timedelta(milliseconds=1)


def is_a_place(zone: tzinfo) -> bool:
    """Whether people live by this zone: nobody lives in UTC, that is a zone nobody chose."""
    key = str(getattr(zone, "key", ""))
    return "/" in key and not key.startswith("Etc/")


class Timekeeper:
    """Looks at the device's clock, and sets it once all is known that was told by the old time."""

    def __init__(
        self,
        talk: Talk,
        paired: Paired,
        hearing: Hearing,
        inbox: Inbox,
        now: Callable[[], Instant],
    ) -> None:
        self._talk = talk
        self._paired = paired
        self._hearing = hearing
        self._inbox = inbox
        self._now = now
        self._face: Face | None = None

    @property
    def has_clock(self) -> bool:
        """Whether the device showed a clock on this link."""
        return self._face is not None

    async def look(self) -> None:
        """Read the clock, where the device shows it.

        Raises:
            BleakError: the link is lost.
        """
        for face in FACES.values():
            if (data := await self._talk.read(face.uuid)) is None:
                continue
            try:
                self._inbox.said(self._paired, face.uuid, data)
            except DecodeError as error:
                self._talk.complain(face.uuid, error.why)
                continue
            self._face = face
            self._tell(self._now(), self._hearing.clock.ahead, was_set=False)
            return

    async def set_right(self, fetched: Fetched | None = None) -> None:
        """Set the clock that was read, where it is wrong, it lets us, and we know better.

        Args:
            fetched: what the device kept and has come.

        Raises:
            BleakError: the link is lost.
        """
        face, clock = self._face, self._hearing.clock
        if face is None or face.showing is None or clock.is_right or not is_a_place(clock.zone):
            return
        writable = self._talk.offered(face.uuid, "write")
        if not (writable and self._talk.settings.set_clocks):
            return
        at = self._now()
        home = datetime.fromtimestamp(at / 1000, UTC).astimezone(clock.zone).replace(tzinfo=None)
        try:
            await self._talk.write(writable[0], face.showing(home))
        except RADIO_ERRORS as error:
            if code_of(error) != _DATA_FIELD_IGNORED:
                if not self._talk.is_up:
                    raise
                self._talk.complain(face.uuid, _NOT_TAKEN)
                return
        if await self._is_right_now(face, clock.zone):
            self._inbox.clock_was_set(self._paired, at, fetched)
            self._tell(at, clock.ahead or timedelta(0), was_set=True)
        else:
            self._talk.complain(face.uuid, _NOT_TAKEN)

    async def _is_right_now(self, face: Face, zone: tzinfo) -> bool:
        told = await self._talk.decoded(face.uuid, face.told)
        return told is not None and DeviceClock.read(told, self._now(), zone).is_right

    def _tell(self, at: Instant, ahead: timedelta | None, *, was_set: bool) -> None:
        if ahead is not None:
            seen = ClockSeen(self._paired.device, at, ahead // _MS, was_set)
            self._inbox.post(self._paired, LocalBatch([seen]))
