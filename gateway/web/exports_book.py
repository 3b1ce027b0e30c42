"""What the page of Apple Health exports shows: imports of before, and the one that goes on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from adapters.healthkit.report import ImportReport
from adapters.reading import Instant, PersonKey
from gateway.import_words import lasting, sentences
from gateway.inbox import Receiving, received
from gateway.sharing.decision import may_collect
from gateway.sharing.ledger import Ledger
from gateway.store.driver import Database
from gateway.store.import_runs import ImportRun, ImportRuns

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """One import: when, and what it has to say."""

    at: Instant
    ended: bool
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class GoingOn:
    """How far the import is that goes on; ``part`` is 0 to 100, None while nothing is read yet."""

    part: int | None
    left: str


class ExportsBook:
    """The imports of one person."""

    def __init__(self, db: Database, ledger: Ledger, home: Path) -> None:
        self._runs = ImportRuns(db)
        self._ledger = ledger
        self._home = home

    def allowed(self, person: PersonKey, now: Instant) -> bool:
        """Whether this person lets exports be read here."""
        return may_collect(self._ledger.state(), person, "healthkit", now).permit

    def receive(self, person: PersonKey) -> Receiving:
        """A file is coming."""
        return Receiving(self._home, person)

    def before(self, person: PersonKey, now: Instant) -> list[Imported]:
        """The newest imports that do not go on, newest first."""
        runs = [run for run in self._runs.list(person) if not run.goes_on(now)]
        return [Imported(run.at, run.finished_at is not None, _said(run)) for run in runs[:_SHOWN]]

    def going_on(self, person: PersonKey, now: Instant) -> GoingOn | None:
        """The import that is read, or waits to be."""
        run = next(iter(self._runs.list(person)), None)
        if run is not None and run.goes_on(now):
            read, size = run.report.get("read"), run.report.get("size")
            if isinstance(read, int) and isinstance(size, int) and 0 < read < size:
                left = (now - run.at) / 1000 * (size - read) / read
                return GoingOn(100 * read // size, lasting(left))
            return GoingOn(None, "")
        return GoingOn(None, "") if received(self._home, person) else None


def _said(run: ImportRun) -> list[str]:
    refused = run.report.get("said")
    if isinstance(refused, str):
        return [refused, str(run.report.get("next_step", ""))]
    return sentences(ImportReport.from_dict(run.report))
