"""Physical Activity Current Session, 0x2B44: which session runs, and since when.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.10. The layout is that of the two
trial implementations by its authors (Philips 2018, `HBPhysicalActivityMonitorCurrSess`).
bluetooth-sig 0.6.0 has another, of three or four bytes without a time, and names no table for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.activity_sessions import Sessions
from adapters.ble.formats.activity_time import BaseTime
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.local_events import Packet

UUID = assigned(0x2B44)

_RUNS: Final = 1


@dataclass(frozen=True, slots=True)
class PhysicalActivityCurrentSession:
    """The session that runs now, or ran last.

    Attributes:
        runs: it has not ended.
        session: its number.
        start: when it began.
        sub_session: the number of the part that runs; 0 where it has no parts.
        sub_start: when that part began.
    """

    runs: bool
    session: int
    start: BaseTime
    sub_session: int
    sub_start: BaseTime

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is 17 bytes. Bits 1 to 7 are reserved and ignored."""
        fields = Reader(data)
        made = cls(
            bool(fields.uint8() & _RUNS),
            fields.uint16(),
            BaseTime.take(fields),
            fields.uint16(),
            BaseTime.take(fields),
        )
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        made = Writer().uint8(self.runs * _RUNS).uint16(self.session)
        self.start.put(made)
        made.uint16(self.sub_session)
        self.sub_start.put(made)
        return bytes(made)


def sessions(hearing: Hearing) -> Sessions:
    """What is known of the sessions, with the current one as it was read last."""
    known = hearing.keep(Sessions)
    told = hearing.said.get(UUID, b"")
    if told and known.is_news(told):
        try:
            note(PhysicalActivityCurrentSession.from_bytes(told), known)
        except DecodeError:
            return known  # it was counted when it was read
    return known


def note(current: PhysicalActivityCurrentSession, known: Sessions) -> None:
    """Remember which session runs."""
    if current.runs:
        known.runs(current.session, current.start.told, current.sub_session, current.sub_start.told)
        return
    known.rests()
    known.began((current.session, 0), current.start.told)
    known.ended((current.session, 0))
    if current.sub_session:
        known.began((current.session, current.sub_session), current.sub_start.told)
        known.ended((current.session, current.sub_session))


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """The summaries of a session that ended with this news.

    Raises:
        DecodeError: the packet is not well formed.
    """
    current = PhysicalActivityCurrentSession.from_bytes(packet.data)
    known = sessions(hearing)
    known.is_news(packet.data)
    hearing.said[UUID] = packet.data
    note(current, known)
    yield from known.ready()


_WHEN = because("tells when a session was: the times of its data are reckoned from it")

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Physical Activity Current Session",
    service="Physical Activity Monitor",
    value=PhysicalActivityCurrentSession,
    fields=dict.fromkeys(("runs", "session", "start", "sub_session", "sub_start"), _WHEN),
    source="Physical Activity Monitor Service 1.0, 3.10",
)
