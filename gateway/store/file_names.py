"""What the files of imports are called: a name is somebody's words, so it stays in `local.db`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from adapters.local_events import LocalName
from adapters.reading import Instant, SourceKey
from gateway.store.driver import Database
from gateway.store.local_writing import write

FILE_NAME: Final = "file_name"
_IMPORT: Final = "import:"
_WAITING: Final = "inbox:"
_LONGEST: Final = 255


class FileNames:
    """Names of files that were imported, and of those that a page received.

    Args:
        local: the database of ``local.db``.
    """

    def __init__(self, local: Database) -> None:
        self._db = local

    def note(self, run: int, name: str, at: Instant) -> None:
        """The file of an import."""
        self._write(f"{_IMPORT}{run}", name, at)

    def note_waiting(self, key: str, name: str, at: Instant) -> None:
        """A file that waits; ``key`` is what it is called meanwhile."""
        self._write(f"{_WAITING}{key}", name, at)

    def all(self) -> Mapping[int, str]:
        """Import -> the name of its file."""
        rows = self._db.conn.execute(
            "SELECT owner, name FROM local_name WHERE what = ? ORDER BY at", (FILE_NAME,)
        )
        return {
            int(owner.removeprefix(_IMPORT)): name
            for owner, name in rows
            if owner.startswith(_IMPORT)
        }

    def waiting(self, key: str) -> str:
        """What a file that waits was called, or nothing."""
        row = self._db.conn.execute(
            "SELECT name FROM local_name WHERE owner = ? AND what = ?",
            (f"{_WAITING}{key}", FILE_NAME),
        ).fetchone()
        return "" if row is None else str(row[0])

    def forget(self, run: int) -> None:
        """An import is shown no more."""
        self._forget(f"{_IMPORT}{run}")

    def forget_waiting(self, key: str) -> None:
        """A file does not wait any more."""
        self._forget(f"{_WAITING}{key}")

    def _write(self, owner: str, name: str, at: Instant) -> None:
        if name:
            write(self._db, LocalName(SourceKey(owner), FILE_NAME, name, at))

    def _forget(self, owner: str) -> None:
        self._db.conn.execute(
            "DELETE FROM local_name WHERE owner = ? AND what = ?", (owner, FILE_NAME)
        )


def last_part(name: str) -> str:
    """The name of a file without its folders, as text that can be kept, whoever told it."""
    alone = PurePosixPath(name.replace("\\", "/")).name
    return os.fsencode(alone).decode("utf-8", "replace")[:_LONGEST]
