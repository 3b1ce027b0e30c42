"""`consent forbid|lift`: a no that is stronger than any grant, and its end."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.commands.consent import Script, act_of, themselves
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import print_json, say
from gateway.sharing.errors import NotAllowed
from gateway.sharing.refusal import forbid as say_no
from gateway.sharing.refusal import lift as take_no_back


def add_to(app: typer.Typer) -> None:
    """Put the commands beside the others about consent."""
    app.command()(forbid)
    app.command()(lift)


def forbid(
    context: typer.Context,
    recipient: Annotated[str, typer.Argument(help="Its key from `recipients list`.")],
    kind: Annotated[list[str], typer.Option(help="A kind or category; repeatable.")],
    script: Script = False,
    as_json: Json = False,
) -> None:
    """Forbid kinds of readings to a recipient, whatever was or will be agreed to."""
    with opened(context) as house:
        found = house.recipients.get(recipient)
        whose = person_of(house, found.person)
        no = say_no(house.ledger, found, kind, act_of(house, whose, script=script))
    if as_json:
        print_json({"denial": no, "recipient": recipient})
    else:
        say(f"Forbidden, until you lift it: health-gateway consent lift {no}")


def lift(
    context: typer.Context,
    denial: Annotated[str, typer.Argument(help="Its id from `consent list`.")],
    person: PersonName = "",
    script: Script = False,
    as_json: Json = False,
) -> None:
    """Take a no back; what was agreed to counts again."""
    with opened(context) as house:
        given = house.ledger.state().denials.get(denial)
        if given is None:
            raise NotAllowed(
                f"There is no denial {denial}.", "Look at: health-gateway consent list"
            )
        whose = themselves(house, given.person, person)
        take_no_back(house.ledger, denial, act_of(house, whose, script=script))
    if as_json:
        print_json({"lifted": denial})
    else:
        say("Lifted. What you agreed to counts again.")
