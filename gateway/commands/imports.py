"""`import PATH`: an Apple Health export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from adapters.healthkit.report import ImportReport
from adapters.kinds import Kind, row_of
from gateway.clock import now
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import aside, print_json, say
from gateway.errors import Refused, WrongUse
from gateway.importing import import_export
from gateway.sharing.offer import allow_collecting
from gateway.sharing.recipients import Act


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command("import")(import_)


def import_(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="export.zip, its folder, or the XML in it.")],
    person: PersonName = "",
    about_me: Annotated[
        bool,
        typer.Option("--about-me", help="Also birth date, sex, blood and skin type, and the like."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Import an Apple Health export. Importing it again adds nothing."""
    if not path.exists():
        raise WrongUse(f"{path} is not there.", "Give the path of your export.zip.")
    with opened(context) as house:
        whose = person_of(house, person)
        if not house.may_collect(whose.key, "healthkit", now()):
            _ask(whose.name, yes=yes)
            act = Act(now(), f"person:{whose.key}", "terminal", house.clock())
            allow_collecting(house.ledger, whose.key, "healthkit", act)
        quiet = as_json or not sys.stderr.isatty()
        report = import_export(
            house,
            path,
            whose,
            now=now,
            progress=None if quiet else _Progress().show,
            about_me=about_me,
        )
    if as_json:
        print_json(report.as_dict())
    else:
        _tell(report)


def _ask(name: str, *, yes: bool) -> None:
    """A person at the terminal allows it now; a script cannot, it needs the permission before."""
    if yes or not sys.stdin.isatty():
        raise Refused(
            f"{name} has not allowed Apple Health exports to be read here.",
            "Allow it first: health-gateway consent grant collect healthkit",
        )
    aside(f"This reads {name}'s Apple Health export into this home. Nothing is shared by it.")
    if input("Allow it? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Refused("Nothing was read.")


class _Progress:
    """A line that says how far it is."""

    def __init__(self) -> None:
        self._last = -1

    def show(self, done: int, total: int) -> None:
        part = 100 * done // max(total, 1)
        if part != self._last:
            self._last = part
            sys.stderr.write(f"\rReading … {part} %")
            sys.stderr.flush()
            if part >= 100:
                sys.stderr.write("\n")


def _tell(report: ImportReport) -> None:
    say(f"{report.new:,} new, {report.known:,} known before, in {report.seconds:.1f} s.")
    for kind, counts in sorted(report.kinds.items()):
        say(f"  {row_of(Kind(kind)).title}: {counts['rows']:,}, {counts['new']:,} of them new")
    if report.deleted_before:
        say(f"{report.deleted_before:,} you had deleted; they stay deleted.")
    if report.routes:
        say(f"{report.routes:,} routes; they stay here.")
    for name, count in sorted(report.unknown_types.items()):
        say(f"Kept under Apple's name, {count:,}: {name}, which this version does not know")
    for reason, count in sorted(report.refused.items()):
        say(f"Not taken in, {count:,}: {reason} (for example {report.examples[reason]})")
    for what, count in sorted(report.left_out.items()):
        say(f"Left out, {count:,}: {what}")
    if report.cut_short:
        say("The file ends in the middle: what came before is here. Export it again.")
