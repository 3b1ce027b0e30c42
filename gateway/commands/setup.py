"""`setup`: makes the home."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.app import make_house
from gateway.commands.opening import Json, Where
from gateway.commands.output import print_json, say
from gateway.commands.passphrase import RecoveryCodeFile, new_passphrase
from gateway.secret_file import first_line


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(setup)


def setup(
    context: typer.Context,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(help="Take the passphrase from this file's first line.", show_default=False),
    ] = None,
    key_file: Annotated[
        bool,
        typer.Option("--key-file", help="Also open without a passphrase, by a file in the home."),
    ] = False,
    simulation: Annotated[
        bool,
        typer.Option("--simulation", help="A home for simulated devices alone, for ever."),
    ] = False,
    recovery_code_file: RecoveryCodeFile = None,
    as_json: Json = False,
) -> None:
    """Make a new home: keys, the encrypted store, the settings.

    With the recovery code of an earlier home, devices keep the names that they had there.
    """
    where: Where = context.obj
    given = Where(where.home, passphrase_file or where.passphrase_file)
    unattended = key_file and given.passphrase_file is None
    code = make_house(
        where.home,
        passphrase=None if unattended else new_passphrase(given.passphrase_file),
        key_file=key_file,
        simulation=simulation,
        recovery_code=first_line(recovery_code_file, "recovery code") or "",
    )
    if as_json:
        print_json(
            {
                "home": str(where.home),
                "simulation": simulation,
                "key_file": key_file,
                "recovery_code": code,
            }
        )
        return
    say(f"Your home is in {where.home}.")
    say("")
    say(f"Recovery code:  {code}")
    say("Write it on paper and keep it apart from this computer. It opens your home without the")
    say("passphrase, and it is shown only now.")
    if key_file:
        say("")
        say("The home also opens by the key file in it: whoever takes this disk can read it.")
    if simulation:
        say("")
        say("This is a simulation home: only simulated devices, only recipients on this computer.")
    say("")
    say('Next: health-gateway people add "Your name" --born 1985-04')
