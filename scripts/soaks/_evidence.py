"""What can be known after many kills, and what it proves: pure functions, no clock, no files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from statistics import median

from adapters.reading import Gap, Instant, Value

ARRIVED = ("sent", "already")
NUMBERED = "energy_expended"
"""The kind in which the simulator writes the number of an emission, where its format has room."""

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Kill:
    """One `kill -9`: when, after how long since the last, and how many Bundles were in flight."""

    at: Instant
    after: float
    bundles: int


@dataclass(frozen=True, slots=True)
class Emitted:
    """One measurement that a sensor sent; ``at_ms`` counts from the start of the simulation."""

    device: str
    kind: str
    value: Value
    at_ms: int


@dataclass(frozen=True, slots=True)
class Stored:
    """One measurement that the gateway stored."""

    device: str
    kind: str
    value: Value
    start: Instant


@dataclass(frozen=True, slots=True)
class Sent:
    """One Observation as the gateway's own record has it."""

    key: str
    identifier: str
    state: str


@dataclass(slots=True)
class Evidence:
    """All that was seen, from every side.

    Attributes:
        acknowledged: keys of what may be shared, as runs printed them, repeated ones once.
        shareable: how many stored readings may be shared.
        on_server: the identifier of every Observation there.
        streams: devices whose silence is a gap.
        broken: what does not verify: intake, ledger, audit, heads.
    """

    kills: list[Kill] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    sent: list[Sent] = field(default_factory=list)
    shareable: int = 0
    on_server: list[str] = field(default_factory=list)
    emitted: list[Emitted] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    streams: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be reached; the rest must hold always."""

    kills: int
    in_flight: int
    share: float


def findings(seen: Evidence, wanted: Wanted) -> list[str]:
    """One sentence for each thing that is not as it must be; none if all is well."""
    return [
        *_kills(seen, wanted),
        *_acknowledged(seen),
        *_on_server(seen),
        *_twice_stored(seen),
        *_shares(seen, wanted),
        *_gaps(seen),
        *seen.broken,
    ]


def _kills(seen: Evidence, wanted: Wanted) -> Iterator[str]:
    hit = sum(kill.bundles > 0 for kill in seen.kills)
    if len(seen.kills) < wanted.kills:
        yield f"only {len(seen.kills)} of {wanted.kills} kills were made"
    if hit < wanted.in_flight:
        yield f"only {hit} kills hit a request in flight; {wanted.in_flight} must"


def _acknowledged(seen: Evidence) -> Iterator[str]:
    """Every acknowledged reading arrived, and stands on the server once."""
    if not seen.acknowledged:
        yield "nothing was acknowledged"
    arrived = {one.key: one.identifier for one in seen.sent if one.state in ARRIVED}
    there = Counter(seen.on_server)
    yield from _some("acknowledged, but never sent", seen.acknowledged - arrived.keys())
    missing = {key for key in seen.acknowledged & arrived.keys() if there[arrived[key]] != 1}
    yield from _some("acknowledged, but not on the server exactly once", missing)


def _on_server(seen: Evidence) -> Iterator[str]:
    """The server, the record of what was sent, and the store say the same."""
    there = Counter(seen.on_server)
    recorded = {one.identifier for one in seen.sent}
    arrived = {one.identifier for one in seen.sent if one.state in ARRIVED}
    yield from _some("more than once on the server", {one for one, n in there.items() if n > 1})
    yield from _some("on the server, but not in the record", there.keys() - recorded)
    yield from _some("recorded as sent, but not on the server", arrived - there.keys())
    unsettled = {one.key for one in seen.sent if one.state not in ARRIVED}
    yield from _some("not settled in the end", unsettled)
    if len(arrived) != seen.shareable:
        yield f"{seen.shareable} readings may be shared, {len(arrived)} were sent"


def _twice_stored(seen: Evidence) -> Iterator[str]:
    """No value is stored more often than it was sent, device by device."""
    sent = Counter((one.device, one.kind, one.value) for one in seen.emitted)
    kept = Counter((one.device, one.kind, one.value) for one in seen.stored)
    more = {f"{kind} {value}" for (_, kind, value), _ in (kept - sent).items()}
    yield from _some("stored more often than the device sent it", more)


def _shares(seen: Evidence, wanted: Wanted) -> Iterator[str]:
    if not seen.emitted:
        yield "nothing was emitted"
    for kind, share in shares(seen).items():
        if share < wanted.share:
            yield f"only {share:.1%} of {kind} were stored; {wanted.share:.0%} must be"


def _gaps(seen: Evidence) -> Iterator[str]:
    """Each kill lies in a gap of each stream that was heard before and after it."""
    heard: defaultdict[str, list[Instant]] = defaultdict(list)
    for one in seen.stored:
        heard[one.device].append(one.start)
    for number, kill in enumerate(seen.kills, 1):
        for device in sorted(seen.streams):
            if not heard[device] or not min(heard[device]) < kill.at < max(heard[device]):
                continue
            if not any(
                gap.device == device and gap.since <= kill.at <= (gap.until or 0)
                for gap in seen.gaps
            ):
                yield f"kill {number} left no gap that ended for device {device}"


def _some(what: str, which: set[str]) -> Iterator[str]:
    if which:
        examples = ", ".join(islice(sorted(which), _EXAMPLES))
        yield f"{len(which)} readings {what}, e.g. {examples}"


def shares(seen: Evidence) -> dict[str, float]:
    """How much of each kind that was emitted is stored."""
    sent = Counter(one.kind for one in seen.emitted)
    kept = Counter(one.kind for one in seen.stored)
    return {kind: kept[kind] / n for kind, n in sorted(sent.items())}


def lost_at(seen: Evidence) -> list[tuple[int, int]]:
    """For each kill: how many numbered packets it cost, and how long before it the first was sent.

    The simulation's clock is set by the packets that arrived. Milliseconds.
    """
    arrived = {(one.device, one.value): one.start for one in seen.stored if one.kind == NUMBERED}
    numbered = [one for one in seen.emitted if one.kind == NUMBERED]
    both = [one for one in numbered if (one.device, one.value) in arrived]
    if not both or not seen.kills:
        return []
    zero = int(median(arrived[one.device, one.value] - one.at_ms for one in both))
    lost: list[list[Instant]] = [[] for _ in seen.kills]
    for one in numbered:
        if (one.device, one.value) not in arrived:
            at = zero + one.at_ms
            nearest = min(range(len(lost)), key=lambda n: abs(seen.kills[n].at - at))
            lost[nearest].append(at)
    return [
        (len(times), kill.at - min(times, default=kill.at))
        for kill, times in zip(seen.kills, lost, strict=True)
    ]


def figures(seen: Evidence) -> dict[str, object]:
    """The numbers of a report."""
    sent, kept = (_by_kind(rows) for rows in (seen.emitted, seen.stored))
    costs = lost_at(seen)
    return {
        "kills": len(seen.kills),
        "in_flight": sum(kill.bundles > 0 for kill in seen.kills),
        "acknowledged": len(seen.acknowledged),
        "on_server": len(seen.on_server),
        "emitted": sent,
        "stored": {kind: kept.get(kind, 0) for kind in sent},
        "lost": {kind: n - kept.get(kind, 0) for kind, n in sent.items()},
        "share": {kind: round(share, 4) for kind, share in shares(seen).items()},
        "gaps": len(seen.gaps),
        "packets_lost_at_each_kill": [n for n, _ in costs],
        "longest_loss_ms": max((before for _, before in costs), default=0),
    }


def _by_kind(rows: Sequence[Emitted] | Sequence[Stored]) -> dict[str, int]:
    return dict(sorted(Counter(one.kind for one in rows).items()))
