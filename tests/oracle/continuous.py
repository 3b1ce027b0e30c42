"""Continuous glucose monitoring: sessions, what the sensor noticed, and its control point."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adapters.ble.characteristics.cgm_measurement import CgmMeasurement, CgmRecord
from adapters.ble.characteristics.cgm_session_start_time import CgmSessionStartTime
from adapters.ble.characteristics.cgm_specific_ops_control_point import (
    CgmSpecificOpsControlPoint,
    Outcome,
)
from tests.oracle import Judged, Said
from tests.oracle.clocks import date, known


def _sum(ours: Any) -> int | None:
    """The check sum at the end, which they do not check."""
    return int.from_bytes(bytes(ours)[-2:], "little") if ours.secured else None


def _record(ours: CgmRecord) -> Said:
    octets = [ours.noticed >> shift & 0xFF or None for shift in (0, 8, 16)]
    return {
        "size": len(bytes(ours)),
        "time_offset": ours.offset,
        "status_octet": octets[0],
        "cal_temp_octet": octets[1],
        "warning_octet": octets[2],
    }


def _measurement(ours: CgmMeasurement) -> Said:
    return {"records": [_record(one) for one in ours.records]}


def _session_start(ours: CgmSessionStartTime) -> Said:
    return {
        "start_time": date(ours.at),
        "time_zone": -128 if ours.zone is None else ours.zone,
        "dst_offset": ours.saving,
        "e2e_crc": _sum(ours),
    }


def _in_the_west(ours: CgmSessionStartTime) -> str:
    return "west of Greenwich" if ours.zone is None or ours.zone < 0 else ""


def _known_start(ours: CgmSessionStartTime) -> CgmSessionStartTime:
    at = known(ours.at)
    assert at is not None
    return replace(ours, at=at)


def _ops(ours: CgmSpecificOpsControlPoint) -> Said:
    said: dict[str, Any] = {"opcode": ours.op}
    match ours.operand:
        case None:
            said["operand"] = b""
        case Outcome(asked=asked, answer=answer):
            said["operand"] = bytes([asked, answer])
        case int(number):
            said["operand"] = number.to_bytes(2 if ours.op == 5 else 1, "little")
    return said


def _without_sum(ours: CgmSpecificOpsControlPoint) -> CgmSpecificOpsControlPoint:
    return replace(ours, secured=False)


JUDGED = (
    Judged(
        "cgm measurement",
        "CGMMeasurement",
        _measurement,
        apart=dict.fromkeys(
            ("records.concentration", "records.trend", "records.quality"), "SFLOAT of a sensor"
        ),
    ),
    Judged(
        "cgm feature",
        "CGMFeature",
        lambda ours: {
            "features": ours.features,
            "cgm_type": ours.sample.type,
            "sample_location": ours.sample.site,
            "e2e_crc": int.from_bytes(bytes(ours)[-2:], "little"),
        },
    ),
    Judged(
        "cgm status",
        "CGMStatus",
        lambda ours: {
            "time_offset": ours.offset,
            "status": ours.noticed,
            "e2e_crc": _sum(ours),
        },
    ),
    Judged(
        "cgm session start time",
        "CGMSessionStartTime",
        _session_start,
        _in_the_west,
        put=_known_start,
    ),
    Judged(
        "cgm session run time",
        "CGMSessionRunTime",
        lambda ours: {"run_time_hours": ours.hours, "e2e_crc": _sum(ours)},
    ),
    Judged(
        "cgm specific ops control point",
        "CGMSpecificOpsControlPoint",
        _ops,
        put=_without_sum,
        apart={"secured": "check sum of an answer", "operand.concentration": "raw operand"},
    ),
)
