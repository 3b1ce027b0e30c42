"""Any device that offers the standard Generic Health Sensor service."""

from __future__ import annotations

from adapters.ble.characteristics import (
    elapsed_time,
    ghs_control_point,
    health_sensor_features,
    live_health_observations,
    stored_health_observations,
)
from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.ghs_control_point import GhsControlPoint, Op
from adapters.ble.formats import ticks
from adapters.ble.profile import Advertised, DeviceProfile
from adapters.ble.record_access import RecordAccess

PROFILE = DeviceProfile(
    key="health-sensor",
    title="Health sensor",
    matches=Advertised(services=frozenset({live_health_observations.SERVICE})),
    reads={},
    follows={
        live_health_observations.UUID: live_health_observations.readings,
        stored_health_observations.UUID: stored_health_observations.readings,
        elapsed_time.UUID: ticks.readings,
    },
    asks=(health_sensor_features.UUID, elapsed_time.UUID),
    records=(
        RecordAccess(
            control=racp.UUID,
            measures=stored_health_observations.UUID,
            number=stored_health_observations.number_of,
            width=4,
            holds=stored_health_observations.held,
            combined=True,
        ),
    ),
    starts={
        ghs_control_point.UUID: (
            bytes(GhsControlPoint(Op.START)),
            bytes(GhsControlPoint(Op.SUCCESS)),
        )
    },
    pairs=True,
    generic=True,
    source="Bluetooth SIG, Generic Health Sensor Profile 1.0",
)
