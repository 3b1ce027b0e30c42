"""`consent entrust`: somebody decides about another's sharing, or does no longer.

What it means is shown, and a yes to it is asked at a terminal. To end it asks nothing: it only
takes away.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from adapters.reading import Instant
from gateway.clock import now
from gateway.commands.consent import Script, act_of, says_yes
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import aside, moment, print_json, say
from gateway.commands.readings import when
from gateway.errors import Refused, WrongUse
from gateway.sharing.consent import ROLES
from gateway.sharing.trust import end_all, trust_of
from gateway.sharing.trust import entrust as give_trust
from gateway.store.people import Person


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others about consent."""
    app.command()(entrust)


def entrust(
    context: typer.Context,
    who: Annotated[str, typer.Argument(help="Who decides: a name or key from `people list`.")],
    role: Annotated[
        str,
        typer.Option("--as", help=f"{' or '.join(ROLES.values())}; a guardian says so themselves."),
    ] = "proxy",
    person: PersonName = "",
    until: Annotated[str, typer.Option(help="Until then; until it is ended if empty.")] = "",
    end: Annotated[bool, typer.Option("--end", help="They decide no longer.")] = False,
    script: Script = False,
    as_json: Json = False,
) -> None:
    """Let somebody else who lives here decide what you share, or end that at once."""
    with opened(context) as house:
        whose, decides = person_of(house, person), person_of(house, who)
        if end:
            trust = trust_of(house.ledger.state(), whose.key, decides.key, now()).id
            end_all(house.ledger, whose.key, decides.key, act_of(house, whose, script=script))
        else:
            if role not in ROLES.values():
                raise WrongUse(
                    f"{role!r} is no such role.", f"One of: {', '.join(ROLES.values())}."
                )
            last = when(until) if until else None
            if not script:
                _agree(whose, decides, role, last)
            trust = give_trust(
                house.ledger,
                whose.key,
                decides.key,
                role,
                act_of(house, decides if role == "guardian" else whose, script=script),
                born=decides.born,
                end=last,
            )
    if as_json:
        print_json({"trust": trust, "person": whose.key, "by": decides.key, "ended": end})
    elif end:
        say(f"{decides.name} decides no longer. What was agreed to stands until it is taken back.")
    else:
        say(
            f"{decides.name} may decide for {whose.name}: health-gateway consent grant share … --by"
        )


def meaning(whose: Person, decides: Person, role: str, end: Instant | None) -> str:
    """What it means that somebody decides for another, one sentence a line.

    Args:
        whose: about whose readings.
        decides: who would decide.
        role: ``guardian`` or ``proxy``.
        end: until when; None until it is ended.
    """
    why = {
        "proxy": f"{whose.name} lets {decides.name} decide about what {whose.name} shares.",
        "guardian": f"{decides.name} says: I am {whose.name}'s guardian by law, and decide about"
        f" what {whose.name} shares.",
    }
    until = "until it is ended" if end is None else f"until {moment(end)}, or until it is ended"
    lines = [
        why[role],
        f"{decides.name} can then agree that readings of {whose.name} are sent to a recipient, and"
        " sees what is agreed to.",
        "The record of decisions keeps who decided, and as what. The recipient is told that a"
        f" {role} agreed; the name stays here.",
        f"This counts from now on, {until}: health-gateway consent entrust … --end",
        "What was agreed to meanwhile stands until it is taken back.",
    ]
    return "\n".join(lines) + "\n"


def _agree(whose: Person, decides: Person, role: str, end: Instant | None) -> None:
    """Show what it means, and ask whoever says it; a ward is told, since the law asks no yes."""
    if not sys.stdin.isatty():
        raise Refused("Nobody is here to agree.", "Decide at a terminal.")
    aside(meaning(whose, decides, role, end))
    questions = {
        "proxy": [f"{whose.name}, do you agree to exactly this? Type yes: "],
        "guardian": [
            f"{decides.name}, do you say exactly this? Type yes: ",
            f"Was {whose.name} told of this, as far as they can follow it? Type yes: ",
        ],
    }
    if not all(says_yes(question) for question in questions[role]):
        raise Refused("Nothing was recorded.")
