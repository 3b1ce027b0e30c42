"""Workouts with their totals, laps, pauses and parts; meals; the rings of a day."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.panel import parted
from tests.fakes_healthkit import Imported, record, run_entries

START, END = "2026-01-15 10:00:00 +0100", "2026-01-15 11:00:00 +0100"
MIDDLE = "2026-01-15 10:30:00 +0100"
AT = 1_768_467_600_000


def workout(inside: str = "", *, sport: str = "Running", more: str = "") -> str:
    return (
        f' <Workout workoutActivityType="HKWorkoutActivityType{sport}" sourceName="Watch"'
        f' startDate="{START}" endDate="{END}" {more}>\n{inside} </Workout>\n'
    )


def total(type_: str, figures: str, unit: str) -> str:
    return (
        f'  <WorkoutStatistics type="HKQuantityTypeIdentifier{type_}" startDate="{START}"'
        f' endDate="{END}" {figures} unit="{unit}"/>\n'
    )


def totals(found: Imported) -> dict[str, str]:
    [row] = found.of("workout_statistics")
    return parted(str(row[5]))


def test_totals_of_ios_16_are_one_reading_beside_the_workout(tmp_path: Path) -> None:
    found = run_entries(
        tmp_path,
        workout(
            total("ActiveEnergyBurned", 'sum="900.5"', "kJ")
            + total("HeartRate", 'average="131.25" minimum="71" maximum="168"', "count/min")
            + total("DistanceWalkingRunning", 'sum="5"', "mi")
            + total("RunningSpeed", 'average="11.5"', "km/hr")
            + '  <MetadataEntry key="HKAverageMETs" value="8.5 kcal/hr·kg"/>\n'
        ),
    )
    assert totals(found) == {
        "active_energy": "215.224665392",
        "walking_running_distance": "8.04672",
        "heart_rate_mean": "131.25",
        "heart_rate_min": "71",
        "heart_rate_max": "168",
        "running_speed_mean": "3.1944444444",
        "average_effort": "8.5",
    }
    assert (found.report.entries, found.report.rows, found.report.beside) == (1, 2, 1)


def test_totals_of_ios_15_stand_in_the_workout_itself(tmp_path: Path) -> None:
    more = (
        'duration="58.5" durationUnit="min" totalDistance="6.2" totalDistanceUnit="mi"'
        ' totalEnergyBurned="300" totalEnergyBurnedUnit="Cal"'
    )
    found = run_entries(tmp_path, workout(more=more))
    assert totals(found) == {
        "active_time": "58.5",
        "total_distance": "9.9779328",
        "total_energy": "300",
    }


def test_a_workout_without_totals_is_a_reading_alone(tmp_path: Path) -> None:
    found = run_entries(tmp_path, workout())
    assert [(row[0], row[5]) for row in found.rows] == [("workout", "running")]


def test_a_total_that_cannot_be_read_costs_itself_alone(tmp_path: Path) -> None:
    odd = [
        total("ActiveEnergyBurned", 'sum="much"', "kcal"),
        total("HeartRate", 'average="130"', "furlong"),
        total("OfAYearToCome", 'sum="3"', "count"),
        total("StepCount", 'sum="4000"', "count"),
    ]
    found = run_entries(tmp_path, workout("".join(odd)))
    assert totals(found) == {"step_count": "4000"}
    assert found.report.left_out == {
        "the value is not a number": 1,
        "unit not known to this version": 1,
        "totals of a workout, of a sort not known to this version": 1,
    }


def test_laps_and_pauses_are_readings_of_their_own(tmp_path: Path) -> None:
    found = run_entries(
        tmp_path,
        workout(
            f'  <WorkoutEvent type="HKWorkoutEventTypeLap" date="{START}" duration="0.5"'
            ' durationUnit="hr"/>\n'
            f'  <WorkoutEvent type="HKWorkoutEventTypePause" date="{MIDDLE}"/>\n'
            f'  <WorkoutEvent type="HKWorkoutEventTypeOfAYearToCome" date="{MIDDLE}"/>\n'
            f'  <WorkoutEvent type="my words" date="{MIDDLE}"/>\n'
            '  <WorkoutEvent type="HKWorkoutEventTypeLap" date="once"/>\n'
        ),
    )
    assert [(row[3] - AT, row[4], row[5]) for row in found.of("workout_event")] == [
        (0, 1_800_000, "lap"),
        (1_800_000, 0, "pause"),
        (1_800_000, 0, "HKWorkoutEventTypeOfAYearToCome"),
    ]
    assert sum(found.report.left_out.values()) == 2


def test_each_sport_of_a_triathlon_is_a_part_with_its_own_totals(tmp_path: Path) -> None:
    parts = "".join(
        f'  <WorkoutActivity uuid="7F1C-{n}" startDate="{start}" endDate="{end}">\n'
        f'   <WorkoutStatistics type="HKQuantityTypeIdentifierActiveEnergyBurned" sum="{n}"'
        ' unit="kcal"/>\n  </WorkoutActivity>\n'
        for n, (start, end) in enumerate([(START, MIDDLE), (MIDDLE, END)], 1)
    )
    found = run_entries(tmp_path, workout(parts, sport="SwimBikeRun"))
    assert [row[4] for row in found.of("workout_part")] == [1_800_000, 1_800_000]
    assert [row[5] for row in found.of("workout_statistics")] == [
        "active_energy=1",
        "active_energy=2",
    ]
    assert "7F1C" not in repr(found.batches)


def test_the_one_part_of_a_plain_workout_is_the_workout(tmp_path: Path) -> None:
    part = f'  <WorkoutActivity uuid="7F1C" startDate="{START}" endDate="{END}"/>\n'
    assert run_entries(tmp_path, workout(part)).of("workout_part") == []


def meal(children: str) -> str:
    return (
        ' <Correlation type="HKCorrelationTypeIdentifierFood" sourceName="App"'
        f' startDate="{START}" endDate="{START}">\n'
        '  <MetadataEntry key="HKFoodType" value="soup of Robin"/>\n'
        f"{children} </Correlation>\n"
    )


def test_a_meal_is_one_reading_and_its_parts_are_added_up_once(tmp_path: Path) -> None:
    energy = record("HKQuantityTypeIdentifierDietaryEnergyConsumed", "250", "kcal", start=START)
    fat = record("HKQuantityTypeIdentifierDietaryFatTotal", "12.5", "g", start=START)
    for order in ([energy, fat, meal(energy + fat)], [meal(energy + fat), energy, fat]):
        found = run_entries(tmp_path, order)
        [row] = found.of("food")
        assert row[5] == "dietary_energy=250|dietary_fat_total=12.5"
        assert [row[5] for row in found.of("dietary_energy")] == [250]
        assert len(found.rows) == 3
        assert "soup" not in repr(found.batches) + repr(found.report)


@pytest.mark.parametrize(
    "child", ["", record("HKQuantityTypeIdentifierHeartRate", "60", "count/min")]
)
def test_a_meal_of_nothing_is_refused(tmp_path: Path, child: str) -> None:
    found = run_entries(tmp_path, meal(child))
    assert found.rows == []
    assert sum(found.report.refused.values()) == 1


def test_the_rings_of_a_day_are_that_day_in_every_export(tmp_path: Path) -> None:
    rings = (
        ' <ActivitySummary dateComponents="2026-01-15" activeEnergyBurned="1724.5"'
        ' activeEnergyBurnedGoal="2092" activeEnergyBurnedUnit="kJ" appleExerciseTime="22"'
        ' appleStandHours="11" appleStandHoursGoal="12"/>\n'
    )
    [row] = run_entries(tmp_path, rings).rows
    assert (row[0], row[3], row[4]) == ("activity_rings", 1_768_435_200_000, 86_400_000)
    assert parted(str(row[5])) == {
        "active_energy": "412.1653919694",
        "active_energy_goal": "500",
        "exercise_time": "22",
        "stand_hours": "11",
        "stand_hours_goal": "12",
    }


def test_the_rings_of_a_day_that_was_not_over_wait_for_the_next_export(tmp_path: Path) -> None:
    days = "".join(
        f' <ActivitySummary dateComponents="{day}" appleStandHours="3"/>\n'
        for day in ("2026-01-31", "2026-02-01", "2026-02-02")
    )
    found = run_entries(tmp_path, days)  # exported on 1 February
    assert [row[5] for row in found.rows] == ["stand_hours=3"]
    assert found.report.refused == {"rings of a day that was not over": 2}
