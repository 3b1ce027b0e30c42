"""Units, dates, devices, blood pressures and places: what each entry means."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ble.characteristic import every
from adapters.errors import ReadingRefused
from adapters.healthkit.devices import described
from adapters.healthkit.limits import Limits
from adapters.healthkit.times import Calendar
from adapters.healthkit.types import all_types
from adapters.kinds import all_kinds, kind, row_of
from adapters.reading import text_of
from adapters.units import conversions
from tests.fakes_healthkit import document, make, record, run, run_entries

SYSTOLIC = "HKQuantityTypeIdentifierBloodPressureSystolic"
DIASTOLIC = "HKQuantityTypeIdentifierBloodPressureDiastolic"
HEART = "HKQuantityTypeIdentifierHeartRate"
OF_ELEMENTS = {
    "activity_rings",
    "audiogram",
    "glasses_prescription",
    "contacts_prescription",
    "workout_statistics",
    "workout_part",
    "workout_event",
    "ecg_classification",
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WATCH = (
    "&lt;&lt;HKDevice: 0x66aaba640&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch,"
    " hardware:Watch6,12, software:26.2, creation date:2026-01-15 22:56:09 +0000&gt;"
)


@pytest.mark.parametrize(
    ("name", "unit", "written", "value", "shown"),
    [
        ("body_weight", "kg", "72.50", 72.5, "72.50"),
        ("body_weight", "lb", "154.3", 69.989302691, "69.99"),
        ("body_weight", "st", "11", 69.85322498, "69.9"),
        ("body_weight", "g", "72500", 72.5, "72.500"),
        ("body_height", "ft", "5.83333", 177.7998984, "177.7999"),
        ("body_height", "in", "70", 177.8, "178"),
        ("body_height", "m", "1.78", 178, "178"),
        ("walking_running_distance", "mi", "1", 1.609344, "1.61"),
        ("walking_running_distance", "m", "12.5", 0.0125, "0.0125"),
        ("walking_running_distance", "mi", "6.71081e-05", 0.000108, "0.0001080000"),
        ("body_temperature", "degF", "98.6", 37, "37.00"),
        ("body_temperature", "degF", "98.7", 37.0555555556, "37.06"),
        ("active_energy", "Cal", "12.5", 12.5, "12.5"),
        ("active_energy", "kJ", "4.184", 1, "1.0000"),
        ("blood_glucose", "mmol<180.1558800000541>/L", "5.5", 99.085734, "99.1"),
        ("oxygen_saturation", "%", "0.97", 97, "97"),
        ("oxygen_saturation", "%", "0.975", 97.5, "97.5"),
        ("body_fat_percentage", "%", "1", 100, "100"),
        ("exercise_time", "hr", "0.5", 30, "30.0"),
        ("exercise_time", "s", "90", 1.5, "1.50"),
        ("heart_rate", "count/s", "1.2", 72, "72.0"),
        ("heart_rate_variability", "ms", "48.1234", 48.1234, "48.1234"),
        ("step_count", "count", "1e3", 1000, "1000"),
    ],
)
def test_numbers_turn_exactly_into_the_unit_of_their_kind(
    name: str, unit: str, written: str, value: float, shown: str
) -> None:
    conversion = conversions()[row_of(kind(name)).unit][unit]
    stored, decimals = conversion.stored(written)
    assert stored == pytest.approx(value, abs=1e-12)
    assert text_of(stored, decimals) == shown


@settings(max_examples=200)
@given(
    st.decimals(-1000, 100_000, places=6, allow_nan=False),
    st.sampled_from([(ucum, unit) for ucum, rows in conversions().items() for unit in rows]),
)
def test_no_digit_of_the_source_is_lost(number: Decimal, units: tuple[str, str]) -> None:
    conversion = conversions()[units[0]][units[1]]
    if conversion.most is not None and number > conversion.most:
        return
    exact = (number - conversion.minus) * conversion.times / conversion.over
    value, decimals = conversion.stored(f"{number:f}")
    assert abs(Decimal(str(value)) - exact) <= Decimal("0.6e-10") + abs(exact) * Decimal("1e-15")
    step = Decimal("0.000001") * conversion.times / conversion.over
    assert Decimal(1).scaleb(-decimals) <= max(step, Decimal("1e-10"))


@pytest.mark.parametrize(
    "text", ["", "NaN", "Infinity", "1_0", "٣", "1,5", " 1", "1e999", "0x1", "9" * 40, "1.", "--1"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ReadingRefused):
        conversions()["kg"]["kg"].stored(text)


def test_every_row_names_its_source_and_every_kind_of_health_has_a_row() -> None:
    rows = all_types()
    assert all(row.source for row in rows.values())
    here = {row.kind for row in rows.values()}
    people = {name for name, row in all_kinds().items() if row.about == "person"}
    fields = [one for there in every() for one in there.fields.values()]
    devices = {kind for becomes in fields for kind in becomes.kinds}
    assert here <= people
    # From a device description; of its own type in a Generic Health Sensor; of what has no type.
    elsewhere = {"breath_carbon_monoxide", "peak_expiratory_flow", *OF_ELEMENTS}
    assert people - here - devices <= elsewhere


@given(
    st.integers(-2_208_988_800, 7_258_118_400).map(lambda at: EPOCH + timedelta(seconds=at)),
    st.integers(-14 * 60, 14 * 60),
)
def test_a_date_is_the_instant_that_the_standard_library_says(at: datetime, offset: int) -> None:
    sign = "-" if offset < 0 else "+"
    zone = f"{sign}{abs(offset) // 60:02}{abs(offset) % 60:02}"
    meant = (at - EPOCH - timedelta(minutes=offset)) // timedelta(milliseconds=1)
    assert Calendar().instant(f"{at:%Y-%m-%d %H:%M:%S} {zone}".zfill(25)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30 00:00:00 +0000",
        "2026-01-01 24:00:00 +0000",
        "2026-01-01T00:00:00 +0000",
        "2026-01-01 00:00:00",
        "2026-01-01 00:00:00 +0000 ",
        "0000-01-01 00:00:00 +0000",
        "2026-01-01 00:00:00 +9900",
        "٢٠٢٦-01-01 00:00:00 +0000",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ReadingRefused):
        Calendar().instant(text)


def test_a_device_s_fields_are_found_by_name() -> None:
    text = (
        "<<HKDevice: 0x1>, name:Cuff, manufacturer:A, B: Co., model:P:7, hardware:Watch6,12,"
        " firmware:1.0, localIdentifier:7F1C, creation date:2026-01-15 22:56:09 +0000>"
    )
    assert described(text) == {
        "name": "Cuff",
        "manufacturer": "A, B: Co.",
        "model": "P:7",
        "hardware": "Watch6,12",
        "firmware": "1.0",
        "localIdentifier": "7F1C",
        "creation date": "2026-01-15 22:56:09 +0000",
    }


def test_pointer_software_and_age_make_no_new_device(tmp_path: Path) -> None:
    other = WATCH.replace("0x66aaba640", "0x1").replace("26.2", "27").replace("2026", "2027")
    third = WATCH.replace("Watch6,12", "Watch7,1")
    found = run_entries(
        tmp_path, [record(HEART, "60", "count/min", device=d) for d in (WATCH, other, third)]
    )
    assert len({row[1] for row in found.rows}) == len(found.facts) == 2
    facts = found.facts[0]
    assert (facts.manufacturer, facts.model, facts.hardware) == ("Apple Inc.", "Watch", "Watch6,12")
    assert facts.software == ""


def test_without_a_device_the_app_is_the_device(tmp_path: Path) -> None:
    names = ("Scale\u00a0App", "Scale App", "Cuff App")
    found = run_entries(
        tmp_path, [record(HEART, str(n), "count/min", sourceName=n_) for n, n_ in enumerate(names)]
    )
    devices = [row[1] for row in sorted(found.rows, key=lambda row: str(row[5]))]
    assert devices[0] == devices[1] != devices[2]
    assert {fact.title for fact in found.facts} == {"An app in Apple Health"}


def test_more_devices_than_an_export_can_have_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    rows = [record(HEART, "60", "count/min", sourceName=f"App {n}") for n in range(20)]
    path.write_bytes(document(rows))
    found = run(path, Limits(names=10))
    assert (found.report.rows, len(found.facts)) == (10, 10)
    assert found.report.refused == {"more devices or apps than one export can have": 10}


def test_a_pressure_is_one_reading_and_its_copies_above_are_none(tmp_path: Path) -> None:
    halves = record(SYSTOLIC, "120", "mmHg") + record(DIASTOLIC, "80", "mmHg")
    for entries in (halves + _panel(halves), _panel(halves) + halves, halves * 2 + _panel(halves)):
        found = run_entries(tmp_path, entries)
        assert [(row[0], row[5]) for row in found.rows] == [("blood_pressure", "120|80")]
        assert found.report.entries == found.report.rows + found.report.parts


def test_halves_without_a_correlation_are_paired_at_one_instant(tmp_path: Path) -> None:
    later = "2026-01-15 23:56:09 +0100"
    found = run_entries(
        tmp_path,
        record(SYSTOLIC, "120", "mmHg")
        + record(SYSTOLIC, "118", "mmHg", start=later)
        + record(DIASTOLIC, "80", "mmHg"),
    )
    assert sorted(str(row[5]) for row in found.rows) == ["118|absent:unknown", "120|80"]
    assert found.report.parts == 1


def test_a_correlation_that_is_no_pressure_is_counted(tmp_path: Path) -> None:
    halves = record(SYSTOLIC, "120", "mmHg")
    found = run_entries(
        tmp_path,
        [
            _panel(halves * 2),
            _panel(""),
            _panel(record(SYSTOLIC, "16", "bananas")),
            _panel(halves).replace("BloodPressure\"", "Food\"", 1),
        ],
    )  # fmt: skip
    assert found.rows == []
    assert sum(found.report.refused.values()) == 4
    assert found.report.entries == 4


def test_a_pressure_entered_by_hand_says_so(tmp_path: Path) -> None:
    mark = "<MetadataEntry key='HKWasUserEntered' value='1'/>"
    halves = record(SYSTOLIC, "120", "mmHg") + record(DIASTOLIC, "80", "mmHg")
    found = run_entries(tmp_path, _panel(halves).replace("/>\n </C", f">{mark}</Record></C"))
    assert [(row[5], row[8]) for row in found.rows] == [("120|80", 2)]


def test_sleep_and_workouts_become_words(tmp_path: Path) -> None:
    sleep = "HKCategoryTypeIdentifierSleepAnalysis"
    words = ("InBed", "Asleep", "AsleepUnspecified", "AsleepREM", "Awake")
    found = run_entries(
        tmp_path,
        [record(sleep, f"HKCategoryValueSleepAnalysis{word}", sourceName=word) for word in words]
        + [
            ' <Workout workoutActivityType="HKWorkoutActivityTypeTaiChi" sourceName="W"'
            ' startDate="2026-01-15 10:00:00 +0100" endDate="2026-01-15 10:30:00 +0100"/>\n',
            ' <Workout workoutActivityType="HKWorkoutActivityTypeOfAYearToCome" sourceName="W"'
            ' startDate="2026-01-15 10:00:00 +0100" endDate="2026-01-15 10:30:00 +0100"/>\n',
            ' <Workout workoutActivityType="My own words" sourceName="W"'
            ' startDate="2026-01-15 10:00:00 +0100" endDate="2026-01-15 10:30:00 +0100"/>\n',
        ],
    )
    assert {str(row[5]) for row in found.of("sleep_stage")} == {
        "in-bed",
        "asleep",
        "asleep-rem",
        "awake",
    }
    assert [(row[4], row[5]) for row in found.of("workout")] == [
        (1_800_000, "tai-chi"),
        (1_800_000, "HKWorkoutActivityTypeOfAYearToCome"),
    ]
    assert found.report.workouts == 3
    assert found.report.refused == {"workout of a sort not known to this version": 1}


def test_routes_keep_their_names_and_points_whatever_the_offset(tmp_path: Path) -> None:
    make(tmp_path / "gpx.zip", small=True)
    make(tmp_path / "inline.zip", "inline-locations", small=True, offset=-300)
    gpx, inline = run(tmp_path / "gpx.zip"), run(tmp_path / "inline.zip")
    assert gpx.positions == inline.positions
    assert {point.route for point in gpx.positions} == {f"route-{gpx.positions[0].at}"}
    assert gpx.report.routes == inline.report.routes == 1


def test_routes_that_nobody_wants_kept_are_not_read(tmp_path: Path) -> None:
    for nasty in ((), ("inline-locations",)):
        make(tmp_path / "e.zip", *nasty, small=True)
        found = run(tmp_path / "e.zip", keep_routes=False)
        assert found.positions == []
        left_out = found.report.left_out["places, which you did not ask to keep"]
        with zipfile.ZipFile(tmp_path / "e.zip") as made:
            files = sum(name.endswith(".gpx") for name in made.namelist())
        assert left_out == files if files else left_out > 100


def test_odd_points_cost_themselves_and_a_broken_route_its_rest(tmp_path: Path) -> None:
    good = "<trkpt lat='47.1' lon='8.2'><time><![CDATA[2026-01-01T00:00:00Z]]></time></trkpt>"
    odd = [
        good.replace("47.1", "91"),
        good.replace("8.2", "nan"),
        good.replace("2026", "soon"),
        good.replace("00Z", "00"),
        "<trkpt/>",
    ]
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("export.xml", document(""))
        archive.writestr("a.gpx", f"<?xml version='1.0'?><gpx>{''.join(odd)}{good}</gpx>")
        archive.writestr("b.gpx", f"<gpx>{good}<trkpt lat=")
        archive.writestr("c.gpx", f"<!DOCTYPE gpx [<!ENTITY a 'b'>]><gpx>{good}</gpx>")
        archive.writestr("d.gpx", f"<gpx>{good}<trkpt </gpx>")
    found = run(tmp_path / "e.zip")
    assert len(found.positions) == 3
    assert found.report.left_out == {
        "a place that cannot be read": 5,
        "a route that cannot be read to its end": 3,
    }


def _panel(halves: str) -> str:
    return (
        ' <Correlation type="HKCorrelationTypeIdentifierBloodPressure" sourceName="Watch"'
        ' startDate="2026-01-15 22:56:09 +0100" endDate="2026-01-15 22:56:09 +0100">\n'
        f"{halves} </Correlation>\n"
    )
