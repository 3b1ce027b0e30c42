"""Any thermometer that offers the standard health thermometer service."""

from __future__ import annotations

from adapters.ble.characteristics import measurement_interval, temperature, temperature_type
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="thermometer",
    title="Thermometer",
    matches=Advertised(services=frozenset({temperature.SERVICE})),
    reads={},
    follows={
        temperature.UUID: temperature.readings,
        temperature.INTERMEDIATE: temperature.settling,
    },
    asks=(temperature_type.UUID, measurement_interval.UUID),
    pairs=True,
    generic=True,
    source="Bluetooth SIG, Health Thermometer Profile 1.0",
)
