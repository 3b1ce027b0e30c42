"""Fitness machines."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from adapters.ble.formats.machine import NOT_AVAILABLE
from tests.oracle import Judged, Said, times

_HUNDREDTH, _TENTH, _HALF, _TEN = "0.01", "0.1", "0.5", "10"

_ENDS = {
    "energy": ("total_energy", ""),
    "energy_an_hour": ("energy_per_hour", ""),
    "energy_a_minute": ("energy_per_minute", ""),
    "heart_rate": ("heart_rate", ""),
    "metabolic_equivalent": ("metabolic_equivalent", _TENTH),
    "elapsed": ("elapsed_time", ""),
    "remaining": ("remaining_time", ""),
}
_CLIMBS = {
    "step_rate": ("steps_per_minute", ""),
    "average_step_rate": ("average_step_rate", ""),
    "climbed": ("positive_elevation_gain", ""),
}
_SPEEDS = {
    "speed": ("instantaneous_speed", _HUNDREDTH),
    "average_speed": ("average_speed", _HUNDREDTH),
    "distance": ("total_distance", ""),
}
_POWERS = {
    "power": ("instantaneous_power", ""),
    "average_power": ("average_power", ""),
}

_RESISTANCE = {"resistance": ("resistance_level", _TEN)}
"""Levels of one byte count in tens, by the Supplement that they follow."""

Names = dict[str, tuple[str, str]]
"""Their name of each of our fields, and what one of the number sent is."""


def _says(names: Names) -> Callable[[Any], Said]:
    def says(ours: Any) -> Said:
        said: dict[str, Any] = {}
        for name, (theirs, step) in names.items():
            number = getattr(ours, name)
            if number is NOT_AVAILABLE:
                continue
            said[theirs] = times(number, step) if step else number
        return said

    return says


def _not_by(ours: Any) -> str:
    wide = getattr(ours, "resistance", None) is not None and not ours.narrow
    return "resistance level" if wide else ""


def _machine(case: str, by: str, names: Names) -> Judged:
    return Judged(case, by, _says(names), _not_by)


def _range(ours: Any, step: str) -> Said:
    return {
        "minimum": ours.lowest * Decimal(step),
        "maximum": ours.highest * Decimal(step),
        "minimum_increment": ours.step * Decimal(step),
    }


def _upside_down(ours: Any) -> str:
    return "upside down" if ours.lowest > ours.highest else ""


def _empty(ours: Any) -> str:
    text = ours.text
    return "nothing announced" if text is not None and (not text or text[-1] == "\0") else ""


def _levels(ours: Any) -> str:
    return _upside_down(ours) if ours.narrow else "resistance range"


def _control(ours: Any) -> Said:
    if ours.op == 0x80:
        return {
            "op_code": ours.op,
            "response_op_code": ours.parameter[0],
            "result_code": ours.parameter[1],
        }
    return {"op_code": ours.op, "parameter": ours.parameter or None}


def _unknown(ours: Any) -> str:
    answers = ours.op == 0x80
    known = ours.parameter[:1] in {bytes([op]) for op in range(0x15)} | {b"\x80"}
    return "answer to an unknown request" if answers and not known else ""


JUDGED = (
    _machine(
        "treadmill data",
        "TreadmillData",
        {
            **_SPEEDS,
            "inclination": ("inclination", _TENTH),
            "ramp_angle": ("ramp_angle_setting", _TENTH),
            "climbed": ("positive_elevation_gain", _TENTH),
            "descent": ("negative_elevation_gain", _TENTH),
            "pace": ("instantaneous_pace", ""),
            "average_pace": ("average_pace", ""),
            **_ENDS,
            "force_on_belt": ("force_on_belt", ""),
            "power": ("power_output", ""),
        },
    ),
    _machine(
        "cross trainer data",
        "CrossTrainerData",
        {
            **_SPEEDS,
            **_CLIMBS,
            "strides": ("stride_count", _TENTH),
            "descent": ("negative_elevation_gain", ""),
            "inclination": ("inclination", _TENTH),
            "ramp_angle": ("ramp_setting", _TENTH),
            **_POWERS,
            **_RESISTANCE,
            **_ENDS,
            "backward": ("movement_direction_backward", ""),
        },
    ),
    _machine(
        "step climber data",
        "StepClimberData",
        {"floors": ("floors", ""), "steps": ("step_count", ""), **_CLIMBS, **_ENDS},
    ),
    _machine(
        "stair climber data",
        "StairClimberData",
        {"floors": ("floors", ""), **_CLIMBS, "strides": ("stride_count", ""), **_ENDS},
    ),
    _machine(
        "rower data",
        "RowerData",
        {
            "stroke_rate": ("stroke_rate", _HALF),
            "strokes": ("stroke_count", ""),
            "average_stroke_rate": ("average_stroke_rate", _HALF),
            "distance": ("total_distance", ""),
            "pace": ("instantaneous_pace", ""),
            "average_pace": ("average_pace", ""),
            **_POWERS,
            **_RESISTANCE,
            **_ENDS,
        },
    ),
    _machine(
        "indoor bike data",
        "IndoorBikeData",
        {
            **_SPEEDS,
            "cadence": ("instantaneous_cadence", _HALF),
            "average_cadence": ("average_cadence", _HALF),
            **_POWERS,
            **_RESISTANCE,
            **_ENDS,
        },
    ),
    Judged(
        "fitness machine feature",
        "FitnessMachineFeature",
        lambda ours: {
            "fitness_machine_features": ours.measures,
            "target_setting_features": ours.settable,
        },
    ),
    Judged(
        "training status",
        "TrainingStatus",
        lambda ours: {
            "training_status": ours.part,
            "training_status_string": ours.text,
            "flags": (ours.text is not None) | ours.goes_on << 1,
        },
        _empty,
    ),
    *(
        Judged(
            f"supported {name} range",
            f"Supported{name.title().replace(' ', '')}Range",
            partial(_range, step=step),
            _upside_down,
        )
        for name, step in (
            ("speed", _HUNDREDTH),
            ("inclination", _TENTH),
            ("power", "1"),
            ("heart rate", "1"),
        )
    ),
    Judged(
        "supported resistance level range",
        "SupportedResistanceLevelRange",
        partial(_range, step=_TEN),
        _levels,
    ),
    Judged(
        "fitness machine control point",
        "FitnessMachineControlPoint",
        _control,
        _unknown,
    ),
    Judged(
        "fitness machine status",
        "FitnessMachineStatus",
        lambda ours: {"op_code": ours.what, "parameter": ours.parameter or None},
    ),
)
