"""`consent entrust`: somebody decides about another's sharing, or does no longer."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.clock import now
from gateway.commands.consent import Script, act_of
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import print_json, say
from gateway.commands.readings import when
from gateway.errors import WrongUse
from gateway.sharing.consent import ROLES
from gateway.sharing.trust import end_all, trust_of
from gateway.sharing.trust import entrust as give_trust


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
            trust = give_trust(
                house.ledger,
                whose.key,
                decides.key,
                role,
                act_of(house, decides if role == "guardian" else whose, script=script),
                born=decides.born,
                end=when(until) if until else None,
            )
    if as_json:
        print_json({"trust": trust, "person": whose.key, "by": decides.key, "ended": end})
    elif end:
        say(f"{decides.name} decides no longer. What was agreed to stands until it is taken back.")
    else:
        say(
            f"{decides.name} may decide for {whose.name}: health-gateway consent grant share … --by"
        )
