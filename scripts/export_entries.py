"""Entries of an export that are more than one record, and the files beside it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple

from scripts.export_history import DAY, PENCIL, Bout, History, Sample
from scripts.export_text import SOURCES, Printer, attributes

_NUTRIENTS: Final = (
    ("DietaryEnergyConsumed", "kcal", 200, 900, 0),
    ("DietaryProtein", "g", 5, 40, 1),
    ("DietaryCarbohydrates", "g", 20, 90, 1),
    ("DietaryFatTotal", "g", 4, 30, 1),
)
_HERTZ: Final = 512
_SECONDS: Final = 10
_CLINICAL: Final = (
    ("HKClinicalTypeIdentifierLabResultRecord", "Observation"),
    ("HKClinicalTypeIdentifierAllergyRecord", "AllergyIntolerance"),
    ("HKClinicalTypeIdentifierImmunizationRecord", "Immunization"),
)


class Meal(NamedTuple):
    """What was eaten at once: the records of a meal."""

    parts: tuple[Sample, ...]


def meals(history: History) -> Iterator[Meal]:
    """A meal a day."""
    for day in history.midnights:
        chance = history.chance("meal", day)
        at = day + 43_200 + chance.randrange(5_400)
        yield Meal(
            tuple(
                Sample(
                    f"HKQuantityTypeIdentifier{name}", at, at,
                    round(low + (high - low) * chance.random(), digits),
                    digits, unit, PENCIL, at + 60,
                )
                for name, unit, low, high, digits in _NUTRIENTS
            )
        )  # fmt: skip


def meal(printer: Printer, at: int, records: str) -> str:
    """The `Correlation` of a meal around its records."""
    date = printer.date(at)
    fields = {
        "type": "HKCorrelationTypeIdentifierFood",
        "sourceName": SOURCES[PENCIL],
        "creationDate": printer.date(at + 60),
        "startDate": date,
        "endDate": date,
    }
    name = '  <MetadataEntry key="HKFoodType" value="Grandmother\u2019s secret soup"/>\n'
    return f" <Correlation{attributes(fields)}>\n{name}{records} </Correlation>\n"


def inside_workout(printer: Printer, bout: Bout, chance: Random) -> Iterator[str]:
    """Totals, laps and pauses of a workout, and its parts where it has several sports."""
    start, end = printer.date(bout.start), printer.date(bout.end)
    dates = {"startDate": start, "endDate": end}
    kind = "HKQuantityTypeIdentifier"
    burned = {"type": kind + "ActiveEnergyBurned", **dates, "sum": "212.4", "unit": "kcal"}
    rate = {
        "type": kind + "HeartRate", **dates, "average": f"{chance.uniform(90, 150):.3f}",
        "minimum": "71", "maximum": "168", "unit": "count/min",
    }  # fmt: skip
    for fields in (burned, rate):
        yield f"  <WorkoutStatistics{attributes(fields)}/>\n"
    middle = printer.date((bout.start + bout.end) // 2)
    for event in ("Pause", "Resume"):
        name = f"HKWorkoutEventType{event}"
        yield f"  <WorkoutEvent{attributes({'type': name, 'date': middle})}/>\n"
    lap = {"type": "HKWorkoutEventTypeLap", "date": start, "duration": "7.5", "durationUnit": "min"}
    yield f"  <WorkoutEvent{attributes(lap)}/>\n"
    if bout.sport == "SwimBikeRun":
        for begun, ended in ((start, middle), (middle, end)):
            part = {"uuid": "7F1C2A90-0000", "startDate": begun, "endDate": ended}
            yield f"  <WorkoutActivity{attributes(part)}>\n"
            total = {"type": kind + "ActiveEnergyBurned", "sum": "99", "unit": "kcal"}
            yield f"   <WorkoutStatistics{attributes(total)}/>\n  </WorkoutActivity>\n"


def summary(day: int) -> str:
    """The rings of a day."""
    fields = {
        "dateComponents": Printer(0, 0, frozenset()).date(day)[:10],
        "activeEnergyBurned": str(300 + day // DAY % 200),
        "activeEnergyBurnedGoal": "500",
        "activeEnergyBurnedUnit": "kcal",
        "appleMoveTime": "0",
        "appleMoveTimeGoal": "0",
        "appleExerciseTime": "22",
        "appleExerciseTimeGoal": "30",
        "appleStandHours": "11",
        "appleStandHoursGoal": "12",
    }
    return f" <ActivitySummary{attributes(fields)}/>\n"


def audiogram(printer: Printer, day: int) -> str:
    """A hearing test, with what iOS 18 added."""
    date = printer.date(day + 36_000)
    fields = {
        "type": "HKDataTypeIdentifierAudiogram", "sourceName": SOURCES[1],
        "startDate": date, "endDate": date,
    }  # fmt: skip
    points = ""
    for hertz, left, right in ((250, 10, 15), (1000, 20, 25), (4000, 35, 40)):
        point = {
            "frequencyValue": str(hertz), "frequencyUnit": "Hz",
            "leftEarValue": str(left), "leftEarUnit": "dBHL",
            "leftEarMasked": "YES" if hertz == 4000 else "NO",
            "leftEarClampingRangeLowerBound": "-10", "leftEarClampingRangeUpperBound": "80",
            "rightEarValue": str(right), "rightEarUnit": "dBHL", "rightEarMasked": "NO",
        }  # fmt: skip
        points += f"  <SensitivityPoint{attributes(point)}/>\n"
    return f" <Audiogram{attributes(fields)}>\n{points} </Audiogram>\n"


def prescription(printer: Printer, day: int) -> str:
    """A prescription for glasses."""
    fields = {
        "type": "Glasses",
        "dateIssued": printer.date(day + 36_000),
        "expirationDate": printer.date(day + 36_000 + 730 * DAY),
        "brand": "Clearly Robin",
    }
    eye = {"sphere": "-1.25", "sphereUnit": "D", "axis": "90", "axisUnit": "deg"}
    right = f"  <RightEye{attributes(eye)}/>\n"
    left = f"  <LeftEye{attributes(eye | {'cylinder': '-0.5', 'cylinderUnit': 'D'})}/>\n"
    return f" <VisionPrescription{attributes(fields)}>\n{right}{left} </VisionPrescription>\n"


def clinical(printer: Printer, day: int) -> tuple[str, str, str]:
    """An entry, and the name and text of the file that it names."""
    number = day // DAY
    of, resource = _CLINICAL[number % len(_CLINICAL)]
    path = f"clinical-records/{resource}-{number:08}.json"
    fields = {
        "type": of, "identifier": f"{number:08}", "sourceName": "Robin\u2019s Clinic",
        "sourceURL": "https://clinic.invalid/fhir", "fhirVersion": "4.0.1",
        "receivedDate": printer.date(day + 30_000), "resourceFilePath": f"/{path}",
    }  # fmt: skip
    text = json.dumps({"resourceType": resource, "id": f"{number:08}", "status": "final"})
    return f" <ClinicalRecord{attributes(fields)}/>\n", path, text


def ecg(printer: Printer, history: History, day: int) -> tuple[str, Iterator[str]]:
    """The name and the lines of an electrocardiogram's file; in German with `ecg-german`."""
    german = "ecg-german" in printer.nasty
    name = f"electrocardiograms/ecg_{printer.date(day)[:10]}.csv"
    return name, _ecg_lines(printer, history.chance("ecg", day), day, german=german)


def _ecg_lines(printer: Printer, chance: Random, day: int, *, german: bool) -> Iterator[str]:
    words = _GERMAN if german else _ENGLISH
    yield words.format(date=printer.date(day + 30_000), hertz=_HERTZ)
    for sample in range(_HERTZ * _SECONDS):
        beat = math.exp(-(((sample % 430) - 60) ** 2) / 40) * 900
        number = f"{beat + chance.gauss(0, 12):.3f}"
        yield (number.replace(".", ",") if german else number) + "\n"


_ENGLISH: Final = """Name,Robin Sample
Date of Birth,"Jul 21, 1969"
Recorded Date,{date}
Classification,Sinus Rhythm
Symptoms,
Software Version,2.0
Device,"Watch6,12"
Sample Rate,{hertz} hertz


Lead,Lead I
Unit,\u00b5V

"""
_GERMAN: Final = """Name,Robin Sample
Geburtsdatum,21.07.1969
Aufzeichnungsdatum,{date}
Klassifizierung,Sinusrhythmus
Symptome,
Softwareversion,"2,0"
Ger\u00e4t,"Watch6,12"
Abtastrate,{hertz} Hertz


Ableitung,Ableitung I
Einheit,\u00b5V

"""
