"""Any glucose sensor under the skin that offers the standard CGM service."""

from __future__ import annotations

from adapters.ble.characteristics import (
    cgm_feature,
    cgm_measurement,
    cgm_session_run_time,
    cgm_session_start_time,
    cgm_status,
    record_access_control_point,
)
from adapters.ble.formats import cgm_session
from adapters.ble.profile import Advertised, DeviceProfile
from adapters.ble.record_access import RecordAccess

PROFILE = DeviceProfile(
    key="glucose-sensor",
    title="Glucose sensor",
    matches=Advertised(services=frozenset({cgm_measurement.SERVICE})),
    reads={},
    follows={cgm_measurement.UUID: cgm_measurement.readings},
    stored=frozenset({cgm_measurement.UUID}),
    asks=(
        cgm_feature.UUID,
        cgm_status.UUID,
        cgm_session_start_time.UUID,
        cgm_session_run_time.UUID,
    ),
    records=(
        RecordAccess(
            control=record_access_control_point.UUID,
            measures=cgm_measurement.UUID,
            number=cgm_measurement.number,
            holds=cgm_measurement.count,
            session=cgm_session_start_time.UUID,
            names=cgm_session.named,
            named=cgm_session.NAMED,
        ),
    ),
    pairs=True,
    generic=True,
    source="Bluetooth SIG, Continuous Glucose Monitoring Profile 1.0.2",
)
