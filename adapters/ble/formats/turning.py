"""From a counter of turns to turns a minute: wheels and cranks of bicycles.

A sensor tells how often something has turned so far, and when it last did, both in counters that
begin again from 0. The rate is that of the turns between two packets. Packets that were lost in
between change nothing about it.

Source: Bluetooth SIG, Cycling Speed and Cadence Profile 1.0, 4.3 (the time of the last event in
1/1024 s rolls over every 64 seconds; so does the count of cranks at 65,536; the count of the wheel
may be set, and falls where a wheel turns backwards); Cycling Power Service 1.1, 3.2 (the time of
the wheel in 1/2048 s).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from adapters.reading import Instant

STANDS_AFTER: Final = 4_000
"""Milliseconds without a turn after which it stands: slower than 15 a minute nobody pedals."""

_FASTEST: Final = 3_000
"""Turns a minute that nothing on a bicycle reaches: the sensor began to count anew."""

_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Turns:
    """How often something has turned, and at which tick of the sensor's clock it last did."""

    count: int
    at: int


class Turning:
    """What is remembered of one counter over one link.

    Args:
        bits: how wide the count is; it begins again from 0 after its highest.
        ticks: how many ticks of the time of the last turn are a second; 16 bits wide.
    """

    def __init__(self, bits: int, ticks: int) -> None:
        self._count_from = 1 << bits
        self._ticks = ticks
        self._last: Turns | None = None
        self._turned: Instant = 0
        self._heard: Instant = 0
        self._standing = False

    def rate(self, turns: Turns, received: Instant) -> Decimal | None:
        """Turns a minute since the last packet in which it had turned, to a tenth.

        A tick is a thousandth of a second and turns take about one, so no more digits are there.

        Returns:
            0 where it has not turned for a while; None where the packet does not tell: it is the
            first, it follows a stop, a pause or a new start of the sensor, or it came too soon.
        """
        last, heard = self._last, self._heard
        self._heard = received
        if last is None or received < heard or self._lost_count_of_time(received - heard):
            self._begin(turns, received)
            return None
        turned = (turns.count - last.count) % self._count_from
        if turned == 0:
            self._standing = self._standing or received - self._turned >= STANDS_AFTER
            return Decimal("0.0") if self._standing else None
        took = (turns.at - last.at) % 0x10000
        if self._standing or not took or turned * 60 * self._ticks > _FASTEST * took:
            self._begin(turns, received)
            return None
        self._last, self._turned = turns, received
        rate = Decimal(turned * 60 * self._ticks) / took
        return rate.quantize(_TENTH, ROUND_HALF_EVEN)

    def _begin(self, turns: Turns, received: Instant) -> None:
        self._last, self._turned, self._standing = turns, received, False

    def _lost_count_of_time(self, silence: int) -> bool:
        """Whether the time of the last turn may have begun again from 0 more than once."""
        return silence + STANDS_AFTER >= 0x10000 * 1000 // self._ticks
