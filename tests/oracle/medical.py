"""Cuffs, thermometers, glucose meters, oximeters: the integers among their medical floats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from bluetooth_sig.types.units import PressureUnit, TemperatureUnit

from adapters.ble.characteristics.glucose_measurement import GlucoseMeasurement
from adapters.ble.characteristics.glucose_measurement_context import GlucoseMeasurementContext
from adapters.ble.characteristics.plx_continuous_measurement import PlxContinuousMeasurement
from adapters.ble.characteristics.plx_spot_check_measurement import PlxSpotCheckMeasurement
from tests.oracle import Judged, Said
from tests.oracle.clocks import date, known

_PLAIN: Final = Decimal(100)
"""A medical float that they read wrongly, but do not refuse."""


def _plain(*names: str) -> Callable[[Any], Any]:
    """The same packet with plain floats, and a day that they can read."""

    def plain(ours: Any) -> Any:
        return replace(ours, at=known(ours.at), **dict.fromkeys(names, _PLAIN))

    return plain


def _pressure_unit(ours: Any) -> PressureUnit:
    return PressureUnit.KPA if ours.kilopascal else PressureUnit.MMHG


def _cuff(ours: Any) -> Said:
    return {
        "unit": _pressure_unit(ours),
        "optional_fields.timestamp": date(ours.at),
        "optional_fields.user_id": ours.user,
        "optional_fields.measurement_status": ours.status,
    }


def _enhanced(ours: Any) -> Said:
    return {
        "unit": _pressure_unit(ours),
        "timestamp": ours.seconds,
        "user_id": ours.user,
        "measurement_status": ours.status,
        "user_facing_time": ours.shown_seconds,
        "epoch_year": 2000 if ours.from_2000 else 1900,
    }


def _temperature(ours: Any) -> Said:
    return {
        "unit": TemperatureUnit.FAHRENHEIT if ours.fahrenheit else TemperatureUnit.CELSIUS,
        "timestamp": date(ours.at),
        "temperature_type": ours.site,
    }


def _glucose(ours: GlucoseMeasurement) -> Said:
    return {
        "sequence_number": ours.number,
        "base_time": date(ours.base),
        "time_offset_minutes": ours.offset,
        "glucose_type": ours.sample and ours.sample.type,
        "sample_location": ours.sample and ours.sample.site,
        "unit": None if ours.concentration is None else "mmol/L" if ours.molar else "mg/dL",
        "sensor_status": ours.status,
        "flags": sum(
            bit
            for bit, there in (
                (1, ours.offset is not None),
                (2, ours.concentration is not None),
                (4, ours.molar),
                (8, ours.status is not None),
                (16, ours.context),
            )
            if there
        ),
    }


def _readable_glucose(ours: GlucoseMeasurement) -> GlucoseMeasurement:
    base = known(ours.base)
    assert base is not None
    concentration = None if ours.concentration is None else _PLAIN
    return replace(ours, base=base, concentration=concentration)


def _under_the_skin(ours: GlucoseMeasurement) -> str:
    return "under the skin" if ours.sample is not None and ours.sample.site == 5 else ""


def _context(ours: GlucoseMeasurementContext) -> Said:
    tester, health = ours.tester or (None, None)
    medication = ours.medication
    unit = None if medication is None else "litres" if medication.litres else "kg"
    return {
        "sequence_number": ours.number,
        "carbohydrate_id": ours.carbohydrate and ours.carbohydrate.food,
        "meal": ours.meal,
        "tester": tester,
        "health": health,
        "exercise_duration_seconds": ours.exercise and ours.exercise.seconds,
        "exercise_intensity_percent": ours.exercise and ours.exercise.intensity,
        "medication_id": medication and medication.drug,
        "medication_unit": unit,
    }


def _spot_check(ours: PlxSpotCheckMeasurement) -> Said:
    return {
        "timestamp": date(ours.at),
        "measurement_status": ours.status,
        "device_and_sensor_status": ours.sensor,
        "spot_check_flags": sum(
            bit
            for bit, there in (
                (1, ours.at is not None),
                (2, ours.status is not None),
                (4, ours.sensor is not None),
                (8, ours.amplitude is not None),
                (16, ours.clock_not_set),
            )
            if there
        ),
    }


def _continuous(ours: PlxContinuousMeasurement) -> Said:
    return {
        "measurement_status": ours.status,
        "device_and_sensor_status": ours.sensor,
        "continuous_flags": sum(
            bit
            for bit, there in enumerate(
                (ours.fast, ours.slow, ours.status, ours.sensor, ours.amplitude)
            )
            if there is not None
            for bit in (1 << bit,)
        ),
    }


_PRESSURES: Final = dict.fromkeys(("systolic", "diastolic", "mean", "pulse"), "SFLOAT")

JUDGED = (
    Judged(
        "blood pressure measurement",
        "BloodPressureMeasurement",
        _cuff,
        put=_plain("systolic", "diastolic", "mean"),
        apart=_PRESSURES,
    ),
    Judged(
        "intermediate cuff pressure",
        "IntermediateCuffPressure",
        _cuff,
        put=_plain("pressure"),
        apart=dict.fromkeys(("pressure", "pulse"), "SFLOAT of an inflating cuff"),
    ),
    Judged(
        "enhanced blood pressure measurement",
        "EnhancedBloodPressureMeasurement",
        _enhanced,
        apart=dict.fromkeys(_PRESSURES, "SFLOAT of an enhanced cuff"),
    ),
    Judged(
        "enhanced intermediate cuff pressure",
        "EnhancedIntermediateCuffPressure",
        _enhanced,
        apart=dict.fromkeys(("pressure", "pulse"), "SFLOAT of an enhanced inflating cuff"),
    ),
    Judged(
        "blood pressure record",
        "BloodPressureRecord",
        lambda ours: {
            "first_segment": ours.first,
            "last_segment": ours.last,
            "segment_counter": ours.counter,
            "sequence_number": ours.number,
            "uuid.short_form": f"{ours.holds:04X}",
            "recorded_data": ours.piece,
        },
    ),
    *(
        Judged(
            name,
            "".join(word.title() for word in name.split()),
            _temperature,
            put=_plain(),
            apart={"temperature": key},
        )
        for name, key in (
            ("temperature measurement", "FLOAT"),
            ("intermediate temperature", "FLOAT of a rising thermometer"),
        )
    ),
    Judged(
        "glucose measurement",
        "GlucoseMeasurement",
        _glucose,
        _under_the_skin,
        put=_readable_glucose,
        apart={"concentration": "glucose"},
    ),
    Judged(
        "glucose measurement context",
        "GlucoseMeasurementContext",
        _context,
        apart=dict.fromkeys(
            ("hba1c", "carbohydrate.mass", "medication.amount"), "SFLOAT of a meal"
        ),
    ),
    Judged(
        "plx spot-check measurement",
        "PLXSpotCheckMeasurement",
        _spot_check,
        put=_plain(),
        apart=dict.fromkeys(("saturation", "pulse", "amplitude"), "oximeter"),
    ),
    Judged(
        "plx continuous measurement",
        "PLXContinuousMeasurement",
        _continuous,
        apart=dict.fromkeys(("normal", "fast", "slow", "amplitude"), "oximeter that goes on"),
    ),
    Judged(
        "plx features",
        "PLXFeatures",
        lambda ours: ours.features | (ours.status is not None) | (ours.sensor is not None) << 1,
        apart={"status": "supported status", "sensor": "supported status"},
    ),
)
