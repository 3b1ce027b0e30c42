"""The numbers that a soak is given behind its name."""

from __future__ import annotations

from collections.abc import Sequence


class WrongUse(ValueError):
    """What is written there is not what this soak takes."""


def numbers(words: Sequence[str], *otherwise: float) -> list[float]:
    """As many numbers as there are defaults; those that are not written are as those say.

    Raises:
        WrongUse: one is no number above zero, is not whole where the default is, or is too many.
    """
    if len(words) > len(otherwise):
        raise WrongUse(f"{words[len(otherwise)]!r} is one word too many.")
    return [*map(_number, words, otherwise), *otherwise[len(words) :]]


def _number(word: str, like: float) -> float:
    try:
        number = type(like)(word)
    except ValueError:
        raise WrongUse(f"{word!r} is no number.") from None
    if not 0 < number < float("inf"):
        raise WrongUse(f"{word!r} must be above zero.")
    return number
