"""Which sessions an activity monitor has told of on this link, and which summaries of them came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final, Protocol, Self

from adapters.ble.characteristics import (
    cardiorespiratory_summary,
    general_activity_summary,
    physical_activity_session_descriptor,
    sleep_activity_summary,
    step_counter_summary,
)
from adapters.ble.characteristics.physical_activity_session_descriptor import (
    PhysicalActivitySessionDescriptor,
)
from adapters.ble.formats.activity import Head
from adapters.ble.formats.segments import joined
from adapters.ble.hearing import Hearing
from adapters.errors import DecodeError
from adapters.local_events import Packet


class _Summary(Protocol):
    @property
    def head(self) -> Head: ...

    @classmethod
    def from_bytes(cls, data: bytes) -> Self: ...


SUMMARIES: Final[Mapping[str, type[_Summary]]] = {
    general_activity_summary.UUID: general_activity_summary.GeneralActivitySummaryData,
    cardiorespiratory_summary.UUID: cardiorespiratory_summary.CardioRespiratoryActivitySummaryData,
    step_counter_summary.UUID: step_counter_summary.StepCounterActivitySummaryData,
    sleep_activity_summary.UUID: sleep_activity_summary.SleepActivitySummaryData,
}

_NEARLY: Final = timedelta(minutes=1)
"""A summary that reaches so near to the end of its session is the last one."""

Part = tuple[int, int]
"""Session and sub-session; the whole session is the sub-session 0."""

Summed = tuple[Part, str]
"""A part, and the characteristic of a summary of it."""


class SessionList:
    """Filled with each packet that comes; what cannot be read is counted where it is decoded.

    Attributes:
        told: so many descriptors came.
        summed_up: so many summaries came of each sort and part.
    """

    def __init__(self) -> None:
        self.told = 0
        self.summed_up: Counter[Summed] = Counter()
        self._aside = Hearing()
        self._descriptors: dict[Part, PhysicalActivitySessionDescriptor] = {}
        self._reached: dict[Summed, timedelta] = {}

    def came(self, packet: Packet) -> None:
        """A packet of a descriptor or of a summary."""
        if packet.characteristic != physical_activity_session_descriptor.UUID:
            for summed, reached in _summaries([packet], self._aside):
                self.summed_up[summed] += 1
                self._reached[summed] = reached
            return
        self.told += 1
        try:
            one = PhysicalActivitySessionDescriptor.from_bytes(packet.data)
        except DecodeError:
            return
        self._descriptors[one.session, one.sub_session or 0] = one

    def recall(self, packets: Iterable[Packet]) -> None:
        """Packets of summaries that came on links before this one."""
        self._reached = {**dict(_summaries(packets, Hearing())), **self._reached}

    def ended(self) -> list[int]:
        """The numbers of sessions that are over and whose data are still there, in order."""
        whole = [one for (_, sub), one in self._descriptors.items() if not sub]
        return sorted(one.session for one in whole if one.end is not None and not one.deleted)

    def parts(self, session: int) -> list[int]:
        """The numbers of the parts of a session that are over, in order."""
        every = [(sub, one) for (of, sub), one in self._descriptors.items() if of == session]
        return sorted(sub for sub, one in every if sub and one.end is not None)

    def has(self, part: Part, uuid: str) -> bool:
        """Whether the last summary of this sort came, as it was when the session had ended."""
        reached = self._reached.get((part, uuid))
        if reached is None:
            return False
        whole, one = self._descriptors.get((part[0], 0)), self._descriptors.get(part)
        if one is None or one.end is None:
            return False
        began = (one if whole is None else whole).start.told
        return one.end.told - began - reached <= _NEARLY

    def has_whole(self, session: int) -> bool:
        """Whether any last summary of a whole session came."""
        return any(self.has((session, 0), uuid) for uuid in SUMMARIES)


def _summaries(packets: Iterable[Packet], aside: Hearing) -> Iterator[tuple[Summed, timedelta]]:
    """How far each summary reaches into its session, once its last packet is there."""
    for packet in packets:
        uuid = packet.characteristic
        try:
            summary = joined(packet, aside, SUMMARIES[uuid].from_bytes)
        except DecodeError:
            continue
        if summary is not None:
            head = summary.head
            yield ((head.session, head.sub_session), uuid), timedelta(seconds=head.seconds)
