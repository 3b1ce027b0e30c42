"""What the store answers to an import, and what follows from it for the report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping

from adapters.healthkit.report import ImportReport, peak_mib


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
