"""Entries from bytes that come in portions; memory does not grow.

A damaged entry costs itself alone: reading goes on at the next line that begins an entry, and that
is the same one however the bytes were cut. A file that ends in the middle keeps what came before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.healthkit.archive import CutShort
from adapters.healthkit.elements import BETWEEN, Entry, Losses, Reader

_NEXT = re.compile(rb"\n (?=<[A-Z])")
_OVERLAP = 3
_ROOT = b"<HealthData>"
_MOST_HELD = 2**16


def entries(blocks: Iterator[bytes], losses: Losses, *, max_token: int) -> Iterator[Entry]:
    """Yield each child of the root, in the order of the file.

    `WorkoutRoute` and `Location` elements come as entries of their own, before their workout,
    because a route may be long.

    Args:
        blocks: the file from `<HealthData` on, cleaned.
        losses: told what was damaged.
        max_token: bytes that a single tag or text may have; beyond, the file counts as cut short.
    """
    reader = EntryReader(losses, max_token=max_token)
    try:
        for block in blocks:
            yield from reader.feed(block)
            if reader.ended:
                break
    except CutShort:
        pass
    losses.cut_short = not reader.done


class EntryReader:
    """Reads entries from bytes that come in portions, cut anywhere.

    Attributes:
        done: the root has ended; what follows is not read.
        ended: it has, or a token grew too long: there is nothing more to feed.
    """

    def __init__(self, losses: Losses, *, max_token: int) -> None:
        self._losses = losses
        self._max_token = max_token
        self._reader = Reader()
        self._base = 0  # where in the stream the parser's own bytes begin
        self._end = 0
        self._began = -1  # where an entry begins that is read after damage
        self._fed = 0
        self._held = b""
        self._lost = False
        self._resume = 0
        self.ended = False

    @property
    def done(self) -> bool:
        """Whether the root has ended."""
        return self._reader.done

    def feed(self, block: bytes) -> Iterator[Entry]:
        """Read on; yields what became whole."""
        if self.ended:
            return
        self._held += block
        self._end += len(block)
        while not self._lost or self._find_again():
            reader, rest = self._reader, self._held[self._fed - self._origin :]
            self._fed = self._end
            damage = reader.feed(rest)
            yield from reader.taken()
            if damage is None:
                break
            self._lose(damage)
        if not self._lost:
            self.ended = self._reader.done or self._reader.waiting > self._max_token
            self._let_go()

    def settle(self) -> bool:
        """Whether the next byte would stand between two entries: in no tag, comment or CDATA.

        An empty element is read as if it stood there; nothing but the parser's own state can say.
        """
        reader = self._reader
        if self._lost or self.ended or reader.depth != 1 or reader.waiting:
            return False  # within a token it would be damage, and not where the file has it
        reader.between()
        if reader.settled:
            self._end += len(BETWEEN)
            self._fed, self._held = self._end, b""
        else:  # within CDATA: it is no part of the file, should that be read again
            self._base -= len(BETWEEN)
            reader.good += len(BETWEEN)
        return reader.settled

    def taken(self) -> list[Entry]:
        """What became whole since, if anything."""
        return self._reader.taken()

    @property
    def _origin(self) -> int:
        """Where in the stream the held bytes begin."""
        return self._end - len(self._held)

    def _lose(self, damage: int) -> None:
        self._losses.damaged += 1
        self._lost, self._resume = True, self._after(self._base + damage)

    def _find_again(self) -> bool:
        """Go on at the next line that begins an entry; False if it has not come yet."""
        found = _NEXT.search(self._held, max(0, self._resume - self._origin))
        if found is None:
            self._resume = max(self._resume, self._end - _OVERLAP)
            self._held = self._held[-_OVERLAP:]
            return False
        self._fed = self._origin + found.end()
        self._base, self._began = self._fed - len(_ROOT), self._fed
        self._reader.close()
        self._reader, self._lost = Reader(_ROOT), False
        return True

    def _after(self, damage: int) -> int:
        """From where to look for the next entry: behind the start of the damaged one."""
        good = self._base + self._reader.good
        if damage - good > _MOST_HELD or good < self._origin:
            return damage
        if good == self._began:
            return good
        begins = _NEXT.search(self._held, good - self._origin)
        if begins is not None and self._origin + begins.end() < damage:
            return self._origin + begins.end()
        at = damage - self._origin
        return damage if self._held[max(0, at - 2) : at + 1] == b"\n <" else good

    def _let_go(self) -> None:
        """Hold no more than the entry that is being read."""
        good = self._base + self._reader.good
        kept = self._end - good
        self._held = self._held[-kept:] if 0 < kept <= _MOST_HELD else b""
