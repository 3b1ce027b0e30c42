"""`docs/bluetooth-sig.md`, made from the list; ``python -m tests.oracle.page`` writes it anew."""

from __future__ import annotations

from pathlib import Path

from tests.oracle import every
from tests.oracle.wrong import REFUSED, WRONG

PAGE = Path(__file__).parents[2] / "docs" / "bluetooth-sig.md"

_HEAD = """\
# Where bluetooth_sig is wrong

bluetooth-sig 0.6.0 (RonanB96/bluetooth-sig-python) reads more characteristics than any other
package. Our tests ask it as a judge about what is made of integers, with packets that chance makes:
of {judged} characteristics it reads all as we do, but for what stands below. The program itself
does not use it: its medical floats have a wrong exponent, and it passes over what is cut short.

Each line is tested (`tests/test_bluetooth_sig_oracle.py`): that it still says so, and that we read
what is right. This page is made from the tests by `python -m tests.oracle.page`.

| characteristic | bytes | it says | right |
| --- | --- | --- | --- |
"""


def made() -> str:
    """The page."""
    rows = []
    for one in WRONG:
        said = "an error" if one.says == REFUSED else f"`{one.says}`"
        field = f"{one.field}: " if one.field else ""
        rows.append(f"| {one.name} | `{one.hex}` | {field}{said} | {one.right} |\n")
    return _HEAD.format(judged=len(every())) + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
