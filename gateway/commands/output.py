"""What a command says: with `--json` one document on stdout, else words for a person."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import orjson
from typer.exceptions import TyperException

from adapters.errors import AdapterError
from adapters.reading import Instant
from adapters.simulator.errors import ScenarioRefused
from gateway.errors import ExitCode, GatewayError
from gateway.rights.naming import JOINERS
from gateway.store.device_names import Called
from gateway.store.errors import (
    CodeMistyped,
    HomeExists,
    KeyFileOpenToOthers,
    NoHome,
    NotAHome,
    PassphraseNeeded,
    StoreLocked,
    WrongPassphrase,
)

TO_BE_TYPED = frozenset({"Key", "Grant", "Denial", "No."})
"""Columns whose words a person copies into another command: never broken or cut."""

WIDE = 200
"""Letters in a line where nobody's window limits it."""


def print_json(document: object) -> None:
    """One JSON document, alone on stdout."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """A sentence for a person, on stdout."""
    sys.stdout.write(text + "\n")


def aside(text: str) -> None:
    """A sentence beside the answer (progress, a warning), on stderr."""
    sys.stderr.write(text + "\n")


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for a person; JSON is made from the same rows elsewhere."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        made.add_column(heading, no_wrap=heading in TO_BE_TYPED)
    for row in rows:
        made.add_row(*(Text("" if cell is None else visible(str(cell))) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    console.print(made, highlight=False)


def visible(text: str) -> str:
    """Words from elsewhere (a device's name, a person's) as a terminal may show them.

    A control character would move the cursor or colour what follows.
    """
    return "".join(
        letter if letter.isprintable() or letter in JOINERS else "\N{REPLACEMENT CHARACTER}"
        for letter in text
    )


def moment(at: Instant | None) -> str:
    """A time as this computer's clock on the wall shows it."""
    if at is None:
        return ""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def called(one: Called) -> str:
    """What a device is called, told from others of that name by when it was added."""
    if not one.exactly:
        return one.name
    added = moment(one.added)[:10] if one.exactly == "day" else moment(one.added)
    if one.exactly == "second":
        added += f":{one.added // 1000 % 60:02}"
    return f"{one.name} (added {added})"


def to_the_second(at: Instant) -> str:
    """The same, with seconds: readings of one minute are told apart."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def zone_here() -> str:
    """What the zone is called that `moment` shows times in."""
    return datetime.now(UTC).astimezone().tzname() or "this computer's time"


def iso(at: Instant | None) -> str | None:
    """A time for JSON: UTC with milliseconds."""
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def failed(error: Exception, as_json: bool) -> int:
    """Say what went wrong and what to do next; return the exit code."""
    next_step = str(getattr(error, "next_step", ""))
    code = code_of(error)
    if as_json:
        print_json({"error": str(error), "next_step": next_step, "exit_code": int(code)})
    sys.stderr.write(f"{error} {next_step}".strip() + "\n")
    return int(code)


def misused(error: TyperException, as_json: bool) -> int:
    """Say that a command was written in a way it does not have; return the exit code."""
    if as_json:
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "health-gateway"
        said = {"error": error.format_message(), "next_step": f"See: {path} --help"}
        print_json({**said, "exit_code": int(ExitCode.WRONG_USE)})
    show = getattr(error, "show", None)  # every error of wrong use has it
    if show is not None:
        show()
    return ExitCode.WRONG_USE


def code_of(error: Exception) -> ExitCode:
    """The exit code of an error, of this package or of one below it."""
    match error:
        case GatewayError():
            return error.code
        case AdapterError():
            return ExitCode.DEVICE_FAILED
        case CodeMistyped() | NoHome() | NotAHome() | HomeExists() | ScenarioRefused():
            return ExitCode.WRONG_USE
        case WrongPassphrase() | PassphraseNeeded() | KeyFileOpenToOthers() | StoreLocked():
            return ExitCode.REFUSED
        case _:
            return ExitCode.FAILED
