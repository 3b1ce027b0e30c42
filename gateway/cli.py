"""The command line: `health-gateway [--home DIR] COMMAND [--json]`."""

from __future__ import annotations

import gc
import sys

from gateway import outlets
from gateway.errors import ExitCode

INTERRUPTED = 128 + 2
"""The exit code of a command that Ctrl-C ended: what a shell says of SIGINT."""


def main() -> None:
    """Run one command and end with its exit code.

    `run` is started by itself: it stays for months, and needs neither typer nor rich.
    """
    outlets.take_over()
    try:
        _run(sys.argv[1:])
    finally:
        try:
            sys.stdout.flush()  # here an error can still be said
        except OSError as full:
            sys.stderr.write(f"{full.strerror}: the answer could not be written whole.\n")
            sys.exit(ExitCode.FAILED)


def _run(words: list[str]) -> None:
    try:
        command = _command(words)
        if command == "run":
            from gateway.commands import run

            sys.exit(run.main(words))
        if command == "import":
            from gateway.commands import only_import

            code = only_import.main(words)
        else:
            from gateway.commands import everything

            code = everything.main(words)
        gc.freeze()  # the process ends: nobody needs to look for circles in what is left
        sys.exit(code)
    except KeyboardInterrupt:  # while it loads; a command that is under way ends with the same
        sys.exit(INTERRUPTED)
    except Exception as error:  # what nobody foresaw: where it was, but nothing of what was in it
        sys.exit(unforeseen(error, as_json="--json" in words))


def unforeseen(error: Exception, *, as_json: bool) -> int:
    """Say where something went wrong, by class, module and line; never what was in it."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    name = place.tb_frame.f_globals.get("__name__", "?") if place else "?"
    what = f"Something went wrong that was not foreseen: {type(error).__name__} in {name}"
    what += f", line {place.tb_lineno}." if place else "."
    next_step = "What was stored is safe. Run `health-gateway doctor`, and report this line."
    if as_json:
        import json

        print(json.dumps({"error": what, "next_step": next_step, "exit_code": 1}))
    print(what, next_step, file=sys.stderr)
    return ExitCode.FAILED


def _command(words: list[str]) -> str:
    """The command, behind the options of the program; empty if there is none."""
    rest = iter(words)
    for word in rest:
        if word in ("--home", "--passphrase-file"):
            next(rest, None)
        elif not word.startswith("--"):
            return word
    return ""
