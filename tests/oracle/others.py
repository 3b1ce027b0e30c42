"""Records, features and identities of all other services."""

from __future__ import annotations

from adapters.ble.characteristics.ghs_control_point import GhsControlPoint, Op
from tests.oracle import Judged


def _answers(ours: GhsControlPoint) -> str:
    return "busy sensor" if ours.op > Op.SUCCESS else ""


JUDGED = (
    Judged("measurement interval", "MeasurementInterval", lambda ours: ours.seconds),
    Judged("temperature type", "TemperatureType", lambda ours: ours.site),
    Judged("ghs control point", "GHSControlPoint", lambda ours: {"opcode": ours.op}, _answers),
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
