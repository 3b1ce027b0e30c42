"""`delete`: readings, for good."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gateway.clock import now
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import aside, print_json, say
from gateway.commands.readings import FOR_EVER, known_kind, when
from gateway.errors import Refused
from gateway.rights.deletion import delete_readings


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(delete)


def delete(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="Which kind of reading.")],
    since: Annotated[str, typer.Option(help="From this day or moment on (UTC).")] = "",
    until: Annotated[str, typer.Option(help="Before this day or moment (UTC).")] = "",
    person: PersonName = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete readings here. No import brings them back; what was sent is with who received it."""
    wanted = known_kind(kind)
    with opened(context) as house:
        whose = person_of(house, person)
        first = when(since) if since else -FOR_EVER
        last = (when(until) if until else FOR_EVER) - 1
        if not yes:
            if not sys.stdin.isatty():
                raise Refused("Nothing was deleted.", "Say --yes if nobody is here to be asked.")
            aside("Deleted readings are gone from this home, and no import brings them back.")
            aside("Where they were sent, they stay. To take one back there, do this first:")
            aside("health-gateway correct KIND WHEN --in-error")
            if input("Delete them? [y/N] ").strip().lower() not in ("y", "yes"):
                raise Refused("Nothing was deleted.")
        done = delete_readings(house, whose.key, wanted, first, last, at=now())
    if as_json:
        print_json({"deleted": done})
    else:
        say(f"{done:,} {'reading' if done == 1 else 'readings'} deleted here.")
        if done:
            say("What was sent of them is with who received it: nothing is told of a deletion.")
