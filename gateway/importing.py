"""An Apple Health export on its way into the store: bounded commits, an honest report.

Importing is idempotent, so one that was interrupted, however, is gone on with by doing it again:
what is here already is known, and costs reading alone.
"""

from __future__ import annotations

import hmac
import time
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import chain
from pathlib import Path

from adapters.healthkit.apart import ImportApart
from adapters.healthkit.archive import fingerprint, open_archive
from adapters.healthkit.limits import Limits
from adapters.healthkit.report import ImportReport, peak_mib
from adapters.healthkit.rules import rules
from adapters.healthkit.source import HealthKitImport
from adapters.healthkit.sources import sources_in
from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey, ReadingBatch
from adapters.source import Arrival
from gateway.app import House
from gateway.errors import Refused
from gateway.pipeline import take_in
from gateway.renaming import Renaming
from gateway.store.courtesy import Courtesy
from gateway.store.driver import transaction
from gateway.store.import_runs import ImportRun
from gateway.store.people import Person

ROWS_A_COMMIT = 10_000
"""Readings in one transaction; a live stream waits no longer than this takes."""

APART_FROM = 16 * 2**20
"""Unpacked bytes from which on reading is worth a process of its own."""

Progress = Callable[[int, int], None]


def import_export(
    house: House,
    path: Path,
    person: Person,
    *,
    now: Callable[[], Instant],
    progress: Progress | None = None,
    again: bool = False,
    about_me: bool = False,
) -> ImportReport:
    """Import an export for one person; doing it again adds nothing.

    Args:
        house: where.
        path: a zip, a folder, or the XML alone.
        person: whose export it is.
        now: the time, ms UTC.
        progress: told how many bytes were read and stored, of how many.
        again: read the file even if it was imported before.
        about_me: whether birth date, sex, blood and skin type are read too.

    Raises:
        Refused: this person did not allow it; nothing was opened.
        ArchiveRefused: it is not an export, or not one that may be read.
        ReaderFailed: reading ended before the export did; what came before is stored.
    """
    at = now()
    if not house.may_collect(person.key, "healthkit", at):
        raise Refused(
            f"{person.name} has not allowed Apple Health exports to be read here.",
            "Allow it first: health-gateway consent grant collect healthkit",
        )
    started = time.perf_counter()
    limits = limits_of(house)
    routes = house.may_collect(person.key, "routes", at)
    told = b"%s %d %d " % (person.key.encode(), routes, about_me)
    told += rules() + fingerprint(path, limits)
    digest = hmac.digest(house.opened.ring.identity, told, sha256)
    before = None if again else house.imports.finished_before(digest)
    if before is not None:
        return _known(before, started)
    resumed = house.imports.begun_before(digest)
    run = house.imports.begin(at, person.key, "healthkit", digest)
    counts = _Counts()
    export = _export(house, path, person.key, limits, progress, routes=routes, about_me=about_me)
    try:
        _store(house, export, person.key, path, counts, now)
    except BaseException:
        house.imports.note(run, {**counts.report.as_dict(), "stopped": True})
        raise
    finally:
        house.readings.anchor_now()
    report = counts.joined(export.report)
    report.resumed = resumed
    report.vanished = _vanished(house, person.key, report, counts.seen)
    report.seconds = round(time.perf_counter() - started, 3)
    house.imports.finish(run, now(), report.as_dict())
    house.audit.note(now(), f"person:{person.key}", "import", {"new": report.new})
    return report


def limits_of(house: House) -> Limits:
    """How much an import may take, as `config.toml` of this home says."""
    chosen = house.settings.import_
    return Limits(max_inflated=chosen.largest_gib << 30, max_ratio=chosen.largest_ratio)


