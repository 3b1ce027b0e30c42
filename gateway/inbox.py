"""Exports that wait to be imported: what a page received, and a folder that is looked into.

A page puts a file into the inbox of the home, where only this user may read it; it is deleted once
it was read, or refused. Files of the watch folder are their owner's and stay as they are.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from adapters.reading import Instant, PersonKey
from gateway.store.people import Person

INBOX = "inbox"
_UNFINISHED = ".part"
_GIVEN_UP_AFTER = 3_600_000
"""Milliseconds without a byte after which nobody sends the rest of a file any more."""

_ENDINGS = (".zip", ".xml")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


def inbox_of(home: Path, person: PersonKey) -> Path:
    """Where files of this person wait.

    Raises:
        ValueError: this is no key of a person.
    """
    if not _KEY.fullmatch(person):
        raise ValueError("not a person's key")
    return home / INBOX / person


class Receiving:
    """A file that is being received; it waits for nobody before `done`.

    Attributes:
        key: what it is called meanwhile; ``bytes``: how many came.
    """

    def __init__(self, home: Path, person: PersonKey) -> None:
        folder = inbox_of(home, person)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.key = secrets.token_hex(8)
        self.bytes = 0
        self._to = folder / f"{self.key}.zip"
        self._path = folder / f"{self.key}{_UNFINISHED}"
        self._out = os.fdopen(
            os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        )

    def write(self, block: bytes) -> None:
        """Add to the file."""
        self._out.write(block)
        self.bytes += len(block)

    def done(self) -> None:
        """The file is whole."""
        self._out.close()
        self._path.rename(self._to)

    def give_up(self) -> None:
        """It will not be; nothing stays of it."""
        self._out.close()
        self._path.unlink(missing_ok=True)


def clear_unfinished(home: Path, now: Instant) -> None:
    """Delete what a killed program left of files whose rest never came."""
    for path in (home / INBOX).glob(f"*/*{_UNFINISHED}"):
        try:
            if now - path.stat().st_mtime_ns // 1_000_000 > _GIVEN_UP_AFTER:
                path.unlink()
        except FileNotFoundError:  # it has come to its end just now
            continue


def received(home: Path, person: PersonKey) -> list[Path]:
    """Whole files that wait in this person's inbox, the first of them first."""
    return _in_order(inbox_of(home, person).glob("*.zip"))


def offered(folder: str, person: Person, *, alone: bool) -> list[Path]:
    """Exports in the watch folder that are this person's; hidden files are none.

    macOS puts one beside each file that it copies to another system: `._export.zip`.

    Args:
        folder: as `config.toml` says it; empty where there is none.
        person: whose.
        alone: nobody else lives in this house; otherwise each has a folder of their name in it.
    """
    if not folder:
        return []
    root = Path(folder).expanduser()
    if not alone:
        root = root / person.name
        if root.parent != Path(folder).expanduser() or root.name in ("", ".", ".."):
            return []
    try:
        found = [one for one in root.iterdir() if one.suffix.lower() in _ENDINGS]
    except OSError:
        return []
    return _in_order(one for one in found if not one.name.startswith("."))


def _in_order(files: Iterable[Path]) -> list[Path]:
    known: list[tuple[int, Path]] = []
    for one in files:
        with suppress(OSError):  # it is gone again, or nobody may look at it
            told = one.stat()
            if stat.S_ISREG(told.st_mode):
                known.append((told.st_mtime_ns, one))
    return [one for _, one in sorted(known)]
