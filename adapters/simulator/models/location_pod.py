"""A positioning sensor for walks and rides. Where it says it is stays here.

Source: Bluetooth SIG, Location and Navigation Service 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from adapters.ble.characteristics import (
    ln_control_point,
    ln_feature,
    location_and_speed,
    navigation,
    position_quality,
)
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.ln_control_point import LnControlPoint, Op
from adapters.ble.characteristics.ln_feature import Can, LnFeature
from adapters.ble.characteristics.location_and_speed import LocationAndSpeed
from adapters.ble.characteristics.navigation import Navigation
from adapters.ble.characteristics.position_quality import PositionQuality
from adapters.ble.formats.place import Found
from adapters.ble.formats.procedures import Went
from adapters.errors import DecodeError
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant
from adapters.simulator.streamer import Streamer

_E7 = 10**7


def _says(clock: datetime, moment: Moment) -> Iterable[Sent]:
    latitude, longitude = moment.value("latitude"), moment.value("longitude")
    measured = LocationAndSpeed(
        speed=max(0, round(moment.value("speed") * 100)),
        place=(round(latitude * _E7), round(longitude * _E7)),
        elevation=round(moment.value("elevation") * 100),
        found=Found.POSITION,
    )
    yield Sent(location_and_speed.UUID, bytes(measured), number=moment.number)
    way = Navigation(9000, 8950, distance=12_000, arrival=DateTime.of(clock), found=Found.POSITION)
    yield Sent(navigation.UUID, bytes(way))


def _asked(data: bytes) -> Iterable[Sent]:
    went, more = Went.NOT_SUPPORTED, b""
    try:
        asked = LnControlPoint.from_bytes(data)
    except DecodeError:
        went = Went.INVALID_PARAMETER
    else:
        if asked.op is Op.REQUEST_NUMBER_OF_ROUTES:
            went, more = Went.SUCCESS, b"\0\0"
    answer = LnControlPoint.answer(data[0] if data else 0, went, more)
    yield Sent(ln_control_point.UUID, bytes(answer), confirmed=True)


def _instrument(setup: Setup) -> Streamer:
    return Streamer(lambda moment: _says(setup.clock(), moment), {ln_control_point.UUID: _asked})


_CAN = Can.SPEED | Can.PLACE | Can.ELEVATION | Can.REMAINING_DISTANCE | Can.ARRIVAL
_CAN |= Can.SATELLITES_USED | Can.HORIZONTAL_ERROR | Can.POSITION_STATUS
_QUALITY = PositionQuality(used=9, in_view=14, horizontal_error=320, found=Found.POSITION)

SENSOR = Sensor(
    key="location-pod",
    name="Location pod",
    prefix="LP",
    make=make("Location pod 1", "1.5"),
    service=location_and_speed.SERVICE,
    values={
        "latitude": Constant(shape="constant", value=48.2081743),
        "longitude": Constant(shape="constant", value=16.3738189),
        "elevation": Constant(shape="constant", value=171.27),
        "speed": Constant(shape="constant", value=1.4, noise=0.1),
        "battery": Constant(shape="constant", value=45),
    },
    limits={
        "latitude": (-90, 90),
        "longitude": (-180, 180),
        "elevation": (-80_000, 80_000),
        "speed": (0, 655),
    },
    rate_hz=1.0,
    instrument=_instrument,
    offers={
        location_and_speed.SERVICE: (
            Offered(location_and_speed.UUID, sends="notify"),
            Offered(navigation.UUID, sends="notify"),
            Offered(position_quality.UUID, bytes(_QUALITY)),
            Offered(ln_feature.UUID, bytes(LnFeature(_CAN))),
            Offered(ln_control_point.UUID, sends="indicate", writes=True),
        )
    },
)
