"""Where `bluetooth_sig` 0.6.0 is wrong or blind: `docs/bluetooth-sig.md` is made from it.

Each entry is tested: that they still say so, and that we read what is right. Once they are right,
the test of the entry fails, and it can be taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.oracle.wrong_medical import MEDICAL
from tests.oracle.wrong_others import OTHERS
from tests.oracle.wrong_sports import SPORTS

WRONG: Final = (*MEDICAL, *SPORTS, *OTHERS)


@dataclass(frozen=True)
class Unread:
    """Fields that they pass over: they read two packets alike that say different things.

    Attributes:
        key: its name in the tests.
        case: the characteristic, by its name in `tests.characteristics`.
        by: their class, without "Characteristic".
        one: a packet.
        other: the same but for a field that they pass over.
        what: which fields, for people.
    """

    key: str
    case: str
    by: str
    one: str
    other: str
    what: str


UNREAD: Final = (
    Unread(
        "supported status", "plx features", "PLXFeatures", "01002000", "01004000",
        "which status bits an oximeter can set",
    ),
    Unread(
        "general activity", "general activity instantaneous data",
        "GeneralActivityInstantaneousData",
        "0310008007000000100e00003c0000002b", "0310008007000000100e00003c0000002c",
        "all that is measured",
    ),
    Unread(
        "summary of activity", "general activity summary data", "GeneralActivitySummaryData",
        "0301000000070001000807000002000000" + "5a000000",
        "0301000000070001000807000002000000" + "5b000000",
        "all that is measured",
    ),
    Unread(
        "summary of steps", "step counter activity summary data",
        "StepCounterActivitySummaryData",
        "0301070001000807000002000000" + "681000", "0301070001000807000002000000" + "691000",
        "all that is measured",
    ),
    Unread(
        "current session", "physical activity current session",
        "PhysicalActivityCurrentSession",
        "0101007856341222220200785634124444", "0101007956341222220200785634124444",
        "when a session and its part began",
    ),
)  # fmt: skip
"""What they do not read, shown by two packets."""

ENDLESS: Final = bytes.fromhex("00000c100600")
"""A record of continuous glucose whose size is 0, over which they never come to an end."""

UNCOMPARED: Final = {
    "carbon monoxide": "air",
    "ES measurement": "sampling",
    "ES trigger setting": "trigger",
    "ES configuration": "triggers together",
    "valid range": "range of air",
    "live health observations": "live observation",
    "stored health observations": "stored observation",
    "health sensor features": "health sensor",
    "observation schedule changed": "schedule",
    "physical activity session descriptor": "session descriptor",
}
"""Characteristics of which nothing can be compared, and the entry of `WRONG` that shows why."""

UNJUDGED: Final = {
    "upside down": "a range whose lowest is above its highest: they refuse it, we read it",
    "no balance": "a pedal balance of 255: they take it for none, which no document says",
    "guessed by its length": "what an answer of a location sensor holds, which they only guess",
    "nothing announced": "an empty list or text, or zeros behind a text: they leave it out",
    "reserved source": "a reserved source of a clock's time: they refuse the clock, we read it",
    "impossible fat": "more than 100 % of fat, and no code of failure: they refuse it, we read it",
    "under the skin": "glucose from under the skin in a meter: they refuse it, we read it",
}
"""What the two see differently without either being wrong; it is left out of the comparison."""
