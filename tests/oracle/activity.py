"""Physical Activity Monitor: its flags, and of four of its characteristics the head.

Of the optional fields it reads none, so the order of the flags is all that it can judge of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

from tests.oracle import Judged, Said

_THEIRS: Final = "bluetooth_sig.gatt.characteristics"
_HEAD: Final = b"\x03"
"""The header of a segment that is the first and the last."""

_PREFIXES: Final = {"least": "MIN", "greatest": "MAX", "average": "AVG"}

_ENERGY: Final = {
    "normal_walking_energy": "NORMAL_WALKING_EE",
    "intensity_energy": "INTENSITY_EE",
    "total_energy": "TOTAL_EE",
    "fat_burned": "FAT_BURNED",
    "equivalent": "METABOLIC_EQUIVALENT",
    "speed": "SPEED",
    "cadence": "MOTION_CADENCE",
    "level": "ACTIVITY_LEVEL",
}
_LIGHT: Final = {
    "visible_light": "VISIBLE_LIGHT",
    "ultraviolet_light": "UV_LIGHT",
    "infrared_light": "IR_LIGHT",
}
_GENERAL_NOW: Final = {
    **{
        f"{name}_rate": f"{_ENERGY[name]}_PER_HOUR"
        for name in ("normal_walking_energy", "intensity_energy", "total_energy", "fat_burned")
    },
    **_ENERGY,
    "elevation": "ELEVATION",
    "activity_count_rate": "ACTIVITY_COUNT_PER_MINUTE",
    "activity": "ACTIVITY_TYPE",
}
_GENERAL_SUMMARY: Final = {
    **_ENERGY,
    "distance": "DISTANCE",
    "normal_walking_time": "DURATION_NORMAL_WALKING",
    "intensity_walking_time": "DURATION_INTENSITY_WALKING",
    "floors": "FLOORS",
    "elevation_gain": "POSITIVE_ELEVATION_GAIN",
    "elevation_loss": "NEGATIVE_ELEVATION_GAIN",
    "activity_count": "ACTIVITY_COUNT",
    "activity": "AVG_ACTIVITY_TYPE",
    "worn_duration": "WORN_DURATION",
}
_HEART_NOW: Final = {
    "vo2_max": "VO2_MAX",
    "heart_rate": "HEART_RATE",
    "beat_interval": "PULSE_INTER_BEAT_INTERVAL",
    "resting_heart_rate": "RESTING_HEART_RATE",
    "variability": "HEART_RATE_VARIABILITY",
    "respiration_rate": "RESPIRATION_RATE",
    "resting_respiration_rate": "RESTING_RESPIRATION_RATE",
}
_HEART_SUMMARY: Final = {
    **{f"zone_{zone}_time": f"TIME_IN_HR_ZONE{zone}" for zone in range(1, 6)},
    "vo2_max": "VO2_MAX",
    "heart_rate": "HEART_RATE",
    "beat_interval": "PULSE_IBI",
    "resting_heart_rate": "RESTING_HR",
    "variability": "HRV",
    "respiration_rate": "RESPIRATION_RATE",
    "resting_respiration_rate": "RESTING_RESP",
    "worn_duration": "WORN_DURATION",
}
_STEPS: Final = {
    "normal_walking_steps": "NORMAL_WALKING_STEPS",
    "intensity_steps": "INTENSITY_STEPS",
    "floor_steps": "FLOOR_STEPS",
    "distance": "DISTANCE",
    "worn_duration": "WORN_DURATION",
}
_SLEEP_NOW: Final = {
    **{name: f"{light}_LEVEL" for name, light in _LIGHT.items()},
    "stage": "SLEEP_STAGE",
    "heart_rate": "SLEEPING_HEART_RATE",
}
_SLEEP_SUMMARY: Final = {
    "sleep_time": "TOTAL_SLEEP_TIME",
    "wake_time": "TOTAL_WAKE_TIME",
    "bed_time": "TOTAL_BED_TIME",
    "awakenings": "NUMBER_OF_AWAKENINGS",
    "latency": "SLEEP_LATENCY",
    "efficiency": "SLEEP_EFFICIENCY",
    "snooze_time": "SNOOZE_TIME",
    "tosses": "TOSS_TURN_EVENTS",
    "awakening_after_alarm": "AWAKENING_AFTER_ALARM",
    **_LIGHT,
    "heart_rate": "SLEEPING_HR",
    "worn_duration": "WORN_DURATION",
}


def _name(ours: str, names: Mapping[str, str]) -> str:
    if ours in names:
        return names[ours]
    prefix, _, noun = ours.partition("_")
    return f"{_PREFIXES[prefix]}_{names[noun]}"


def _flags(by: str, flags: str, names: Mapping[str, str]) -> Callable[[Any], int]:
    """What their flags must be, from the fields that are there, by their names."""
    theirs = getattr(import_module(f"{_THEIRS}.{by}"), flags)

    def of(ours: Any) -> int:
        said = theirs.DEVICE_WORN if getattr(ours, "worn", False) else 0
        for name in ours.__dataclass_fields__:
            if name not in ("head", "worn") and getattr(ours, name) is not None:
                said |= theirs[f"{_name(name, names)}_PRESENT"]
        return int(said)

    return of


def _with_head(flags: Callable[[Any], int]) -> Callable[[Any], Said]:
    return lambda ours: {
        "header": _HEAD[0],
        "flags": flags(ours),
        "session_id": ours.head.session,
        "sub_session_id": ours.head.sub_session,
        "relative_timestamp": ours.head.seconds,
        "sequence_number": ours.head.sequence,
    }


def _without_head(flags: Callable[[Any], int]) -> Callable[[Any], Said]:
    return lambda ours: {"flags": flags(ours)}


def _headed(case: str, by: str, flags: Callable[[Any], int], unread: str) -> Judged:
    return Judged(case, by, _with_head(flags), head=_HEAD, apart={"numbers": unread})


def _bare(case: str, by: str, flags: Callable[[Any], int], unread: str) -> Judged:
    return Judged(case, by, _without_head(flags), apart={"head": unread, "numbers": unread})


JUDGED = (
    Judged(
        "physical activity monitor features",
        "PhysicalActivityMonitorFeatures",
        lambda ours: ours.features,
    ),
    _headed(
        "general activity instantaneous data",
        "GeneralActivityInstantaneousData",
        _flags("general_activity_instantaneous_data", "GeneralActivityInstFlags", _GENERAL_NOW),
        "general activity",
    ),
    _headed(
        "general activity summary data",
        "GeneralActivitySummaryData",
        _flags("general_activity_summary_data", "GeneralActivitySummaryFlags", _GENERAL_SUMMARY),
        "summary of activity",
    ),
    _bare(
        "cardiorespiratory activity instantaneous data",
        "CardioRespiratoryActivityInstantaneousData",
        _flags(
            "cardiorespiratory_activity_instantaneous_data",
            "CardioRespiratoryInstantaneousFlags",
            _HEART_NOW,
        ),
        "heart and breath",
    ),
    _bare(
        "cardiorespiratory activity summary data",
        "CardioRespiratoryActivitySummaryData",
        _flags(
            "cardiorespiratory_activity_summary_data",
            "CardioRespiratorySummaryFlags",
            _HEART_SUMMARY,
        ),
        "summary of heart and breath",
    ),
    _headed(
        "step counter activity summary data",
        "StepCounterActivitySummaryData",
        _flags("step_counter_activity_summary_data", "StepCounterActivitySummaryFlags", _STEPS),
        "summary of steps",
    ),
    _bare(
        "sleep activity instantaneous data",
        "SleepActivityInstantaneousData",
        _flags("sleep_activity_instantaneous_data", "SleepActivityInstantaneousFlags", _SLEEP_NOW),
        "stage of sleep",
    ),
    _bare(
        "sleep activity summary data",
        "SleepActivitySummaryData",
        _flags("sleep_activity_summary_data", "SleepActivitySummaryFlags", _SLEEP_SUMMARY),
        "summary of sleep",
    ),
    Judged(
        "physical activity monitor control point",
        "PhysicalActivityMonitorControlPoint",
        lambda ours: {"opcode": ours.op, "parameter": ours.parameter},
    ),
    Judged(
        "physical activity current session",
        "PhysicalActivityCurrentSession",
        lambda ours: {"flags": ours.runs, "session_id": ours.session},
        apart=dict.fromkeys(("start", "sub_session", "sub_start"), "current session"),
    ),
)
