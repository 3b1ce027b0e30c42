"""Packets that are nearly right, from packets that are: what radios, firmware and malice make."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

_ENDS = (b"\x00", b"\xff", b"\x7f", b"\x80", b"\xff\x07", b"\x00\x08", b"\xff\xff", b"\xfe\x07")
"""Bytes at the ends of numbers, and the special codes of medical floats."""


def mutations(right: Sequence[bytes], count: int, seed: str) -> Iterator[bytes]:
    """So many damaged packets, the same for the same seed.

    Each is a right packet with one to four changes: a bit of its first four bytes turned (the
    flags), any bit turned, a field set to an end of its range, cut short, bytes put in, taken out
    or doubled, or its end taken from another packet; or it has its flags and bytes of chance.
    """
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(chance.choice(right))
        for _ in range(chance.randint(1, 4)):
            _change(data, right, chance)
        yield bytes(data[:512])


def _change(data: bytearray, right: Sequence[bytes], chance: random.Random) -> None:
    place = chance.randrange(len(data) + 1)
    match chance.randrange(8):
        case 0 if data:
            data[chance.randrange(min(4, len(data)))] ^= 1 << chance.randrange(8)
        case 1 if place < len(data):
            data[place] ^= 1 << chance.randrange(8)
        case 2:
            end = chance.choice(_ENDS)
            data[place : place + len(end)] = end
        case 3:
            del data[place:]
        case 4:
            data[place:place] = chance.randbytes(chance.randint(1, 4))
        case 5:
            del data[place : place + chance.randint(1, 3)]
        case 6:
            other = chance.choice(right)
            data[place:] = other[chance.randrange(len(other) + 1) :]
        case _:
            data[chance.randint(0, 2) :] = chance.randbytes(chance.randint(0, 24))
