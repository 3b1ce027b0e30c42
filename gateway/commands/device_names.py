"""`devices name`: what an owner calls a device."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.clock import now
from gateway.commands.device_users import device_of
from gateway.commands.opening import Json, opened
from gateway.commands.output import called, print_json, say
from gateway.errors import WrongUse
from gateway.rights.naming import checked_name


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others of `devices`."""
    app.command()(name)


def name(
    context: typer.Context,
    device: Annotated[str, typer.Argument(help="Its key from `devices list`, or its name.")],
    name: Annotated[str, typer.Argument(help="What to call it, such as: Ada's cuff")] = "",
    none: Annotated[bool, typer.Option("--none", help="Call it what it is again.")] = False,
    as_json: Json = False,
) -> None:
    """Give a device a name of your own. It stays here: no recipient ever gets it."""
    if bool(name) == none:
        raise WrongUse("What is it to be called?", "Say a name, or --none.")
    with opened(context) as house:
        names, known = house.names(), device_of(house, device)
        names.give(known.key, "" if none else checked_name(name, known.key, names), now())
        is_called = called(names.all()[known.key])
    if as_json:
        print_json({"device": known.key, "name": is_called})
    else:
        say(f"{known.called} is called {is_called} here. That stays here.")
