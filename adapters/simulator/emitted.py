"""What really went out: counted, and written down for whoever compares it with what was stored."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from typing import Literal

from adapters.ble.characteristics import record_access_control_point as record_access
from adapters.ble.formats.uuids import assigned
from adapters.simulator.emission import Emission

_log = logging.getLogger(__name__)

_DELETING = {
    record_access.UUID: {int(record_access.Op.DELETE)},
    # User Data Service 1.1, 3.13.2: delete user data, delete users.
    assigned(0x2A9F): {0x03, 0x05},
}
"""The op codes by which a peer wants something deleted, by control point."""

How = Literal["notified", "indicated"]


class Emitted:
    """Counts of values that a subscribed peer was sent, or confirmed.

    Attributes:
        deletions: how often each device was asked to delete what it has stored.
    """

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        """Begin to count.

        Args:
            write: called with one line of JSON (without its end) for each value.
        """
        self.deletions: Counter[str] = Counter()
        self._write = write
        self._counts: Counter[tuple[str, str, How]] = Counter()

    def note(self, emission: Emission, how: How, at_ms: int) -> None:
        """A value was notified to a subscribed peer, or indicated and confirmed by it."""
        self._counts[emission.device, emission.characteristic, how] += 1
        if self._write is not None:
            line = {
                "event": how,
                "at_ms": at_ms,
                "device": emission.device,
                "characteristic": emission.characteristic,
                "number": emission.number,
                "due_ms": emission.at_ms,
                "data": emission.data.hex(),
                "bad": emission.bad,
            }
            self._write(json.dumps(line, separators=(",", ":")))

    def watch(self, device: str, uuid: str, data: bytes) -> None:
        """A peer wrote something; one that wants records deleted is told apart, and shown.

        No device here deletes anything, whatever it is asked.
        """
        if not _deletes(uuid, data):
            return
        self.deletions[device] += 1
        _log.warning("Somebody asked %s to delete what it has stored. It did not.", device)
        if self._write is not None:
            line = {"event": "asked-to-delete", "device": device, "characteristic": uuid}
            self._write(json.dumps({**line, "data": data.hex()}, separators=(",", ":")))

    def count(self, device: str, characteristic: str) -> int:
        """How many values of one characteristic went out."""
        return sum(n for (d, c, _), n in self._counts.items() if (d, c) == (device, characteristic))

    def summary(self) -> dict[str, dict[str, dict[str, int]]]:
        """Counts by device, characteristic and way."""
        every: dict[str, dict[str, dict[str, int]]] = {}
        for (device, characteristic, how), count in sorted(self._counts.items()):
            every.setdefault(device, {}).setdefault(characteristic, {})[how] = count
        return every


def _deletes(uuid: str, data: bytes) -> bool:
    return data[:1] != b"" and data[0] in _DELETING.get(uuid, ())
