"""The command line: `health-gateway [--home DIR] COMMAND [--json]`."""

from __future__ import annotations

import sys

from gateway.errors import ExitCode


def main() -> None:
    """Run one command and end with its exit code.

    `run` is started by itself: it stays for months, and needs neither typer nor rich.
    """
    words = sys.argv[1:]
    try:
        if _is_run(words):
            from gateway.commands import run

            sys.exit(run.main(words))

        from gateway.commands import everything

        sys.exit(everything.main(words))
    except KeyboardInterrupt:
        sys.exit(ExitCode.FAILED)


def _is_run(words: list[str]) -> bool:
    """Whether the command, behind the options of the program, is `run`."""
    rest = iter(words)
    for word in rest:
        if word in ("--home", "--passphrase-file"):
            next(rest, None)
        elif not word.startswith("--"):
            return word == "run"
    return False
