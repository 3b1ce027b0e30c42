"""Any speed or cadence sensor of a bicycle that offers the standard service."""

from __future__ import annotations

from adapters.ble.characteristics import csc_measurement
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="cycling-sensor",
    title="Cycling speed and cadence sensor",
    matches=Advertised(services=frozenset({csc_measurement.SERVICE})),
    reads={},
    follows={csc_measurement.UUID: csc_measurement.readings},
    generic=True,
    source="Bluetooth SIG, Cycling Speed and Cadence Profile 1.0",
)
