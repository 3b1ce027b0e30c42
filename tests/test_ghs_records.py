"""What becomes of health observations: kinds, units, doubts, times, users, the unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import (
    elapsed_time,
    live_health_observations,
    stored_health_observations,
)
from adapters.ble.characteristics.elapsed_time import CurrentElapsedTime, ElapsedTime
from adapters.ble.characteristics.stored_health_observations import (
    StoredObservation,
    held,
    number_of,
)
from adapters.ble.context import said, take_up
from adapters.ble.decoding import decoded
from adapters.ble.formats.acom import Bundle, Component, Compound, Observation, Status
from adapters.ble.formats.acom_values import Codes, Numeric, SampleArray, Text
from adapters.ble.formats.ghs_types import in_unit_of, types
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.formats.segments import split
from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.ble.profile import told_by
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.kinds import kind
from adapters.reading import (
    Absence,
    Category,
    Components,
    DeviceKey,
    PersonKey,
    Quality,
    Quantity,
    ReadingBatch,
)
from tests.ble_packets import RECEIVED, packet

PROFILE = built_in()["health-sensor"]
EIGHT = datetime(2026, 3, 1, 8, tzinfo=UTC)
NOW = datetime.fromtimestamp(RECEIVED / 1000, UTC)
SPO2, PULSE, PRESSURE = 150456, 149530, 150020
PERCENT, BEATS, MMHG, KPA = 544, 2720, 3872, 3843


def heard(
    observation: Observation, number: int | None = None, hearing: Hearing | None = None
) -> list[Record]:
    """The records of an observation that came in packets of 20 bytes."""
    hearing = hearing or Hearing()
    uuid, value = live_health_observations.UUID, bytes(observation)
    if number is not None:
        uuid = stored_health_observations.UUID
        value = bytes(StoredObservation(number, observation))
    told = [
        one for part in split(value, 20) for one in told_by(PROFILE, packet(part, uuid), hearing)
    ]
    assert all(isinstance(one, Record) for one in told)
    return [one for one in told if isinstance(one, Record)]


def numeric(number: MedicalNumber | str, unit: int = PERCENT) -> Numeric:
    return Numeric(Decimal(number) if isinstance(number, str) else number, unit)


def pressure(*values: str, unit: int = MMHG) -> Compound:
    codes = (150021, 150022, 150023)
    return Compound(
        tuple(
            Component(code, numeric(value, unit))
            for code, value in zip(codes, values, strict=False)
        )
    )


def test_a_number_keeps_the_digits_of_the_device() -> None:
    (told,) = heard(Observation(numeric("97.50"), SPO2))
    assert (told.kind, told.value) == ("oxygen_saturation", Quantity(Decimal("97.50"), "%"))


def test_a_bundle_gives_its_time_and_user_to_its_parts() -> None:
    bundle = Bundle((Observation(numeric("98"), SPO2), Observation(numeric("61", BEATS), PULSE)))
    told = heard(Observation(bundle, time=ElapsedTime.of(EIGHT), patient=2))
    assert [(one.kind, one.told, one.user) for one in told] == [
        ("oxygen_saturation", EIGHT, 2),
        ("pulse_rate", EIGHT, 2),
    ]


@pytest.mark.parametrize(
    ("value", "means"),
    [
        pytest.param(
            pressure("120", "80", "93"), (Decimal(120), Decimal(80), Decimal(93)), id="all three"
        ),
        pytest.param(pressure("120", "80"), (Decimal(120), Decimal(80)), id="without the mean"),
        pytest.param(pressure("120"), (Decimal(120), Absence.UNKNOWN), id="systolic alone"),
    ],
)
def test_a_compound_blood_pressure_is_one_reading(
    value: Compound, means: tuple[Decimal | Absence, ...]
) -> None:
    (told,) = heard(Observation(value, PRESSURE))
    assert (told.kind, told.value) == ("blood_pressure", Components(means, "mm[Hg]"))


def test_a_pulse_within_a_compound_is_a_reading_of_its_own() -> None:
    pulse = Component(149546, numeric("72", BEATS))
    value = Compound((*pressure("120", "80").components, pulse))
    told = heard(Observation(value, PRESSURE))
    assert [one.kind for one in told] == ["blood_pressure", "heart_rate"]


def test_a_pressure_in_kilopascal_is_converted_and_says_so() -> None:
    (told,) = heard(Observation(pressure("16.0", "10.7", unit=KPA), PRESSURE))
    assert told.value == Components((Decimal("120.0"), Decimal("80.3")), "mm[Hg]")
    assert told.quality is Quality.VALUE_AS_CONVERTED


def test_a_failed_blood_pressure_has_no_numbers() -> None:
    nan = Numeric(Special.NAN, MMHG)
    value = Compound(tuple(Component(code, nan) for code in (150021, 150022, 150023)))
    (told,) = heard(Observation(value, PRESSURE))
    assert told.value is Absence.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("of", "number", "unit", "named", "value"),
    [
        (188736, "165.0", 1760, "body_weight", Quantity(Decimal("74.84"), "kg")),
        (188736, "74840", 1728, "body_weight", Quantity(Decimal("74.840"), "kg")),
        (188740, "1.80", 1280, "body_height", Quantity(Decimal(180), "cm")),
        (150364, "98.6", 4416, "body_temperature", Quantity(Decimal("37.00"), "Cel")),
        (160184, "5.5", 4722, "blood_glucose", Quantity(Decimal(99), "mg/dL")),
        (152584, "480", 3072, "peak_expiratory_flow", Quantity(Decimal(480), "L/min")),
        (147240, "0.832", 2176, "rr_interval", Quantity(Decimal(832), "ms")),
    ],
)
def test_a_unit_is_turned_into_that_of_the_kind(
    of: int, number: str, unit: int, named: str, value: Quantity
) -> None:
    (told,) = heard(Observation(numeric(number, unit), of))
    assert (told.kind, told.value) == (named, value)


def test_where_it_was_measured_is_told_by_the_type() -> None:
    assert heard(Observation(numeric("37.1", 6048), 188428))[0].where == "ear"
    control = heard(Observation(numeric("110", 2130), 160208))[0]
    assert (control.where, control.quality) == ("control solution", Quality.NOT_A_MEASUREMENT)


@pytest.mark.parametrize(
    ("observation", "word"),
    [
        pytest.param(Observation(numeric("3"), 999_999), "mdc-999999", id="type"),
        pytest.param(Observation(numeric("3", 999), SPO2), "mdc-150456-in-999", id="unit"),
        pytest.param(Observation(numeric("98", BEATS), SPO2), "mdc-150456-in-2720", id="dimension"),
        pytest.param(Observation(Text("Man")), "untyped", id="no type"),
        pytest.param(Observation(Codes((1, 2)), 8410608), "mdc-8410608", id="codes"),
        pytest.param(
            Observation(
                SampleArray(4274, Decimal(1), Decimal(0), Decimal("0.01"), 1, 2, b"\1\2"), 131329
            ),
            "mdc-131329",
            id="waveform",
        ),
        pytest.param(
            Observation(pressure("1", "2", unit=PERCENT), PRESSURE), "mdc-150020-in-544", id="group"
        ),
    ],
)
def test_what_is_not_known_is_named_and_never_dropped(observation: Observation, word: str) -> None:
    (told,) = heard(observation)
    assert (told.kind, told.value) == ("unknown_observation", Category(word))


@pytest.mark.parametrize(
    ("status", "value", "doubt"),
    [
        (Status.INVALID, Absence.ERROR, Quality.NONE),
        (Status.NOT_AVAILABLE, Absence.UNKNOWN, Quality.NONE),
        (Status.QUESTIONABLE, Quantity(Decimal(98), "%"), Quality.POOR_SIGNAL),
        (Status.CALIBRATING, Quantity(Decimal(98), "%"), Quality.NOT_CALIBRATED),
        (Status.TEST_DATA, Quantity(Decimal(98), "%"), Quality.NOT_A_MEASUREMENT),
        (Status.EARLY_ESTIMATE, Quantity(Decimal(98), "%"), Quality.NOT_SETTLED),
        (Status.MANUALLY_ENTERED, Quantity(Decimal(98), "%"), Quality.ENTERED_BY_HAND),
        (Status(0), Quantity(Decimal(98), "%"), Quality.NONE),
    ],
)
def test_the_status_is_a_doubt_or_takes_the_value(
    status: Status, value: Quantity | Absence, doubt: Quality
) -> None:
    (told,) = heard(Observation(numeric("98"), SPO2, status=status))
    assert (told.value, told.quality) == (value, doubt)


def test_special_numbers_are_absences() -> None:
    (told,) = heard(Observation(numeric(Special.PLUS_INFINITY), SPO2))
    assert told.value is Absence.POSITIVE_INFINITY


@pytest.mark.parametrize(
    ("time", "told"),
    [
        pytest.param(ElapsedTime.of(EIGHT), EIGHT, id="utc"),
        pytest.param(
            ElapsedTime.of(EIGHT.replace(tzinfo=None)), EIGHT.replace(tzinfo=None), id="local"
        ),
        pytest.param(
            replace(ElapsedTime.of(EIGHT.replace(tzinfo=None)), offset=4),
            EIGHT - timedelta(hours=1),
            id="local with offset",
        ),
        pytest.param(
            ElapsedTime(8256672001, resolution=1), EIGHT + timedelta(milliseconds=100), id="100 ms"
        ),
        pytest.param(ElapsedTime((1 << 48) - 1), None, id="beyond any calendar"),
        pytest.param(ElapsedTime(4711, ticks=True), None, id="counter"),
    ],
)
def test_a_time_stamp_is_aware_where_utc_is_known(time: ElapsedTime, told: datetime | None) -> None:
    assert heard(Observation(numeric("98"), SPO2, time=time))[0].told == told


def test_a_time_of_before_the_clock_was_set_is_doubted() -> None:
    time = replace(ElapsedTime.of(EIGHT), is_current=False)
    (told,) = heard(Observation(numeric("98"), SPO2, time=time))
    assert (told.told, told.quality) == (EIGHT, Quality.CLOCK_NOT_TRUSTED)


def test_a_counter_is_understood_by_what_it_shows_now() -> None:
    hearing = Hearing()
    now = CurrentElapsedTime(ElapsedTime(10_000, ticks=True))
    assert told_by(PROFILE, packet(bytes(now), elapsed_time.UUID), hearing) == []
    kept = Observation(numeric("98"), SPO2, time=ElapsedTime(6_400, ticks=True))
    (told,) = heard(kept, 1, hearing)
    assert (told.told, told.quality) == (NOW - timedelta(hours=1), Quality.NONE)


def test_a_counter_is_understood_by_what_it_showed_at_the_start_of_the_link() -> None:
    hearing, uuid = Hearing(), elapsed_time.UUID
    now = bytes(CurrentElapsedTime(ElapsedTime(10_000, ticks=True)))
    take_up(hearing, said(DeviceKey("sensor"), RECEIVED - 60_000, uuid, now))
    kept = Observation(numeric("98"), SPO2, time=ElapsedTime(6_400, ticks=True))
    (told,) = heard(kept, 1, hearing)
    assert (told.told, told.quality) == (NOW - timedelta(hours=1, minutes=1), Quality.NONE)
    later = CurrentElapsedTime(ElapsedTime(10_061, ticks=True))
    assert told_by(PROFILE, packet(bytes(later), uuid), hearing) == []
    (told,) = heard(kept, 1, hearing)
    assert told.told == NOW - timedelta(hours=1, minutes=1, seconds=1), "the newer look counts"


def test_a_counter_of_which_nothing_is_known_is_doubted() -> None:
    kept = Observation(numeric("98"), SPO2, time=ElapsedTime(6_400, ticks=True))
    (told,) = heard(kept, 1)
    assert (told.told, told.quality) == (None, Quality.CLOCK_NOT_TRUSTED)


@pytest.mark.parametrize(
    ("late", "kept", "doubt"),
    [
        pytest.param(0, False, Quality.CLOCK_CORRECTED, id="of now"),
        pytest.param(600, False, Quality.CLOCK_NOT_TRUSTED, id="told late"),
        pytest.param(0, True, Quality.CLOCK_NOT_TRUSTED, id="kept"),
    ],
)
def test_a_live_observation_is_of_now_whatever_the_clock_shows(
    late: int, kept: bool, doubt: Quality
) -> None:
    """A clock an hour off that nobody can set; read a minute before."""
    hearing, ahead = Hearing(), timedelta(hours=1)
    read = bytes(CurrentElapsedTime(ElapsedTime.of(NOW + ahead - timedelta(minutes=1))))
    take_up(hearing, said(DeviceKey("sensor"), RECEIVED - 60_000, elapsed_time.UUID, read))
    measured = NOW - timedelta(seconds=late)
    observation = Observation(numeric("98"), SPO2, time=ElapsedTime.of(measured + ahead))
    uuid, value = live_health_observations.UUID, bytes(observation)
    if kept:
        uuid, value = stored_health_observations.UUID, bytes(StoredObservation(7, observation))
    packets = [replace(packet(part, uuid), stored=kept) for part in split(value, 20)]
    paired = Paired(DeviceKey("sensor"), PersonKey("anna"), PROFILE)
    came = decoded(paired, packets, hearing, lambda _, why: pytest.fail(why))
    (batch,) = [one for one in came.arrivals if isinstance(one, ReadingBatch)]
    assert list(batch.flags) == [int(doubt)]
    assert abs(batch.starts[0] - RECEIVED + late * 1000) <= 1000


def test_what_was_heard_live_is_the_same_record_when_it_is_fetched_later() -> None:
    at_eight = ElapsedTime.of(EIGHT)
    live = Observation(numeric("98"), SPO2, time=at_eight)
    kept = replace(live, time=replace(at_eight, is_current=False), id=3)
    (now,), (later,) = heard(live), heard(kept, 7)
    assert (now.of, now.identity) == (later.of, later.identity)
    assert now.identity


@pytest.mark.parametrize(
    "other",
    [
        Observation(numeric("97"), SPO2, time=ElapsedTime.of(EIGHT)),
        Observation(numeric("98"), SPO2, time=ElapsedTime.of(EIGHT + timedelta(seconds=1))),
        Observation(numeric("98"), SPO2, time=ElapsedTime.of(EIGHT), patient=1),
    ],
)
def test_what_differs_in_value_time_or_user_is_another_record(other: Observation) -> None:
    kept = Observation(numeric("98"), SPO2, time=ElapsedTime.of(EIGHT))
    assert heard(kept, 7) == heard(kept, 7)
    assert heard(kept, 7)[0].identity != heard(other, 7)[0].identity


@pytest.mark.parametrize("time", [None, ElapsedTime(6_400, ticks=True)])
def test_without_a_time_of_day_only_the_number_tells_a_record(time: ElapsedTime | None) -> None:
    kept = Observation(numeric("98"), SPO2, time=time)
    assert heard(kept, 7)[0].identity == heard(kept, 7)[0].identity
    assert heard(kept, 7)[0].identity != heard(kept, 8)[0].identity
    assert not heard(kept)[0].identity


def test_a_record_is_counted_with_its_last_packet() -> None:
    kept = Observation(pressure("120", "80", "93"), PRESSURE, time=ElapsedTime.of(EIGHT))
    parts = split(bytes(StoredObservation(7, kept)), 20)
    assert number_of(parts[0]) == 7
    assert [held(part) for part in parts] == [0] * (len(parts) - 1) + [1]


@pytest.mark.parametrize("data", ["", "03", "03010000", "0001000000"])
def test_only_the_beginning_of_a_record_bears_its_number(data: str) -> None:
    with pytest.raises(DecodeError):
        number_of(bytes.fromhex(data))


def test_equal_parts_of_one_observation_are_told_apart() -> None:
    bundle = Bundle((Observation(numeric("98"), SPO2), Observation(numeric("98"), SPO2)))
    assert [one.nth for one in heard(Observation(bundle))] == [0, 1]


def test_how_long_it_took_is_told_in_milliseconds() -> None:
    seconds = Observation(numeric("98"), SPO2, duration=Decimal("30.5"))
    assert heard(seconds)[0].duration == 30_500
    for strange in (Special.NAN, Decimal(-1), Decimal("1e127")):
        assert heard(replace(seconds, duration=strange))[0].duration == 0


def test_every_row_of_the_table_has_a_unit_that_its_kind_takes() -> None:
    for code, meaning in types().meanings.items():
        taken = [unit for unit in types().units if in_unit_of(Decimal(1), unit, meaning.kind)]
        assert taken, code
    assert in_unit_of(Decimal(1), 1, kind("heart_rate")) is None
