"""A power meter that offers the service of a speed sensor too, for apps that know no other.

It tells the turns of wheel and crank on both; they are read once.
"""

from __future__ import annotations

from adapters.ble.characteristics import csc_measurement, cycling_power_measurement
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="power-meter-with-speed",
    title="Cycling power meter",
    matches=Advertised(
        services=frozenset({cycling_power_measurement.SERVICE, csc_measurement.SERVICE})
    ),
    reads={},
    follows={cycling_power_measurement.UUID: cycling_power_measurement.readings},
    generic=True,
    source="Bluetooth SIG, Cycling Power Profile 1.1; Cycling Speed and Cadence Profile 1.0",
)
