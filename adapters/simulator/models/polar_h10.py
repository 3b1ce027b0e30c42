"""Polar sensors: a chest strap with an ECG, and an arm band with the intervals of the pulse.

Beside the standard heart rate each offers Polar's own service: a control point that starts and
stops streams, and frames of them.

Source: polarofficial/polar-ble-sdk, technical_documentation/online_measurement.pdf (what the
control point answers, frame types 0 of ECG and PPI) and issues 150 (three bytes a sample, µV) and
443 (a request and its answer).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

from adapters.ble.characteristics.heart_rate import SERVICE, UUID, HeartRateMeasurement
from adapters.simulator.instrument import AttError, Sent, Setup
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Shape, Sine

PMD: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"

_ECG, _PPG, _ACC, _PPI = 0, 1, 2, 3
_START, _STOP = 2, 3
_FEATURES, _ANSWER = 0x0F, 0xF0
_SUCCESS, _INVALID_OP, _NOT_SUPPORTED, _ALREADY = 0, 1, 3, 6
_ECG_SETTINGS: Final = bytes.fromhex("00018200" + "01010e00")
"""130 Hz, 14 bits: all that the strap has."""

_HZ, _FRAMES_A_SECOND = 130, 2
_EPOCH_NS: Final = 820_000_000_000_000_000
"""Sensors count nanoseconds from the year 2000; one that was never set begins about 2026."""


class PolarSensor:
    """One sensor, with those of the streams that it has."""

    def __init__(self, has: Mapping[int, bytes]) -> None:
        """Args: the measurement types that it streams, with the settings that it asks for."""
        self._has = has
        self._runs: set[int] = set()
        self._since_beat_ms = 0.0

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """A heart rate, and a second of what streams."""
        rate = round(moment.value("heart_rate"))
        said = HeartRateMeasurement(rate=rate, rr=(round(60 * 1024 / rate),) if rate else ())
        yield Sent(UUID, bytes(said), number=moment.number)
        if _ECG in self._runs:
            for part in range(_FRAMES_A_SECOND):
                yield Sent(DATA, _ecg_frame(moment, rate, part))
        if _PPI in self._runs:
            yield Sent(DATA, _ppi_frame(moment, rate, self._intervals(rate)))

    def _intervals(self, rate: int) -> int:
        """How many beats there were in the last second."""
        self._since_beat_ms += 1000
        beat_ms = 60_000 / max(rate, 1)
        beats, self._since_beat_ms = divmod(self._since_beat_ms, beat_ms)
        return int(beats)

    def read(self, uuid: str) -> bytes:
        """Which streams there are."""
        has = sum(1 << one for one in (*self._has, _ACC))
        return bytes([_FEATURES, has]) + bytes(15)

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """A stream is started or stopped; the answer says how that went."""
        if len(data) < 2:  # an operation and a stream
            raise AttError(0x0D)  # Core 6.0, Vol 3, Part F, 3.4.1.1: invalid attribute value length
        op, which, settings = data[0], data[1], data[2:]
        went = self._went(op, which, settings)
        yield Sent(CONTROL, bytes([_ANSWER, op, which, went, 0]), True)

    def _went(self, op: int, which: int, settings: bytes) -> int:
        if op not in (_START, _STOP):
            return _INVALID_OP
        if which not in self._has or (op == _START and settings != self._has[which]):
            return _NOT_SUPPORTED
        if (op == _START) == (which in self._runs):
            return _ALREADY
        self._runs ^= {which}
        return _SUCCESS

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """It keeps nothing."""
        return ()

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """It keeps nothing."""
        return ()

    def disconnected(self) -> None:
        """Streams end with the link."""
        self._runs.clear()


def microvolts(seconds: float, rate: float) -> int:
    """A heart's wave at a time: a spike a beat, and two low hills around it."""
    phase = seconds * rate / 60 % 1
    hills = ((0.18, 0.025, 110), (0.30, 0.008, 1150), (0.34, 0.01, -240), (0.56, 0.05, 260))
    return round(
        sum(height * math.exp(-(((phase - at) / wide) ** 2) / 2) for at, wide, height in hills)
    )


def _ecg_frame(moment: Moment, rate: int, part: int) -> bytes:
    count = _HZ // _FRAMES_A_SECOND
    first = moment.seconds + part / _FRAMES_A_SECOND
    wave = [microvolts(first + n / _HZ, rate) for n in range(count)]
    samples = b"".join(one.to_bytes(3, "little", signed=True) for one in wave)
    return _head(_ECG, first + (count - 1) / _HZ) + samples


def _ppi_frame(moment: Moment, rate: int, beats: int) -> bytes:
    moves = moment.value("moves") >= 0.5
    said = b""
    for _ in range(max(beats, 1)):
        interval = round(60_000 / max(rate, 1) + moment.dice.gauss(0, 8))
        error = 180 if moves else 12
        said += bytes([rate]) + interval.to_bytes(2, "little") + error.to_bytes(2, "little")
        said += bytes([0b110 | moves])
    return _head(_PPI, 0) + said


def _head(which: int, seconds: float) -> bytes:
    """The type of measurement, the time of the last sample (0: none), the type of frame."""
    stamp = _EPOCH_NS + int(seconds * 1e9) if seconds else 0
    return bytes([which]) + stamp.to_bytes(8, "little") + b"\0"


def _strap(_setup: Setup) -> PolarSensor:
    return PolarSensor({_ECG: _ECG_SETTINGS})


def _band(_setup: Setup) -> PolarSensor:
    return PolarSensor({_PPI: b""})


_OFFERS: Final = {
    SERVICE: (Offered(UUID, sends="notify"),),
    PMD: (
        Offered(CONTROL, sends="indicate", writes=True, lively=True),
        Offered(DATA, sends="notify"),
    ),
}
_VALUES: Final[Mapping[str, Shape]] = {
    "heart_rate": Sine(shape="sine", mean=64, swing=4, period_s=60, noise=0.5),
    "battery": Constant(shape="constant", value=88),
}

SENSORS = (
    Sensor(
        key="polar-h10",
        name="Polar H10",
        prefix="",
        make=make("H10", "5.0.0"),
        service=SERVICE,
        values=_VALUES,
        limits={"heart_rate": (0, 255)},
        rate_hz=1.0,
        instrument=_strap,
        offers=_OFFERS,
    ),
    Sensor(
        key="polar-verity-sense",
        name="Polar Sense",
        prefix="",
        make=make("Verity Sense", "2.2.6"),
        service=SERVICE,
        values={**_VALUES, "moves": Constant(shape="constant", value=0)},
        limits={"heart_rate": (0, 255), "moves": (0, 1)},
        rate_hz=1.0,
        instrument=_band,
        offers=_OFFERS,
    ),
)
