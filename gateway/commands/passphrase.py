"""`passphrase`: a new one, by the old one, the key file or the printed recovery code."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.opening import Json, Where
from gateway.commands.output import print_json, say
from gateway.errors import WrongUse
from gateway.secret_file import first_line
from gateway.store.errors import PassphraseNeeded
from gateway.store.keys import (
    KeyRing,
    add_key_file,
    remove_key_file,
    set_passphrase,
    unlock,
    unlock_with_recovery,
)

SHORTEST = 10

RecoveryCodeFile = Annotated[
    Path | None,
    typer.Option(help="Take the printed recovery code from this file.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(passphrase)


def passphrase(
    context: typer.Context,
    new_file: Annotated[
        Path | None,
        typer.Option(help="Take the new passphrase from this file.", show_default=False),
    ] = None,
    recovery: Annotated[
        bool, typer.Option("--recovery", help="Open with the recovery code; it is asked for.")
    ] = False,
    recovery_code_file: RecoveryCodeFile = None,
    key_file: Annotated[
        bool | None,
        typer.Option(
            "--key-file/--no-key-file",
            help="Also open by a file in the home, or no longer.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Choose a new passphrase. What is stored stays as it is."""
    where: Where = context.obj
    code = first_line(recovery_code_file, "recovery code")
    if recovery and code is None:
        code = getpass("Recovery code: ")
    ring = unlock_with_recovery(where.home, code) if code else _opened(where)
    set_passphrase(where.home, ring, new_passphrase(new_file))
    if key_file:
        add_key_file(where.home, ring)
    elif key_file is False:
        remove_key_file(where.home)
    if as_json:
        print_json({"home": str(where.home), "key_file": (where.home / "key").exists()})
    else:
        say("From now on your home opens with the new passphrase. The recovery code stays.")


def _opened(where: Where) -> KeyRing:
    told = where.passphrase()
    try:
        return unlock(where.home, passphrase=told)
    except PassphraseNeeded:
        if told is not None or not sys.stdin.isatty():
            raise
        return unlock(where.home, passphrase=getpass("Passphrase until now: "))


def new_passphrase(file: Path | None) -> str:
    """The first line of a file, or what a person types twice.

    Raises:
        WrongUse: nobody is there to ask, the two differ, or it is too short.
    """
    chosen = first_line(file, "passphrase") or _asked()
    if len(chosen) < SHORTEST:
        raise WrongUse(f"A passphrase has at least {SHORTEST} letters.", "A few words do well.")
    return chosen


def _asked() -> str:
    if not sys.stdin.isatty():
        raise WrongUse("A passphrase is needed.", "Give one in a file; see --help for the option.")
    first = getpass("Choose a passphrase (a few words): ")
    if getpass("And again: ") != first:
        raise WrongUse("The two are not the same.", "Try again; nothing was changed.")
    return first
