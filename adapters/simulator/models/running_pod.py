"""A foot pod: speed, cadence, stride and distance of a runner.

Source: Bluetooth SIG, Running Speed and Cadence Service 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.ble.characteristics import (
    rsc_feature,
    rsc_measurement,
    sc_control_point,
    sensor_location,
)
from adapters.ble.characteristics.rsc_feature import Can, RscFeature
from adapters.ble.characteristics.rsc_measurement import RscMeasurement
from adapters.ble.characteristics.sc_control_point import Op, ScControlPoint
from adapters.ble.characteristics.sensor_location import Fixed, SensorLocation
from adapters.ble.formats.procedures import Went
from adapters.errors import DecodeError
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine
from adapters.simulator.streamer import Streamer

_RUNNING = 2.0
"""m/s from which on it says that somebody runs."""

_LOCATIONS = bytes([Fixed.TOP_OF_SHOE, Fixed.IN_SHOE])


class _Pod:
    def __init__(self) -> None:
        self._metres = 0.0
        self._seconds = 0.0

    def says(self, moment: Moment) -> Iterable[Sent]:
        speed = max(0.0, moment.value("speed"))
        cadence = min(max(0, round(moment.value("cadence"))), 0xFF)
        self._metres += speed * (moment.seconds - self._seconds)
        self._seconds = moment.seconds
        measured = RscMeasurement(
            speed=min(round(speed * 256), 0xFFFF),
            cadence=cadence,
            stride=min(round(speed * 60 * 100 / cadence), 0xFFFF) if cadence else 0,
            distance=moment.number if moment.numbered else int(self._metres * 10) & 0xFFFFFFFF,
            running=speed >= _RUNNING,
        )
        yield Sent(rsc_measurement.UUID, bytes(measured), number=moment.number)

    def asked(self, data: bytes) -> Iterable[Sent]:
        answer = ScControlPoint.answer(data[0] if data else 0, *self._do(data))
        yield Sent(sc_control_point.UUID, bytes(answer), confirmed=True)

    def _do(self, data: bytes) -> tuple[Went, bytes]:
        try:
            asked = ScControlPoint.from_bytes(data)
        except DecodeError:
            return Went.INVALID_PARAMETER, b""
        match asked.op:
            case Op.SET_CUMULATIVE_VALUE:
                self._metres = int.from_bytes(asked.parameter, "little") / 10
                return Went.SUCCESS, b""
            case Op.REQUEST_LOCATIONS:
                return Went.SUCCESS, _LOCATIONS
            case Op.UPDATE_LOCATION if asked.parameter in (b"\1", b"\2"):
                return Went.SUCCESS, b""
            case Op.START_CALIBRATION:
                return Went.FAILED, b""
            case _:
                return Went.NOT_SUPPORTED, b""


def _instrument(_setup: Setup) -> Streamer:
    pod = _Pod()
    return Streamer(pod.says, {sc_control_point.UUID: pod.asked})


_CAN = Can.STRIDE_LENGTH | Can.TOTAL_DISTANCE | Can.WALKING_OR_RUNNING | Can.SEVERAL_LOCATIONS

SENSOR = Sensor(
    key="running-pod",
    name="Running pod",
    prefix="RP",
    make=make("Running pod 1", "1.2"),
    service=rsc_measurement.SERVICE,
    values={
        "speed": Sine(shape="sine", mean=2.9, swing=0.3, period_s=120, noise=0.03),
        "cadence": Sine(shape="sine", mean=168, swing=5, period_s=120, noise=1),
        "battery": Constant(shape="constant", value=80),
    },
    limits={"speed": (0, 255), "cadence": (0, 255)},
    rate_hz=1.0,
    instrument=_instrument,
    offers={
        rsc_measurement.SERVICE: (
            Offered(rsc_measurement.UUID, sends="notify"),
            Offered(rsc_feature.UUID, bytes(RscFeature(_CAN))),
            Offered(sensor_location.UUID, bytes(SensorLocation(Fixed.TOP_OF_SHOE))),
            Offered(sc_control_point.UUID, sends="indicate", writes=True),
        )
    },
)
