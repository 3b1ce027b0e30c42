"""Where `bluetooth_sig` 0.6.0 is wrong, with the bytes: `docs/bluetooth-sig.md` is made from it.

Each entry is tested: that they still say so, and that we read what is right. Once they are right,
the test of the entry fails, and it can be taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from adapters.ble.characteristics import weight
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.carbon_monoxide import CarbonMonoxideConcentration
from adapters.ble.characteristics.csc_measurement import CscMeasurement
from adapters.ble.characteristics.cycling_power_control_point import CyclingPowerControlPoint
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.fitness_machine_control_point import FitnessMachineControlPoint
from adapters.ble.characteristics.glucose_measurement import GlucoseMeasurement
from adapters.ble.characteristics.health_sensor_features import HealthSensorFeatures
from adapters.ble.characteristics.heart_rate import HeartRateMeasurement
from adapters.ble.characteristics.indoor_bike_data import IndoorBikeData
from adapters.ble.characteristics.ln_control_point import LnControlPoint
from adapters.ble.characteristics.plx_spot_check_measurement import PlxSpotCheckMeasurement
from adapters.ble.characteristics.supported_resistance_level_range import (
    SupportedResistanceLevelRange,
)
from adapters.ble.characteristics.temperature import TemperatureMeasurement
from adapters.ble.characteristics.treadmill_data import TreadmillData
from adapters.ble.formats import composition
from adapters.ble.formats.machine import NOT_AVAILABLE
from adapters.ble.formats.numbers import Special
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.local_events import Packet
from adapters.reading import Absence, Quantity
from tests.ble_packets import packet

REFUSED: Final = "refused"
"""Stands for an error, theirs or ours."""


@dataclass(frozen=True)
class Wrong:
    """One mistake.

    Attributes:
        key: its name in the tests.
        name: the characteristic, for people.
        by: their class, without "Characteristic".
        hex: the packet.
        field: their field that is wrong; "" for the whole value.
        says: what they give for it, or `REFUSED`.
        right: what is right, for people.
        ours: reads the packet, and takes out what is right.
        means: what that gives, or `REFUSED`.
    """

    key: str
    name: str
    by: str
    hex: str
    field: str
    says: Any
    right: str
    ours: Callable[[bytes], Any]
    means: Any


def _first(readings: Callable[[Packet, Hearing], Iterator[Record]], data: bytes) -> Any:
    """The first value that a packet becomes, without its unit."""
    value = next(readings(packet(data), Hearing())).value
    return value.value if isinstance(value, Quantity) else value


WRONG: Final = (
    Wrong(
        "SFLOAT", "Blood Pressure Measurement", "BloodPressureMeasurement", "00780050005a00",
        "systolic", 1.2e-06, "120 mmHg",
        lambda data: BloodPressureMeasurement.from_bytes(data).systolic, Decimal(120),
    ),
    Wrong(
        "SFLOAT with exponent", "Blood Pressure Measurement", "BloodPressureMeasurement",
        "00b0f420f384f3", "", REFUSED, "120.0 over 80.0 mmHg",
        lambda data: BloodPressureMeasurement.from_bytes(data).diastolic, Decimal("80.0"),
    ),
    Wrong(
        "failed measurement", "Blood Pressure Measurement", "BloodPressureMeasurement",
        "00ff07ff07ff07", "", REFUSED, "a measurement that failed: no value",
        lambda data: BloodPressureMeasurement.from_bytes(data).systolic, Special.NAN,
    ),
    Wrong(
        "FLOAT", "Temperature Measurement", "TemperatureMeasurement", "006c0100ff",
        "temperature", 3.64e129, "36.4 °C",
        lambda data: TemperatureMeasurement.from_bytes(data).temperature, Decimal("36.4"),
    ),
    Wrong(
        "oximeter", "PLX Spot-Check Measurement", "PLXSpotCheckMeasurement", "0062004800",
        "spo2", 9.8e-07, "98 %",
        lambda data: PlxSpotCheckMeasurement.from_bytes(data).saturation, Decimal(98),
    ),
    Wrong(
        "glucose", "Glucose Measurement", "GlucoseMeasurement", "020100e80701010c00006eb011",
        "glucose_concentration", 110000.0, "110e-5 kg/L, which is 110 mg/dL",
        lambda data: GlucoseMeasurement.from_bytes(data).concentration, Decimal("110e-5"),
    ),
    Wrong(
        "air", "Carbon Monoxide Concentration", "CarbonMonoxideConcentration", "2283",
        "", 802.0, "8.02e-6 kg/m³",
        lambda data: CarbonMonoxideConcentration.from_bytes(data).concentration,
        Decimal("8.02e-6"),
    ),
    Wrong(
        "reserved SFLOAT", "Carbon Monoxide Concentration", "CarbonMonoxideConcentration",
        "0108", "", -2.047e-05, "a reserved code: no value",
        lambda data: CarbonMonoxideConcentration.from_bytes(data).concentration,
        Special.RESERVED,
    ),
    Wrong(
        "unknown date", "Date Time", "DateTime", "00000000121a20", "", REFUSED,
        "18:26:32 of a day that is not known",
        lambda data: DateTime.from_bytes(data).told, None,
    ),
    Wrong(
        "weight unsuccessful", "Weight Measurement", "WeightMeasurement", "00ffff",
        "weight", 327.675, "a measurement that failed: no value",
        lambda data: _first(weight.readings, data), Absence.ERROR,
    ),
    Wrong(
        "binary fractions", "Weight Measurement", "WeightMeasurement", "006036",
        "weight", 69.60000000000001, "69.600 kg",
        lambda data: _first(weight.readings, data), Decimal("69.600"),
    ),
    Wrong(
        "fat unsuccessful", "Body Composition Measurement", "BodyCompositionMeasurement",
        "0000ffff", "", REFUSED, "a measurement that failed: no value",
        lambda data: _first(composition.readings, data), Absence.ERROR,
    ),
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
    Wrong(
        "health sensor", "Health Sensor Features", "HealthSensorFeatures",
        "0002b84b02001a480200", "", REFUSED, "two types of observation",
        lambda data: len(HealthSensorFeatures.from_bytes(data).types), 2,
    ),
)  # fmt: skip

UNJUDGED: Final = {
    "upside down": "a range whose lowest is above its highest: they refuse it, we read it",
    "no balance": "a pedal balance of 255: they take it for none, which no document says",
    "guessed by its length": "what an answer of a location sensor holds, which they only guess",
    "nothing announced": "an empty list or text, or zeros behind a text: they leave it out",
}
"""What the two see differently without either being wrong; it is left out of the comparison."""
