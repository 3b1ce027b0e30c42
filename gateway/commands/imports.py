"""`import PATH`: an Apple Health export; `--list` and `--show` for those of before."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from adapters.healthkit.report import ImportReport
from gateway.app import House
from gateway.clock import now
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import aside, iso, moment, print_json, say, table, visible
from gateway.errors import Refused, WrongUse
from gateway.importing import import_export, not_allowed
from gateway.status_imports import goes_on
from gateway.store.file_names import last_part
from gateway.store.import_runs import ImportRun
from gateway.store.people import Person
from gateway.web.import_words import NextSteps, Pace, at_the_terminal, kind_lines, sentences

_MOST = 12
"""Kinds in the table that ends an import: what stands before it stays on the screen."""


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command("import")(import_)


def import_(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(help="export.zip, its folder, or the XML in it.")
    ] = None,
    person: PersonName = "",
    about_me: Annotated[
        bool,
        typer.Option("--about-me", help="Also birth date, sex, blood and skin type, and the like."),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Read a file that was imported before once more.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="Show what was imported.")] = False,
    show: Annotated[
        int, typer.Option("--show", help="Show the report of an import again, by its number.")
    ] = 0,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Import an Apple Health export. Importing it again adds nothing."""
    if (path is not None) + listed + bool(show) != 1:
        raise WrongUse("Say what to import, or --list, or --show with a number.", "See --help.")
    if path is not None and not path.exists():
        raise WrongUse(f"{path} is not there.", "Give the path of your export.zip.")
    with opened(context) as house:
        if path is None:
            _look_back(house, show, as_json=as_json)
            return
        whose = person_of(house, person)
        if not house.may_collect(whose.key, "healthkit", now()):
            _ask(house, whose, yes=yes)
            _allow(house, whose)
        quiet = as_json or not sys.stderr.isatty()
        report = _import(house, path, whose, about_me=about_me, again=again, quiet=quiet)
        steps = at_the_terminal(whose.name if len(house.people.list()) > 1 else "")
        number = house.imports.list(whose.key)[0].id
    if as_json:
        print_json(report.as_dict())
    else:
        _tell(report, last_part(str(path.absolute())), steps, most=_MOST, number=number)


def _allow(house: House, whose: Person) -> None:
    from gateway.sharing.offer import allow_collecting
    from gateway.sharing.recipients import Act

    act = Act(now(), f"person:{whose.key}", "terminal", house.clock())
    allow_collecting(house.ledger, whose.key, "healthkit", act)


def _import(
    house: House, path: Path, whose: Person, *, about_me: bool, again: bool, quiet: bool
) -> ImportReport:
    try:
        return import_export(
            house,
            path,
            whose,
            now=now,
            progress=None if quiet else _Progress().show,
            again=again,
            about_me=about_me,
        )
    except KeyboardInterrupt:
        aside("\nStopped. What came before is here; import the same file again to go on.")
        raise


def _look_back(house: House, number: int, *, as_json: bool) -> None:
    """Show the imports of this home, or the report of one."""
    runs = house.imports.list()
    names = {one.key: one.name for one in house.people.list()}
    files = house.file_names().all()
    if not number:
        if as_json:
            print_json({"imports": [_as_dict(run, files) for run in runs]})
            return
        table(
            ("No.", "File", "Imported", "Whose", "New", "Readings", "Ended"),
            [
                (
                    run.id,
                    files.get(run.id, ""),
                    moment(run.at),
                    names.get(run.person, run.person),
                    run.report.get("new", ""),
                    run.report.get("rows", ""),
                    _ended(house, run),
                )
                for run in runs
            ],
        )
        return
    run = next((one for one in runs if one.id == number), None)
    if run is None:
        raise WrongUse(f"There is no import {number}.", "See: health-gateway import --list")
    if as_json:
        print_json({**run.report, **_as_dict(run, files)})
        return
    file = files.get(run.id, "")
    if "said" in run.report:
        say(f"{_named(file)}{run.report['said']} {run.report.get('next_step', '')}")
        if run.refused:
            return
        say("What came before is here.")
    elif goes_on(house, run, now()):
        say("This import is being read just now.")
    elif run.finished_at is None:
        say("This import was interrupted. Import the same file again to go on.")
    whose = names.get(run.person, "") if len(names) > 1 else ""
    _tell(ImportReport.from_dict(run.report), file, at_the_terminal(whose))


def _ended(house: House, run: ImportRun) -> str:
    if run.finished_at is not None:
        in_part = ImportReport.from_dict(run.report).in_part
        return moment(run.finished_at) + ", in part" * in_part
    if run.refused:
        return "refused"
    return "being read" if goes_on(house, run, now()) else "interrupted"


def _as_dict(run: ImportRun, files: Mapping[int, str]) -> dict[str, object]:
    return {
        "number": run.id,
        "file": files.get(run.id),
        "at": iso(run.at),
        "person": run.person,
        "finished_at": iso(run.finished_at),
        "new": run.report.get("new"),
        "rows": run.report.get("rows"),
        "said": run.report.get("said"),
    }


def _ask(house: House, whose: Person, *, yes: bool) -> None:
    """A person at the terminal allows it now; a script cannot, it needs the permission before."""
    if yes or not sys.stdin.isatty():
        raise not_allowed(house, whose)
    aside(f"This reads {whose.name}'s Apple Health export into this home. Nothing is shared by it.")
    if input("Allow it? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Refused("Nothing was read.")


class _Progress:
    """A line that says how far it is, and how long it still takes."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._last = ""

    def show(self, done: int, total: int) -> None:
        words = self._pace.words(done, total)
        if words != self._last:
            self._last = words
            sys.stderr.write(f"\rReading … {words}\x1b[K")
            sys.stderr.write("\n" * (done >= total))
            sys.stderr.flush()


def _tell(
    report: ImportReport, file: str, steps: NextSteps, *, most: int = 0, number: int = 0
) -> None:
    """Say a report; ``most``: of how many kinds at most, and what to type for the others."""
    first, *others = sentences(report, steps)
    say(f"{_named(file)}{first}")
    for sentence in others:
        say(sentence)
    lines = kind_lines(report)
    shown = lines
    if most and len(lines) > most:
        those = sorted(lines, key=lambda line: (-line.gone, -line.new))[:most]
        shown = [line for line in lines if line in those and (line.new or line.gone)]
    if shown:
        gone = any(line.gone for line in shown)
        say("")
        table(
            ("Kind", "Readings", "New", *(["Not in it any more"] if gone else [])),
            [
                (line.title, f"{line.rows:,}", f"{line.new:,}", *([line.gone or ""] * gone))
                for line in shown
            ],
        )
    if len(lines) > len(shown):
        rest = f"{len(lines) - len(shown)} {'more ' * bool(shown)}kinds"
        say(f"{rest}: health-gateway import --show {number}")


def _named(file: str) -> str:
    return f"{visible(file)}: " if file else ""
