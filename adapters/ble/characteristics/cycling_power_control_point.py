"""Cycling Power Control Point, 0x2A66: setting up a power meter.

Source: Bluetooth SIG, Cycling Power Service 1.1, 3.5; GATT Specification Supplement, Cycling Power
Control Point.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.procedures import Procedure
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A66)


class Op(IntEnum):
    """What is asked or answered."""

    SET_CUMULATIVE_VALUE = 1
    UPDATE_LOCATION = 2
    REQUEST_LOCATIONS = 3
    SET_CRANK_LENGTH = 4
    REQUEST_CRANK_LENGTH = 5
    SET_CHAIN_LENGTH = 6
    REQUEST_CHAIN_LENGTH = 7
    SET_CHAIN_WEIGHT = 8
    REQUEST_CHAIN_WEIGHT = 9
    SET_SPAN_LENGTH = 10
    REQUEST_SPAN_LENGTH = 11
    START_OFFSET_COMPENSATION = 12
    MASK_MEASUREMENT = 13
    REQUEST_SAMPLING_RATE = 14
    REQUEST_CALIBRATION_DATE = 15
    START_ENHANCED_OFFSET_COMPENSATION = 16
    RESPONSE = 32


_LENGTHS: Mapping[int, Collection[int]] = {
    Op.SET_CUMULATIVE_VALUE: {4},
    Op.UPDATE_LOCATION: {1},
    Op.REQUEST_LOCATIONS: {0},
    Op.SET_CRANK_LENGTH: {2},
    Op.REQUEST_CRANK_LENGTH: {0},
    Op.SET_CHAIN_LENGTH: {2},
    Op.REQUEST_CHAIN_LENGTH: {0},
    Op.SET_CHAIN_WEIGHT: {2},
    Op.REQUEST_CHAIN_WEIGHT: {0},
    Op.SET_SPAN_LENGTH: {2},
    Op.REQUEST_SPAN_LENGTH: {0},
    Op.START_OFFSET_COMPENSATION: {0},
    Op.MASK_MEASUREMENT: {2},
    Op.REQUEST_SAMPLING_RATE: {0},
    Op.REQUEST_CALIBRATION_DATE: {0},
    Op.START_ENHANCED_OFFSET_COMPENSATION: {0},
    Op.RESPONSE: range(2, 512),
}


@dataclass(frozen=True, slots=True)
class CyclingPowerControlPoint(Procedure):
    """One request or answer.

    Attributes:
        op: which.
        parameter: a length, a weight, a mask; in an answer the op code, how it went, and more.
    """

    OPS = Op
    LENGTHS = _LENGTHS
    RESPONSE = Op.RESPONSE


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Cycling Power Control Point",
    service="Cycling Power",
    value=CyclingPowerControlPoint,
    fields={
        name: because("sets up the power meter; measures nothing") for name in ("op", "parameter")
    },
    source="Cycling Power Service 1.1, 3.5",
)
