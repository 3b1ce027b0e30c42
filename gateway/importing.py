"""An Apple Health export on its way into the store: bounded commits, an honest report.

Importing is idempotent, so one that was interrupted, however, is gone on with by doing it again:
what is here already is known, and costs reading alone.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.errors import ArchiveRefused
from adapters.healthkit.apart import ImportApart
from adapters.healthkit.archive import fingerprint, open_archive
from adapters.healthkit.limits import Limits
from adapters.healthkit.report import ImportReport
from adapters.healthkit.rules import rules
from adapters.reading import Instant, PersonKey
from adapters.source import Arrival
from gateway.app import House
from gateway.errors import Refused
from gateway.import_counts import Counts, as_known
from gateway.import_portions import ROWS, ROWS_WHILE_LIVE, portions
from gateway.store.courtesy import Courtesy, announced, somebody_is_live
from gateway.store.driver import transaction
from gateway.store.file_names import last_part
from gateway.store.import_runs import file_of_imports
from gateway.store.people import Person

if TYPE_CHECKING:
    from adapters.healthkit.source import HealthKitImport

APART_FROM = 16 * 2**20
"""Unpacked bytes from which on reading is worth a process of its own."""

_NOTED_EVERY = 1.0

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
    called: str = "",
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
        called: what the file is called, where its path does not say it.

    Raises:
        Refused: this person did not allow it; nothing was opened.
        ArchiveRefused: it is not an export, or not one that may be read; or it is another file
            by now, and what was read of it is stored.
        ReaderFailed: reading ended before the export did; what came before is stored.
    """
    at = now()
    if not house.may_collect(person.key, "healthkit", at):
        raise not_allowed(house, person)
    started = time.perf_counter()
    limits = limits_of(house)
    routes = house.may_collect(person.key, "routes", at)
    stamp = _stamp(path)
    told = b"%s %d %d " % (person.key.encode(), routes, about_me)
    told += rules() + fingerprint(path, limits)
    digest = hmac.digest(house.opened.ring.identity, told, sha256)
    before = None if again else house.imports.finished_before(digest)
    if before is not None:
        return as_known(before.report, started)
    broken_off = house.imports.broken_off_before(digest)
    run = house.imports.begin(at, person.key, "healthkit", digest)
    house.file_names().note(run, called or last_part(str(path.absolute())), at)
    counts = Counts()
    counts.started = started
    noting = _noting(house, run, counts, progress, now)
    try:
        with announced(file_of_imports(house.path)):
            export = _export(
                house, path, person.key, limits, noting, routes=routes, about_me=about_me
            )
            _store(house, export, person.key, path, counts, now)
        if stamp and (_stamp(path) or stamp) != stamp:
            raise ArchiveRefused("The file was changed while it was read.", "Import it again.")
    except BaseException as error:
        _note_end(house, run, {**counts.so_far(), "stopped": True, **_said(error)})
        raise
    finally:
        house.readings.anchor_now()
    from gateway.vanished import vanished

    report = counts.joined(export.report)
    report.refused_before = broken_off is not None and broken_off.refused
    report.resumed = broken_off is not None and not broken_off.refused
    report.vanished = vanished(house, person.key, report, counts.seen)
    report.seconds = round(time.perf_counter() - started, 3)
    house.imports.finish(run, now(), report.as_dict())
    house.audit.note(now(), f"person:{person.key}", "import", {"new": report.new})
    return report


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What differs once a file was written to or replaced; None of a folder, or what is gone."""
    if not path.is_file():
        return None
    told = path.stat()
    return told.st_size, told.st_mtime_ns, told.st_ino


def not_allowed(house: House, person: Person) -> Refused:
    """That this person did not allow it, and how they can."""
    whose = f' --person "{person.name}"' if len(house.people.list()) > 1 else ""
    return Refused(
        f"{person.name} has not allowed Apple Health exports to be read here.",
        f"Allow it first: health-gateway consent grant collect healthkit{whose}",
    )


def limits_of(house: House) -> Limits:
    """How much an import may take, as `config.toml` of this home says."""
    chosen = house.settings.import_
    return Limits(max_inflated=chosen.largest_gib << 30, max_ratio=chosen.largest_ratio)


def _noting(
    house: House,
    run: int,
    counts: Counts,
    progress: Progress | None,
    now: Callable[[], Instant],
) -> Progress:
    """Let others see how far it is: once a second it is written down."""
    noted = time.monotonic()

    def note(done: int, total: int) -> None:
        nonlocal noted
        if progress is not None:
            progress(done, total)
        if time.monotonic() - noted >= _NOTED_EVERY:
            noted = time.monotonic()
            house.imports.note(
                run, {**counts.so_far(), "read": done, "size": total, "noted_at": now()}
            )

    return note


def _note_end(house: House, run: int, ended: Mapping[str, object]) -> None:
    """Keep what is known of an import that did not go to its end."""
    if "said" not in ended:
        house.imports.note(run, ended)
        return
    for one in house.imports.refuse(run, ended):
        house.file_names().forget(one)


def _said(error: BaseException) -> dict[str, str]:
    if not isinstance(error, ArchiveRefused):
        return {}
    return {"said": str(error), "next_step": error.next_step}


def _export(
    house: House,
    path: Path,
    person: PersonKey,
    limits: Limits,
    progress: Progress,
    *,
    routes: bool,
    about_me: bool,
) -> HealthKitImport | ImportApart:
    with open_archive(path, limits) as archive:
        small = archive.main.size < APART_FROM
    return (_here() if small else ImportApart)(
        path,
        person,
        house.device_key,
        house.source_key,
        limits,
        progress=progress,
        keep_routes=routes,
        about_me=about_me,
    )


def _here() -> type[HealthKitImport]:
    from adapters.healthkit.source import HealthKitImport  # takes a while to load

    return HealthKitImport


def _store(
    house: House,
    export: HealthKitImport | ImportApart,
    person: PersonKey,
    path: Path,
    counts: Counts,
    now: Callable[[], Instant],
) -> None:
    home = house.opened.home
    courtesy = Courtesy(home.turn)
    limits = limits_of(house)
    with closing(export.arrivals()) as read:  # the other process ends with it, whatever happens
        from adapters.healthkit.sources import sources_in  # while it reads already
        from gateway.renaming import Renaming

        renaming = Renaming(
            house, person, lambda: sources_in(path, limits, house.source_key), now()
        )
        arrivals = chain.from_iterable(map(renaming.settled, read))
        for portion in portions(
            chain(arrivals, renaming.rest()),
            lambda: ROWS_WHILE_LIVE if somebody_is_live(home.live) else ROWS,
        ):
            _commit(house, portion, counts, now())
            courtesy.after_a_commit()
    counts.report.renamed = renaming.found


def _commit(house: House, portion: list[Arrival], counts: Counts, at: Instant) -> None:
    from gateway.pipeline import take_in

    with transaction(house.opened.gateway):  # its head is noted apart once, at the end
        taken = take_in(house, portion, adapter="healthkit", at=at).taken
    for one in taken.series:
        counts.report.made(one.kind, one.rows)
        counts.report.stored(
            one.kind,
            new=one.new,
            known=one.rows - one.new - one.changed - one.deleted_before,
            changed=one.changed,
            deleted_before=one.deleted_before,
        )
        counts.seen[one.id] += one.rows - one.deleted_before
