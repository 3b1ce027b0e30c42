"""What scales and thermometers say turns into readings, whose time and user they tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from adapters.ble.characteristics import temperature, temperature_type, weight
from adapters.ble.characteristics.body_composition import BodyCompositionMeasurement
from adapters.ble.characteristics.current_time import CurrentTime
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.local_time_information import (
    DaylightSaving,
    LocalTimeInformation,
)
from adapters.ble.characteristics.temperature import TemperatureMeasurement
from adapters.ble.characteristics.temperature_type import Site
from adapters.ble.characteristics.weight import Stature, WeightMeasurement
from adapters.ble.formats import composition
from adapters.ble.formats.conversion import CM_OF_INCH, KG_OF_POUND, MMHG_OF_KPA, celsius, converted
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.hearing import Hearing
from adapters.ble.record import UNKNOWN_USER, Record
from adapters.errors import DecodeError
from adapters.reading import PLACES, Absence, Quality, Quantity
from tests.ble_packets import RECEIVED, packet

AT = datetime(2026, 5, 12, 18, 53, 54)  # noqa: DTZ001  # a device's own clock has no zone
EARLIER = datetime(2026, 5, 11, 7, 0, 0)  # noqa: DTZ001


def weighed(said: WeightMeasurement, hearing: Hearing | None = None) -> list[Record]:
    return list(weight.readings(packet(bytes(said)), hearing or Hearing()))


def composed(said: BodyCompositionMeasurement, hearing: Hearing | None = None) -> list[Record]:
    return list(composition.readings(packet(bytes(said)), hearing or Hearing()))


def shown(records: list[Record]) -> dict[str, str]:
    return {
        one.kind: f"{one.value.value} {one.value.unit}"
        for one in records
        if isinstance(one.value, Quantity)
    }


def test_a_weighing_keeps_the_digits_of_the_scale() -> None:
    said = WeightMeasurement(13920, at=DateTime.of(AT), user=1, stature=Stature(238, 1830))
    records = weighed(said)
    assert shown(records) == {
        "body_weight": "69.600 kg",
        "body_mass_index": "23.8 kg/m2",
        "body_height": "183.0 cm",
    }
    assert {(one.told, one.user, one.identity) for one in records} == {
        (AT, 1, "2026-05-12T18:53:54 of 1")
    }


def test_pounds_and_inches_are_converted_and_say_so() -> None:
    records = weighed(WeightMeasurement(17500, imperial=True, stature=Stature(250, 685)))
    assert shown(records) == {
        "body_weight": "79.379 kg",
        "body_mass_index": "25.0 kg/m2",
        "body_height": "174.0 cm",
    }
    qualities = [one.quality for one in records]
    assert qualities == [Quality.VALUE_AS_CONVERTED, Quality.NONE, Quality.VALUE_AS_CONVERTED]


def test_a_weighing_that_failed_has_no_weight() -> None:
    (record,) = weighed(WeightMeasurement(0xFFFF, user=UNKNOWN_USER))
    assert (record.value, record.user) == (Absence.ERROR, UNKNOWN_USER)


def test_a_height_that_the_scale_does_not_know_is_none() -> None:
    assert len(weighed(WeightMeasurement(13920, stature=Stature(0, 0)))) == 1


WHOLE = BodyCompositionMeasurement(
    fat=194,
    at=DateTime.of(AT),
    user=1,
    basal_metabolism=6879,
    muscle_percentage=407,
    muscle_mass=6510,
    fat_free_mass=12889,
    soft_lean_mass=12236,
    body_water_mass=8650,
    impedance=4520,
    weight=15992,
    height=1830,
)


def test_everything_that_a_scale_works_out_has_its_kind_and_unit() -> None:
    assert shown(composed(WHOLE)) == {
        "body_fat_percentage": "19.4 %",
        "basal_metabolic_rate": "6879 kJ/d",
        "muscle_percentage": "40.7 %",
        "muscle_mass": "32.550 kg",
        "fat_free_mass": "64.445 kg",
        "soft_lean_mass": "61.180 kg",
        "body_water_mass": "43.250 kg",
        "body_impedance": "452.0 Ohm",
        "body_weight": "79.960 kg",
        "body_height": "183.0 cm",
    }


def test_a_measurement_that_did_not_succeed_is_an_absence() -> None:
    (fat,) = composed(BodyCompositionMeasurement(0xFFFF))
    assert fat.value is Absence.ERROR


def test_a_body_that_was_only_weighed_has_no_composition_of_zero() -> None:
    stub = bytes.fromhex("9803000096230000000000000000")
    fat, metabolism = composition.readings(packet(stub), Hearing())
    assert fat.value is Absence.NOT_PERFORMED
    assert metabolism.value == Quantity(Decimal(9110), "kJ/d")


@pytest.mark.parametrize(("fat", "muscle"), [(1001, 407), (194, 1001)])
def test_more_than_the_whole_body_is_refused(fat: int, muscle: int) -> None:
    with pytest.raises(DecodeError, match="more than the whole"):
        composed(BodyCompositionMeasurement(fat, muscle_percentage=muscle))


def test_a_composition_without_time_belongs_to_the_weight_before_it() -> None:
    hearing = Hearing()
    bare = replace(WHOLE, at=None, user=None, weight=None, height=None)
    for at, user in ((EARLIER, 1), (AT, 2)):
        weighed(WeightMeasurement(15992, at=DateTime.of(at), user=user), hearing)
        assert {(one.told, one.user) for one in composed(bare, hearing)} == {(at, user)}
    assert {(one.told, one.user) for one in composed(bare, hearing)} == {(None, None)}


FIRST = BodyCompositionMeasurement(
    194, at=DateTime.of(AT), user=1, muscle_percentage=407, one_of_several=True
)
SECOND = BodyCompositionMeasurement(194, impedance=4520, weight=15992, one_of_several=True)


def test_a_measurement_in_two_packets_is_joined() -> None:
    hearing = Hearing()
    records = composed(FIRST, hearing) + composed(SECOND, hearing)
    kinds = [one.kind for one in records]
    assert kinds == ["body_fat_percentage", "muscle_percentage", "body_impedance", "body_weight"]
    assert {(one.told, one.user, one.identity) for one in records} == {
        (AT, 1, "2026-05-12T18:53:54 of 1")
    }


def test_a_second_part_that_never_came_does_not_swallow_the_next_measurement() -> None:
    hearing = Hearing()
    composed(FIRST, hearing)
    again = replace(FIRST, at=DateTime.of(EARLIER))
    assert {one.told for one in composed(again, hearing)} == {EARLIER}
    second = composed(SECOND, hearing)
    assert {one.told for one in second} == {EARLIER}
    assert len(second) == 2


def measured(
    said: TemperatureMeasurement, hearing: Hearing | None = None
) -> tuple[Record, Hearing]:
    heard = hearing or Hearing()
    (record,) = temperature.readings(packet(bytes(said)), heard)
    return record, heard


def test_fahrenheit_becomes_celsius_with_a_digit_more() -> None:
    record, _ = measured(TemperatureMeasurement(Decimal("98.6"), fahrenheit=True))
    assert record.value == Quantity(Decimal("37.00"), "Cel")
    assert record.quality == Quality.VALUE_AS_CONVERTED


@pytest.mark.parametrize("special", Special)
def test_a_temperature_that_is_none_is_an_absence(special: MedicalNumber) -> None:
    record, _ = measured(TemperatureMeasurement(special))
    assert isinstance(record.value, Absence)


@pytest.mark.parametrize("site", Site)
def test_the_place_is_one_that_we_know(site: Site) -> None:
    record, _ = measured(TemperatureMeasurement(Decimal("36.6"), site=site))
    assert record.where in PLACES


def test_the_thermometer_names_the_place_once_for_all() -> None:
    hearing = Hearing()
    hearing.said[temperature_type.UUID] = b"\x03"
    record, _ = measured(TemperatureMeasurement(Decimal("36.6")), hearing)
    assert record.where == "ear"
    (settling,) = temperature.settling(packet(bytes.fromhex("006c0100ff")), hearing)
    assert (settling.kind, settling.where) == ("temperature_while_measuring", "ear")
    assert settling.start == RECEIVED


@pytest.mark.parametrize("said", [b"", b"\0", b"\x0a", b"\x03\x03"])
def test_a_place_that_is_none_is_not_made_up(said: bytes) -> None:
    hearing = Hearing()
    hearing.said[temperature_type.UUID] = said
    assert measured(TemperatureMeasurement(Decimal("36.6")), hearing)[0].where == ""


@pytest.mark.parametrize("factor", [KG_OF_POUND, CM_OF_INCH, MMHG_OF_KPA])
def test_every_number_comes_back_from_its_conversion(factor: Decimal) -> None:
    for tenths in range(2000):
        number = Decimal(tenths) / 10
        number = number.quantize(Decimal("0.1"))
        there = converted(number, factor)
        assert (there / factor).quantize(Decimal("0.1")) == number


def test_every_temperature_comes_back_from_its_conversion() -> None:
    for tenths in range(-400, 1200):
        number = (Decimal(tenths) / 10).quantize(Decimal("0.1"))
        assert (celsius(number) * 9 / 5 + 32).quantize(Decimal("0.1")) == number


def test_a_clock_tells_its_time_to_a_256th_of_a_second() -> None:
    told = datetime(2026, 5, 12, 18, 53, 43, 500_000)  # noqa: DTZ001
    assert CurrentTime.of(told).told == told
    assert CurrentTime.of(told).weekday == 2
    assert CurrentTime(DateTime(0, 1, 1, 0, 0, 0)).told is None


@pytest.mark.parametrize(
    ("zone", "saving", "hours"),
    [
        (4, DaylightSaving.ONE_HOUR, 2),
        (-48, DaylightSaving.NONE, -12),
        (22, DaylightSaving.NONE, 5.5),
        (None, DaylightSaving.NONE, None),
        (4, DaylightSaving.UNKNOWN, None),
    ],
)
def test_a_zone_is_ahead_of_utc_by_quarter_hours(
    zone: int | None, saving: DaylightSaving, hours: float | None
) -> None:
    ahead = LocalTimeInformation(zone, saving).ahead
    assert (ahead is None) if hours is None else ahead is not None
    assert ahead is None or ahead.total_seconds() / 3600 == hours
