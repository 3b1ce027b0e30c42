"""The fast path: whole blocks of records as columns; whatever is unusual goes to expat.

A record of the usual form is ``<Record HEAD creationDate="D" startDate="D" endDate="D"
value="V"END``. Head and end together were seen by expat once, and are a whole `Record`; the bytes
between them are compared with constants, dates are checked digit by digit, and a value is digits or
a known word. So no comment, CDATA section or other element can hide in it, as long as it begins
where an entry may begin: of that the parser is asked after everything that it has read. Everything
else goes to it byte for byte, so both paths give the same rows in the same order.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from adapters.healthkit.archive import CutShort
from adapters.healthkit.blocks import Block, Values
from adapters.healthkit.body import clean, whole
from adapters.healthkit.elements import Losses
from adapters.healthkit.entries import EntryReader
from adapters.healthkit.junctions import BOUNDARY, Junctions
from adapters.healthkit.taking import Taking
from adapters.source import Arrival

_AT_ONCE = 2**16
"""Bytes whose entries wait together to be taken."""

_MOST_WITHOUT = 2**19
"""Bytes without a boundary that are kept before the parser gets them."""


_LEAST = 512
"""Bytes of a block that is worth taking apart."""


class FastPath:
    """Reads the body of a main file, and gives what is in it to `Taking`.

    Args:
        taking: gets rows and entries, in the order of the file.
        losses: told what was damaged.
        max_token: as for `entries.entries`.
    """

    def __init__(self, taking: Taking, losses: Losses, *, max_token: int) -> None:
        self._taking = taking
        self._losses = losses
        self._reader = EntryReader(losses, max_token=max_token)
        self._junctions = Junctions()
        self._values = Values()
        self._settled = False

    def read(self, blocks: Iterator[bytes]) -> Iterator[Arrival]:
        """Take everything from `<HealthData` on; yields when a batch is full."""
        rest = b""
        try:
            for block in blocks:
                if self._reader.ended:
                    break
                cut = block.rfind(BOUNDARY)
                if cut > 0:
                    before, rest = b"".join((rest, memoryview(block)[:cut])), block[cut:]
                    yield from self._block(before)
                    continue
                rest += block
                cut = rest.rfind(BOUNDARY)  # it may lie where both meet
                if cut > 0:
                    before, rest = rest[:cut], rest[cut:]
                    yield from self._block(before)
                elif len(rest) > _MOST_WITHOUT:
                    cut = whole(rest[: -len(BOUNDARY)])
                    block, rest = rest[:cut], rest[cut:]
                    yield from self._unusual(block, settle=False)
        except CutShort:
            pass
        yield from self._unusual(rest, settle=False)
        self._losses.cut_short = not self._reader.done

    def _block(self, bytes_: bytes) -> Iterator[Arrival]:
        """Take what lies before a boundary."""
        if not bytes_.startswith(BOUNDARY):  # what stands before the first record is read first
            cut = bytes_.find(BOUNDARY)
            yield from self._unusual(bytes_[:cut] if cut >= 0 else bytes_)
            if cut < 0:
                return
            bytes_ = bytes_[cut:]
        if self._junctions.make_room():
            self._values.forget()
        if len(bytes_) < _LEAST:
            yield from self._unusual(bytes_)
            return
        block = Block(bytes_, self._junctions, self._values, self._taking.offsets)
        if self._settled and block.fine.all():
            yield from self._taking.take_rows(block.rows(0, len(block)))
        else:
            yield from self._runs(bytes_, block)

    def _runs(self, bytes_: bytes, block: Block) -> Iterator[Arrival]:
        """Rows where they may be taken as such, and bytes for the parser between them."""
        begins: list[int] = block.begins.tolist()
        fine: list[bool] = block.fine.tolist()
        at = row = 0
        while row < len(block):
            first = row
            if self._settled and fine[row] and begins[row] == at:
                while row < len(block) and fine[row]:
                    row += 1
                at = begins[row]
                yield from self._taking.take_rows(block.rows(first, row))
                continue
            if begins[row] <= at:
                row += 1
                while row < len(block) and not fine[row] and not block.not_asked(row):
                    row += 1
            learns = self._settled and row == first + 1 and block.not_asked(first)
            count = yield from self._unusual(bytes_[at : begins[row]])
            at = begins[row]
            if learns and self._settled and count == 1 and self._learn(block, first):
                block.look_again(row)
                fine[row:] = block.fine[row:].tolist()
        if at < len(bytes_):
            yield from self._unusual(bytes_[at:])

    def _learn(self, block: Block, row: int) -> bool:
        """Ask once what a head and an end are together; whether records of it become rows."""
        head, end = block.pair(row)
        if not head or not end:
            return False
        entry = self._junctions.judge(head, end)
        if entry is None:
            return False
        entry.attributes.update(block.written(row))
        shape = self._taking.shape(entry)
        self._junctions.keep(head, end, shape)
        return shape is not None

    def _unusual(self, piece: bytes, *, settle: bool = True) -> Generator[Arrival, None, int]:
        """Give bytes to the parser; says how many entries were in them.

        ``settle``: a boundary follows, so the parser may be asked where it stands.
        """
        count = 0
        cleaned = clean(piece, self._losses.replace)
        for low in range(0, len(cleaned), _AT_ONCE):
            for entry in self._reader.feed(cleaned[low : low + _AT_ONCE]):
                count += 1
                yield from self._taking.take(entry)
        self._settled = settle and self._reader.settle()
        for entry in self._reader.taken():
            count += 1
            yield from self._taking.take(entry)
        return count
