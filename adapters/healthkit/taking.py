"""Takes an export's entries one by one; gives what goes on: batches, facts, local events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from adapters.errors import ReadingRefused
from adapters.healthkit.archive import Member
from adapters.healthkit.beats import BEAT, HEART_BEATS, beats, written_beats
from adapters.healthkit.clinical import ClinicalRecords
from adapters.healthkit.columns import Columns
from adapters.healthkit.devices import Devices
from adapters.healthkit.ecg import ecg_rows
from adapters.healthkit.elements import Entry
from adapters.healthkit.hearing import audiogram_row
from adapters.healthkit.limits import Limits
from adapters.healthkit.meals import meal_row
from adapters.healthkit.metadata import not_on_the_list
from adapters.healthkit.myself import owner_rows
from adapters.healthkit.pressures import Pressures
from adapters.healthkit.records import UNKNOWN, UNKNOWN_TYPE, Records, Row, Shape
from adapters.healthkit.report import NOT_ASKED, NOT_KEPT, ImportReport
from adapters.healthkit.rings import rings_row
from adapters.healthkit.routes import NOWHERE, Tracks
from adapters.healthkit.seeing import prescription_row
from adapters.healthkit.times import Calendar
from adapters.healthkit.twins import Twins
from adapters.healthkit.types import DIASTOLIC, FOOD, PRESSURE, SYSTOLIC
from adapters.healthkit.workouts import workout_rows
from adapters.local_events import LocalBatch, Position, TimeOffset
from adapters.reading import Instant, PersonKey, Waveform
from adapters.source import Arrival

if TYPE_CHECKING:  # it needs numpy, which only the fast path loads
    from adapters.healthkit.rows import Rows

_UNKNOWN_ENTRY = "an entry of a sort not known to this version"
_TOO_MUCH = "parts of an entry beyond the most that one can have"
_SOURCE = "healthkit"


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
        about_me: bool = False,
    ) -> None:
        self._devices = devices
        self._report = report
        self._limits = limits
        self._keep_routes = keep_routes
        self._about_me = about_me
        self._exported: Instant = 0
        self._exported_on = ""
        self._calendar = Calendar()
        self._records = Records(devices, self._calendar)
        self._pressures = Pressures(self._records, limits.halves)
        self._clinical = ClinicalRecords(self._records)
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
        if self._full():
            yield from self.waiting()

    @property
    def offsets(self) -> Collection[int]:
        """The offsets, in minutes, in which dates were printed so far."""
        return self._calendar.offsets

    def take_rows(self, rows: Rows) -> Iterator[Arrival]:
        """Take many records whose shape is known; yields when a batch is full."""
        if len(rows) + len(rows.beats) > self._twins.room() and rows.beats and len(rows) > 1:
            for row in range(len(rows)):  # what counts as before what is as if read one by one
                yield from self.take_rows(rows.part(row, row + 1))
            return
        self._report.entries += len(rows)
        nths = rows.nths(self._twins)
        self._report.duplicate += int((nths < 0).sum())
        for shape, count in rows.counted():
            for key in shape.not_read:
                self._report.not_read(key, count)
            if shape.named is not None:
                self._report.unknown(shape.named[0], count)
        for portion in rows.portions(nths):
            self._columns.extend(portion)
        for row, end in rows.beats.items():
            found = self._beats_of(partial(written_beats, end))
            if found is not None:
                self._report.beside += 1
                self._row(_with(rows.row(row), found))
        if self._full():
            yield from self.waiting()

    def _full(self) -> bool:
        most = self._limits.batch
        return (
            self._columns.rows >= most
            or len(self._places) >= most
            or self._columns.bytes >= self._limits.block
        )

    def files(self, ecgs: Iterable[Member], clinical: Iterable[Member]) -> Iterator[Arrival]:
        """The files beside the main one, after it: electrocardiograms and records of clinics."""
        for file in ecgs:
            self._report.entries += 1
            try:
                self._rows(ecg_rows(self._records, file, self._limits.block))
            except ReadingRefused as refused:
                self._report.refuse(refused.reason, "Electrocardiogram")
            if self._full():
                yield from self.waiting()
        for row in self._clinical.rows(clinical, self._report, self._limits.block):
            self._row(row)
            if self._full():
                yield from self.waiting()
        yield from self.waiting()

    def shape(self, entry: Entry) -> Shape | None:
        """What an entry that was taken shares with all that differ in dates and value alone.

        None where there is more in it than one number or word, and perhaps a list of beats: such
        entries are taken one by one.
        """
        with_beats = [child.name for child in entry.children] == [BEAT]
        if entry.name != "Record" or (entry.children and not with_beats):
            return None
        if entry.attributes.get("type") in (SYSTOLIC, DIASTOLIC):
            return None
        try:
            start = self._records.record(entry).start
            shape = self._records.shape(entry, start)
            not_read = tuple(not_on_the_list(entry.metadata))
            return replace(shape, not_read=not_read, beats=with_beats)
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
            self._exported = self._calendar.instant(entry.attributes.get("value", ""))
            self._report.exported = self._exported
            self._exported_on = entry.attributes["value"][:10]
            return
        if name == "Me":
            self._owner(entry)
            return
        self._report.entries += 1
        for key in not_on_the_list(entry.metadata):
            self._report.not_read(key)
        for count in entry.inside.values():
            self._report.leave_out(_TOO_MUCH, count)
        if name == "Record" and entry.attributes.get("type") in (SYSTOLIC, DIASTOLIC):
            self._pressures.half(entry)
        elif name == "ClinicalRecord":
            self._report.clinical += 1
            self._clinical.note(entry)
        else:
            self._report.workouts += name == "Workout"
            self._rows(self._of(entry))

    def _of(self, entry: Entry) -> Iterator[Row]:
        """The readings of an entry, its own first."""
        records, report = self._records, self._report
        match entry.name:
            case "Record":
                yield from self._record(entry)
            case "Workout":
                yield from workout_rows(records, entry, report)
            case "Correlation" if entry.attributes.get("type") == PRESSURE:
                yield self._pressures.whole(entry)
            case "Correlation" if entry.attributes.get("type") == FOOD:
                yield meal_row(records, entry, report)
            case "Correlation":
                raise ReadingRefused(UNKNOWN_TYPE)
            case "ActivitySummary":
                yield rings_row(records, entry, self._exported_on)
            case "Audiogram":
                yield audiogram_row(records, entry)
            case "VisionPrescription":
                yield prescription_row(records, entry, report)
            case _:
                raise ReadingRefused(_UNKNOWN_ENTRY)

    def _record(self, entry: Entry) -> Iterator[Row]:
        row = self._records.record(entry)
        if row.series.kind == UNKNOWN:
            self._report.unknown(entry.attributes["type"])
        yield row
        found = self._beats_of(lambda: beats(entry))
        if found is not None:
            yield _with(row, found)

    def _beats_of(self, read: Callable[[], Waveform | None]) -> Waveform | None:
        try:
            return read()
        except ReadingRefused as refused:
            self._report.leave_out(refused.reason)
            return None

    def _owner(self, entry: Entry) -> None:
        if not self._about_me:
            self._report.leave_out(NOT_ASKED)
            return
        for row in owner_rows(self._records, entry, self._exported):
            self._report.beside += 1
            self._row(row)

    def _rows(self, rows: Iterator[Row]) -> None:
        """The readings of one entry; all but the first stand beside it."""
        for count, row in enumerate(rows):
            self._report.beside += count > 0
            self._row(row)

    def _row(self, row: Row) -> None:
        nth = self._twins.nth(row.series, row.start, row.duration, row.value, row.created)
        if nth is None:
            self._report.duplicate += 1
        else:
            self._columns.add(row, nth)

    def _place(self, entry: Entry) -> None:
        if not self._keep_routes:
            if entry.name != "WorkoutRoute":  # its places are counted themselves, or their file
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


def _with(row: Row, beats_: Waveform) -> Row:
    """The list of beats beside the reading that was made of it."""
    series = row.series._replace(kind=HEART_BEATS, unit="")
    return replace(row, series=series, value=beats_.digest, decimals=0, waveform=beats_)
