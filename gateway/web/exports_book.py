"""What the page of Apple Health exports shows: imports of before, and the one that goes on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from adapters.healthkit.report import ImportReport
from adapters.reading import Instant, PersonKey
from gateway.htmlkit.language import gettext as _
from gateway.inbox import Receiving, received
from gateway.sharing.decision import may_collect
from gateway.sharing.ledger import Ledger
from gateway.store.courtesy import somebody_is_live
from gateway.store.driver import Database
from gateway.store.file_names import FileNames, last_part
from gateway.store.import_runs import ImportRun, ImportRuns, file_of_imports
from gateway.web.import_words import KindLine, kind_lines, lasting, on_the_page, sentences

_SHOWN = 20

State = Literal["done", "refused", "interrupted"]


@dataclass(frozen=True, slots=True)
class Imported:
    """One import, and the name of its file; its words are made in the language of the page."""

    run: ImportRun
    file: str

    @property
    def state(self) -> State:
        """How it ended."""
        return "done" if self.run.finished_at else "refused" if self.run.refused else "interrupted"

    @property
    def sentences(self) -> list[str]:
        """What it has to say, without the kinds."""
        told = self.run.report
        said = [_(str(told[name])) for name in ("said", "next_step") if told.get(name)]
        if self.state == "refused":
            return said
        if self.state == "interrupted" and not said:
            said = [_("It was interrupted: import the same file again to go on.")]
        return [*said, *sentences(ImportReport.from_dict(told), on_the_page())]

    @property
    def kinds(self) -> list[KindLine]:
        """What it brought of each kind."""
        return kind_lines(ImportReport.from_dict(self.run.report))


@dataclass(frozen=True, slots=True)
class GoingOn:
    """How far the import is that goes on; ``part`` is 0 to 100, None while nothing is read yet."""

    part: int | None = None
    seconds: float = 0.0

    @property
    def left(self) -> str:
        """How long it still takes, in words."""
        return lasting(self.seconds)


class ExportsBook:
    """The imports of one person."""

    def __init__(self, db: Database, ledger: Ledger, home: Path, names: FileNames) -> None:
        self._runs = ImportRuns(db)
        self._names = names
        self._ledger = ledger
        self._home = home

    def allowed(self, person: PersonKey, now: Instant) -> bool:
        """Whether this person lets exports be read here."""
        return may_collect(self._ledger.state(), person, "healthkit", now).permit

    def receive(self, person: PersonKey) -> Receiving:
        """A file is coming."""
        return Receiving(self._home, person)

    def received(self, file: Receiving, name: str, now: Instant) -> None:
        """It is whole; ``name`` is what the browser calls it."""
        self._names.note_waiting(file.key, last_part(name), now)
        file.done()

    def before(self, person: PersonKey, now: Instant) -> list[Imported]:
        """The newest imports that do not go on, newest first."""
        alive = somebody_is_live(file_of_imports(self._home))
        runs = [run for run in self._runs.list(person) if not run.goes_on(now, any_alive=alive)]
        names = self._names.all()
        return [Imported(run, names.get(run.id, "")) for run in runs[:_SHOWN]]

    def going_on(self, person: PersonKey, now: Instant) -> GoingOn | None:
        """The import that is read, or waits to be."""
        run = next(iter(self._runs.list(person)), None)
        alive = somebody_is_live(file_of_imports(self._home))
        if run is not None and run.goes_on(now, any_alive=alive):
            read, size = run.report.get("read"), run.report.get("size")
            if isinstance(read, int) and isinstance(size, int) and 0 < read < size:
                left = (now - run.at) / 1000 * (size - read) / read
                return GoingOn(100 * read // size, left)
            return GoingOn()
        return GoingOn() if received(self._home, person) else None
