"""Polar H7 chest strap: heart rate and beat intervals once a second."""

from adapters.ble.characteristics import heart_rate
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="polar-h7",
    title="Polar H7",
    matches=Advertised(name_prefix="Polar H7"),
    reads={heart_rate.UUID: heart_rate.readings},
    body_site="chest",
    source="polarofficial/polar-ble-sdk, issue 305 (its advertisement, byte by byte)",
)
