"""Any foot pod or treadmill sensor that offers the standard running service."""

from __future__ import annotations

from adapters.ble.characteristics import rsc_measurement
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="running-pod",
    title="Running sensor",
    matches=Advertised(services=frozenset({rsc_measurement.SERVICE})),
    reads={rsc_measurement.UUID: rsc_measurement.readings},
    generic=True,
    source="Bluetooth SIG, Running Speed and Cadence Profile 1.0",
)
