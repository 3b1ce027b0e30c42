"""A chest strap that counts steps as well: both standard services in one device."""

from __future__ import annotations

from adapters.ble.characteristics import heart_rate, rsc_measurement
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="heart-rate-and-running-strap",
    title="Heart-rate and running sensor",
    matches=Advertised(services=frozenset({heart_rate.SERVICE, rsc_measurement.SERVICE})),
    reads={
        heart_rate.UUID: heart_rate.readings,
        rsc_measurement.UUID: rsc_measurement.readings,
    },
    generic=True,
    source="Bluetooth SIG, Heart Rate Profile 1.0; Running Speed and Cadence Profile 1.0",
)
