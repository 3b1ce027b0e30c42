"""What cuffs say turns into blood pressures, pulses and absences, in one unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import (
    blood_pressure,
    blood_pressure_feature,
    blood_pressure_record,
    enhanced_blood_pressure,
    intermediate_cuff_pressure,
)
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.blood_pressure_feature import BloodPressureFeature, Feature
from adapters.ble.characteristics.blood_pressure_record import BloodPressureRecord
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.enhanced_blood_pressure import EnhancedBloodPressureMeasurement
from adapters.ble.device_clock import DeviceClock, Fetched
from adapters.ble.formats.cuff import Status
from adapters.ble.formats.cuff_times import since_2000
from adapters.ble.formats.e2e_crc import sealed
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.ble.record import UNKNOWN_USER, Record
from adapters.ble.record_access import series
from adapters.ble.settling import settle
from adapters.errors import DecodeError
from adapters.reading import Absence, Components, DeviceKey, PersonKey, Quality, Quantity
from tests.ble_packets import RECEIVED, packet

NAN = Special.NAN
AT = datetime(2024, 6, 23, 14, 35, 10)  # noqa: DTZ001  # a device's own clock has no zone
PLAIN = BloodPressureMeasurement(Decimal(120), Decimal(80), Decimal(93))


def told(measured: BloodPressureMeasurement) -> list[Record]:
    return list(blood_pressure.readings(packet(bytes(measured))))


def test_a_measurement_is_three_components_of_one_reading() -> None:
    (pressure,) = told(PLAIN)
    parts = (Decimal(120), Decimal(80), Decimal(93))
    assert pressure == Record(pressure.kind, Components(parts, "mm[Hg]"))
    assert (pressure.kind, pressure.told, pressure.identity) == ("blood_pressure", None, "")


def test_kilopascals_become_millimetres_with_the_digits_that_they_have() -> None:
    said = BloodPressureMeasurement(Decimal("16.0"), Decimal("10.7"), Decimal("12.5"), True)
    (pressure,) = told(said)
    parts = (Decimal("120.0"), Decimal("80.3"), Decimal("93.8"))
    assert pressure.value == Components(parts, "mm[Hg]")
    assert pressure.quality == Quality.VALUE_AS_CONVERTED
    assert [str(part) for part in parts] == [str(part) for part in pressure.value.values]


def test_a_mean_that_the_cuff_does_not_work_out_is_left_out() -> None:
    (pressure,) = told(BloodPressureMeasurement(Decimal(120), Decimal(80), NAN))
    assert pressure.value == Components((Decimal(120), Decimal(80)), "mm[Hg]")


@pytest.mark.parametrize(
    ("three", "value"),
    [
        ((NAN, NAN, NAN), Absence.NOT_A_NUMBER),
        ((Special.NRES, Special.NRES, NAN), Absence.ERROR),
        ((Special.PLUS_INFINITY, NAN, NAN), Absence.POSITIVE_INFINITY),
        (
            (Decimal(300), NAN, NAN),
            Components((Decimal(300), Absence.NOT_A_NUMBER), "mm[Hg]"),
        ),
        (
            (NAN, NAN, Decimal(93)),
            Components((Absence.NOT_A_NUMBER, Absence.NOT_A_NUMBER, Decimal(93)), "mm[Hg]"),
        ),
    ],
)
def test_what_could_not_be_measured_is_never_a_number(
    three: tuple[MedicalNumber, MedicalNumber, MedicalNumber], value: object
) -> None:
    (pressure,) = told(BloodPressureMeasurement(*three))
    assert pressure.value == value


def test_a_failed_measurement_of_a_real_cuff_has_no_number_in_it() -> None:
    frame = bytes.fromhex("16ff07ff07ff07e80706170e230aff070000")
    pressure, pulse = blood_pressure.readings(packet(frame))
    assert {pressure.value, pulse.value} == {Absence.NOT_A_NUMBER}
    assert {pressure.told, pulse.told} == {AT}


def test_time_and_user_are_the_cuffs_own_and_tell_the_record() -> None:
    said = BloodPressureMeasurement(
        Decimal(120), Decimal(80), NAN, at=DateTime.of(AT), pulse=Decimal(66), user=2
    )
    for record in told(said):
        assert (record.told, record.user) == (AT, 2)
        assert record.identity == "2024-06-23T14:35:10 of 2"


def test_a_day_that_the_cuff_does_not_know_tells_no_record() -> None:
    said = BloodPressureMeasurement(
        Decimal(120), Decimal(80), NAN, at=DateTime(0, 4, 17, 20, 41, 59), user=UNKNOWN_USER
    )
    (record,) = told(said)
    assert (record.told, record.identity, record.user) == (None, "", UNKNOWN_USER)


@pytest.mark.parametrize(
    ("status", "of_pressure", "of_pulse"),
    [
        (Status.BODY_MOVED, Quality.MOVED, Quality.MOVED),
        (Status.CUFF_LOOSE, Quality.LOOSE, Quality.LOOSE),
        (Status.IRREGULAR_PULSE, Quality.IRREGULAR_PULSE, Quality.IRREGULAR_PULSE),
        (Status.WRONG_POSITION, Quality.WRONG_POSITION, Quality.WRONG_POSITION),
        (Status.PULSE_ABOVE_RANGE, Quality.NONE, Quality.ABOVE_LIMIT),
        (Status.PULSE_BELOW_RANGE, Quality.NONE, Quality.BELOW_LIMIT),
        (Status.PULSE_ABOVE_RANGE | Status.PULSE_BELOW_RANGE, Quality.NONE, Quality.NONE),
    ],
)
def test_what_the_cuff_noticed_is_the_quality(
    status: Status, of_pressure: Quality, of_pulse: Quality
) -> None:
    said = BloodPressureMeasurement(
        Decimal(120), Decimal(80), NAN, pulse=Decimal(66), status=status
    )
    pressure, pulse = told(said)
    assert (pressure.quality, pulse.quality) == (of_pressure, of_pulse)
    assert (pulse.kind, pulse.where) == ("heart_rate", "arm")


def test_no_pulse_found_is_no_pulse_of_zero() -> None:
    _, pulse = told(BloodPressureMeasurement(Decimal(120), Decimal(80), NAN, pulse=Decimal(0)))
    assert pulse.value is Absence.UNKNOWN


def test_the_pressure_while_it_measures_is_of_the_moment() -> None:
    frame = bytes.fromhex("00d7f000000000")
    (cuff,) = intermediate_cuff_pressure.readings(packet(frame))
    assert (cuff.kind, cuff.start) == ("cuff_pressure", RECEIVED)
    assert cuff.value == Quantity(Decimal("21.5"), "mm[Hg]")


def enhanced(**said: object) -> EnhancedBloodPressureMeasurement:
    made = dict(systolic=Decimal(120), diastolic=Decimal(80), **said)
    return EnhancedBloodPressureMeasurement(**made)  # type: ignore[arg-type]  # a table of both


def test_the_time_that_is_shown_is_told_and_the_base_time_tells_the_record() -> None:
    said = enhanced(seconds=since_2000(AT) - 7200, shown_seconds=since_2000(AT))
    (record,) = enhanced_blood_pressure.readings(packet(bytes(said)))
    assert (record.told, record.identity) == (AT, "2024-06-23T12:35:10")


def test_a_base_time_alone_is_told() -> None:
    (record,) = enhanced_blood_pressure.readings(packet(bytes(enhanced(seconds=since_2000(AT)))))
    assert (record.told, record.identity) == (AT, "2024-06-23T14:35:10")


def test_seconds_can_be_counted_from_1900() -> None:
    said = enhanced(seconds=3_913_056_000, from_2000=False)
    (record,) = enhanced_blood_pressure.readings(packet(bytes(said)))
    assert record.told == datetime(2024, 1, 1)  # noqa: DTZ001


def fetched(packets: list[bytes], feature: Feature = Feature(0)) -> list[Record]:  # noqa: B008
    hearing = Hearing()
    hearing.said[blood_pressure_feature.UUID] = bytes(BloodPressureFeature(feature))
    return [r for one in packets for r in blood_pressure_record.readings(packet(one), hearing)]


def pieces(value: bytes, holds: int = 0x2A35, secure: bool = False) -> list[bytes]:
    made = [
        bytes(BloodPressureRecord(7, holds, value[:5], last=False)),
        bytes(BloodPressureRecord(7, holds, value[5:], first=False, counter=1)),
    ]
    if secure:
        made[-1] += sealed(b"".join(made))[-2:]
    return made


def test_a_stored_record_is_put_together_from_its_pieces() -> None:
    (record,) = fetched(pieces(bytes(PLAIN)))
    assert record.value == told(PLAIN)[0].value
    assert record.identity == "7"


@pytest.mark.parametrize(("user", "known"), [(1, True), (2, False)])
def test_the_number_of_a_stored_record_is_that_of_its_user(user: int, known: bool) -> None:
    """A clock that was two hours ahead was set; of user 1 alone it is known what came before."""
    was_set, uuid = RECEIVED - 7_200_000, blood_pressure_record.UUID
    hearing, before = Hearing(), Fetched(was_set - 9000, {series(uuid, 1): 6})
    hearing.clock = DeviceClock(timedelta(hours=2)).was_set(was_set, before)
    at = datetime.fromtimestamp((RECEIVED - 3_600_000) / 1000, UTC).replace(tzinfo=None)
    value = bytes(replace(PLAIN, at=DateTime.of(at), user=user))
    cuff = Paired(DeviceKey("cuff"), PersonKey("anna"), built_in()["blood-pressure-cuff"])
    packets = [replace(packet(piece, uuid), stored=True) for piece in pieces(value)]
    (record,) = [r for one in packets for r in blood_pressure_record.readings(one, hearing)]
    quality = settle(record, packets[-1], cuff, hearing).reading.quality
    assert (Quality.CLOCK_NOT_TRUSTED not in quality) == known


def test_a_stored_enhanced_measurement_has_its_base_time() -> None:
    said = enhanced(seconds=since_2000(AT), user=1)
    (record,) = fetched(pieces(bytes(said), 0x2B34))
    assert (record.identity, record.user) == ("2024-06-23T14:35:10 of 1", 1)


def test_a_stored_measurement_is_the_one_that_was_told_when_it_was_taken() -> None:
    at = {"seconds": since_2000(AT), "shown_seconds": since_2000(AT)}
    said = enhanced(**at)
    (live,) = enhanced_blood_pressure.readings(packet(bytes(said)))
    (stored,) = fetched(pieces(bytes(said), 0x2B34))
    assert (live.identity, live.of) == (stored.identity, stored.of)
    assert live.of == blood_pressure.UUID


def test_a_secured_record_is_checked() -> None:
    secured = pieces(bytes(PLAIN), secure=True)
    assert len(fetched(secured, Feature.E2E_CRC)) == 1
    secured[-1] = secured[-1][:-1] + bytes([secured[-1][-1] ^ 1])
    with pytest.raises(DecodeError, match="checksum"):
        fetched(secured, Feature.E2E_CRC)


def test_a_record_with_a_piece_missing_is_refused_and_the_next_is_not() -> None:
    first, second = pieces(bytes(PLAIN))
    for wrong in ([second], [first, first, second, second]):
        with pytest.raises(DecodeError, match="missing"):
            fetched(wrong)
    assert len(fetched([first, first, second])) == 1


def test_a_record_of_something_else_is_refused() -> None:
    with pytest.raises(DecodeError, match="something else"):
        fetched(pieces(b"\0\1\2\3\4\5\6", 0x2A37))


def test_a_cuff_that_tells_a_measurement_in_both_ways_tells_one() -> None:
    hearing, follows = Hearing(), built_in()["blood-pressure-cuff"].follows
    both = {
        enhanced_blood_pressure.UUID: bytes(enhanced(shown_seconds=since_2000(AT), user=1)),
        blood_pressure.UUID: bytes(
            BloodPressureMeasurement(
                Decimal(120), Decimal(80), NAN, at=DateTime.of(AT), pulse=Decimal(66), user=1
            )
        ),
    }
    told = [one for u, data in both.items() for one in follows[u](packet(data, u), hearing)]
    assert [one.kind for one in told] == ["blood_pressure", "heart_rate"]
    again = blood_pressure.UUID
    assert len(list(follows[again](packet(both[again], again), Hearing()))) == 2
