"""Health Thermometer Service: measurement, intermediate temperature, type and interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from adapters.ble.characteristics import temperature
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.measurement_interval import MeasurementInterval
from adapters.ble.characteristics.temperature import (
    IntermediateTemperature,
    TemperatureMeasurement,
)
from adapters.ble.characteristics.temperature_type import Site, TemperatureType
from adapters.ble.formats.numbers import Special
from adapters.ble.hearing import Hearing
from adapters.ble.profile import FollowingDecoder
from tests.ble_packets import packet
from tests.characteristics import Case, Vector
from tests.characteristics.date_time import date_times
from tests.characteristics.medical import float32, uint16

_NORDIC = "NordicSemiconductor/Android-BLE-Common-Library, callback/ht/{}DataCallbackTest"
_MEASURED = _NORDIC.format("TemperatureMeasurement")
_FINGER = DateTime(2012, 12, 5, 11, 50, 27)


def made(
    of: type[TemperatureMeasurement],
) -> st.SearchStrategy[TemperatureMeasurement]:
    """Every measurement that can be sent."""
    return st.builds(
        of,
        temperature=float32,
        fahrenheit=st.booleans(),
        at=st.none() | date_times,
        site=st.none() | st.sampled_from(Site),
    )


def told(decode: FollowingDecoder) -> Callable[[bytes], Iterator[Any]]:
    """A decoder that has heard nothing before."""
    return lambda data: decode(packet(data), Hearing())


CASES = (
    Case(
        "temperature measurement",
        TemperatureMeasurement,
        made(TemperatureMeasurement),
        (
            Vector(
                "06b00e00fedc070c050b321b04",
                TemperatureMeasurement(Decimal("37.60"), at=_FINGER, site=Site.FINGER),
                _MEASURED,
            ),
            Vector(
                "006c0100ff",
                TemperatureMeasurement(Decimal("36.4")),
                "weliem/blessed-android-coroutines, BluetoothBytesParserTest: 36.4",
            ),
            Vector(
                "00ffff7f00",
                TemperatureMeasurement(Special.NAN),
                "Personal Health Devices Transcoding White Paper: 0x007FFFFF is not a number",
            ),
            Vector(
                "f86c0100ff",
                TemperatureMeasurement(Decimal("36.4")),
                "field by field: Health Thermometer Service 1.0, 3.1.1.1: reserved "
                "bits are ignored",
                canonical=False,
            ),
        ),
        told=told(temperature.readings),
    ),
    Case(
        "intermediate temperature",
        IntermediateTemperature,
        made(IntermediateTemperature),
        (
            Vector(
                "06b00e00fedc070c050b321b04",
                IntermediateTemperature(Decimal("37.60"), at=_FINGER, site=Site.FINGER),
                f"{_MEASURED}; Health Thermometer Service 1.0, 3.3: the layout of a measurement",
            ),
        ),
        told=told(temperature.settling),
    ),
    Case(
        "temperature type",
        TemperatureType,
        st.builds(TemperatureType, st.sampled_from(Site)),
        (Vector("03", TemperatureType(Site.EAR), _NORDIC.format("TemperatureType")),),
    ),
    Case(
        "measurement interval",
        MeasurementInterval,
        st.builds(MeasurementInterval, uint16),
        (Vector("3c00", MeasurementInterval(60), _NORDIC.format("MeasurementInterval")),),
    ),
)
