"""What the store answers to an import, and what follows from it for the report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping

from adapters.healthkit.report import ImportReport, peak_mib
from adapters.kinds import Kind
from adapters.reading import PersonKey
from gateway.app import House


class Counts:
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


def as_known(before: Mapping[str, object], started: float) -> ImportReport:
    """The report of a file of which no byte has to be read: all of it is known."""
    report = ImportReport.from_dict(before)
    report.identical = True
    report.known += report.new
    report.new = 0
    for counts in report.kinds.values():
        counts["new"] = 0
    report.resumed, report.renamed, report.vanished = False, 0, 0
    report.seconds = round(time.perf_counter() - started, 3)
    report.peak_mib = round(peak_mib(), 1)
    return report


def vanished(house: House, person: PersonKey, report: ImportReport, seen: Counter[int]) -> int:
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
