"""What every event of the ledger is checked for, and how it is read: closed, named, digested."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from pydantic import ConfigDict

from adapters.kinds import Kind

STRICT: Final = ConfigDict(extra="forbid", strict=True)
_KIND = re.compile(r"[a-z][a-z0-9_]*")
ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
LATER: Final = {"later": True}
"""Marks a column that came after the first entries were written; empty, it is not spelled."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


def named(*names: str) -> None:
    """Refuse an empty name."""
    if not all(name.strip() for name in names):
        raise ValueError("an event names everything that it is about")


def closed(kinds: Sequence[Kind]) -> None:
    """Refuse a list of kinds that is not written out, one by one, in order."""
    if not kinds or list(kinds) != sorted(set(kinds)):
        raise ValueError("kinds are named once each, in order")
    if not all(_KIND.fullmatch(name) for name in kinds):
        raise ValueError("a kind is named in full; there is no word for all of them")


def digest_of(digest: str, text: str | None = None) -> None:
    """Refuse what is no digest, or not that of its text."""
    if not _SHA256.fullmatch(digest):
        raise ValueError("a digest is SHA-256 in hex")
    if text is not None and hashlib.sha256(text.encode()).hexdigest() != digest:
        raise ValueError("a digest is that of its text")
