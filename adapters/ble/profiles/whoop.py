"""A WHOOP strap, once "HR Broadcast" is on in its app: the standard heart rate service."""

from __future__ import annotations

from adapters.ble.characteristics import heart_rate
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="whoop",
    title="WHOOP",
    matches=Advertised(services=frozenset({heart_rate.SERVICE}), name_prefix="WHOOP"),
    reads={heart_rate.UUID: heart_rate.readings},
    source="bWanShiTong/reverse-engineering-whoop, README (services); Synheart Wear, BLE "
    "Heart Rate Monitor (its name)",
)
