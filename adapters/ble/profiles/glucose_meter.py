"""Any blood glucose meter that offers the standard glucose service: stored tests, fetched anew."""

from __future__ import annotations

from adapters.ble.characteristics import (
    glucose_feature,
    glucose_measurement,
    glucose_measurement_context,
    record_access_control_point,
)
from adapters.ble.profile import Advertised, DeviceProfile
from adapters.ble.record_access import RecordAccess

PROFILE = DeviceProfile(
    key="glucose-meter",
    title="Blood glucose meter",
    matches=Advertised(services=frozenset({glucose_measurement.SERVICE})),
    reads={},
    follows={
        glucose_measurement.UUID: glucose_measurement.readings,
        glucose_measurement_context.UUID: glucose_measurement_context.readings,
    },
    stored=frozenset({glucose_measurement.UUID, glucose_measurement_context.UUID}),
    asks=(glucose_feature.UUID,),
    records=(
        RecordAccess(
            control=record_access_control_point.UUID,
            measures=glucose_measurement.UUID,
            number=glucose_measurement.number,
            until=(glucose_measurement_context.UUID,),
        ),
    ),
    pairs=True,
    generic=True,
    source="Bluetooth SIG, Glucose Profile 1.0.1",
)
