"""`setup`: makes the home."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from gateway.app import make_house
from gateway.commands.opening import Json, Where
from gateway.commands.output import print_json, say
from gateway.errors import WrongUse

SHORTEST = 10


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
    as_json: Json = False,
) -> None:
    """Make a new home: keys, the encrypted store, the settings."""
    where: Where = context.obj
    given = Where(where.home, passphrase_file or where.passphrase_file)
    passphrase = given.passphrase()
    if passphrase is None and not key_file:
        passphrase = _asked()
    if passphrase is not None and len(passphrase) < SHORTEST:
        raise WrongUse(f"A passphrase has at least {SHORTEST} letters.", "A few words do well.")
    code = make_house(where.home, passphrase=passphrase, key_file=key_file, simulation=simulation)
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


def _asked() -> str:
    if not sys.stdin.isatty():
        raise WrongUse(
            "A new home needs a passphrase.",
            "Give one with --passphrase-file, or use --key-file for an unattended computer.",
        )
    first = getpass("Choose a passphrase (a few words): ")
    if getpass("And again: ") != first:
        raise WrongUse("The two are not the same.", "Try again; nothing was made.")
    return first
