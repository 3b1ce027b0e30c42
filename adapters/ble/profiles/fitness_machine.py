"""Any treadmill, cross trainer, climber, rower or indoor bike that offers the standard service."""

from __future__ import annotations

from adapters.ble.characteristics import (
    cross_trainer_data,
    fitness_machine_feature,
    indoor_bike_data,
    rower_data,
    stair_climber_data,
    step_climber_data,
    supported_resistance_level_range,
    treadmill_data,
)
from adapters.ble.profile import Advertised, DeviceProfile

FOLLOWS = {
    machine.UUID: machine.readings
    for machine in (
        treadmill_data,
        cross_trainer_data,
        step_climber_data,
        stair_climber_data,
        rower_data,
        indoor_bike_data,
    )
}
ASKS = (supported_resistance_level_range.UUID,)

PROFILE = DeviceProfile(
    key="fitness-machine",
    title="Fitness machine",
    matches=Advertised(services=frozenset({fitness_machine_feature.SERVICE})),
    reads={},
    follows=FOLLOWS,
    asks=ASKS,
    generic=True,
    source="Bluetooth SIG, Fitness Machine Profile 1.0",
)
