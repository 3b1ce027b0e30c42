"""What earlier exports had, and this one has not."""

from __future__ import annotations

from collections import Counter

from adapters.healthkit.clinical import MISSING
from adapters.healthkit.ecg import CURVE, SAID
from adapters.healthkit.report import ImportReport
from adapters.healthkit.types import all_types
from adapters.kinds import Kind
from adapters.reading import PersonKey
from gateway.app import House


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
