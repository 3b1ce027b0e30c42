"""`correct`: what is true instead of a reading, or that it does not count."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from adapters.kinds import row_of
from adapters.reading import Instant, text_of
from gateway.clock import now
from gateway.commands.opening import SESSION, Json, PersonName, opened, person_of
from gateway.commands.output import called, iso, print_json, say
from gateway.commands.readings import known_kind, when
from gateway.errors import WrongUse
from gateway.rights.correcting import WHYS, Correcting, Found, can_be_told
from gateway.sharing.recipients import Act

_TO_THE_MINUTE = re.compile(r"[^T ]+[T ]\d\d:?\d\d(Z|[+-]\d\d:?\d\d)?")
_TO_THE_SECOND = re.compile(r"[^T ]+[T ]\d\d:?\d\d:?\d\d(Z|[+-]\d\d:?\d\d)?")


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(correct)


def correct(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="Which kind of reading.")],
    at: Annotated[
        str, typer.Argument(help="When it started, as in 2026-03-14T08:30:05 (UTC, or +01:00).")
    ],
    value: Annotated[
        str, typer.Option(help="What is true, in the unit of `readings`; as in 72, or 120/80.")
    ] = "",
    in_error: Annotated[
        bool, typer.Option("--in-error", help="It does not count: it is not mine, or no reading.")
    ] = False,
    why: Annotated[str, typer.Option(help=f"One of: {', '.join(WHYS)}.")] = "",
    was: Annotated[str, typer.Option(help="Its value now, where several started then.")] = "",
    device: Annotated[str, typer.Option(help="Its device, where several measured.")] = "",
    person: PersonName = "",
    as_json: Json = False,
) -> None:
    """Correct a reading. It is amended where it was sent, as far as you still share it."""
    wanted = known_kind(kind)
    if bool(value) == in_error:
        raise WrongUse("What is true?", "Say --value, or --in-error where it does not count.")
    first, last = _second(at)
    with opened(context) as house:
        whose = person_of(house, person)
        rights = Correcting(house.opened.gateway, house.readings, house.audit)
        names = {key: called(one) for key, one in house.names().all().items()}
        found = [
            one
            for one in rights.find(whose.key, wanted, first, last)
            if was in ("", _value(one))
            and device in ("", one.series.device, names.get(one.series.device))
        ]
        if len(found) != 1:
            raise _not_one(found, kind)
        act = Act(now(), f"person:{whose.key}", SESSION, house.clock())
        (one,) = found
        version = (
            rights.take_back(one, why, act) if in_error else rights.set_right(one, value, why, act)
        )
        (after,) = [
            other
            for other in rights.find(whose.key, wanted, first, last)
            if other.row.id == one.row.id
        ]
    if as_json:
        print_json(
            {
                "kind": wanted,
                "start": iso(one.row.start),
                "was": _value(one) or None,
                "value": _value(after) or None,
                "unit": row_of(wanted).unit,
                "version": version,
            }
        )
    elif in_error:
        say("Taken back: it does not count any more.")
        if can_be_told(row_of(wanted)):
            say("`correct` with --value brings it back.")
    else:
        say(f"Corrected: {_value(one) or 'entered in error'} is {_value(after)} now.")


def _value(found: Found) -> str:
    """The value as it stands, with its digits; empty where it was taken back."""
    row = found.row
    if row.current_value is None:
        return ""
    return text_of(row.current_value, row.current_decimals).replace("|", "/")


def _second(at: str) -> tuple[Instant, Instant]:
    """The first and last moment that a time means, by how finely it was written."""
    start = when(at)
    if _TO_THE_MINUTE.fullmatch(at):
        return start, start + 59_999
    return start, start + 999 if _TO_THE_SECOND.fullmatch(at) else start


def _not_one(found: list[Found], kind: str) -> WrongUse:
    if not found:
        return WrongUse(
            "There is no such reading.", f"Look at: health-gateway readings --kind {kind} --json"
        )
    several = ", ".join(
        f"{iso(one.row.start)} {_value(one) or 'in error'} ({one.series.device})" for one in found
    )
    return WrongUse(f"There are {len(found)}: {several}.", "Say which with --was or --device.")
