"""`import` by itself: a long import needs its memory, and none of what other commands load."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.healthkit import reader


def main(words: Sequence[str]) -> int:
    """Run it; see `program.run_one`. The process that reads loads beside this one."""
    if not {"--list", "--show", "--help"}.intersection(words):
        reader.get_ready()
    from gateway.commands import imports
    from gateway.commands.program import new_app, run_one

    app = new_app()
    imports.add_to(app)
    return run_one(app, words)
