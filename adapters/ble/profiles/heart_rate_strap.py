"""Any strap or watch that offers the standard heart rate service.

Watches of Garmin and Amazfit, and the Fitbit Charge 6, offer it while "broadcast heart rate" is on,
under names that their owners may choose, so this is their profile too.
"""

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
