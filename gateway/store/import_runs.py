"""Which export files were imported, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.reading import Instant, PersonKey
from gateway.store.driver import Database

_SILENT_FOR = 60_000
"""Milliseconds without a sign after which an import is taken for ended."""


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import; without ``finished_at`` it was interrupted, and can be run again."""

    id: int
    at: Instant
    person: PersonKey
    adapter: str
    archive: bytes
    finished_at: Instant | None
    report: Mapping[str, object]

    @property
    def refused(self) -> bool:
        """Whether nothing of the file was read, for a reason that was said."""
        return "said" in self.report and not _stored(self.report)

    def goes_on(self, now: Instant, *, any_alive: bool = True) -> bool:
        """Whether it is alive: one that was killed says nothing any more.

        ``any_alive``: whether any import of this home is, as `file_of_imports` tells at once.
        """
        noted = self.report.get("noted_at", self.at)
        alive = isinstance(noted, int) and now - noted < _SILENT_FOR
        ended = self.finished_at is not None or self.report.get("stopped")
        return not ended and alive and any_alive


def file_of_imports(home: Path) -> Path:
    """The file on which whoever imports holds a lock, in this process or another."""
    return home / "live-import"


class ImportRuns:
    """The imports of this home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, at: Instant, person: PersonKey, adapter: str, archive: bytes) -> int:
        """Note that an import begins; ``archive`` is a keyed digest of the file's bytes."""
        cursor = self._db.conn.execute(
            "INSERT INTO import_run (at, person, adapter, archive, report)"
            " VALUES (?, ?, ?, ?, '{}')",
            (at, person, adapter, archive),
        )
        return int(cursor.lastrowid or 0)

    def note(self, id_: int, report: Mapping[str, object]) -> None:
        """Keep what is known of an import that did not go to its end."""
        self._db.conn.execute(
            "UPDATE import_run SET report = ? WHERE id = ?", (json.dumps(report), id_)
        )

    def refuse(self, id_: int, report: Mapping[str, object]) -> Sequence[int]:
        """Keep why nothing of a file was read, in the place of what was said of it before.

        A file that lies in the watch folder is looked at with each start; it is shown once.

        Returns:
            the numbers of those imports that are not shown any more.
        """
        (archive,) = self._db.conn.execute(
            "SELECT archive FROM import_run WHERE id = ?", (id_,)
        ).fetchone()
        self.note(id_, report)
        told = (one for one in self.list() if one.archive == archive and one.id != id_)
        gone = [one.id for one in told if one.finished_at is None and one.refused]
        self._db.conn.executemany("DELETE FROM import_run WHERE id = ?", [(one,) for one in gone])
        return gone

    def finish(self, id_: int, at: Instant, report: Mapping[str, object]) -> None:
        """Note that it went to its end, with its report."""
        self._db.conn.execute(
            "UPDATE import_run SET finished_at = ?, report = ? WHERE id = ?",
            (at, json.dumps(report), id_),
        )

    def list(self, person: PersonKey | None = None) -> list[ImportRun]:
        """The imports, newest first."""
        rows = self._db.conn.execute(
            "SELECT id, at, person, adapter, archive, finished_at, report FROM import_run"
            " WHERE ? IS NULL OR person = ? ORDER BY id DESC",
            (person, person),
        )
        return [
            ImportRun(id_, at, PersonKey(person), adapter, archive, finished_at, json.loads(report))
            for id_, at, person, adapter, archive, finished_at, report in rows
        ]

    def finished_before(self, archive: bytes) -> ImportRun | None:
        """The last import of these very bytes that went to its end, or None.

        None also where something was deleted since: then the report would not be true any more.
        """
        (deleted,) = self._db.conn.execute("SELECT COALESCE(MAX(at), 0) FROM tombstone").fetchone()
        return next(
            (
                run
                for run in self.list()
                if run.archive == archive and run.finished_at and run.finished_at > deleted
            ),
            None,
        )

    def broken_off_before(self, archive: bytes) -> ImportRun | None:
        """The last import of these very bytes if it did not go to its end, or None."""
        last = next((run for run in self.list() if run.archive == archive), None)
        return last if last is not None and last.finished_at is None else None


def _stored(report: Mapping[str, object]) -> bool:
    return any(report.get(name) for name in ("new", "known", "changed", "deleted_before"))
