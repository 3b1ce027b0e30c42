"""What Polar sensors stream beside the heart rate: ECG (H10), intervals of the pulse (Verity).

Polar's own service starts a stream when it is told so and then notifies frames. Frames and
requests are read and made by the optional package `polar-python`; the link is ours, with our
time-outs, so that one more stream never costs the heart rate that came without it.

Source: polarofficial/polar-ble-sdk, technical_documentation/online_measurement.pdf (control point
0xFB005C81, data 0xFB005C82; ECG frame type 0: 24 bit signed µV at 130 Hz; PPI frame type 0: rate,
interval and error estimate in ms, flags) and issue 150.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Literal

from adapters.ble.catalog import Catalog
from adapters.ble.profile import DeviceProfile, Told
from adapters.errors import DecodeError
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Absence, Category, Quality, Quantity, Reading, waveform

if TYPE_CHECKING:
    from bleak.backends.characteristic import BleakGATTCharacteristic
    from polar_python.models import MeasurementSettings, PmdDataFrame, PPIData

    from adapters.ble.talk import Talk

StreamName = Literal["ecg", "ppi"]

SERVICE: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
NOT_INSTALLED: Final = (
    "config.toml asks for polar_streams, but what reads them is not installed.",
    'Install it with: pip install "health-gateway[polar]"',
)

ECG_HZ: Final = 130
_ECG_BITS: Final = 14
_MS: Final = Decimal(1000)
_ECG_BYTES, _PPI_BYTES, _HEAD_BYTES = 3, 6, 10
_UNSURE: Final = Decimal("0.1")
"""An interval whose error may be this part of it is of a poor signal."""

_THEIRS: Final = frozenset({"polar-h10", "polar-verity-sense"})

_ECG, _INTERVAL = kind("ecg"), kind("rr_interval")
_FEATURES, _ANSWERS = 0x0F, 0xF0
_DONE, _STARTED_ALREADY = 0, 6


def is_installed() -> bool:
    """Whether the optional package is there."""
    return find_spec("polar_python") is not None


def with_streams(catalog: Catalog, streams: Sequence[StreamName]) -> Catalog:
    """The same catalog, in which Polar's sensors are asked for these streams too.

    Without the optional package it is the catalog itself.
    """
    if not streams or not is_installed():
        return catalog
    return catalog.with_profiles(
        streaming(profile, tuple(streams))
        for key, profile in catalog.profiles.items()
        if key in _THEIRS
    )


@cache
def _opening(streams: tuple[StreamName, ...]) -> Callable[[Talk], Awaitable[None]]:
    """One for these streams, so that a profile stays the same however often it is made."""
    return partial(begin, streams=streams)


def streaming(profile: DeviceProfile, streams: tuple[StreamName, ...]) -> DeviceProfile:
    """A profile of a Polar sensor with these streams."""
    return replace(
        profile,
        reads={**profile.reads, DATA: readings},
        extras=profile.extras | {DATA},
        opens=_opening(streams),
    )


async def begin(talk: Talk, streams: Collection[StreamName]) -> None:
    """Ask the sensor for those of the streams that it has; what it refuses is counted.

    Raises:
        BleakError: the link is lost.
    """
    from polar_python.constants import PmdMeasurementType, PmdSettingType
    from polar_python.models import MeasurementSettings

    control = next(iter(talk.offered(CONTROL, "write")), None)
    if control is None:
        return
    features = await talk.read(CONTROL) or b""
    has = features[1] if len(features) > 1 and features[0] == _FEATURES else 0
    answers: asyncio.Queue[bytes] = asyncio.Queue()
    await talk.listen(control, answers.put_nowait)
    setting = MeasurementSettings.SettingType
    wanted = {
        "ecg": MeasurementSettings(
            PmdMeasurementType.ECG,
            [
                setting(PmdSettingType.SAMPLE_RATE, [ECG_HZ]),
                setting(PmdSettingType.RESOLUTION, [_ECG_BITS]),
            ],
        ),
        "ppi": MeasurementSettings(PmdMeasurementType.PPI, []),
    }
    for name in streams:
        request = wanted[name]
        if has >> request.measurement_type & 1:
            await _start(talk, control, request, answers)


async def _start(
    talk: Talk,
    control: BleakGATTCharacteristic,
    request: MeasurementSettings,
    answers: asyncio.Queue[bytes],
) -> None:
    await talk.write(control, bytes(request.to_bytes()))
    try:
        async with asyncio.timeout(talk.settings.operation_timeout):
            while True:
                answer = await talk.while_linked(answers.get())
                # BlueZ gives what was read of the control point as a notification too.
                if answer[:1] == bytes([_ANSWERS]) and answer[2:3] == bytes(
                    [request.measurement_type]
                ):
                    break
    except TimeoutError:
        answer = b""
    if answer[3:4] not in (bytes([_DONE]), bytes([_STARTED_ALREADY])):
        talk.complain(CONTROL, "the sensor did not begin this stream")


def readings(packet: Packet) -> Iterator[Told]:
    """The ECG or the pulse intervals of one frame.

    Raises:
        DecodeError: it is not well formed, or of another stream.
    """
    from polar_python.constants import PmdMeasurementType
    from polar_python.models import ECGData, PmdDataFrame, PPIData

    data = bytes(packet.data)
    try:
        frame = PmdDataFrame.from_bytes(bytearray(data), lambda _: 1.0)
        if frame.measurement_type is PmdMeasurementType.ECG:
            _is_whole(frame, _ECG_BYTES, data)
            yield _ecg(ECGData.from_dataframe(frame).data, packet)
        elif frame.measurement_type is PmdMeasurementType.PPI:
            _is_whole(frame, _PPI_BYTES, data)
            yield from _intervals(PPIData.from_dataframe(frame).samples, packet)
        else:
            raise DecodeError("it is a frame of another stream", data)
    except DecodeError:
        raise
    except (ValueError, IndexError) as error:
        raise DecodeError("the frame is of no kind that is known", data) from error


def _is_whole(frame: PmdDataFrame, size: int, data: bytes) -> None:
    """The package leaves bytes behind the last whole sample alone."""
    if not frame.data_content or len(frame.data_content) % size:
        raise DecodeError("the frame does not end with a sample", data, len(data))


def _ecg(microvolts: Sequence[int], packet: Packet) -> Reading:
    """They end when the frame comes."""
    wave = waveform(1000 / ECG_HZ, "1", struct.pack(f"<{len(microvolts)}i", *microvolts))
    lasted = round(len(microvolts) * 1000 / ECG_HZ)
    return Reading(
        _ECG, packet.received - lasted, Category(wave.digest), duration=lasted, waveform=wave
    )


def _intervals(samples: Sequence[PPIData.PPISample], packet: Packet) -> Iterator[Reading]:
    """Each at its beat: the last was when the frame came, the others before by their intervals."""
    at = packet.received - sum(one.ppi for one in samples[1:])
    for nth, one in enumerate(samples):
        if nth:
            at += one.ppi
        value = Quantity(Decimal(one.ppi), "ms") if one.ppi else Absence.ERROR
        yield Reading(_INTERVAL, at, value, nth=nth, quality=_doubts(one))


def _doubts(one: PPIData.PPISample) -> Quality:
    """What the sensor says itself: it blocks intervals of a body that moves too much."""
    found = Quality.NONE
    if one.invalid_ppi:
        found |= Quality.MOVED
    if one.skin_contact_supported and not one.skin_contact_status:
        found |= Quality.NO_SKIN_CONTACT
    if one.ppi and Decimal(one.error_estimate) / one.ppi >= _UNSURE:
        found |= Quality.POOR_SIGNAL
    return found
