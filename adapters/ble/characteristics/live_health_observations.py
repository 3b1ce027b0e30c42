"""Live Health Observations, 0x2B8B: what a generic health sensor measures now.

Source: Bluetooth SIG, Generic Health Sensor Service 1.0, 3.2; see `adapters.ble.formats.acom`.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.formats.acom import Observation
from adapters.ble.formats.ghs_records import UNKNOWN, records
from adapters.ble.formats.ghs_types import types
from adapters.ble.formats.segments import joined
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.local_events import Packet

SERVICE = assigned(0x1840)
UUID = assigned(0x2B8B)


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """The readings of one observation, once all its packets have come.

    Raises:
        DecodeError: a packet is missing, or the observation is not well formed.
    """
    observation = joined(packet, hearing, Observation.from_bytes)
    if observation is not None:
        yield from records(observation, packet, hearing)


_KINDS = [meaning.kind for meaning in types().meanings.values()]
_KINDS += [group.kind for group in types().groups.values()]

OBSERVED = {
    "value": becomes(*dict.fromkeys(_KINDS), UNKNOWN),
    "type": because("says of which kind the reading is"),
    "time": because("says when it was"),
    "duration": because("says for how long"),
    "status": because("a reading bears it as a doubt, or has no value by it"),
    "id": because("tells this record from all others"),
    "patient": because("says whose it is"),
    "more": because("says how it was measured; no kind stands for it"),
    "derived_from": because("says from which others it was reckoned"),
    "member_of": because("says to which others it belongs"),
    "attributes": because("no kind stands for them; they are kept as they came"),
}
"""What becomes of the fields of an observation."""

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Live Health Observations",
    service="Generic Health Sensor",
    value=Observation,
    fields=OBSERVED,
    source="Generic Health Sensor Service 1.0, 3.2",
)
