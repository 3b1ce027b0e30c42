"""`docs/bluetooth-sig.md`, made from the list; ``python -m tests.oracle.page`` writes it anew."""

from __future__ import annotations

from pathlib import Path

from adapters.ble.characteristic import every as every_characteristic
from tests import characteristics
from tests.oracle import every
from tests.oracle.mistake import REFUSED, Wrong
from tests.oracle.wrong import ENDLESS, UNCOMPARED, UNJUDGED, UNREAD, WRONG

PAGE = Path(__file__).parents[2] / "docs" / "bluetooth-sig.md"

_HEAD = """\
# Where bluetooth_sig is wrong

bluetooth-sig 0.6.0 (RonanB96/bluetooth-sig-python) reads more characteristics than any other
package. Our tests ask it as a judge about what is made of integers, with all packets that we have
from elsewhere ([where from](bluetooth-vectors.md)) and with packets that chance makes: of our {all}
characteristics it judges {judged}, and of those it reads all as we do, but for what stands below.
The program itself does not use it: its medical floats have a wrong exponent, and it passes over
what is cut short.

Each line is tested (`tests/test_bluetooth_sig_oracle.py`): that it still says so, and that we read
what is right; and every field of ours is either compared or listed here. This page is made from the
tests by `python -m tests.oracle.page`.

## Mistakes

| characteristic | bytes | it says | right | document |
| --- | --- | --- | --- | --- |
"""

_ENDLESS = """
Over a CGM Measurement with a record of size 0 (`{hex}`) it never comes to an end.
"""

_UNREAD = """
## What it does not read

It reads the two packets of a line alike; we tell them apart.

| characteristic | one | the other | passed over |
| --- | --- | --- | --- |
"""

_UNCOMPARED = """
## Characteristics that it cannot judge

| characteristic | why: what it makes of these bytes |
| --- | --- |
"""

_APART = """
## Fields that it cannot judge

All other fields of these characteristics are compared.

| characteristic | fields | why |
| --- | --- | --- |
"""

_UNJUDGED = """
## Neither is wrong

What both see differently, and no document decides; it is left out of the comparison.

"""


def sources() -> dict[str, str]:
    """The document of each characteristic of ours, by the SIG's name."""
    return {one.name: one.source for one in every_characteristic()}


def made() -> str:
    """The page."""
    page = _HEAD.format(all=len(characteristics.every()), judged=len(every()))
    documents = sources()
    for one in WRONG:
        field = f"{one.field}: " if one.field else ""
        page += f"| {one.name} | `{one.hex}` | {field}{_said(one)} | {one.right} | "
        page += f"{documents[one.name]} |\n"
    page += _ENDLESS.format(hex=ENDLESS.hex()) + _UNREAD
    for unread in UNREAD:
        page += f"| {unread.case} | `{unread.one}` | `{unread.other}` | {unread.what} |\n"
    page += _UNCOMPARED
    mistakes = {one.key: one for one in WRONG}
    for case, key in UNCOMPARED.items():
        one = mistakes[key]
        page += f"| {case} | `{one.hex}`: {_said(one)}; {one.right} |\n"
    page += _APART
    for judged in every():
        for key in sorted(set(judged.apart.values())):
            names = ", ".join(name for name, why in judged.apart.items() if why == key)
            page += f"| {judged.case} | {names.replace('_', ' ')} | {_why(key)} |\n"
    page += _UNJUDGED
    return page + "".join(f"- {text}\n" for text in UNJUDGED.values())


def _said(one: Wrong) -> str:
    if one.says == REFUSED:
        return "an error"
    said = one.says.hex() if isinstance(one.says, bytes) else one.says
    return f"`{said}`"


def _why(key: str) -> str:
    for one in WRONG:
        if one.key == key:
            return f"`{one.hex}`: {_said(one)}"
    return next(f"`{one.one}` and `{one.other}` alike" for one in UNREAD if one.key == key)


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
