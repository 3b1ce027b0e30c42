"""A carbon monoxide sensor for a room.

Any environmental sensor advertises the same service; one that does not measure carbon monoxide is
told apart after the first connection, and said so.
"""

from __future__ import annotations

from adapters.ble.characteristics import carbon_monoxide
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="room-carbon-monoxide-sensor",
    title="Carbon monoxide sensor for a room",
    matches=Advertised(services=frozenset({carbon_monoxide.SERVICE})),
    reads={},
    follows={carbon_monoxide.UUID: carbon_monoxide.readings},
    sampled=frozenset({carbon_monoxide.UUID}),
    generic=True,
    source="Bluetooth SIG, Environmental Sensing Profile 1.0",
)
