"""Any pulse oximeter that offers the standard service: spot checks, stored or not, and streams."""

from __future__ import annotations

from adapters.ble.characteristics import (
    plx_continuous_measurement,
    plx_features,
    plx_spot_check_measurement,
    record_access_control_point,
)
from adapters.ble.profile import Advertised, DeviceProfile
from adapters.ble.record_access import RecordAccess

PROFILE = DeviceProfile(
    key="pulse-oximeter",
    title="Pulse oximeter",
    matches=Advertised(services=frozenset({plx_spot_check_measurement.SERVICE})),
    reads={
        plx_spot_check_measurement.UUID: plx_spot_check_measurement.readings,
        plx_continuous_measurement.UUID: plx_continuous_measurement.readings,
    },
    stored=frozenset({plx_spot_check_measurement.UUID}),
    asks=(plx_features.UUID,),
    records=(
        RecordAccess(
            control=record_access_control_point.UUID,
            measures=plx_spot_check_measurement.UUID,
        ),
    ),
    body_site="finger",
    pairs=True,
    generic=True,
    source="Bluetooth SIG, Pulse Oximeter Profile 1.0.1",
)
