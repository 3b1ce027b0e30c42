"""Scales and their users."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bluetooth_sig.types.units import HeightUnit, WeightUnit

from adapters.ble.characteristics.body_composition import BodyCompositionMeasurement
from adapters.ble.characteristics.user_control_point import UserControlPoint
from adapters.ble.characteristics.weight import WeightMeasurement
from tests.oracle import Judged, Said, times
from tests.oracle.clocks import date, known


def _mass_step(ours: Any) -> str:
    return "0.01" if ours.imperial else "0.005"


def _height_step(ours: Any) -> str:
    return "0.1" if ours.imperial else "0.001"


def _weight(ours: WeightMeasurement) -> Said:
    stature = ours.stature
    unit = HeightUnit.INCHES if ours.imperial else HeightUnit.METERS
    return {
        "weight": times(ours.weight, _mass_step(ours)),
        "weight_unit": WeightUnit.LB if ours.imperial else WeightUnit.KG,
        "timestamp": date(ours.at),
        "user_id": ours.user,
        "bmi": stature and times(stature.bmi, "0.1"),
        "height": stature and times(stature.height, _height_step(ours)),
        "height_unit": stature and unit,
    }


def _composition(ours: BodyCompositionMeasurement) -> Said:
    mass = _mass_step(ours)
    announced = (
        ours.imperial or None, ours.at, ours.user, ours.basal_metabolism, ours.muscle_percentage,
        ours.muscle_mass, ours.fat_free_mass, ours.soft_lean_mass, ours.body_water_mass,
        ours.impedance, ours.weight, ours.height, ours.one_of_several or None,
    )  # fmt: skip
    return {
        "flags": sum(1 << bit for bit, one in enumerate(announced) if one is not None),
        "body_fat_percentage": times(ours.fat, "0.1"),
        "timestamp": date(ours.at),
        "user_id": ours.user,
        "basal_metabolism": ours.basal_metabolism,
        "muscle_percentage": times(ours.muscle_percentage, "0.1"),
        "muscle_mass": times(ours.muscle_mass, mass),
        "fat_free_mass": times(ours.fat_free_mass, mass),
        "soft_lean_mass": times(ours.soft_lean_mass, mass),
        "body_water_mass": times(ours.body_water_mass, mass),
        "impedance": times(ours.impedance, "0.1"),
        "weight": times(ours.weight, mass),
        "height": times(ours.height, _height_step(ours)),
    }


def _readable(ours: Any) -> Any:
    return replace(ours, at=known(ours.at))


def _possible(ours: BodyCompositionMeasurement) -> Any:
    return replace(_readable(ours), fat=ours.fat % 1001)


def _users(ours: UserControlPoint) -> Said:
    there = ((ours.request, 1), (ours.went, 1), (ours.user, 1), (ours.code, 2), (ours.users, 1))
    parts = [part.to_bytes(width, "little") for part, width in there if part is not None]
    return {"opcode": ours.op, "parameter": b"".join(parts)}


JUDGED = (
    Judged("weight measurement", "WeightMeasurement", _weight, put=_readable),
    Judged(
        "weight scale feature",
        "WeightScaleFeature",
        lambda ours: {
            "timestamp_supported": bool(ours.features & 1),
            "multiple_users_supported": bool(ours.features & 2),
            "bmi_supported": bool(ours.features & 4),
            "weight_measurement_resolution": ours.weight,
            "height_measurement_resolution": ours.height,
        },
    ),
    Judged(
        "body composition measurement",
        "BodyCompositionMeasurement",
        _composition,
        put=_possible,
    ),
    Judged(
        "body composition feature",
        "BodyCompositionFeature",
        lambda ours: {
            "timestamp_supported": bool(ours.features & 1),
            "multiple_users_supported": bool(ours.features & 2),
            "basal_metabolism_supported": bool(ours.features & 4),
            "muscle_percentage_supported": bool(ours.features & 8),
            "muscle_mass_supported": bool(ours.features & 0x10),
            "fat_free_mass_supported": bool(ours.features & 0x20),
            "soft_lean_mass_supported": bool(ours.features & 0x40),
            "body_water_mass_supported": bool(ours.features & 0x80),
            "impedance_supported": bool(ours.features & 0x100),
            "weight_supported": bool(ours.features & 0x200),
            "height_supported": bool(ours.features & 0x400),
            "mass_measurement_resolution": ours.weight,
            "height_measurement_resolution": ours.height,
        },
    ),
    Judged("user index", "UserIndex", lambda ours: ours.user),
    Judged("database change increment", "DatabaseChangeIncrement", lambda ours: ours.count),
    Judged("user control point", "UserControlPoint", _users),
)
