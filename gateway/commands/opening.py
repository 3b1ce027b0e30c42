"""How a command opens its home."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from gateway.app import House, open_house
from gateway.clock import now
from gateway.errors import WrongUse
from gateway.secret_file import first_line
from gateway.store.errors import PassphraseNeeded
from gateway.store.people import Person

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
PersonName = Annotated[
    str, typer.Option("--person", help="Whose: a name or a key from `people list`.")
]

SESSION = "terminal"
"""The session that decisions made by a command are recorded under."""

SHOW_NO_READINGS = frozenset({"doctor", "status"})
"""Commands that leave no trace: they show how things are, and must work where nothing can be
written."""


@dataclass(frozen=True, slots=True)
class Where:
    """The home a command is about."""

    home: Path
    passphrase_file: Path | None

    def passphrase(self) -> str | None:
        """The first line of the passphrase file, if one was named."""
        return first_line(self.passphrase_file, "passphrase")


def open_at(where: Where) -> House:
    """Open the home; ask for the passphrase if it needs one and somebody sits there."""
    passphrase = where.passphrase()
    try:
        return open_house(where.home, passphrase=passphrase)
    except PassphraseNeeded:
        if passphrase is not None or not sys.stdin.isatty():
            raise
        return open_house(where.home, passphrase=getpass("Passphrase: "))


@contextmanager
def opened(context: typer.Context) -> Iterator[House]:
    """The house of this command, closed at its end; the audit trail says that it was used."""
    house = open_at(context.obj)
    try:
        if context.command.name not in SHOW_NO_READINGS:
            house.audit.note(now(), SESSION, f"command.{_called(context)}")
        yield house
    finally:
        house.close()


def _called(context: typer.Context) -> str:
    """The words of a command, e.g. ``consent.list``."""
    return ".".join(context.command_path.split()[1:])


def person_of(house: House, told: str) -> Person:
    """The person that a command names; the only one, if it names none.

    Raises:
        WrongUse: there is no such person, or several and none was named.
    """
    people = house.people.list()
    found = [one for one in people if not told or told in (one.name, one.key)]
    if len(found) == 1:
        return found[0]
    if not people:
        raise WrongUse(
            "Nobody lives here yet.", 'Say who: health-gateway people add "Name" --born 1985-04'
        )
    names = ", ".join(one.name for one in people)
    raise WrongUse("Whose? Say it with --person.", f"Here live: {names}.")
