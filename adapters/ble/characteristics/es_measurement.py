"""ES Measurement, the descriptor 0x290C: how a value of an environmental sensor was sampled.

Source: Bluetooth SIG, Environmental Sensing Service 1.0.1, 3.1.2 (ES Measurement): flags, which
are reserved, sampling function, measurement period and internal update interval in seconds (0: not
in use), application, and uncertainty in half per cents (0xFF: not known).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x290C)

UNCERTAINTY_UNKNOWN: Final = 0xFF


class Sampling(IntEnum):
    """What was made of the samples; numbers above are reserved."""

    UNSPECIFIED = 0
    INSTANTANEOUS = 1
    MEAN = 2
    ROOT_MEAN_SQUARE = 3
    HIGHEST = 4
    LOWEST = 5
    ACCUMULATED = 6
    COUNT = 7


@dataclass(frozen=True, slots=True)
class EsMeasurement:
    """How a value was sampled.

    Attributes:
        sampling: what was made of the samples, one of `Sampling` or a reserved number.
        period: seconds that the samples were taken in; 0 where it does not say.
        update_every: seconds after which there is a new value; 0 where it does not say.
        application: where the sensor is (1: air), by a table of the service.
        uncertainty: in half per cents; 0xFF where it is not known.
    """

    sampling: int
    period: int = 0
    update_every: int = 0
    application: int = 0
    uncertainty: int = UNCERTAINTY_UNKNOWN

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly eleven bytes."""
        fields = Reader(data)
        fields.uint16()
        made = cls(
            sampling=fields.uint8(),
            period=fields.unsigned(3),
            update_every=fields.unsigned(3),
            application=fields.uint8(),
            uncertainty=fields.uint8(),
        )
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        made = Writer().uint16(0).uint8(self.sampling)
        made.unsigned(self.period, 3).unsigned(self.update_every, 3)
        return bytes(made.uint8(self.application).uint8(self.uncertainty))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="ES Measurement, a descriptor",
    service="Environmental Sensing",
    value=EsMeasurement,
    fields={
        "sampling": because("says which of several values is listened to"),
        "period": because("the duration of each reading, where it is a mean"),
        "update_every": because("a reading comes when it comes"),
        "application": because("the kind says what is measured"),
        "uncertainty": because("no kind has a place for it"),
    },
    source="Environmental Sensing Service 1.0.1, 3.1.2",
)
