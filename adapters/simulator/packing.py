"""Several records in one packet, as a glucose sensor sends its history.

Source: Bluetooth SIG, Continuous Glucose Monitoring Service 1.0.2, 3.1 (CGM Measurement: a
notification holds as many records as fit).
"""

from __future__ import annotations

from adapters.simulator.instrument import Sent
from adapters.simulator.record_store import RecordStore


class Packing:
    """What a store gives out, some records at a time."""

    def __init__(self, store: RecordStore, measures: str, most: int) -> None:
        """Pack the records of a store.

        Args:
            store: what gives them out.
            measures: the characteristic that they go out on.
            most: so many in one packet.
        """
        self._store = store
        self._measures = measures
        self._most = most
        self._out: Sent | None = None
        self._next: tuple[Sent, ...] = ()

    def pack(self, said: tuple[Sent, ...]) -> tuple[Sent, ...]:
        """What goes out first; anything but records goes out as it is."""
        if len(said) != 1 or said[0].uuid != self._measures:
            self._out = None
            return said
        together, last = [said[0].data], said[0]
        self._next = self._store.delivered(last)
        while len(together) < self._most and self._next and self._next[0].uuid == self._measures:
            last = self._next[0]
            together.append(last.data)
            self._next = self._store.delivered(last)
        self._out = Sent(self._measures, b"".join(together), number=last.number)
        return (self._out,)

    def delivered(self, sent: Sent) -> tuple[Sent, ...]:
        """What goes out after that."""
        if sent is not self._out:
            return ()
        return self.pack(self._next)
