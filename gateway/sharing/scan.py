"""The last look at outgoing bytes: does a value that stays here stand in them, in any spelling?

The text is unwrapped first (URL and JSON escapes, base64 at every alignment, hexadecimal), then
searched once. Spellings are found by four of their bytes in a set of numbers, at every second
place of the text, so the time depends on the length of the text alone.

Rules against false finds:

* fewer than six bytes are not looked for (an RSSI, "H10");
* spellings shorter than eight bytes, or digits alone and shorter than ten, must stand alone;
* what stands in a public text (a kind's name, a code, a device's make) is not local;
* decimal numbers (positions, altitudes) are compared to four decimals, 11 m; shorter ones are not
  looked for, and a number that is the very reading to be sent is excused.
"""

from __future__ import annotations

import binascii
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote_to_bytes

from gateway.sharing.local_forms import SHORTEST, number_in, spellings

_DECIMALS = 4
_FULL_SPELLINGS = 2000
_GRAM = 4
_FRACTION = re.compile(rb"\.[0-9]{4,}")
_WHOLE = re.compile(rb"[0-9]{1,6}\Z")
_RUN = re.compile(rb"[A-Za-z0-9+/_\-]{8,}")
_HEX = re.compile(rb"[0-9A-Fa-f]{12,}")
_ESCAPE = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|([\"/\\]))")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_OF_A_TIME = b"0123456789:.-tz"
_OF_WORDS = b"abcdefghilmnoprstuvy -."
_WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True, slots=True)
class Find:
    """That something local was found, never what: ``wrapped`` says how it was written."""

    wrapped: str


class Scanner:
    """Knows the local values of a home by their spellings; `find` looks for all of them.

    Args:
        values: addresses, names, positions, … as they are kept in `local.db`.
        public: texts that may leave by themselves, e.g. the makes of known devices.
    """

    def __init__(self, values: Iterable[str], public: Iterable[str] = ()) -> None:
        spoken = "\n".join(public).lower()
        forms: dict[bytes, bool] = {}
        self._numbers: set[bytes] = set()
        self._quotes = False
        for value in values:
            self._quotes = self._quotes or '"' in value
            number = number_in(value)
            if number is not None:
                whole, _, fraction = number.partition(".")
                if len(fraction) < _DECIMALS:
                    continue
                self._numbers.add(f"{whole}.{fraction[:_DECIMALS]}".encode())
                if len(self._numbers) > _FULL_SPELLINGS:
                    continue
                value = number
            elif len(value.strip()) < SHORTEST or value.strip().lower() in spoken:
                continue
            forms |= spellings(value)
        by_gram: defaultdict[int, list[tuple[bytes, bool]]] = defaultdict(list)
        for form, alone in forms.items():
            for at in _rarest(form):
                by_gram[int.from_bytes(form[at : at + _GRAM], _ORDER)].append((form, alone))
        self._by_gram = {gram: tuple(found) for gram, found in by_gram.items()}
        self._grams = frozenset(self._by_gram)
        self.spellings = len(forms)

    def find(self, text: bytes, excused: Collection[bytes] = ()) -> Find | None:
        """The first find in a text, None if it holds nothing local.

        Args:
            text: the bytes that would leave.
            excused: numbers that may stand there, since they are the readings to be sent.
        """
        if not self._quotes and text.isascii():
            text = b'"'.join(set(text.split(b'"')))  # a Bundle says most things many times
        for wrapped, view in _views(text):
            if self._stands_in(view):
                return Find(wrapped)
            if self._numbers and self._number_in(view, excused):
                return Find(wrapped)
        return None

    def _number_in(self, view: bytes, excused: Collection[bytes]) -> bool:
        for fraction in _FRACTION.finditer(view):
            whole = _WHOLE.search(view[max(0, fraction.start() - 6) : fraction.start()])
            head = whole[0] + fraction[0][: 1 + _DECIMALS] if whole else b""
            if head in self._numbers and whole and whole[0] + fraction[0] not in excused:
                return True
        return False

    def _stands_in(self, view: bytes) -> bool:
        words = memoryview(view)
        for shift in (0, 2):  # every gram was kept at two neighbouring places of its spelling
            end = shift + (len(view) - shift) // _GRAM * _GRAM
            if end <= shift:
                continue
            for gram in self._grams.intersection(words[shift:end].cast("I")):
                if any(_is_in(form, alone, view) for form, alone in self._by_gram[gram]):
                    return True
        return False


_ORDER: Literal["little", "big"] = "little" if memoryview(b"\1\0\0\0").cast("I")[0] == 1 else "big"


def _rarest(form: bytes) -> tuple[int, int]:
    """Two neighbouring places in a spelling whose grams are the least like ordinary text."""
    places = range(len(form) - _GRAM)
    best = min(places, key=lambda at: _ordinary(form[at : at + _GRAM + 1]))
    return best, best + 1


def _ordinary(some: bytes) -> int:
    """How often such bytes stand in an Observation: times and numbers most of all, then words."""
    if not some[:-1].strip(_OF_A_TIME) or not some[1:].strip(_OF_A_TIME):
        return 100
    return sum(3 if byte in _OF_WORDS else 1 for byte in some)


def _is_in(form: bytes, alone: bool, view: bytes) -> bool:
    at = view.find(form)
    if at < 0 or not alone:
        return at >= 0
    while at >= 0:
        before, after = view[at - 1 : at] if at else b"", view[at + len(form) :][:1]
        if not _WORDS.intersection(before) and not _WORDS.intersection(after):
            return True
        at = view.find(form, at + 1)
    return False


def _views(text: bytes) -> Iterator[tuple[str, bytes]]:
    """The text, and what stands in it wrapped; each in lower case."""
    yield "plain", text.lower()
    if b"%" in text:
        yield "URL-escaped", unquote_to_bytes(text).lower()
    if b"\\" in text:
        yield "JSON-escaped", _ESCAPE.sub(_unescaped, text).lower()
    runs = set(_RUN.findall(text))
    yield "in base64", b"\n".join(_from_base64(runs)).lower()
    yield "in hexadecimal", b"\n".join(_from_hex(b"\n".join(runs))).lower()


def _unescaped(escape: re.Match[bytes]) -> bytes:
    if escape[2]:
        return escape[2]
    return chr(int(escape[1], 16)).encode("utf-8", "replace")


def _from_base64(runs: Iterable[bytes]) -> Iterator[bytes]:
    """What runs of the base64 alphabet hold, read from each of four places."""
    for run in runs:
        letters = run.translate(_URL_SAFE)
        for start in range(4):
            whole = letters[start : start + (len(letters) - start) // 4 * 4]
            rest = letters[start + len(whole) :]
            tail = rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""
            yield binascii.a2b_base64(whole + tail)


def _from_hex(text: bytes) -> Iterator[bytes]:
    for run in _HEX.findall(text):
        for start in (0, 1):
            yield binascii.unhexlify(run[start : start + (len(run) - start) // 2 * 2])
