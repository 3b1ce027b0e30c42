"""What is journalled of a link beside its packets, so that they are understood after a crash.

A packet hangs on what the device said before: how its clock stood, what it can do. That stands in
the journal before the packet, as packets whose characteristic is one of our own words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.ble.clock_faces import FACES
from adapters.ble.device_clock import DeviceClock, Fetched, Setting
from adapters.ble.hearing import Hearing
from adapters.local_events import Packet
from adapters.reading import DeviceKey, Instant
from adapters.source import LINK_BEGINS

SAID: Final = "said "
"""Before the UUID of a characteristic that was read."""

CLOCK_SET: Final = "clock set"
"""We set the device's clock; the data is how far off it was, and what had come by then."""

SLOT_OPENED: Final = "slot opened"
"""The slot of one of the device's users was opened; the data is the user's number, as text."""

RECORDS_ASKED: Final = "records asked"
"""The device was asked for what it keeps; there is no data."""

IN_PLACE: Final = (CLOCK_SET, SLOT_OPENED, RECORDS_ASKED)
"""What holds for the packets that come behind it, not for those before."""


def begins(device: DeviceKey, at: Instant, clock: DeviceClock) -> Packet:
    """The packet that marks the beginning of a link, with all that is known of the clock so far."""
    known: dict[str, object] = {"zone": getattr(clock.zone, "key", "")}
    if clock.setting is not None:
        known |= {"set_at": clock.setting.at, **_told(clock.setting)}
    return Packet(device, LINK_BEGINS, at, json.dumps(known).encode(), stored=True)


def said(device: DeviceKey, at: Instant, uuid: str, data: bytes) -> Packet:
    """A value that was read and that later packets hang on."""
    return Packet(device, SAID + uuid, at, data, stored=True)


def clock_set(device: DeviceKey, setting: Setting) -> Packet:
    """That we set the clock."""
    told = json.dumps(_told(setting)).encode()
    return Packet(device, CLOCK_SET, setting.at, told, stored=True)


def slot_opened(device: DeviceKey, at: Instant, user: int) -> Packet:
    """That the slot of one of its users was opened."""
    return Packet(device, SLOT_OPENED, at, str(user).encode(), stored=True)


def records_asked(device: DeviceKey, at: Instant) -> Packet:
    """That the device was asked for what it keeps."""
    return Packet(device, RECORDS_ASKED, at, b"", stored=True)


def setting_of(packet: Packet) -> Setting:
    """What `clock_set` says; older journals have the number of milliseconds alone, or nothing."""
    told = json.loads(packet.data or b"null")
    return _setting(packet.received, told if isinstance(told, dict) else {"was_ahead_ms": told})


def setting_in(packet: Packet) -> Setting | None:
    """When the clock was last set, as far as a packet of context says."""
    hearing = Hearing()
    take_up(hearing, packet)
    return hearing.clock.setting


def is_context(packet: Packet) -> bool:
    """Whether it is none that the device sent by itself."""
    word = packet.characteristic
    return word in (LINK_BEGINS, *IN_PLACE) or word.startswith(SAID)


def take_up(hearing: Hearing, packet: Packet) -> None:
    """Let a hearing know what a packet of context says.

    Raises:
        DecodeError: it shows a clock, and cannot be read.
    """
    word, clock = packet.characteristic, hearing.clock
    if word == LINK_BEGINS:
        hearing.clock = _begun(packet, clock.zone)
        hearing.backlog.begins(packet.received)
    elif word == CLOCK_SET:
        setting = setting_of(packet)
        before = DeviceClock(setting.ahead, clock.zone)
        hearing.clock = before.was_set(setting.at, setting.fetched)
    elif word == SLOT_OPENED:
        hearing.user = int(packet.data)
        hearing.backlog.begins(packet.received)
    elif word == RECORDS_ASKED:
        hearing.backlog.begins(packet.received)
    else:
        uuid = word.removeprefix(SAID)
        hearing.said[uuid], hearing.said_at[uuid] = packet.data, packet.received
        if uuid in FACES and (told := FACES[uuid].told(packet.data)) is not None:
            hearing.clock = DeviceClock.read(told, packet.received, clock.zone, clock.setting)


def _begun(packet: Packet, zone: tzinfo) -> DeviceClock:
    known = json.loads(packet.data)
    setting = _setting(known["set_at"], known) if "set_at" in known else None
    return DeviceClock(zone=ZoneInfo(known["zone"]) if known["zone"] else zone, setting=setting)


def _told(setting: Setting) -> dict[str, object]:
    ahead, fetched = setting.ahead, setting.fetched
    told: dict[str, object] = {"was_ahead_ms": None if ahead is None else _ms(ahead)}
    if fetched is not None:
        told |= {"asked_at": fetched.asked, "newest": dict(fetched.newest)}
    return told


def _setting(at: Instant, told: Mapping[str, Any]) -> Setting:
    ahead = told["was_ahead_ms"]
    fetched = Fetched(told["asked_at"], told["newest"]) if "asked_at" in told else None
    return Setting(at, None if ahead is None else timedelta(milliseconds=ahead), fetched)


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
