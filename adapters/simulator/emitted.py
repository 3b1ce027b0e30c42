"""What really went out: counted, and written down for whoever compares it with what was stored."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Literal

from adapters.simulator.emissions import Emission

How = Literal["notified", "indicated"]


class Emitted:
    """Counts of values that a subscribed peer was sent, or confirmed.

    Args:
        write: called with one line of JSON (without its end) for each value.
    """

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
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

    def count(self, device: str, characteristic: str) -> int:
        """How many values of one characteristic went out."""
        return sum(n for (d, c, _), n in self._counts.items() if (d, c) == (device, characteristic))

    def summary(self) -> dict[str, dict[str, dict[str, int]]]:
        """Counts by device, characteristic and way."""
        every: dict[str, dict[str, dict[str, int]]] = {}
        for (device, characteristic, how), count in sorted(self._counts.items()):
            every.setdefault(device, {}).setdefault(characteristic, {})[how] = count
        return every
