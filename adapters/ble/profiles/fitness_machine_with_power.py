"""A smart trainer that offers the service of a power meter too, for apps that know no other.

It tells power and cadence on both; they are read once, with all that the machine says.
"""

from __future__ import annotations

from adapters.ble.characteristics import cycling_power_measurement, fitness_machine_feature
from adapters.ble.profile import Advertised, DeviceProfile
from adapters.ble.profiles.fitness_machine import ASKS, FOLLOWS

PROFILE = DeviceProfile(
    key="fitness-machine-with-power",
    title="Fitness machine",
    matches=Advertised(
        services=frozenset({fitness_machine_feature.SERVICE, cycling_power_measurement.SERVICE})
    ),
    reads={},
    follows=FOLLOWS,
    asks=ASKS,
    generic=True,
    source="Bluetooth SIG, Fitness Machine Profile 1.0; Cycling Power Profile 1.1",
)
