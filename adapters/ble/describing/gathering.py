"""Listening to an unknown device while its owner takes a measurement: everything that it sends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from functools import partial
from typing import Final

from bleak import BleakClient
from bleak.backends.device import BLEDevice

from adapters.ble.characteristics import battery_level
from adapters.ble.commanding import command
from adapters.ble.describing.command import Command
from adapters.ble.describing.proposing import Came
from adapters.ble.ear import Ear
from adapters.ble.formats.uuids import assigned
from adapters.ble.heard import Advertisements, Heard
from adapters.ble.paired import RadioSettings
from adapters.ble.radio import Radio
from adapters.ble.talk import RADIO_ERRORS, Talk
from adapters.errors import AdapterError
from adapters.reading import DeviceKey, Instant

_ASK_EVERY: Final = 0.5
_LOOK_EVERY: Final = 0.05
_NAME_WITHIN: Final = 1.0
"""Its name may come a moment later, when it is asked for more."""

_CLOSER: Final = (
    "Switch it on, hold it close, make sure that no phone is connected to it, and try again."
)
_NOT_MEASURED: Final = frozenset({battery_level.UUID, assigned(0x2A05)})
"""Battery Level and Service Changed: they are the same with every device."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How to listen.

    Attributes:
        seconds: how long a measurement may take.
        advertised: listen to its advertisements alone; do not connect.
        commands: what it wants to be told first, UUID and hex.
    """

    seconds: float
    advertised: bool = False
    commands: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Gathered:
    """What came, and from whom.

    Attributes:
        packets: in the order in which they came.
        refused: characteristics that the device does not let be listened to without pairing.
    """

    heard: Heard = field(default_factory=Heard)
    packets: list[Came] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


async def gather(
    radio: Radio,
    address: str,
    asked: Asked,
    ready: Callable[[], None],
    *,
    settings: RadioSettings,
    now: Callable[[], Instant],
    allowed: Callable[[DeviceKey | None], bool],
) -> Gathered:
    """Wait for the device, listen to all that it sends by itself, and return what came.

    It ends when the time is over, or when the device leaves after it has sent something.

    Args:
        radio: which.
        address: of the device.
        asked: how.
        ready: called once everything is listened to: the measurement can be taken.
        settings: how long things may take.
        now: the time, ms UTC.
        allowed: whether Bluetooth may be used; asked again about twice a second.

    Raises:
        AdapterError: it was not heard, does not let itself be listened to, or sent nothing.
    """
    gathered, said = Gathered(), Advertisements(address)
    ear = Ear(radio, settings, said.hear)
    await ear.open()
    try:
        device = await _until_heard(said, asked.seconds, allowed)
        if asked.advertised:
            ready()
            await _stay(asked.seconds, asyncio.Event(), allowed)
            gathered.packets = said.packets
    finally:
        await ear.close()
    gathered.heard = replace(said.heard, advertised=asked.advertised, commands=asked.commands)
    if not asked.advertised:
        try:
            async with _connection(radio, device, settings) as (client, lost):
                await _listen(client, lost, gathered, asked, settings, now)
                ready()
                await _stay(asked.seconds, lost, allowed)
        except RADIO_ERRORS as error:
            raise AdapterError("The device did not do as asked.", _CLOSER) from error
    if not gathered.packets:
        raise AdapterError(
            "The device sent nothing.",
            "Take a measurement while it is listened to. If it never connects to a phone, say "
            "--advertised; if it waits for a command that you know, say --command.",
        )
    return gathered


async def _until_heard(
    said: Advertisements, seconds: float, allowed: Callable[[DeviceKey | None], bool]
) -> BLEDevice:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while said.device is None:
        _ask(allowed)
        if loop.time() > end:
            raise AdapterError("The device was not heard.", _CLOSER)
        await asyncio.sleep(_LOOK_EVERY)
    named_by = loop.time() + _NAME_WITHIN
    while not said.heard.name and loop.time() < named_by:  # noqa: ASYNC110  # or it has none
        await asyncio.sleep(_LOOK_EVERY)
    _ask(allowed)
    return said.device


@contextlib.asynccontextmanager
async def _connection(
    radio: Radio, device: BLEDevice, settings: RadioSettings
) -> AsyncIterator[tuple[BleakClient, asyncio.Event]]:
    lost = asyncio.Event()
    async with asyncio.timeout(settings.connect_timeout):
        client = await radio.connect(device, "the device", lambda _: lost.set(), attempts=2)
    try:
        if client.is_connected:
            lost.clear()
        yield client, lost
    finally:
        with contextlib.suppress(Exception):  # it is let go, whatever the driver says
            async with asyncio.timeout(settings.close_timeout):
                await client.disconnect()


async def _listen(
    client: BleakClient,
    lost: asyncio.Event,
    gathered: Gathered,
    asked: Asked,
    settings: RadioSettings,
    now: Callable[[], Instant],
) -> None:
    talk = Talk(client, settings, lost, lambda _uuid, _why: None)
    confirmed, listened = [], 0
    for one in client.services.characteristics.values():
        ways = set(one.properties)
        if not ways & {"notify", "indicate"} or one.uuid in _NOT_MEASURED:
            continue
        try:
            await talk.listen(one, _taking(gathered, one.uuid))
        except AdapterError:
            gathered.refused.append(one.uuid)
            continue
        listened += 1
        if "notify" not in ways:
            confirmed.append(one.uuid)
    if gathered.refused and not listened:
        raise AdapterError(
            "The device speaks only to those it is paired with.",
            "Put it into pairing mode, pair this computer with it, and try again.",
        )
    gathered.heard = replace(gathered.heard, confirmed=tuple(confirmed))
    await command(talk, _commands(asked.commands), now(), UTC)


def _taking(gathered: Gathered, uuid: str) -> Callable[[bytes], None]:
    return lambda data: gathered.packets.append(Came(uuid, data))


def _commands(written: Sequence[tuple[str, str]]) -> list[Command]:
    return [Command(uuid, partial(_always, bytes.fromhex(data))) for uuid, data in written]


def _always(data: bytes, _now: Instant, _zone: tzinfo) -> bytes:
    return data


async def _stay(
    seconds: float, lost: asyncio.Event, allowed: Callable[[DeviceKey | None], bool]
) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not lost.is_set() and (left := end - loop.time()) > 0:
        _ask(allowed)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(left, _ASK_EVERY)):
                await lost.wait()


def _ask(allowed: Callable[[DeviceKey | None], bool]) -> None:
    if not allowed(None):
        raise AdapterError(
            "Bluetooth is not allowed here.", "Allow the use of Bluetooth first, then try again."
        )
