"""Any strap or watch that offers the standard heart rate service."""

from __future__ import annotations

from adapters.ble.characteristics import heart_rate
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="heart-rate-strap",
    title="Heart-rate sensor",
    matches=Advertised(services=frozenset({heart_rate.SERVICE})),
    reads={heart_rate.UUID: heart_rate.readings},
    generic=True,
    source="Bluetooth SIG, Heart Rate Profile 1.0",
)
