"""The ledger's chain: each entry bears the digest of the one before, and a signature.

A chain alone does not show that its end was cut off, so its head is also kept elsewhere (`Anchor`)
and on every receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adapters.reading import Instant
from gateway.sharing.errors import LedgerBroken
from gateway.sharing.events import ConsentEvent, Recorded
from gateway.sharing.spelling import parsed

GENESIS: Final = bytes(32)
"""What stands for the digest before the first entry."""

_DOMAIN: Final = b"gw-ledger-v1\0"

Row = tuple[int, str, bytes, bytes, bytes]
"""A row of the table: seq, event, prev, hash, signature."""


class Anchor(Protocol):
    """Where the heads of chains are kept a second time, in another file."""

    def head(self, what: str) -> tuple[int, bytes] | None:
        """The last head that was kept: sequence number and digest; None when there is none."""
        ...

    def set_head(self, what: str, seq: int, hash: bytes) -> None:
        """Keep a head, durably."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger, as it was checked or written."""

    seq: int
    recorded: Recorded
    hash: bytes
    signature: bytes

    @property
    def at(self) -> Instant:
        """When it was recorded."""
        return self.recorded.at

    @property
    def event(self) -> ConsentEvent:
        """What was recorded."""
        return self.recorded.event


def digest(prev: bytes, seq: int, text: str) -> bytes:
    """SHA-256 over the entry before, the sequence number (8 bytes, high first) and the text."""
    return hashlib.sha256(_DOMAIN + prev + seq.to_bytes(8, "big") + text.encode()).digest()


def link(key: Ed25519PrivateKey, prev: bytes, seq: int, text: str) -> tuple[bytes, bytes]:
    """The digest of a new entry and its signature."""
    hashed = digest(prev, seq, text)
    return hashed, key.sign(hashed)


def checked(
    rows: Iterable[Row], key: Ed25519PublicKey, seq: int = 0, prev: bytes = GENESIS
) -> list[Entry]:
    """The entries of these rows, each checked against the one before.

    Args:
        rows: in the order of their numbers.
        key: whose signature each must bear.
        seq: the number of the entry before the first.
        prev: its digest.

    Raises:
        LedgerBroken: a row was changed, left out, put in, swapped, or is not signed by the key.
    """
    entries = []
    for number, text, before, hashed, signature in rows:
        seq += 1
        if number != seq:
            raise LedgerBroken("an entry is missing or was put in", seq)
        if before != prev or hashed != digest(prev, seq, text):
            raise LedgerBroken("an entry is not the one that was written", seq)
        try:
            key.verify(signature, hashed)
        except InvalidSignature as error:
            raise LedgerBroken("an entry is not signed by this gateway", seq) from error
        try:
            recorded = parsed(text)
        except LedgerBroken as error:
            raise LedgerBroken(error.why, seq) from error
        entries.append(Entry(seq, recorded, hashed, signature))
        prev = hashed
    return entries
