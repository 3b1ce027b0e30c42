"""One export of a history, piece by piece, and the truth about what is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scripts.export_history import CUFF, WATCH, Bout, History, Pressure, Sample
from scripts.export_text import Printer

_TWIN_EVERY = 97
_KINDS = {
    "HeartRate": "heart_rate",
    "RestingHeartRate": "resting_heart_rate",
    "WalkingHeartRateAverage": "walking_heart_rate",
    "HeartRateVariabilitySDNN": "heart_rate_variability",
    "OxygenSaturation": "oxygen_saturation",
    "RespiratoryRate": "respiratory_rate",
    "VO2Max": "vo2_max",
    "BodyTemperature": "body_temperature",
    "BodyMass": "body_weight",
    "Height": "body_height",
    "BodyMassIndex": "body_mass_index",
    "BodyFatPercentage": "body_fat_percentage",
    "BloodGlucose": "blood_glucose",
    "StepCount": "step_count",
    "DistanceWalkingRunning": "walking_running_distance",
    "FlightsClimbed": "flights_climbed",
    "ActiveEnergyBurned": "active_energy",
    "BasalEnergyBurned": "basal_energy",
    "AppleExerciseTime": "exercise_time",
    "SleepAnalysis": "sleep_stage",
}


@dataclass(slots=True)
class Truth:
    """What an importer must count."""

    entries: int = 0
    duplicate: int = 0
    parts: int = 0
    unknown_types: int = 0
    not_read: int = 0
    workouts: int = 0
    routes: int = 0
    positions: int = 0
    ecgs: int = 0
    damaged: int = 0
    by_hand: int = 0
    cut_short: bool = False
    kinds: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """With the sum of all readings."""
        names = {name: getattr(self, name) for name in self.__slots__}
        return {"rows": self.kinds.total(), **names, "kinds": dict(sorted(self.kinds.items()))}


class Export:
    """One export of one history."""

    def __init__(self, history: History, printer: Printer) -> None:
        self.truth = Truth()
        self._history = history
        self._printer = printer
        self._count = 0

    def main(self) -> Iterator[str]:
        """The main file, piece by piece."""
        nasty = self._printer.nasty
        yield from self._printer.head(self._history.until)
        first, then = self._records(), self._correlations()
        if "correlation-first" in nasty:
            first, then = then, first
        yield from self._lines(first)
        yield from self._lines(then)
        for bout in self._history.bouts():
            entry = self._workout(bout)
            if "truncated" in nasty:
                self.truth.cut_short = True
                yield entry[: len(entry) // 2]
                return
            self.truth.workouts += 1
            self.truth.entries += 1
            self.truth.kinds["workout"] += 1
            yield from self._lines(iter([entry]))
        if not self._history.small:
            yield from self._lines(self._summaries())
        yield "</HealthData>\n"

    def gpx(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Name and text of each route's file."""
        if "inline-locations" in self._printer.nasty:
            return
        for bout in self._history.bouts():
            if bout.routed:
                self.truth.routes += 1
                yield self._route_name(bout), self._gpx(bout)

    def ecgs(self) -> Iterator[str]:
        """The name of an electrocardiogram's file, one in thirty days."""
        for day in [] if self._history.small else self._history.midnights[::30]:
            self.truth.ecgs += 1
            yield f"electrocardiograms/ecg_{self._printer.date(day)[:10]}.csv"

    def _lines(self, entries: Iterator[str]) -> Iterator[str]:
        for entry in entries:
            self._count += 1
            yield entry.replace("\n", "") if "one-line" in self._printer.nasty else entry
            yield self._printer.between(self._count)

    def _records(self) -> Iterator[str]:
        truth = self.truth
        for number, sample in enumerate(self._history.samples()):
            entry = self._printer.record(sample, number)
            truth.entries += 1
            if "Health Mate App" in entry:
                truth.entries -= 1
                truth.damaged += 1
                yield entry
                continue
            kind = _KINDS.get(sample.type.partition("Identifier")[2])
            if kind is None:
                truth.unknown_types += 1
            else:
                truth.kinds[kind] += 1
                truth.by_hand += "HKWasUserEntered" in entry
            yield entry
            if kind == "step_count" and sample.start % _TWIN_EVERY == 0:
                truth.entries += 2
                truth.duplicate += 1
                truth.kinds[kind] += 1
                yield entry
                later = sample._replace(created=sample.created + 60)
                yield self._printer.record(later, number)
        for pressure in self._history.pressures():
            truth.entries += 2
            truth.parts += 2
            yield from self._halves(pressure, " ")

    def _correlations(self) -> Iterator[str]:
        for pressure in self._history.pressures():
            self.truth.entries += 1
            self.truth.kinds["blood_pressure"] += 1
            halves = list(self._halves(pressure, "  "))
            yield self._printer.correlation(pressure, halves, CUFF)

    def _halves(self, pressure: Pressure, indent: str) -> Iterator[str]:
        for which, value in (("Systolic", pressure.systolic), ("Diastolic", pressure.diastolic)):
            name = f"HKQuantityTypeIdentifierBloodPressure{which}"
            at, made = pressure.at, pressure.created
            sample = Sample(name, at, at, value, 0, "mmHg", CUFF, made)
            yield self._printer.record(sample, pressure.at, indent)

    def _workout(self, bout: Bout) -> str:
        if not bout.routed:
            inside = ""
        elif "inline-locations" in self._printer.nasty:
            inside = "".join(self._inline(bout))
        else:
            inside = f'   <FileReference path="/{self._route_name(bout)}"/>\n'
        if inside:
            start, end = self._printer.date(bout.start), self._printer.date(bout.end)
            dates = f'startDate="{start}" endDate="{end}"'
            inside = f'  <WorkoutRoute sourceName="Watch" {dates}>\n{inside}  </WorkoutRoute>\n'
        return self._printer.workout(bout, WATCH, self._count, inside)

    def _inline(self, bout: Bout) -> Iterator[str]:
        self.truth.routes += 1
        for at, north, east, up in self._history.way(bout):
            self.truth.positions += 1
            yield (
                f'   <Location date="{self._printer.date(at)}" latitude="{north}"'
                f' longitude="{east}" altitude="{up}" horizontalAccuracy="3" verticalAccuracy="2"'
                ' course="11" speed="1.4"/>\n'
            )

    def _gpx(self, bout: Bout) -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Apple Health'
        yield ' Export" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>Route</name><trkseg>\n'
        for at, north, east, up in self._history.way(bout):
            self.truth.positions += 1
            when = Printer(0, 0, frozenset()).date(at)[:19].replace(" ", "T")
            yield f'<trkpt lon="{east}" lat="{north}"><ele>{up}</ele><time>{when}Z</time>'
            yield "<extensions><speed>1.4</speed></extensions></trkpt>\n"
        yield "</trkseg></trk></gpx>\n"

    def _route_name(self, bout: Bout) -> str:
        day, clock = self._printer.date(bout.start)[:16].split()
        return f"workout-routes/route_{day}_{clock.replace(':', '.')}.gpx"

    def _summaries(self) -> Iterator[str]:
        for day in self._history.midnights:
            self.truth.entries += 1
            self.truth.not_read += 1
            date = self._printer.date(day)[:10]
            yield f' <ActivitySummary dateComponents="{date}" activeEnergyBurned="412"/>\n'
