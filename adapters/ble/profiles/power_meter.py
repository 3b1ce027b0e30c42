"""Any power meter of a bicycle that offers the standard service."""

from __future__ import annotations

from adapters.ble.characteristics import cycling_power_measurement
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="power-meter",
    title="Cycling power meter",
    matches=Advertised(services=frozenset({cycling_power_measurement.SERVICE})),
    reads={},
    follows={cycling_power_measurement.UUID: cycling_power_measurement.readings},
    generic=True,
    source="Bluetooth SIG, Cycling Power Profile 1.1",
)
