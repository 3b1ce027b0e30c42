"""`import` by itself: a long import needs its memory, and none of what other commands load."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path

from adapters.healthkit import reader

_LARGE = 2**20
"""Bytes of an export from which on it may well be read in a process of its own."""


def main(words: Sequence[str]) -> int:
    """Run it; see `program.run_one`. The process that reads loads beside this one."""
    gc.set_threshold(100_000, 20, 100)  # rows by the million make no circles to be looked for
    try:
        if any(_is_large(Path(word)) for word in words):
            reader.get_ready()
        from gateway.commands import imports
        from gateway.commands.program import new_app, run_one

        app = new_app()
        imports.add_to(app)
        return run_one(app, words)
    finally:
        reader.dismiss()  # nothing was to be read after all


def _is_large(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size >= _LARGE
    except OSError:  # no path at all
        return False
