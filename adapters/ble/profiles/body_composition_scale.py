"""Any scale that advertises the standard body composition service; it tells the weight too."""

from __future__ import annotations

from adapters.ble.characteristics import body_composition
from adapters.ble.profile import Advertised, DeviceProfile
from adapters.ble.profiles import weight_scale

PROFILE = DeviceProfile(
    key="body-composition-scale",
    title="Body composition scale",
    matches=Advertised(services=frozenset({body_composition.SERVICE})),
    reads={},
    follows=weight_scale.PROFILE.follows,
    asks=weight_scale.PROFILE.asks,
    consents=True,
    pairs=True,
    generic=True,
    source="Bluetooth SIG, Weight Scale Profile 1.0 and Body Composition Service 1.0",
)
