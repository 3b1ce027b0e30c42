"""What a device says of itself, read once: what may be shared of it, and what stays here."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.ble.characteristics import body_sensor_location, system_id
from adapters.ble.characteristics import device_information as information
from adapters.ble.characteristics.body_sensor_location import BodySensorLocation
from adapters.ble.characteristics.system_id import SystemId
from adapters.ble.paired import Paired
from adapters.ble.talk import Talk
from adapters.local_events import LocalBatch, LocalName
from adapters.reading import DeviceFacts, Instant

_SERIAL_NOT_BY_CHANCE = 5
"""A serial number of fewer signs may stand in another text by chance."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """What was said; ``names`` tell this one device from all others."""

    facts: DeviceFacts
    names: LocalBatch


async def introduction(talk: Talk, paired: Paired, at: Instant) -> Introduction:
    """Read what the device says of itself; what cannot be read is left out and counted.

    What names this single device stays here, also where it stands within another text.

    Raises:
        BleakError: the link is lost.
    """
    names = {}
    serial = await _text(talk, information.SERIAL_NUMBER)
    if serial:
        names["serial_number"] = serial
    if (system := await talk.decoded(system_id.UUID, SystemId.from_bytes)) is not None:
        names["system_id"] = system.text
    facts = {field: await _text(talk, uuid) for uuid, field in information.FACTS.items()}
    if len(serial) >= _SERIAL_NOT_BY_CHANCE:
        facts = {field: text for field, text in facts.items() if serial not in text}
    place = await talk.decoded(body_sensor_location.UUID, BodySensorLocation.from_bytes)
    facts["body_site"] = paired.profile.body_site if place is None else place.word
    return Introduction(
        DeviceFacts(paired.person, paired.device, paired.profile.title, **facts),
        LocalBatch([LocalName(paired.device, what, name, at) for what, name in names.items()]),
    )


async def _text(talk: Talk, uuid: str) -> str:
    said = await talk.decoded(uuid, information.InformationText.from_bytes)
    return "" if said is None else said.text
