"""Where it is wrong about running, cycling, location and fitness machines."""

from __future__ import annotations

from typing import Final

from adapters.ble.characteristics.csc_measurement import CscMeasurement
from adapters.ble.characteristics.cycling_power_control_point import CyclingPowerControlPoint
from adapters.ble.characteristics.fitness_machine_control_point import FitnessMachineControlPoint
from adapters.ble.characteristics.heart_rate import HeartRateMeasurement
from adapters.ble.characteristics.indoor_bike_data import IndoorBikeData
from adapters.ble.characteristics.ln_control_point import LnControlPoint
from adapters.ble.characteristics.supported_resistance_level_range import (
    SupportedResistanceLevelRange,
)
from adapters.ble.characteristics.treadmill_data import TreadmillData
from adapters.ble.formats.machine import NOT_AVAILABLE
from tests.oracle.mistake import REFUSED, Wrong

SPORTS: Final = (
    Wrong(
        "half an interval", "Heart Rate Measurement", "HeartRateMeasurement", "10480004ff",
        "heart_rate", 72, "not well formed: half an interval at the end",
        HeartRateMeasurement.from_bytes, REFUSED,
    ),
    Wrong(
        "bytes left over", "CSC Measurement", "CSCMeasurement", "025901d007ff",
        "cumulative_crank_revolutions", 345, "not well formed: a byte that no flag announces",
        CscMeasurement.from_bytes, REFUSED,
    ),
    Wrong(
        "cut short", "CSC Measurement", "CSCMeasurement", "025901",
        "cumulative_crank_revolutions", None, "not well formed: the announced crank is cut off",
        CscMeasurement.from_bytes, REFUSED,
    ),
    Wrong(
        "machine cut short", "Treadmill Data", "TreadmillData", "8404e803",
        "total_distance", None, "not well formed: three announced fields are cut off",
        TreadmillData.from_bytes, REFUSED,
    ),
    Wrong(
        "data not available", "Treadmill Data", "TreadmillData", "0800e803ff7fff7f",
        "inclination", 3276.7, "Data Not Available (Fitness Machine Service 1.0, 4.4.1.5)",
        lambda data: TreadmillData.from_bytes(data).inclination, NOT_AVAILABLE,
    ),
    Wrong(
        "resistance level", "Indoor Bike Data", "IndoorBikeData",
        "fe02990bc707b2007200f70000140046005d0000", "instantaneous_power", 17920,
        "70 W: the resistance level before it has two bytes (a frame of a Zwift Hub)",
        lambda data: IndoorBikeData.from_bytes(data).power, 70,
    ),
    Wrong(
        "resistance range", "Supported Resistance Level Range", "SupportedResistanceLevelRange",
        "000064000100", "", REFUSED, "0 to 100 by 1 (a JetBlack Volt)",
        lambda data: SupportedResistanceLevelRange.from_bytes(data).highest, 100,
    ),
    Wrong(
        "answer to an unknown request", "Fitness Machine Control Point",
        "FitnessMachineControlPoint", "805c02", "", REFUSED,
        "the request 0x5C is not supported: an answer repeats whatever was asked",
        lambda data: FitnessMachineControlPoint.from_bytes(data).parameter, b"\x5c\x02",
    ),
    Wrong(
        "power answer to an unknown request", "Cycling Power Control Point",
        "CyclingPowerControlPoint", "203d02", "", REFUSED,
        "the request 0x3D is not supported",
        lambda data: CyclingPowerControlPoint.from_bytes(data).parameter, b"\x3d\x02",
    ),
    Wrong(
        "enhanced offset compensation", "Cycling Power Control Point",
        "CyclingPowerControlPoint", "10", "", REFUSED, "Start Enhanced Offset Compensation",
        lambda data: CyclingPowerControlPoint.from_bytes(data).op, 0x10,
    ),
    Wrong(
        "name of a route", "LN Control Point", "LNControlPoint", "200501" + "41" * 16, "",
        REFUSED, "a route of 16 letters: the parameter may have 18 bytes",
        lambda data: LnControlPoint.from_bytes(data).parameter[2:], b"A" * 16,
    ),
)  # fmt: skip
