"""Any activity tracker that offers the standard Physical Activity Monitor service."""

from __future__ import annotations

from adapters.ble.characteristics import (
    cardiorespiratory_instantaneous,
    cardiorespiratory_summary,
    general_activity_instantaneous,
    general_activity_summary,
    physical_activity_current_session,
    physical_activity_features,
    physical_activity_session_descriptor,
    sleep_activity_instantaneous,
    sleep_activity_summary,
    step_counter_summary,
)
from adapters.ble.profile import Advertised, DeviceProfile

_NOW = (
    physical_activity_current_session,
    general_activity_instantaneous,
    cardiorespiratory_instantaneous,
    sleep_activity_instantaneous,
)
_AFTERWARDS = (
    physical_activity_session_descriptor,
    general_activity_summary,
    cardiorespiratory_summary,
    step_counter_summary,
    sleep_activity_summary,
)

PROFILE = DeviceProfile(
    key="activity-monitor",
    title="Activity monitor",
    matches=Advertised(services=frozenset({physical_activity_features.SERVICE})),
    reads={},
    follows={one.UUID: one.readings for one in (*_NOW, *_AFTERWARDS)},
    stored=frozenset(one.UUID for one in _AFTERWARDS),
    asks=(physical_activity_features.UUID, physical_activity_current_session.UUID),
    pairs=True,
    generic=True,
    source="Bluetooth SIG, Physical Activity Monitor Profile 1.0",
)
