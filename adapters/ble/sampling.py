"""Which of several values of one thing is listened to, and how it was sampled.

An environmental sensor may tell a concentration several times over: as it is, the mean of an hour,
the highest of a day. Each is a characteristic of the same UUID, told apart by a descriptor alone.
What is at the moment comes first, then a mean, then what does not say; what is neither (a highest,
a lowest, a count) is no reading of the air at any time, and is not listened to.
"""

from __future__ import annotations

from typing import Final

from bleak.backends.characteristic import BleakGATTCharacteristic

from adapters.ble.characteristics import es_measurement
from adapters.ble.characteristics.es_measurement import EsMeasurement, Sampling
from adapters.ble.inbox import Inbox
from adapters.ble.paired import Paired
from adapters.ble.talk import Talk
from adapters.errors import DecodeError

NOT_A_VALUE: Final = "it is told as a highest, a lowest or a sum only, which is no reading"

_RANKS: Final = (Sampling.INSTANTANEOUS, Sampling.MEAN, Sampling.UNSPECIFIED)


class Sampled:
    """Chooses for one link; the descriptor of what is chosen is kept among what was said."""

    def __init__(self, talk: Talk, paired: Paired, inbox: Inbox) -> None:
        self._talk = talk
        self._paired = paired
        self._inbox = inbox

    async def chosen(self, wanted: list[BleakGATTCharacteristic]) -> list[BleakGATTCharacteristic]:
        """Those that are listened to, in their order.

        Raises:
            BleakError: the link is lost.
        """
        kept = [one for one in wanted if one.uuid not in self._paired.profile.sampled]
        for uuid in sorted(self._paired.profile.sampled):
            best: tuple[int, BleakGATTCharacteristic, bytes | None] | None = None
            same = [one for one in wanted if one.uuid == uuid]
            for one in same:
                data = await self._talk.descriptor(one, es_measurement.UUID)
                rank = self._rank(data)
                if rank is not None and (best is None or rank < best[0]):
                    best = rank, one, data
            if best is None:
                if same:
                    self._talk.complain(uuid, NOT_A_VALUE)
                continue
            kept.append(best[1])
            if best[2] is not None:
                self._inbox.said(self._paired, es_measurement.UUID, best[2])
        return kept

    def _rank(self, data: bytes | None) -> int | None:
        if data is None:
            return len(_RANKS)
        try:
            sampling = EsMeasurement.from_bytes(data).sampling
        except DecodeError as error:
            self._talk.complain(es_measurement.UUID, error.why)
            return len(_RANKS)
        return _RANKS.index(Sampling(sampling)) if sampling in _RANKS else None
