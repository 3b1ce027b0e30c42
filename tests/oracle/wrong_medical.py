"""Where it is wrong about cuffs, thermometers, glucose, oximeters and scales."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from adapters.ble.characteristics import weight
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.carbon_monoxide import CarbonMonoxideConcentration
from adapters.ble.characteristics.cgm_measurement import CgmMeasurement
from adapters.ble.characteristics.cgm_session_start_time import CgmSessionStartTime
from adapters.ble.characteristics.cgm_specific_ops_control_point import (
    Answer,
    CgmSpecificOpsControlPoint,
    Outcome,
)
from adapters.ble.characteristics.cgm_status import CgmStatus
from adapters.ble.characteristics.enhanced_blood_pressure import EnhancedBloodPressureMeasurement
from adapters.ble.characteristics.enhanced_cuff_pressure import EnhancedIntermediateCuffPressure
from adapters.ble.characteristics.glucose_measurement import GlucoseMeasurement
from adapters.ble.characteristics.glucose_measurement_context import GlucoseMeasurementContext
from adapters.ble.characteristics.intermediate_cuff_pressure import IntermediateCuffPressure
from adapters.ble.characteristics.plx_continuous_measurement import PlxContinuousMeasurement
from adapters.ble.characteristics.plx_spot_check_measurement import PlxSpotCheckMeasurement
from adapters.ble.characteristics.temperature import IntermediateTemperature, TemperatureMeasurement
from adapters.ble.formats import composition
from adapters.ble.formats.numbers import Special
from adapters.reading import Absence
from tests.oracle.mistake import REFUSED, Wrong, first

MEDICAL: Final = (
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
        "weight unsuccessful", "Weight Measurement", "WeightMeasurement", "00ffff",
        "weight", 327.675, "a measurement that failed: no value",
        lambda data: first(weight.readings, data), Absence.ERROR,
    ),
    Wrong(
        "binary fractions", "Weight Measurement", "WeightMeasurement", "006036",
        "weight", 69.60000000000001, "69.600 kg",
        lambda data: first(weight.readings, data), Decimal("69.600"),
    ),
    Wrong(
        "fat unsuccessful", "Body Composition Measurement", "BodyCompositionMeasurement",
        "0000ffff", "", REFUSED, "a measurement that failed: no value",
        lambda data: first(composition.readings, data), Absence.ERROR,
    ),
    Wrong(
        "SFLOAT of an inflating cuff", "Intermediate Cuff Pressure", "IntermediateCuffPressure",
        "00d7f000000000", "", REFUSED, "21.5 mmHg",
        lambda data: IntermediateCuffPressure.from_bytes(data).pressure, Decimal("21.5"),
    ),
    Wrong(
        "SFLOAT of an enhanced cuff", "Enhanced Blood Pressure Measurement",
        "EnhancedBloodPressureMeasurement", "7e780050005d0000d4302c480002040010f0302c",
        "pulse_rate", 7.2e-07, "72 a minute",
        lambda data: EnhancedBloodPressureMeasurement.from_bytes(data).pulse, Decimal(72),
    ),
    Wrong(
        "SFLOAT of an enhanced inflating cuff", "Enhanced Intermediate Cuff Pressure",
        "EnhancedIntermediateCuffPressure", "42960000d4302c", "cuff_pressure", 1.5e-06, "150 mmHg",
        lambda data: EnhancedIntermediateCuffPressure.from_bytes(data).pressure, Decimal(150),
    ),
    Wrong(
        "FLOAT of a rising thermometer", "Intermediate Temperature", "IntermediateTemperature",
        "06b00e00fedc070c050b321b04", "temperature", 3.76e129, "37.60 °C",
        lambda data: IntermediateTemperature.from_bytes(data).temperature, Decimal("37.60"),
    ),
    Wrong(
        "oximeter that goes on", "PLX Continuous Measurement", "PLXContinuousMeasurement",
        "0c62004e002000000000", "pulse_rate", 7.8e-07, "78 a minute",
        lambda data: PlxContinuousMeasurement.from_bytes(data).normal.pulse, Decimal(78),
    ),
    Wrong(
        "SFLOAT of a meal", "Glucose Measurement Context", "GlucoseMeasurementContext",
        "ff0000b303640004123c003204d3f459f1", "hba1c_percent", 3.45e9, "34.5 %",
        lambda data: GlucoseMeasurementContext.from_bytes(data).hba1c, Decimal("34.5"),
    ),
    Wrong(
        "SFLOAT of a sensor", "CGM Measurement", "CGMMeasurement",
        "06000c100600", "records.0.glucose_concentration", 1.2e-06, "120 mg/dL",
        lambda data: CgmMeasurement.from_bytes(data).records[0].concentration, Decimal("1.2E+2"),
    ),
    Wrong(
        "check sum of a record", "CGM Measurement", "CGMMeasurement",
        "0fe3d2e405000214ff02f0e5f38e40", "records.0.time_offset", 5,
        "not well formed: its check sum is wrong",
        CgmMeasurement.from_bytes, REFUSED,
    ),
    Wrong(
        "check sum", "CGM Status", "CGMStatus", "05003f3fffa7e1", "time_offset", 5,
        "not well formed: its check sum is wrong",
        CgmStatus.from_bytes, REFUSED,
    ),
    Wrong(
        "check sum of an answer", "CGM Specific Ops Control Point", "CGMSpecificOpsControlPoint",
        "1c02013c3b", "operand", b"\x02\x01\x3c\x3b",
        "the answer is 02 01, the last two bytes are its check sum",
        lambda data: CgmSpecificOpsControlPoint.from_bytes(data).operand,
        Outcome(2, Answer.SUCCESS),
    ),
    Wrong(
        "raw operand", "CGM Specific Ops Control Point", "CGMSpecificOpsControlPoint",
        "0c0bc0", "operand", b"\x0b\xc0",
        "0.0011 mg/dL: a medical float, which it leaves as bytes",
        lambda data: CgmSpecificOpsControlPoint.from_bytes(data).operand, Decimal("0.0011"),
    ),
    Wrong(
        "west of Greenwich", "CGM Session Start Time", "CGMSessionStartTime",
        "e20704180d0818ec04", "time_zone", 236,
        "-20, five hours behind UTC (GATT Specification Supplement, Time Zone: sint8)",
        lambda data: CgmSessionStartTime.from_bytes(data).zone, -20,
    ),
)  # fmt: skip
