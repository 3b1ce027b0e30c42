"""Any scale that advertises the standard weight scale service.

Many of them work out the body composition too and do not say so in their advertisement (Beurer
BF720): that is read as well, where it is there.
"""

from __future__ import annotations

from adapters.ble.characteristics import (
    body_composition,
    body_composition_feature,
    weight,
    weight_scale_feature,
)
from adapters.ble.formats import composition
from adapters.ble.profile import Advertised, DeviceProfile

PROFILE = DeviceProfile(
    key="weight-scale",
    title="Scale",
    matches=Advertised(services=frozenset({weight.SERVICE})),
    reads={},
    follows={weight.UUID: weight.readings, body_composition.UUID: composition.readings},
    asks=(weight_scale_feature.UUID, body_composition_feature.UUID),
    consents=True,
    pairs=True,
    generic=True,
    source="Bluetooth SIG, Weight Scale Profile 1.0",
)
