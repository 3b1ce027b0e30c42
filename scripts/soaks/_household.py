"""A household for some hours, the neighbour's devices beside it, and what must be true afterwards.

The devices are text (`air`), the judge is pure (`findings`): no clock, no files. It is played by
`household.py` on the virtual radio and by `scripts/bluez/scenarios/household.py` on real BlueZ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scripts.soaks._census import Census

OURS = {
    "strap": "heart-rate-strap",
    "cuff": "blood-pressure-cuff",
    "scale": "weight-scale",
    "oximeter": "pulse-oximeter",
    "breath": "breath-carbon-monoxide-monitor",
}
"""The devices of this house, and by which profile each is read."""

NEIGHBOURS = {
    "heart-rate-strap": 4,
    "blood-pressure-cuff": 4,
    "weight-scale": 4,
    "pulse-oximeter": 2,
    "breath-monitor": 2,
    "thermometer": 2,
    "wrist-tracker": 1,
    "room-monitor": 1,
}
"""How many of which model the neighbour has; the last two are heard all day."""

ALWAYS_HEARD = ("wrist-tracker", "room-monitor")
LONGEST_MS = 10_240
"""The longest interval between two advertisements. Bluetooth Core 6.0, Vol 4, Part E, 7.8.5."""

MOST_KIB = 3 * 1024
"""How much more memory is no growth: pages that are shared with processes that came or went."""

_WORN_SHARE, _WORN_AT = 1 / 36, (1 / 60, 31 / 60)
"""The strap is worn twice, for 40 minutes of a day of 24 hours."""

Value = tuple[str, str, str]
"""Device, kind, value."""


def air(hours: float) -> str:
    """The scenario's text: all that happens in a day, in so many hours."""
    day = hours * 3600
    worn = round(day * _WORN_SHARE)
    beats = [round(day * at) + n for at in _WORN_AT for n in range(worn)]
    text = f"""
title = "A household and its neighbour, {hours:g} hours"
seed = 24
connection_interval_ms = 30
[[device]]
id = "strap"
model = "heart-rate-strap"
at_s = {beats}
numbered = true
window_s = 20
leaves_after_s = 20
[[device]]
id = "cuff"
model = "blood-pressure-cuff"
at_s = {_times(day, 0.06, 0.55)}
options.people = []
[[device]]
id = "scale"
model = "weight-scale"
at_s = {_times(day, 0.065)}
[[device]]
id = "oximeter"
model = "pulse-oximeter"
at_s = {[at + n for at in _times(day, 0.07, 0.8) for n in range(30)]}
options.records = 0
window_s = 30
leaves_after_s = 10
[[device]]
id = "breath"
model = "breath-monitor"
at_s = {_times(day, 0.075, 0.076, 0.6)}
window_s = 60
leaves_after_s = 5
"""
    return text + "".join(_neighbours(day))


def _times(day: float, *shares: float) -> list[int]:
    return [round(day * share) for share in shares]


def _neighbours(day: float) -> Iterator[str]:
    number = 0
    for model, count in NEIGHBOURS.items():
        for _ in range(count):
            number += 1
            always = model in ALWAYS_HEARD
            at = _times(day, 0.02 + 0.004 * number, 0.45 + 0.02 * number)
            yield f"""
[[device]]
id = "neighbour-{number}"
model = "{model}"
at_s = {at}
rssi = {-70 - number}
window_s = {"inf" if always else 90}
leaves_after_s = {"inf" if always else 10}
advertising_interval_ms = {LONGEST_MS if always else 1000}
"""


@dataclass(slots=True)
class Seen:
    """All that was seen of one household.

    Attributes:
        hours: how long it went on.
        counts: what was open, from time to time.
        told: what our devices told, each once.
        stored: what is stored of our devices.
        waiting: records of ours that nobody has taken.
        heard: how many of the neighbour's devices were on the air.
        visited: devices of the neighbour's that were connected to.
        emptied: devices of the neighbour's that told somebody something.
        traces: where something of the neighbour's is found in this house.
    """

    hours: float
    counts: list[Census] = field(default_factory=list)
    told: Counter[Value] = field(default_factory=Counter)
    stored: Counter[Value] = field(default_factory=Counter)
    waiting: dict[str, int] = field(default_factory=dict)
    heard: int = 0
    visited: list[str] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)


def findings(seen: Seen) -> list[str]:
    """One sentence for each thing that is not as it must be; none if all is well."""
    return [*_growth(seen), *_discoveries(seen), *_readings(seen)]


def early(seen: Seen) -> Sequence[Census]:
    """Counts of the hour after everything has happened once: in a day the third and fourth."""
    return [one for one in seen.counts if 1 / 12 <= one.at_s / (seen.hours * 3600) < 1 / 6]


def late(seen: Seen) -> Sequence[Census]:
    """Counts of the last hours."""
    return [one for one in seen.counts if one.at_s / (seen.hours * 3600) >= 11 / 12]


def _growth(seen: Seen) -> Iterator[str]:
    before, after = early(seen), late(seen)
    if not (before and after):
        yield f"nothing was counted early or late: {len(before)}, {len(after)}"
        return
    words = {"files": "open files", "threads": "threads", "tasks": "tasks", "matches": "matches"}
    for name, what in words.items():
        least, now = (min(getattr(one, name) for one in some) for some in (before, after))
        if now > least:
            yield f"{what}: {least} early, never fewer than {now} late"
    least, now = (min(one.pss_kib for one in some) for some in (before, after))
    if now - least > MOST_KIB:
        yield f"memory: {least} KiB early, never less than {now} KiB late"


def _discoveries(seen: Seen) -> Iterator[str]:
    neighbours = sum(NEIGHBOURS.values())
    if seen.heard != neighbours:
        yield f"{seen.heard} of the neighbour's {neighbours} devices were on the air"
    for device in seen.visited:
        yield f"{device} is the neighbour's, and was connected to"
    for device in seen.emptied:
        yield f"{device} is the neighbour's, and told us something"
    yield from seen.traces


def _readings(seen: Seen) -> Iterator[str]:
    for device in OURS:
        if not any(told == device for told, _, _ in seen.told):
            yield f"{device} told nothing"
    for one, times in sorted((seen.told - seen.stored).items()):
        yield f"told, not stored: {' '.join(one)}, {times} times"
    for one, times in sorted((seen.stored - seen.told).items()):
        yield f"stored more often than told: {' '.join(one)}, {times} times"
    for device, records in sorted(seen.waiting.items()):
        if device in OURS:
            yield f"{device} has {records} records that nobody took"


def figures(seen: Seen) -> dict[str, object]:
    """The numbers of a report."""
    before, after = early(seen), late(seen)
    kinds = Counter(kind for device, kind, _ in seen.stored.elements())
    return {
        "hours": seen.hours,
        "pss_mib_early": round(min(one.pss_kib for one in before) / 1024, 1) if before else 0,
        "pss_mib_late": round(min(one.pss_kib for one in after) / 1024, 1) if after else 0,
        **{
            name: [min(getattr(one, name) for one in some) for some in (before, after) if some]
            for name in ("files", "threads", "tasks", "matches")
        },
        "stored": dict(sorted(kinds.items())),
        "neighbours_heard": seen.heard,
        "neighbours_with_records_that_nobody_took": sum(
            device not in OURS for device in seen.waiting
        ),
    }
