"""Damaged packets, very many of them, through every decoder: `./scripts/soak decode [N]`.

N damaged packets for each characteristic (1,000,000 unless told otherwise), the same in every run.
Each either decodes or raises `DecodeError` with its facts; what decodes is written and read again
to the same. A test runs the same code with 20,000.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from adapters.errors import DecodeError
from scripts.soaks._words import numbers
from tests.characteristics import Case, every
from tests.mutations import mutations

N = 1_000_000


class Surprised(AssertionError):
    """A decoder did something else than it promises; says with which bytes."""


def take(one: Case, data: bytes) -> bool:
    """Decode, to the readings where there are any; say whether it did.

    Raises:
        Surprised: something else than a `DecodeError` with its facts came of it.
    """
    try:
        value = one.value.from_bytes(data)
        if one.told is not None:
            list(one.told(data))
    except DecodeError as error:
        if error.data != data or not 0 <= error.offset <= len(data):
            raise Surprised(f"{one.name}: {data.hex()}: the error has not its facts") from error
        return False
    except Exception as error:
        raise Surprised(f"{one.name}: {data.hex()}: {error!r}") from error
    try:
        again = one.value.from_bytes(bytes(value))
    except Exception as error:
        raise Surprised(f"{one.name}: {data.hex()}: what was read cannot be written") from error
    if again != value:
        raise Surprised(f"{one.name}: {data.hex()}: it is written as something else")
    return True


def damaged(one: Case, count: int) -> int:
    """So many damaged packets of one characteristic; how many of them decoded all the same.

    Raises:
        Surprised: a decoder did something else than it promises.
    """
    right = [bytes.fromhex(vector.hex) for vector in one.vectors]
    return sum(take(one, data) for data in mutations(right, count, one.name))


def main(arguments: Sequence[str]) -> int:
    """Run, and print the figures as JSON."""
    count = int(*numbers(arguments, N))
    began = time.monotonic()
    decoded = {one.name: damaged(one, count) for one in every()}
    figures = {"each": count, "seconds": round(time.monotonic() - began), "decoded": decoded}
    print(json.dumps(figures, indent=2))
    return 0
