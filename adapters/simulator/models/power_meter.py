"""A power meter in the crank of a bicycle.

Source: Bluetooth SIG, Cycling Power Service 1.1.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.ble.characteristics import (
    cycling_power_control_point,
    cycling_power_feature,
    cycling_power_measurement,
    cycling_power_vector,
    sensor_location,
)
from adapters.ble.characteristics.cycling_power_control_point import CyclingPowerControlPoint, Op
from adapters.ble.characteristics.cycling_power_feature import Can, CyclingPowerFeature, Shared
from adapters.ble.characteristics.cycling_power_measurement import CyclingPowerMeasurement
from adapters.ble.characteristics.cycling_power_vector import CyclingPowerVector, Direction
from adapters.ble.characteristics.sensor_location import Fixed, SensorLocation
from adapters.ble.formats.procedures import Went
from adapters.errors import DecodeError
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.revolving import Revolving
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine
from adapters.simulator.streamer import Streamer

_HALF_MILLIMETRES = 345
_PUSHES = (0.3, 0.9, 1.5, 1.2, 0.6, 0.1)
"""How hard a pedal is pushed at six places of a turn, in shares of the mean."""


class _Meter:
    def __init__(self) -> None:
        self._crank = Revolving(16, 1024, 65_530, 61_000)
        self._wheel = Revolving(32, 2048, 80_000, 64_000)
        self._joules = 0.0
        self._seconds = 0.0
        self._zeroed = False

    def says(self, moment: Moment) -> Iterable[Sent]:
        power = min(max(0, round(moment.value("power"))), 0x7FFF)
        cadence = moment.value("cadence")
        crank = self._crank.at(moment.seconds, cadence)
        self._joules += power * (moment.seconds - self._seconds)
        self._seconds = moment.seconds
        measured = CyclingPowerMeasurement(
            power,
            balance=min(max(0, round(moment.value("balance") * 2)), 200),
            balance_of_left=True,
            wheel=self._wheel.at(moment.seconds, cadence * 2.6),
            crank=crank,
            work=int(self._joules / 1000) & 0xFFFF,
            offset_compensated=self._zeroed,
        )
        yield Sent(cycling_power_measurement.UUID, bytes(measured), number=moment.number)
        torque = power * 60 / (6.2832 * cadence) if cadence > 0 else 0.0
        pushes = tuple(round(min(torque * push * 32, 0x7FFF)) for push in _PUSHES)
        vector = CyclingPowerVector(crank, 0, None, pushes, Direction.TANGENTIAL)
        yield Sent(cycling_power_vector.UUID, bytes(vector))

    def asked(self, data: bytes) -> Iterable[Sent]:
        answer = CyclingPowerControlPoint.answer(data[0] if data else 0, *self._do(data))
        yield Sent(cycling_power_control_point.UUID, bytes(answer), confirmed=True)

    def _do(self, data: bytes) -> tuple[Went, bytes]:
        try:
            asked = CyclingPowerControlPoint.from_bytes(data)
        except DecodeError:
            return Went.INVALID_PARAMETER, b""
        match asked.op:
            case Op.START_OFFSET_COMPENSATION:
                self._zeroed = True
                return Went.SUCCESS, (12).to_bytes(2, "little", signed=True)
            case Op.REQUEST_CRANK_LENGTH:
                return Went.SUCCESS, _HALF_MILLIMETRES.to_bytes(2, "little")
            case _:
                return Went.NOT_SUPPORTED, b""


def _instrument(_setup: Setup) -> Streamer:
    meter = _Meter()
    return Streamer(meter.says, {cycling_power_control_point.UUID: meter.asked})


_CAN = Can.PEDAL_BALANCE | Can.WHEEL | Can.CRANK | Can.ACCUMULATED_ENERGY | Can.DIRECTION
_CAN |= Can.OFFSET_COMPENSATION_INDICATOR | Can.OFFSET_COMPENSATION | Can.MEASURES_TORQUE

SENSOR = Sensor(
    key="power-meter",
    name="Power meter",
    prefix="PM",
    make=make("Power meter 2", "2.9"),
    service=cycling_power_measurement.SERVICE,
    values={
        "power": Sine(shape="sine", mean=185, swing=40, period_s=120, noise=9),
        "cadence": Sine(shape="sine", mean=86, swing=5, period_s=90, noise=1),
        "balance": Constant(shape="constant", value=49, noise=0.7),
        "battery": Constant(shape="constant", value=74),
    },
    limits={"power": (0, 0x7FFF), "cadence": (0, 23_000), "balance": (0, 100)},
    rate_hz=1.0,
    instrument=_instrument,
    offers={
        cycling_power_measurement.SERVICE: (
            Offered(cycling_power_measurement.UUID, sends="notify"),
            Offered(cycling_power_feature.UUID, bytes(CyclingPowerFeature(_CAN, Shared.ALONE))),
            Offered(sensor_location.UUID, bytes(SensorLocation(Fixed.LEFT_CRANK))),
            Offered(cycling_power_vector.UUID, sends="notify"),
            Offered(cycling_power_control_point.UUID, sends="indicate", writes=True),
        )
    },
)
