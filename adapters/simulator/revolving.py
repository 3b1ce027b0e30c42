"""A wheel or a crank that turns: its count, and the tick at which it last came round."""

from __future__ import annotations

from adapters.ble.formats.turning import Turns


class Revolving:
    """Counts on from where it starts, and begins again from 0 after the highest number.

    Args:
        bits: how wide the count is.
        ticks: ticks of the sensor's clock in a second; the clock is 16 bits wide.
        count: where the count starts.
        at: where the clock starts.
    """

    def __init__(self, bits: int, ticks: int, count: int = 0, at: int = 0) -> None:
        self._bits = bits
        self._ticks = ticks
        self._count = count
        self._at = at
        self._turned = 0.0
        self._last_s = 0.0
        self._seconds = 0.0

    def at(self, seconds: float, a_minute: float) -> Turns:
        """Where it stands now, having turned so fast since it was last asked."""
        rate = max(0.0, a_minute) / 60
        before = int(self._turned)
        self._turned += rate * (seconds - self._seconds)
        self._seconds = seconds
        if int(self._turned) > before:
            self._last_s = seconds - (self._turned - int(self._turned)) / rate
        count = (self._count + int(self._turned)) % (1 << self._bits)
        return Turns(count, (self._at + int(self._last_s * self._ticks)) % 0x10000)
