"""What the store answers to an import, and what follows from it for the report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping

from adapters.healthkit.clinical import MISSING
from adapters.healthkit.ecg import CURVE, SAID
from adapters.healthkit.report import ImportReport, peak_mib
from adapters.healthkit.types import all_types
from adapters.kinds import Kind
from adapters.reading import PersonKey
from gateway.app import House


class Counts:
    """The store's answers.

    Attributes:
        seen: series -> readings of this export that it has.
        started: when the import began, by `time.perf_counter`.
    """

    def __init__(self) -> None:
        self.report = ImportReport()
        self.started = time.perf_counter()
        self.seen: Counter[int] = Counter()

    def so_far(self) -> dict[str, object]:
        """The report of an import that has not come to its end."""
        self.report.seconds = round(time.perf_counter() - self.started, 3)
        return self.report.as_dict()

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


def as_known(before: Mapping[str, object], started: float) -> ImportReport:
    """The report of a file of which no byte has to be read: all of it is known."""
    report = ImportReport.from_dict(before)
    report.identical = True
    report.known += report.new
    report.new = 0
    for counts in report.kinds.values():
        counts["new"] = 0
    report.resumed = report.refused_before = False
    report.renamed = report.vanished = 0
    report.seconds = round(time.perf_counter() - started, 3)
    report.peak_mib = round(peak_mib(), 1)
    return report


def vanished(house: House, person: PersonKey, report: ImportReport, seen: Counter[int]) -> int:
    """How many readings of earlier exports this one does not have; said of each kind, too.

    Of an older export than the last, or one that could not be read whole, nothing can be said;
    nor of what the export says of its owner, which is read only on request, and of files that
    do not lie beside it, as where the XML was imported alone.
    """
    if not report.whole or report.exported is None:
        return 0
    newest = (run.report.get("exported") for run in house.imports.list(person))
    if any(isinstance(at, int) and at > report.exported for at in newest):
        return 0
    unsaid = _nothing_said_of(report)
    gone: Counter[Kind] = Counter()
    exported = {one.key for one in house.devices.list(forgotten=True) if one.adapter == "healthkit"}
    for series in house.readings.series(person):
        if series.kind in unsaid:
            continue
        if series.device in exported and series.n > seen[series.id]:
            gone[series.kind] += series.n - seen[series.id]
    for kind, count in gone.items():
        report.kinds.setdefault(kind, {"rows": 0, "new": 0})["vanished"] = count
    return gone.total()


def _nothing_said_of(report: ImportReport) -> set[Kind]:
    """Kinds whose readings may be missing from an export that was read whole."""
    types = all_types().items()
    kinds = {row.kind for name, row in types if name.startswith("HKCharacteristicType")}
    if not report.ecgs:
        kinds |= {CURVE, SAID}
    if MISSING in report.refused:
        kinds |= {row.kind for _, row in types if row.shape == "document"}
    return kinds
