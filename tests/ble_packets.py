"""What the tests of characteristics share: each class, and packets that are right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from adapters.ble.characteristics import (
    battery_level,
    body_sensor_location,
    carbon_monoxide,
    device_information,
    heart_rate,
    system_id,
)
from adapters.ble.numbers import SFLOAT
from adapters.local_events import Packet
from adapters.reading import DeviceKey, Reading

RECEIVED = 1_700_000_000_000
uint16 = st.integers(0, 0xFFFF)


@dataclass(frozen=True)
class Characteristic:
    """One characteristic, as the tests go over all of them."""

    name: str
    decode: Callable[[bytes], Any]
    made: st.SearchStrategy[Any]
    examples: tuple[str, ...]
    readings: Callable[[Packet], Iterator[Reading]] | None = None
    # Lengths at which a packet cut short is a packet again.
    shorter: Callable[[bytes], set[int]] = lambda data: set()
    longer: bool = False
    """Whether it has no length of its own, as a text."""


def _whole_intervals(data: bytes) -> set[int]:
    measured = heart_rate.HeartRateMeasurement.from_bytes(data)
    return {len(data) - 2 * n for n in range(1, len(measured.rr))}


ALL = (
    Characteristic(
        "heart rate",
        heart_rate.HeartRateMeasurement.from_bytes,
        st.builds(
            heart_rate.HeartRateMeasurement,
            rate=uint16,
            contact=st.sampled_from([None, False, True]),
            energy=st.none() | uint16,
            rr=st.lists(uint16, max_size=9).map(tuple),
            wide=st.booleans(),
        ),
        ("0055", "04ff", "1e5532002100", "1f010132010100" + "0201ffff"),
        heart_rate.readings,
        _whole_intervals,
    ),
    Characteristic(
        "body sensor location",
        body_sensor_location.BodySensorLocation.from_bytes,
        st.builds(
            body_sensor_location.BodySensorLocation, st.sampled_from(body_sensor_location.Site)
        ),
        ("05",),
    ),
    Characteristic(
        "carbon monoxide",
        carbon_monoxide.CarbonMonoxideConcentration.from_bytes,
        uint16.map(lambda c: carbon_monoxide.CarbonMonoxideConcentration(SFLOAT.decode(c))),
        ("2283", "ff07"),
        carbon_monoxide.readings,
    ),
    Characteristic(
        "battery level",
        battery_level.BatteryLevel.from_bytes,
        st.builds(battery_level.BatteryLevel, st.integers(0, 100)),
        ("64",),
        battery_level.readings,
    ),
    Characteristic(
        "device information",
        device_information.InformationText.from_bytes,
        st.text(max_size=100).filter(str.isprintable).map(device_information.InformationText),
        ("506f6c617220456c656374726f204f79",),
        shorter=lambda data: set(range(len(data))),
        longer=True,
    ),
    Characteristic(
        "system id",
        system_id.SystemId.from_bytes,
        st.builds(system_id.SystemId, st.integers(0, 2**40 - 1), st.integers(0, 2**24 - 1)),
        ("bc9a7856341201ef",),
    ),
)


def packet(data: bytes, characteristic: str = "", received: int = RECEIVED) -> Packet:
    return Packet(DeviceKey("strap"), characteristic, received, data)
