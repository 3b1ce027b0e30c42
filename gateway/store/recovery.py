"""The recovery code: 160 random bits in eight groups of five letters and digits.

The alphabet is Crockford's base 32 (https://www.crockford.com/base32.html: no I, L, O, U; I and L
read as 1, O as 0). The fifth sign of each group checks the other four and the group's place:
a weighted sum in GF(32) with the polynomial x^5 + x^2 + 1, which notices every single wrong
sign, every two neighbours swapped, and groups in the wrong order, and says which group it is.
"""

from __future__ import annotations

from gateway.store.errors import CodeMistyped

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READS_AS = {sign: number for number, sign in enumerate(_ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_GROUPS = 8
_ENTROPY_BYTES = 20


def _times_two(number: int) -> int:
    doubled = number << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def _check(group: int, signs: list[int]) -> int:
    total = group + 1
    for sign in signs:
        total = _times_two(total) ^ sign
    return _times_two(total)


def printed(entropy: bytes) -> str:
    """The code as it is printed, e.g. ``7ZK3M-…`` (eight groups of five)."""
    if len(entropy) != _ENTROPY_BYTES:
        raise ValueError("a recovery code has 20 bytes")
    number = int.from_bytes(entropy, "big")
    signs = [number >> shift & 31 for shift in range(155, -1, -5)]
    groups = []
    for group in range(_GROUPS):
        four = signs[group * 4 : group * 4 + 4]
        groups.append("".join(_ALPHABET[sign] for sign in [*four, _check(group, four)]))
    return "-".join(groups)


def entropy_of(code: str) -> bytes:
    """The random bytes of a code as a person types it: case, spaces and dashes do not matter.

    Raises:
        CodeMistyped: it cannot be right; says which group to look at.
    """
    typed = [sign for sign in code.upper() if not sign.isspace() and sign not in "-–—_."]
    if len(typed) != _GROUPS * 5:
        raise CodeMistyped(
            f"A recovery code has {_GROUPS * 5} letters and digits; this has {len(typed)}.", 0
        )
    number = 0
    for group in range(_GROUPS):
        signs = [_READS_AS.get(sign, -1) for sign in typed[group * 5 : group * 5 + 5]]
        if -1 in signs or _check(group, signs[:4]) != signs[4]:
            raise CodeMistyped(
                f"Group {group + 1} of the recovery code is mistyped.",
                group + 1,
                f"Look at group {group + 1} of the printed code and type it once more.",
            )
        for sign in signs[:4]:
            number = number << 5 | sign
    return number.to_bytes(_ENTROPY_BYTES, "big")
