"""What is wrong in a description, in words that its writer can act on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from tomllib import TOMLDecodeError
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapters.errors import DescriptionRefused

WORDS: Final = "docs/describe-a-device.md"
_WORD: Final = re.compile(r"[A-Za-z0-9_-]+")
_LINE: Final = re.compile(r"\(at (line \d+, column \d+|end of document)\)")
_STEPS: Final = {
    "missing": "{word} is missing: write it",
    "string_type": 'write text in quotes, as in "text"',
    "string_too_short": "write something between the quotes",
    "string_too_long": "write at most {max_length} letters",
    "string_pattern_mismatch": "write small letters, digits and -, as in my-scale",
    "too_short": "write at least one",
    "list_type": "write a list: values in [ ], or a block that begins with [[{word}]]",
    "model_type": "write words with their values: in {{ }}, or in a block of its own",
    "dict_type": 'write numbers with their words, as in {{ 65535 = "error" }}',
    "literal_error": "write one of: {expected}",
    "enum": "write one of: {expected}",
    "greater_than_equal": "write a number that is at least {ge}",
    "less_than_equal": "write a number that is at most {le}",
}
"""The next step by the sort of mistake; `pydantic` names the sorts."""
_BEGINNINGS: Final = {
    "bool": "write true or false",
    "int": "write a whole number, such as 16",
    "finite": "write a number that is finite, such as 0.1",
    "decimal": "write a number, such as 0.1",
}


def not_toml(name: str, error: TOMLDecodeError) -> DescriptionRefused:
    """A file that is no TOML: the line at which it ends to be."""
    where = _LINE.search(str(error))
    at = f", at {where[1]}" if where else ""
    return DescriptionRefused(
        f"{name} is not TOML{at}",
        f"Write a word, =, and its value there, once: text in quotes. See {WORDS}.",
    )


def mistaken(name: str, error: ValidationError, words: Iterable[str]) -> DescriptionRefused:
    """A file that says what a description cannot say: the first place, and what to write.

    A word that is not known comes first: it may be the one that is missing, written wrongly.
    """
    mistakes = error.errors(include_url=False)
    unknown = [one for one in mistakes if one["type"] == "extra_forbidden"]
    first = (unknown or mistakes)[0]
    place = ".".join(_places(first["loc"]))
    missing = [
        str(one["loc"][-1])
        for one in mistakes
        if one["type"] == "missing" and one["loc"][:-1] == first["loc"][:-1]
    ]
    step = _unknown(first, missing, words) if unknown else _step(first)
    return DescriptionRefused(f"{name}, at {place or 'the top'}", f"{step}.")


def _places(steps: Sequence[int | str]) -> list[str]:
    """The way to a place, counted from 1; without what only the library calls so."""
    shown = [str(step + 1) if isinstance(step, int) else step for step in steps]
    return [step for step in shown if _WORD.fullmatch(step)]


def _unknown(mistake: ErrorDetails, missing: Sequence[str], words: Iterable[str]) -> str:
    told = str(mistake["loc"][-1])
    meant = get_close_matches(told, missing or list(words), 1)
    instead = f"write {meant[0]}" if meant and meant[0] != told else "leave it out"
    return f"{told} is no word that can stand here: {instead}, or look at {WORDS}"


def _step(mistake: ErrorDetails) -> str:
    sort = mistake["type"]
    if sort == "value_error":
        return mistake["msg"].removeprefix("Value error, ")
    if sort in _STEPS:
        (*_, word) = _places(mistake["loc"]) or ["it"]
        return _STEPS[sort].format(word=word, **mistake.get("ctx", {}))
    return _BEGINNINGS.get(sort.partition("_")[0], f"look at {WORDS}")
