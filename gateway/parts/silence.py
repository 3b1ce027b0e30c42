"""Live streams that were not heard while the gateway was not running: gaps, begun and ended."""

from __future__ import annotations

from adapters.kinds import Kind, row_of
from adapters.reading import DeviceKey, Instant, PersonKey, ReadingBatch
from gateway.app import House

LIVE_WITHIN = 600
"""Kinds whose value is old after this many seconds are live streams: their silence is a gap."""

NOT_RUNNING = "The gateway was not running."


def streams(kind: Kind) -> bool:
    """Whether readings of this kind come as a live stream."""
    return row_of(kind).stale_after <= LIVE_WITHIN


class Silence:
    """Which devices of a house have not been heard yet. In the store's thread."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._silent: set[DeviceKey] = set()

    def begin(self) -> None:
        """Before listening: a stream that was heard once is silent since its last reading."""
        newest: dict[tuple[DeviceKey, PersonKey], Instant] = {}
        for series in self._house.readings.series():
            if series.last is not None and streams(series.kind):
                key = series.device, series.person
                newest[key] = max(newest.get(key, series.last), series.last)
        for device in self._house.devices.list():
            key = device.key, device.facts.person
            if device.adapter == "ble" and key in newest and not device.several:
                self._house.readings.open_gap(key[1], key[0], newest[key], NOT_RUNNING)
                self._silent.add(device.key)

    def heard(self, batch: ReadingBatch) -> None:
        """A batch is stored; if it is of a silent stream, the silence is over.

        A record of an earlier time does not end it, nor the battery, which is read as soon as a
        link is up.
        """
        if batch.device in self._silent and batch.live and streams(batch.kind):
            self._silent.discard(batch.device)
            self._house.readings.close_gap(batch.device, min(batch.starts))
