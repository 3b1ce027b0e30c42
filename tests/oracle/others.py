"""Clocks, records, users, features and identities of all other services."""

from __future__ import annotations

from tests.oracle import Judged
from tests.oracle.sports import date

JUDGED = (
    Judged("date time", "DateTime", date, lambda ours: "" if ours.told else "unknown date"),
    Judged(
        "current time",
        "CurrentTime",
        lambda ours: {"fractions256": ours.fraction, "date_time": date(ours.at)},
        lambda ours: "" if ours.at.told else "unknown date",
    ),
    Judged("measurement interval", "MeasurementInterval", lambda ours: ours.seconds),
    Judged("temperature type", "TemperatureType", lambda ours: ours.site),
    Judged("user index", "UserIndex", lambda ours: ours.user),
    Judged("database change increment", "DatabaseChangeIncrement", lambda ours: ours.count),
    Judged("time update control point", "TimeUpdateControlPoint", lambda ours: ours.command),
    Judged(
        "time update state",
        "TimeUpdateState",
        lambda ours: {"current_state": ours.pending, "result": ours.result},
    ),
    Judged(
        "record access control point",
        "RecordAccessControlPoint",
        lambda ours: {"opcode": ours.op, "operator": ours.operator, "operand": ours.operand},
    ),
    Judged(
        "blood pressure feature",
        "BloodPressureFeature",
        lambda ours: {"features_bitmap": ours.features},
    ),
    Judged("glucose feature", "GlucoseFeature", lambda ours: {"features_bitmap": ours.features}),
    Judged(
        "PnP ID",
        "PnpId",
        lambda ours: {
            "vendor_id_source": ours.by,
            "vendor_id": ours.vendor,
            "product_id": ours.product,
            "product_version": ours.version,
        },
    ),
    Judged(
        "system id",
        "SystemId",
        lambda ours: {
            "manufacturer_id": ours.manufacturer.to_bytes(5, "little"),
            "oui": ours.organisation.to_bytes(3, "little"),
        },
    ),
    Judged("device information", "ModelNumberString", lambda ours: ours.text),
)
