"""An Apple Health export on its way into the store: bounded commits, an honest report."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from adapters.healthkit.limits import Limits
from adapters.healthkit.report import ImportReport
from adapters.healthkit.source import HealthKitImport
from adapters.reading import Instant, ReadingBatch
from adapters.source import Arrival
from gateway.app import House
from gateway.errors import Refused
from gateway.pipeline import take_in
from gateway.store.courtesy import Courtesy
from gateway.store.driver import transaction
from gateway.store.people import Person

ROWS_A_COMMIT = 10_000
"""Readings in one transaction; a live stream waits no longer than this takes."""

Progress = Callable[[int, int], None]


def import_export(
    house: House,
    path: Path,
    person: Person,
    *,
    now: Callable[[], Instant],
    progress: Progress | None = None,
    about_me: bool = False,
) -> ImportReport:
    """Import an export for one person; doing it again adds nothing.

    Args:
        house: where.
        path: a zip, a folder, or the XML alone.
        person: whose export it is.
        now: the time, ms UTC.
        progress: told how many bytes were read, of how many.
        about_me: whether birth date, sex, blood and skin type are read too.

    Raises:
        Refused: this person did not allow it; nothing was opened.
        ArchiveRefused: it is not an export, or not one that may be read.
    """
    at = now()
    if not house.may_collect(person.key, "healthkit", at):
        raise Refused(
            f"{person.name} has not allowed Apple Health exports to be read here.",
            "Allow it first: health-gateway consent grant collect healthkit",
        )
    export = HealthKitImport(
        path,
        person.key,
        house.device_key,
        house.source_key,
        _limits(house),
        progress=progress,
        keep_routes=house.may_collect(person.key, "routes", at),
        about_me=about_me,
    )
    digest = hmac.digest(house.opened.ring.identity, export.fingerprint(), sha256)
    run = house.imports.begin(at, person.key, "healthkit", digest)
    courtesy = Courtesy(house.opened.home.live)
    for gathered in _gathered(export.arrivals()):
        _commit(house, gathered, export.report, now())
        courtesy.after(sum(len(one) for one in gathered if isinstance(one, ReadingBatch)))
    house.readings.anchor_now()
    house.imports.finish(run, now(), export.report.as_dict())
    house.audit.note(now(), f"person:{person.key}", "import", {"new": export.report.new})
    return export.report


def _limits(house: House) -> Limits:
    chosen = house.settings.import_
    return Limits(max_inflated=chosen.largest_gib << 30, max_ratio=chosen.largest_ratio)


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


def _commit(house: House, portion: list[Arrival], report: ImportReport, at: Instant) -> None:
    others = [one for one in portion if not isinstance(one, ReadingBatch)]
    take_in(house, others, adapter="healthkit", at=at)
    with transaction(house.opened.gateway):
        for batch in portion:
            if isinstance(batch, ReadingBatch):
                taken = take_in(house, [batch], adapter="healthkit", at=at).taken
                report.stored(
                    batch.kind,
                    new=taken.new,
                    known=taken.known,
                    deleted_before=taken.deleted_before,
                )
