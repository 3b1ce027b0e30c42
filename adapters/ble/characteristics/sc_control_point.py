"""SC Control Point, 0x2A55: setting up a running sensor, or a speed sensor of a bicycle.

Source: GATT Specification Supplement, SC Control Point; Bluetooth SIG, Running Speed and Cadence
Service 1.0, 3.4 and Cycling Speed and Cadence Service 1.0, 3.4 (the cumulative value has 32 bits).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.procedures import Procedure
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A55)


class Op(IntEnum):
    """What is asked or answered."""

    SET_CUMULATIVE_VALUE = 1
    START_CALIBRATION = 2
    UPDATE_LOCATION = 3
    REQUEST_LOCATIONS = 4
    RESPONSE = 16


_LENGTHS: Mapping[int, Collection[int]] = {
    Op.SET_CUMULATIVE_VALUE: {4},
    Op.START_CALIBRATION: {0},
    Op.UPDATE_LOCATION: {1},
    Op.REQUEST_LOCATIONS: {0},
    Op.RESPONSE: range(2, 512),
}


@dataclass(frozen=True, slots=True)
class ScControlPoint(Procedure):
    """One request or answer.

    Attributes:
        op: which.
        parameter: a count, a place, or in an answer the op code, how it went, and what was asked.
    """

    OPS = Op
    LENGTHS = _LENGTHS
    RESPONSE = Op.RESPONSE


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="SC Control Point",
    service="Running Speed and Cadence and others",
    value=ScControlPoint,
    fields={name: because("sets up the sensor; measures nothing") for name in ("op", "parameter")},
    source="GATT Specification Supplement, SC Control Point",
)
