"""Exports for tests: made by the export maker, or written by hand, and what an import gave."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from adapters.healthkit.limits import Limits
from adapters.healthkit.report import ImportReport
from adapters.healthkit.source import HealthKitImport
from adapters.local_events import LocalBatch, LocalEvent, LocalName, Position, TimeOffset
from adapters.reading import DeviceFacts, DeviceKey, PersonKey, ReadingBatch, SourceKey
from adapters.source import Arrival
from scripts.export_history import History, at_midnight
from scripts.export_pieces import Export
from scripts.export_text import Printer
from scripts.export_truth import Truth
from scripts.make_export import write

PERSON = PersonKey("robin")
UNTIL = at_midnight("2026-06-30")

Row = tuple[str, str, str, int, int, object, int, int, int]
"""kind, device, source, start, duration, value, nth, decimals, flags"""


def device_key(text: str) -> DeviceKey:
    return DeviceKey("d" + hashlib.sha256(text.encode()).hexdigest()[:19])


def source_key(text: str) -> SourceKey:
    return SourceKey("s" + hashlib.sha256(text.encode()).hexdigest()[:19])


@dataclass(slots=True)
class Imported:
    """All that came out of one import."""

    report: ImportReport
    batches: list[ReadingBatch] = field(default_factory=list)
    facts: list[DeviceFacts] = field(default_factory=list)
    local: list[LocalEvent] = field(default_factory=list)

    @property
    def rows(self) -> list[Row]:
        return [
            (batch.kind, batch.device, batch.source, *row)
            for batch in self.batches
            for row in zip(
                batch.starts,
                batch.durations,
                batch.values,
                batch.nths,
                batch.decimals,
                batch.flags,
                strict=True,
            )
        ]

    def of(self, kind: str) -> list[Row]:
        return [row for row in self.rows if row[0] == kind]

    @property
    def positions(self) -> list[Position]:
        return [event for event in self.local if isinstance(event, Position)]

    @property
    def names(self) -> list[LocalName]:
        return [event for event in self.local if isinstance(event, LocalName)]

    @property
    def offsets(self) -> list[TimeOffset]:
        return [event for event in self.local if isinstance(event, TimeOffset)]


def run(
    path: Path,
    limits: Limits | None = None,
    *,
    keep_routes: bool = True,
    about_me: bool = False,
    fast: bool = False,
) -> Imported:
    source = HealthKitImport(
        path,
        PERSON,
        device_key,
        source_key,
        limits,
        keep_routes=keep_routes,
        about_me=about_me,
        fast=fast,
    )
    found = collected(source.report, source.arrivals())
    found.report = source.report
    return found


def collected(report: ImportReport, arrivals: Iterable[Arrival]) -> Imported:
    """What an import yields, sorted."""
    found = Imported(report)
    for arrival in arrivals:
        match arrival:
            case ReadingBatch():
                found.batches.append(arrival)
            case DeviceFacts():
                found.facts.append(arrival)
            case LocalBatch():
                found.local.extend(arrival.events)
            case _:
                raise AssertionError(arrival)
    return found


def make(
    path: Path,
    *nasty: str,
    seed: int = 1,
    days: int = 3,
    small: bool = False,
    offset: int = 60,
    pointers: int = 1,
    until: int = UNTIL,
) -> Truth:
    history = History(seed, days, until, small=small)
    printer = Printer(offset, pointers, frozenset(nasty))
    export = Export(history, printer, bare=path.suffix == ".xml")
    return write(export, path, localised="localised" in nasty)


def record(
    type_: str, value: str, unit: str = "", *, start: str = "2026-01-15 22:56:09 +0100", **more: str
) -> str:
    fields = {
        "type": type_,
        "sourceName": "Watch",
        "unit": unit,
        "startDate": start,
        "endDate": start,
        "value": value,
        **more,
    }
    return " <Record" + "".join(f' {name}="{text}"' for name, text in fields.items()) + "/>\n"


def document(entries: Iterable[str] | str, head: str = "<!DOCTYPE HealthData []>\n") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        + head
        + '<HealthData locale="en_US">\n <ExportDate value="2026-02-01 08:00:00 +0100"/>\n'
        + "".join(entries)
        + "</HealthData>\n"
    ).encode()


def run_entries(folder: Path, entries: Iterable[str] | str) -> Imported:
    path = folder / "export.xml"
    path.write_bytes(document(entries))
    return run(path)
