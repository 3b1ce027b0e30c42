"""Heart rate: published packets, two independent decoders, and the readings."""

from __future__ import annotations

from decimal import Decimal

import pytest
from bluetooth_sig.gatt.characteristics import HeartRateMeasurementCharacteristic
from bumble.profiles.heart_rate_service import HeartRateService
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ble.characteristics.heart_rate import (
    HeartRateMeasurement,
    milliseconds,
    readings,
)
from adapters.errors import DecodeError
from adapters.reading import Absence, Quality, Quantity
from tests.ble_packets import RECEIVED, packet, uint16


@pytest.mark.parametrize(
    ("data", "measured"),
    [
        pytest.param("0055", HeartRateMeasurement(85), id="Nordic: simple"),
        pytest.param("04ff", HeartRateMeasurement(255, contact=False), id="Nordic: no contact"),
        pytest.param(
            "1e5532002100", HeartRateMeasurement(85, True, 50, (33,)), id="Nordic: 8 bits"
        ),
        pytest.param(
            "1f010132010100" + "0201ffff",
            HeartRateMeasurement(257, True, 306, (1, 258, 65535)),
            id="Nordic: 16 bits",
        ),
        pytest.param("0248", HeartRateMeasurement(72), id="contact bit without support"),
        pytest.param("e048", HeartRateMeasurement(72), id="reserved bits are ignored"),
        pytest.param("104800040104", HeartRateMeasurement(72, rr=(1024, 1025)), id="two beats"),
    ],
)
def test_layouts(data: str, measured: HeartRateMeasurement) -> None:
    """Nordic: Android-BLE-Common-Library, HeartRateMeasurementDataCallbackTest (BSD-3), facts."""
    assert HeartRateMeasurement.from_bytes(bytes.fromhex(data)) == measured


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        pytest.param("170101", 3, id="Nordic: intervals announced, none there"),
        pytest.param("10480004ff", 4, id="half an interval"),
        pytest.param("004800", 2, id="a byte left over"),
        pytest.param("0848ff", 2, id="half an energy"),
        pytest.param("01ff", 1, id="half a rate"),
        pytest.param("", 0, id="nothing"),
    ],
)
def test_what_is_not_well_formed_says_where(data: str, offset: int) -> None:
    with pytest.raises(DecodeError) as refused:
        HeartRateMeasurement.from_bytes(bytes.fromhex(data))
    assert refused.value.offset == offset
    assert refused.value.data == bytes.fromhex(data)


measurements = st.builds(
    HeartRateMeasurement,
    rate=uint16,
    contact=st.sampled_from([None, False, True]),
    energy=st.none() | uint16,
    rr=st.lists(uint16, min_size=0, max_size=9).map(tuple),
)


@settings(max_examples=60)
@given(measurements)
def test_bumble_reads_the_same(measured: HeartRateMeasurement) -> None:
    theirs = HeartRateService.HeartRateMeasurement.from_bytes(bytes(measured))
    assert theirs.heart_rate == measured.rate
    assert theirs.sensor_contact_detected == measured.contact
    assert theirs.energy_expended == measured.energy
    assert tuple(round(rr * 1024) for rr in theirs.rr_intervals or ()) == measured.rr
    assert bytes(theirs) == bytes(measured)


_SIG = HeartRateMeasurementCharacteristic()


@settings(max_examples=60)
@given(measurements)
def test_bluetooth_sig_reads_the_same(measured: HeartRateMeasurement) -> None:
    theirs = _SIG.parse_value(bytearray(bytes(measured)))
    assert theirs.heart_rate == measured.rate
    assert theirs.energy_expended == measured.energy
    assert tuple(round(rr * 1024) for rr in theirs.rr_intervals) == measured.rr
    assert (theirs.sensor_contact.name == "DETECTED") == (measured.contact is True)


def test_readings_of_a_full_packet() -> None:
    rate, energy, first, second = readings(packet(bytes.fromhex("1e483200" + "00040104")))
    assert (rate.kind, rate.value) == ("heart_rate", Quantity(Decimal(72), "/min"))
    assert (energy.kind, energy.value) == ("energy_expended", Quantity(Decimal(50), "kJ"))
    assert (first.kind, first.nth) == ("rr_interval", 0)
    assert first.value == Quantity(Decimal("1000.000"), "ms")
    assert (second.kind, second.nth) == ("rr_interval", 1)
    assert second.value == Quantity(Decimal("1000.977"), "ms")
    assert {one.start for one in (rate, energy, first, second)} == {RECEIVED}
    assert {one.quality for one in (rate, energy, first, second)} == {Quality.NONE}


def test_without_skin_contact_every_reading_is_in_doubt() -> None:
    made = list(readings(packet(bytes.fromhex("14480004"))))
    assert [one.quality for one in made] == [Quality.NO_SKIN_CONTACT] * 2


def test_a_rate_of_zero_is_no_rate() -> None:
    (rate,) = readings(packet(bytes.fromhex("0400")))
    assert rate.value is Absence.UNKNOWN


def test_every_interval_can_be_told_from_its_milliseconds() -> None:
    for interval in range(0x10000):
        ms = milliseconds(interval)
        assert ms.as_tuple().exponent == -3
        assert round(ms * 1024 / 1000) == interval
