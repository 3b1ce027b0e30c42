"""One export of a history, piece by piece, and the truth about what is in it."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.export_bad import NOBODYS, bad_entries, odd_files
from scripts.export_entries import (
    audiogram,
    clinical,
    ecg,
    inside_workout,
    meal,
    meals,
    prescription,
    summary,
)
from scripts.export_history import CUFF, WATCH, Bout, History, Pressure, Sample
from scripts.export_rare import rare_samples
from scripts.export_text import Printer
from scripts.export_truth import NOT_OVER, Truth, kind_of

_TWIN_EVERY = 97
_MONTH = 30


class Export:
    """One export of one history.

    Args:
        history: what happened.
        printer: how it is printed.
        bare: whether only the main file is written, and none beside it.
    """

    def __init__(self, history: History, printer: Printer, *, bare: bool = False) -> None:
        self.truth = Truth()
        self._history = history
        self._printer = printer
        self._bare = bare
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
            self.truth.workout(bout)
            yield from self._lines(iter([entry]))
        if not self._history.small:
            yield from self._lines(self._others())
        if "bad-entries" in nasty:
            yield from self._lines(bad_entries(self._printer, self._history.until, self.truth))
        yield "</HealthData>\n"

    def gpx(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Name and text of each route's file."""
        if "inline-locations" in self._printer.nasty:
            return
        for bout in self._history.bouts():
            if bout.routed:
                self.truth.routes += 1
                yield self._route_name(bout), self._gpx(bout)

    def files(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Name and text of each electrocardiogram, and of each record of a clinic."""
        nasty = self._printer.nasty
        for day in [] if self._history.small else self._history.midnights[::_MONTH]:
            self.truth.ecg()
            yield ecg(self._printer, self._history, day)
            _, path, text = clinical(self._printer, day)
            if "files-missing" not in nasty:
                self.truth.left_out[NOBODYS] += "truncated" in nasty
                yield path, iter([text])
        if "macos-zip" in nasty:
            for name in ("._export.xml", "electrocardiograms/._ecg.csv", "._a.json", "._b.gpx"):
                yield f"__MACOSX/{name}", iter(["Mac OS X <HealthData "])
        if "files-odd" in nasty:
            yield from odd_files(self.truth)

    def _lines(self, entries: Iterator[str]) -> Iterator[str]:
        for entry in entries:
            self._count += 1
            if "one-line" in self._printer.nasty:
                yield entry.replace("\n", "")
            else:
                yield entry.replace("\n", "\r\n") if "crlf" in self._printer.nasty else entry
            yield self._printer.between(self._count)

    def _records(self) -> Iterator[str]:
        history, number = self._history, -1
        for number, sample in enumerate(history.samples()):
            yield from self._record(sample, number)
        if not history.small:
            for count, sample in enumerate(rare_samples(history), number + 1):
                yield from self._record(sample, count)
            for food in meals(history):
                for part in food.parts:
                    yield from self._record(part, part.start)
        for pressure in history.pressures():
            self.truth.entries += 2
            self.truth.parts += 2
            yield from self._halves(pressure, " ")

    def _record(self, sample: Sample, number: int) -> Iterator[str]:
        truth = self.truth
        entry = self._printer.record(sample, number)
        if "Health Mate App" in entry:
            truth.damaged += 1
            yield entry
            return
        truth.record(sample, by_hand="HKWasUserEntered" in entry)
        yield entry
        if kind_of(sample.type) == "step_count" and sample.start % _TWIN_EVERY == 0:
            truth.entries += 1
            truth.duplicate += 1
            yield entry
            later = sample._replace(created=sample.created + 60)
            truth.record(later, by_hand=False)
            yield self._printer.record(later, number)

    def _correlations(self) -> Iterator[str]:
        for pressure in self._history.pressures():
            self.truth.made("blood_pressure")
            halves = list(self._halves(pressure, "  "))
            yield self._printer.correlation(pressure, halves, CUFF)
        for food in [] if self._history.small else meals(self._history):
            self.truth.made("food")
            records = [self._printer.record(part, part.start, "  ") for part in food.parts]
            yield meal(self._printer, food.parts[0].start, "".join(records))

    def _halves(self, pressure: Pressure, indent: str) -> Iterator[str]:
        for which, value in (("Systolic", pressure.systolic), ("Diastolic", pressure.diastolic)):
            name = f"HKQuantityTypeIdentifierBloodPressure{which}"
            at, made = pressure.at, pressure.created
            sample = Sample(name, at, at, value, 0, "mmHg", CUFF, made)
            yield self._printer.record(sample, pressure.at, indent)

    def _workout(self, bout: Bout) -> str:
        inside = "".join(
            inside_workout(self._printer, bout, self._history.chance("inside", bout.start))
        )
        if bout.routed:
            route = f'   <FileReference path="/{self._route_name(bout)}"/>\n'
            if "inline-locations" in self._printer.nasty:
                route = "".join(self._inline(bout))
            start, end = self._printer.date(bout.start), self._printer.date(bout.end)
            dates = f'startDate="{start}" endDate="{end}"'
            inside += f'  <WorkoutRoute sourceName="Watch" {dates}>\n{route}  </WorkoutRoute>\n'
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
            yield "<extensions><speed>1.4</speed><course>11</course><hAcc>3</hAcc>"
            yield "<vAcc>2</vAcc></extensions></trkpt>\n"
        yield "</trkseg></trk></gpx>\n"

    def _route_name(self, bout: Bout) -> str:
        day, clock = self._printer.date(bout.start)[:16].split()
        return f"workout-routes/route_{day}_{clock.replace(':', '.')}.gpx"

    def _others(self) -> Iterator[str]:
        """What is no record: rings, hearing tests, prescriptions, records of clinics."""
        exported_on = self._printer.date(self._history.until)[:10]
        for day in self._history.midnights:
            if Printer(0, 0, frozenset()).date(day)[:10] < exported_on:
                self.truth.made("activity_rings")
            else:
                self.truth.refuse(NOT_OVER)
            yield summary(day)
        for day in self._history.midnights[::_MONTH]:
            self.truth.made("audiogram")
            yield audiogram(self._printer, day)
            self.truth.made("glasses_prescription")
            yield prescription(self._printer, day)
            entry, path, _ = clinical(self._printer, day)
            missing = self._bare or "files-missing" in self._printer.nasty
            self.truth.clinic(path, missing=missing)
            yield entry
