"""Physical Activity Monitor Features, 0x2B3B: what an activity monitor can tell.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.1, by way of bluetooth-sig 0.6.0
(`PhysicalActivityMonitorFeatures`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.errors import DecodeError
from adapters.reading import Quality

SERVICE = assigned(0x183E)
UUID = assigned(0x2B3B)


class Feature(IntFlag):
    """Those features that change how data are understood, and those that our simulator names."""

    MULTIPLE_USERS = 1 << 0
    USER_DATA_SERVICE = 1 << 1
    DEVICE_WORN = 1 << 2
    NORMAL_WALKING_ENERGY = 1 << 3
    INTENSITY_ENERGY = 1 << 5
    METABOLIC_EQUIVALENT = 1 << 11
    DISTANCE = 1 << 12
    FLOORS = 1 << 17
    ACTIVITY_TYPE = 1 << 24
    WORN_DURATION = 1 << 25
    VO2_MAX = 1 << 31
    HEART_RATE = 1 << 32
    RESTING_HEART_RATE = 1 << 34
    RESPIRATION_RATE = 1 << 36
    NORMAL_WALKING_STEPS = 1 << 38
    INTENSITY_STEPS = 1 << 39
    TOTAL_SLEEP_TIME = 1 << 41
    SLEEP_STAGE = 1 << 53
    SLEEPING_HEART_RATE = 1 << 54


@dataclass(frozen=True, slots=True)
class PhysicalActivityMonitorFeatures:
    """64 bits, one a feature; bits that no name stands for are kept as they are."""

    features: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is eight bytes."""
        fields = Reader(data)
        made = cls(fields.unsigned(8))
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        return bytes(Writer().unsigned(self.features, 8))

    def has(self, feature: Feature) -> bool:
        """Whether the monitor says that it has it."""
        return feature & self.features == feature


def has(feature: Feature, hearing: Hearing) -> bool:
    """Whether the monitor of this link said that it has it."""
    try:
        return PhysicalActivityMonitorFeatures.from_bytes(hearing.said.get(UUID, b"")).has(feature)
    except DecodeError:
        return False


def doubt_of(worn: bool, hearing: Hearing) -> Quality:
    """What it means for data that the monitor was, or was not, worn when it measured.

    The bit says something only where the features say that the monitor can tell.
    """
    unworn = has(Feature.DEVICE_WORN, hearing) and not worn
    return Quality.NO_SKIN_CONTACT if unworn else Quality.NONE


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Physical Activity Monitor Features",
    service="Physical Activity Monitor",
    value=PhysicalActivityMonitorFeatures,
    fields={"features": because("says what the monitor can tell; measures nothing")},
    source="Physical Activity Monitor Service 1.0, 3.1",
)
