"""The small characteristics: place, battery, room air, texts, System ID."""

from __future__ import annotations

from decimal import Decimal

import pytest
from bluetooth_sig.gatt.characteristics import (
    BatteryLevelCharacteristic,
    BodySensorLocationCharacteristic,
)

from adapters.ble.characteristics import battery_level, carbon_monoxide
from adapters.ble.characteristics.body_sensor_location import BodySensorLocation, Site
from adapters.ble.characteristics.carbon_monoxide import CarbonMonoxideConcentration
from adapters.ble.characteristics.device_information import FACTS, SERIAL_NUMBER, InformationText
from adapters.ble.characteristics.system_id import UUID as SYSTEM_ID
from adapters.ble.characteristics.system_id import SystemId
from adapters.ble.hearing import Hearing
from adapters.errors import DecodeError
from adapters.kinds import row_of
from adapters.reading import Absence, Quantity
from tests.ble_packets import RECEIVED, packet


@pytest.mark.parametrize("site", list(Site))
def test_bluetooth_sig_knows_the_same_places(site: Site) -> None:
    theirs = BodySensorLocationCharacteristic().parse_value(bytearray([site]))
    assert theirs.name == site.name
    assert BodySensorLocation.from_bytes(bytes([site])).site is site


def test_a_place_has_a_word_that_can_be_read() -> None:
    """5 is the ear lobe: Nordic, BodySensorLocationDataCallbackTest (BSD-3), a fact."""
    assert BodySensorLocation.from_bytes(b"\x05").word == "ear lobe"
    assert BodySensorLocation(Site.OTHER).word == ""


@pytest.mark.parametrize("number", [7, 255])
def test_a_reserved_place_is_refused(number: int) -> None:
    with pytest.raises(DecodeError, match="reserved"):
        BodySensorLocation.from_bytes(bytes([number]))


@pytest.mark.parametrize("percent", [0, 80, 100])
def test_battery(percent: int) -> None:
    assert BatteryLevelCharacteristic().parse_value(bytearray([percent])) == percent
    (reading,) = battery_level.readings(packet(bytes([percent])))
    assert (reading.kind, reading.start) == ("battery_level", RECEIVED)
    assert reading.value == Quantity(Decimal(percent), "%")


def test_a_battery_above_a_hundred_is_refused() -> None:
    with pytest.raises(DecodeError):
        battery_level.BatteryLevel.from_bytes(b"\x65")


def test_room_air_is_kept_as_it_was_sent() -> None:
    """7 ppm at 25 °C and 1 atm are 8.02e-6 kg/m³: 802 e-8, bytes 22 83."""
    (reading,) = carbon_monoxide.readings(packet(bytes.fromhex("2283")), Hearing())
    assert reading.kind == "carbon_monoxide_in_air"
    assert reading.value == Quantity(Decimal("0.00000802"), "kg/m3")
    assert bytes(CarbonMonoxideConcentration.of_ppm(Decimal(7))) == bytes.fromhex("2283")


def test_room_air_is_never_about_the_person() -> None:
    (reading,) = carbon_monoxide.readings(packet(bytes.fromhex("2283")), Hearing())
    assert not row_of(reading.kind).shareable


@pytest.mark.parametrize(
    ("data", "absence"),
    [
        ("ff07", Absence.NOT_A_NUMBER),
        ("0008", Absence.ERROR),
        ("fe07", Absence.POSITIVE_INFINITY),
        ("0208", Absence.NEGATIVE_INFINITY),
        ("0108", Absence.ERROR),
    ],
)
def test_room_air_without_a_value_says_why(data: str, absence: Absence) -> None:
    (reading,) = carbon_monoxide.readings(packet(bytes.fromhex(data)), Hearing())
    assert reading.value is absence


def test_less_than_no_gas_is_refused() -> None:
    with pytest.raises(DecodeError, match="below zero"):
        list(carbon_monoxide.readings(packet(bytes.fromhex("ff8f")), Hearing()))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Polar Electro Oy", "Polar Electro Oy"),
        (b"H10\0\0", "H10"),
        ("Größe Ä".encode(), "Größe Ä"),
        (b"", ""),
    ],
)
def test_texts(data: bytes, text: str) -> None:
    assert InformationText.from_bytes(data).text == text


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\0b", b"1.0\n", b"\x1b[2J", b"a" * 513])
def test_a_text_that_cannot_be_printed_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        InformationText.from_bytes(data)


def test_numbers_of_one_single_device_are_not_among_the_facts() -> None:
    assert SERIAL_NUMBER not in FACTS
    assert SYSTEM_ID not in FACTS


def test_system_id() -> None:
    """Device Information Service, System ID: address 12:34:56:9A:BC:DE, its own example."""
    made = SystemId.from_bytes(bytes.fromhex("debc9afeff563412"))
    assert (made.organisation, made.manufacturer) == (0x123456, 0xFFFE9ABCDE)
    assert made.text == "12-34-56-ff-fe-9a-bc-de"