class _Counts:
    """The store's answers.

    Attributes:
        seen: series -> readings of this export that it has.
    """

    def __init__(self) -> None:
        self.report = ImportReport()
        self.seen: Counter[int] = Counter()

    def joined(self, read: ImportReport) -> ImportReport:
        """What was read, with what the store answered."""
        mine = self.report
        read.new, read.known, read.changed = mine.new, mine.known, mine.changed
        read.deleted_before, read.renamed = mine.deleted_before, mine.renamed
        for kind, counts in mine.kinds.items():
            read.kinds.setdefault(kind, {"rows": 0, "new": 0})["new"] = counts["new"]
        if read.peak_mib and read is not mine:
            read.peak_mib = round(read.peak_mib + peak_mib(), 1)
        return read


def _known(before: ImportRun, started: float) -> ImportReport:
    """The report of a file of which no byte has to be read: all of it is known."""
    report = ImportReport.from_dict(before.report)
    report.identical = True
    report.known += report.new
    report.new = 0
    for counts in report.kinds.values():
        counts["new"] = 0
    report.resumed, report.renamed, report.vanished = False, 0, 0
    report.seconds = round(time.perf_counter() - started, 3)
    report.peak_mib = round(peak_mib(), 1)
    return report


def _export(
    house: House,
    path: Path,
    person: PersonKey,
    limits: Limits,
    progress: Progress | None,
    *,
    routes: bool,
    about_me: bool,
) -> HealthKitImport | ImportApart:
    with open_archive(path, limits) as archive:
        make = ImportApart if archive.main.size >= APART_FROM else HealthKitImport
    return make(
        path,
        person,
        house.device_key,
        house.source_key,
        limits,
        progress=progress,
        keep_routes=routes,
        about_me=about_me,
    )


def _store(
    house: House,
    export: HealthKitImport | ImportApart,
    person: PersonKey,
    path: Path,
    counts: _Counts,
    now: Callable[[], Instant],
) -> None:
    courtesy = Courtesy(house.opened.home.live)
    limits = limits_of(house)
    renaming = Renaming(house, person, lambda: sources_in(path, limits, house.source_key), now())
    arrivals = chain.from_iterable(map(renaming.settled, export.arrivals()))
    for gathered in _gathered(chain(arrivals, renaming.rest())):
        _commit(house, gathered, counts, now())
        courtesy.after(sum(map(_rows, gathered)))
    counts.report.renamed = renaming.found


def _gathered(arrivals: Iterator[Arrival]) -> Iterator[list[Arrival]]:
    """Arrivals in portions of a commit."""
    for first in arrivals:
        portion, rows = [first], _rows(first)
        if rows < ROWS_A_COMMIT:
            for arrival in arrivals:
                portion.append(arrival)
                rows += _rows(arrival)
                if rows >= ROWS_A_COMMIT or len(portion) >= ROWS_A_COMMIT:
                    break
        yield portion


def _rows(arrival: Arrival) -> int:
    return len(arrival) if isinstance(arrival, ReadingBatch) else 0


def _commit(house: House, portion: list[Arrival], counts: _Counts, at: Instant) -> None:
    with transaction(house.opened.gateway):  # its head is noted apart once, at the end
        taken = take_in(house, portion, adapter="healthkit", at=at).taken
    for one in taken.series:
        counts.report.stored(
            one.kind,
            new=one.new,
            known=one.rows - one.new - one.changed - one.deleted_before,
            changed=one.changed,
            deleted_before=one.deleted_before,
        )
        counts.seen[one.id] += one.rows - one.deleted_before


def _vanished(house: House, person: PersonKey, report: ImportReport, seen: Counter[int]) -> int:
    """How many readings of earlier exports this one does not have; said of each kind, too.

    Of an older export than the last, or one that could not be read whole, nothing can be said.
    """
    if report.cut_short or report.damaged or report.exported is None:
        return 0
    newest = (run.report.get("exported") for run in house.imports.list(person))
    if any(isinstance(at, int) and at > report.exported for at in newest):
        return 0
    gone: Counter[Kind] = Counter()
    for series in house.readings.series(person):
        device = house.devices.get(series.device)
        if device is not None and device.adapter == "healthkit" and series.n > seen[series.id]:
            gone[series.kind] += series.n - seen[series.id]
    for kind, count in gone.items():
        report.kinds.setdefault(kind, {"rows": 0, "new": 0})["vanished"] = count
    return gone.total()
