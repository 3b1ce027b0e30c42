"""Polar H10 chest strap: heart rate and beat intervals once a second."""

from __future__ import annotations

from adapters.ble.characteristics import heart_rate
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="polar-h10",
    title="Polar H10",
    matches=Advertised(name_prefix="Polar H10"),
    reads={heart_rate.UUID: heart_rate.readings},
    source="polarofficial/polar-ble-sdk, documentation/products/PolarH10.md",
)
