"""Any blood pressure cuff that offers the standard service, with or without stored records."""

from __future__ import annotations

from adapters.ble.characteristics import (
    blood_pressure,
    blood_pressure_feature,
    blood_pressure_record,
    enhanced_blood_pressure,
    enhanced_cuff_pressure,
    intermediate_cuff_pressure,
    record_access_control_point,
)
from adapters.ble.formats.cuff import once
from adapters.ble.profile import Advertised, DeviceProfile
from adapters.ble.record_access import RecordAccess

PROFILE = DeviceProfile(
    key="blood-pressure-cuff",
    title="Blood pressure cuff",
    matches=Advertised(services=frozenset({blood_pressure.SERVICE})),
    reads={
        intermediate_cuff_pressure.UUID: intermediate_cuff_pressure.readings,
        enhanced_cuff_pressure.UUID: enhanced_cuff_pressure.readings,
    },
    follows={
        enhanced_blood_pressure.UUID: once(enhanced_blood_pressure.readings),
        blood_pressure.UUID: once(blood_pressure.readings),
        blood_pressure_record.UUID: blood_pressure_record.readings,
    },
    stored=frozenset({blood_pressure_record.UUID}),
    asks=(blood_pressure_feature.UUID,),
    records=(
        RecordAccess(
            control=record_access_control_point.UUID,
            measures=blood_pressure_record.UUID,
            number=blood_pressure_record.number_of,
            holds=blood_pressure_record.held,
            by_user=True,
        ),
    ),
    consents=True,
    pairs=True,
    generic=True,
    source="Bluetooth SIG, Blood Pressure Profile 1.1.1",
)
