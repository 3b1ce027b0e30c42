"""Any positioning sensor that offers the standard service. Where it is stays here.

It makes no readings: its speed and its ways would tell places as well.
"""

from __future__ import annotations

from adapters.ble.characteristics import location_and_speed
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="location-pod",
    title="Location sensor",
    matches=Advertised(services=frozenset({location_and_speed.SERVICE})),
    reads={},
    locates={location_and_speed.UUID: location_and_speed.positions},
    generic=True,
    source="Bluetooth SIG, Location and Navigation Profile 1.0",
)
