"""Takes an export's entries one by one; gives what goes on: batches, facts, local events."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.errors import ReadingRefused
from adapters.healthkit.columns import Columns
from adapters.healthkit.devices import Devices
from adapters.healthkit.elements import Entry
from adapters.healthkit.limits import Limits
from adapters.healthkit.pressures import Pressures
from adapters.healthkit.records import UNKNOWN_TYPE, Records, Row, Shape
from adapters.healthkit.report import ImportReport
from adapters.healthkit.routes import NOWHERE, Tracks
from adapters.healthkit.times import Calendar
from adapters.healthkit.twins import Twins
from adapters.healthkit.types import DIASTOLIC, PRESSURE, SYSTOLIC
from adapters.local_events import LocalBatch, Position, TimeOffset
from adapters.reading import PersonKey
from adapters.source import Arrival

_NOT_READ = {
    "ActivitySummary": "day's summary of the rings, made by the phone",
    "ClinicalRecord": "clinical record of a hospital",
    "Audiogram": "hearing test, not read by this version",
    "VisionPrescription": "prescription for glasses, not read by this version",
}
_LEFT_OUT = {
    "InstantaneousBeatsPerMinute": "heart beats within a variability reading",
    "WorkoutStatistics": "totals of a workout",
    "WorkoutEvent": "laps and pauses of a workout",
    "WorkoutActivity": "parts of a workout with several sports",
}
_UNKNOWN_ENTRY = "an entry of a sort not known to this version"
_SOURCE = "healthkit"

NOT_KEPT = "places, which you did not ask to keep"


class Taking:
    """One pass over the entries of an export."""

    def __init__(
        self,
        person: PersonKey,
        devices: Devices,
        report: ImportReport,
        limits: Limits,
        *,
        keep_routes: bool,
    ) -> None:
        self._devices = devices
        self._report = report
        self._limits = limits
        self._keep_routes = keep_routes
        self._calendar = Calendar()
        self._records = Records(devices, self._calendar)
        self._pressures = Pressures(self._records, limits.halves)
        self._tracks = Tracks(self._calendar)
        self._twins = Twins(limits.twins)
        self._columns = Columns(person)
        self._places: list[Position] = []

    def take(self, entry: Entry) -> Iterator[Arrival]:
        """Take one entry; yields when a batch is full."""
        try:
            self._take(entry)
        except ReadingRefused as refused:
            identifier = entry.attributes.get("type") or entry.attributes.get(
                "workoutActivityType", entry.name
            )
            self._report.refuse(refused.reason, identifier)
            if refused.reason == UNKNOWN_TYPE:
                self._report.unknown(identifier)
        if self._columns.rows >= self._limits.batch or len(self._places) >= self._limits.batch:
            yield from self.waiting()

    def shape(self, entry: Entry) -> Shape | None:
        """What an entry that was taken shares with all that differ in dates and value alone.

        None where there is more in it than one number or word: such entries are taken one by one.
        """
        if entry.name != "Record" or entry.inside or entry.children:
            return None
        if entry.attributes.get("type") in (SYSTOLIC, DIASTOLIC):
            return None
        try:
            start, _ = self._records.span(entry)
            return self._records.shape(entry, start)
        except ReadingRefused:
            return None

    def end(self) -> Iterator[Arrival]:
        """The file has ended: what no Correlation took, and all that waits."""
        loose = self._pressures.loose()
        for row in loose:
            self._row(row)
        self._report.parts = self._pressures.absorbed - len(loose)
        yield from self.waiting()

    def waiting(self) -> Iterator[Arrival]:
        """All that waits: names and facts first, then the readings."""
        local = [TimeOffset(_SOURCE, at, minutes) for at, minutes in self._calendar.new_offsets()]
        if local:
            yield LocalBatch(local)
        yield from self._devices.news()
        if self._places:
            yield LocalBatch(self._places)
            self._places = []
        for batch in self._columns.batches():
            self._report.made(batch.kind, len(batch))
            yield batch

    def _take(self, entry: Entry) -> None:
        name = entry.name
        if name in ("Location", "WorkoutRoute"):
            self._place(entry)
            return
        if name == "ExportDate":
            self._calendar.instant(entry.attributes.get("value", ""))
            return
        if name == "Me":
            self._report.leave_out("birth date, sex, blood and skin type", 1)
            return
        self._report.entries += 1
        for inside, count in entry.inside.items():
            self._report.leave_out(_LEFT_OUT[inside], count)
        if name == "Record" and entry.attributes.get("type") in (SYSTOLIC, DIASTOLIC):
            self._pressures.half(entry)
        elif name == "Record":
            self._row(self._records.record(entry))
        elif name == "Workout":
            self._report.workouts += 1
            self._row(self._records.workout(entry))
        elif name == "Correlation" and entry.attributes.get("type") == PRESSURE:
            self._row(self._pressures.whole(entry))
        elif name == "Correlation":
            raise ReadingRefused(UNKNOWN_TYPE)
        else:
            raise ReadingRefused(_NOT_READ.get(name, _UNKNOWN_ENTRY))

    def _row(self, row: Row) -> None:
        nth = self._twins.nth(row.series, row.start, row.duration, row.value, row.created)
        if nth is None:
            self._report.duplicate += 1
        else:
            self._columns.add(row, nth)

    def _place(self, entry: Entry) -> None:
        if not self._keep_routes:
            self._report.leave_out(NOT_KEPT)
        elif entry.name == "WorkoutRoute":
            self._tracks.begin()
        else:
            try:
                self._places.append(self._tracks.point(entry))
            except ReadingRefused:
                self._report.leave_out(NOWHERE)
                return
            self._report.positions += 1
            self._report.routes = self._tracks.routes
