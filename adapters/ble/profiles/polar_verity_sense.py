"""Polar Verity Sense, an optical band for the arm or the temple: heart rate once a second.

It takes blinking light for skin, so that it may tell a rate that nobody wears (polar-ble-sdk issue
430); it says nothing of that itself.
"""

from __future__ import annotations

from adapters.ble.characteristics import heart_rate
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="polar-verity-sense",
    title="Polar Verity Sense",
    matches=Advertised(name_prefix="Polar Sense"),
    reads={heart_rate.UUID: heart_rate.readings},
    source="polarofficial/polar-ble-sdk, issue 279 (its name) and documentation/products/"
    "PolarVeritySense.md",
)
