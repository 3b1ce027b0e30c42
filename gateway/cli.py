"""The command line: `health-gateway [--home DIR] COMMAND [--json]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gateway.errors import ExitCode


def _split_home(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Take `--home DIR` from before the command."""
    if len(words) >= 2 and words[0] == "--home":
        return words[1], list(words[2:])
    if words and words[0].startswith("--home="):
        return words[0].removeprefix("--home="), list(words[1:])
    return None, list(words)


def main() -> None:
    """Run one command and end with its exit code.

    `run` is started by itself: it stays for months, and needs neither typer nor rich.
    """
    home, rest = _split_home(sys.argv[1:])
    if rest[:1] == ["run"]:
        from gateway.commands import run

        sys.exit(run.main(home, rest[1:]))

    from gateway.commands import everything

    try:
        sys.exit(everything.main(home, rest))
    except KeyboardInterrupt:
        sys.exit(ExitCode.FAILED)
