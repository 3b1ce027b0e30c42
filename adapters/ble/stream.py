"""The live stream of one device: where it was not heard."""

from __future__ import annotations

from dataclasses import replace

from adapters.reading import DeviceKey, Gap, Instant, PersonKey


class Stream:
    """Knows when a device was last heard, and so where the gaps are.

    Attributes:
        last_packet: when anything last came from it.
    """

    def __init__(self) -> None:
        self.last_packet: Instant | None = None
        self._last_reading: Instant | None = None
        self._gap: Gap | None = None

    def lost(self, person: PersonKey, device: DeviceKey, why: str) -> Gap | None:
        """The link is lost: a gap since the last live reading; None where there was no stream."""
        if self._last_reading is None or self._gap is not None:
            return None
        self._gap = Gap(person, device, self._last_reading, None, why)
        return self._gap

    def heard(self, at: Instant) -> Gap | None:
        """A live reading came: the gap that it closes; None where none was open."""
        gap, self._gap = self._gap, None
        self._last_reading = at
        return None if gap is None else replace(gap, until=at)
