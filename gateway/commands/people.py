"""`people add|list`: who lives in this house."""

from __future__ import annotations

import re
import shlex
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from babel.dates import get_timezone

from gateway.clock import now
from gateway.commands.opening import Json, opened
from gateway.commands.output import iso, moment, print_json, say, table
from gateway.errors import WrongUse

app = typer.Typer(no_args_is_help=True, help="Who lives here, and whose readings are kept.")

LONGEST_NAME = 80


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="How you call them; stays here.")],
    born: Annotated[str, typer.Option(help="Year and month of birth, e.g. 1985-04.")],
    zone: Annotated[
        str, typer.Option(help="Where they live, e.g. Europe/Oslo; stays here. This computer's.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Add somebody. Their month of birth decides who may agree to sharing."""
    if not re.fullmatch(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])", born):
        raise WrongUse(f"{born!r} is not a month.", "Write year and month, e.g. --born 1985-04.")
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise WrongUse(
            f"A name has 1 to {LONGEST_NAME} letters in one line.",
            'Write it as in: health-gateway people add "Ada" --born 1985-04',
        )
    with opened(context) as house:
        if any(person.name == name for person in house.people.list()):
            raise WrongUse(f"{name} lives here already.", "Choose another name to tell them apart.")
        where = _zone(zone)
        key = house.people.add(name, born, now())
        if where:
            house.local.set_zone(key, 0, where)
        house.audit.note(now(), f"person:{key}", "person added")
        several = len(house.people.list()) > 1
    if as_json:
        print_json({"person": key, "name": name, "born": born, "zone": where or None})
    else:
        say(f"{name} is here now.")
        say(
            f"Next: health-gateway consent grant collect ble{_whose(name, several)}, then"
            " health-gateway devices scan (devices that speak Bluetooth), or health-gateway import"
            f" PATH{_whose(name, several)} (an Apple Health export)."
        )


def _whose(name: str, several: bool) -> str:
    """What a command must be told where several live here; in quotes that a shell understands."""
    return f" --person {shlex.quote(name)}" if several else ""


def _zone(told: str) -> str:
    """The name of a zone, e.g. ``Europe/Oslo``; this computer's if none was told, if it has one."""
    if not told:
        return str(getattr(get_timezone(), "key", ""))
    try:
        return ZoneInfo(told).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WrongUse(f"{told!r} is not a time zone.", "Write it as in Europe/Oslo.") from error


@app.command("list")
def list_people(context: typer.Context, as_json: Json = False) -> None:
    """Say who lives here."""
    with opened(context) as house:
        people = house.people.list()
    if as_json:
        print_json(
            [
                {"person": one.key, "name": one.name, "born": one.born, "added": iso(one.added_at)}
                for one in people
            ]
        )
        return
    table(
        ["Name", "Born", "Added", "Key"],
        [(p.name, p.born, moment(p.added_at), p.key) for p in people],
    )
