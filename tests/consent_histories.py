"""Histories of consent for property tests: a small world, so that things meet each other."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Final, Literal

from adapters.kinds import Kind
from adapters.reading import PersonKey
from gateway.sharing.consent import PURPOSES, ClockState, Purpose, Request
from gateway.sharing.events import (
    ConsentEvent,
    Deny,
    Invited,
    Lift,
    Permit,
    PolicyChanged,
    RecipientConfirmed,
    RecipientRemoved,
    RecipientSuspended,
    Recorded,
    Withdraw,
)
from tests.fakes_consent import ADA, BEN, HEART, HOUR, MINUTE, NOON, WEIGHT, permit, sha256

PEOPLE: Final = (ADA, ADA, ADA, BEN)
RECIPIENTS: Final = ("clinic", "clinic", "study")
KINDS: Final = (HEART, WEIGHT)
TERMS: Final = ("v1", "v1", "v1", "v2")
GRANTS: Final = ("g1", "g2", "g3")
# 18 and 13 at the first instant of the month of `NOON`
BORN: Final = (*["1980-01"] * 7, "2008-11", "2008-12", "2013-11")


def instant(random: Random) -> int:
    """Around noon, often just at a border."""
    return NOON + random.randint(-20, 20) * MINUTE + random.choice((0, 0, 0, -1, 1))


def later(random: Random, first: int) -> int:
    return first + random.randint(1, 40) * MINUTE


def some_kinds(random: Random) -> tuple[Kind, ...]:
    return tuple(sorted(random.sample(KINDS, random.randint(1, len(KINDS)))))


def event(random: Random, names: list[str]) -> ConsentEvent:
    """Any event of the list that matters to a decision."""
    recipient: str = random.choice(RECIPIENTS)
    person: PersonKey = random.choice(PEOPLE)
    first, since = instant(random), instant(random)
    terms = random.choice(TERMS)
    match random.randint(0, 11):
        case 0 | 1 | 2 | 3 | 4 if names:
            return permit(
                names.pop(),
                person=person,
                recipient=recipient,
                purpose=random.choice(PURPOSES),
                kinds=some_kinds(random),
                start=first,
                end=later(random, first),
                history_from=since,
                history_to=later(random, since),
                terms=sha256(terms),
                born=random.choice(BORN),
            )
        case 5:
            return Withdraw(random.choice(GRANTS), some_kinds(random))
        case 6 | 7:
            purposes: tuple[Purpose, ...] = tuple(
                sorted(random.sample(PURPOSES, random.randint(1, 2)))
            )
            end = random.choice((None, later(random, first)))
            name = f"d{random.randrange(10**9)}"
            return Deny(name, person, recipient, purposes, some_kinds(random), first, end)
        case 8 if random.random() < 0.5:
            change: Literal["material", "editorial"] = random.choice(("material", "editorial"))
            return PolicyChanged(recipient, terms, terms, sha256(terms), change)
        case 9 if random.random() < 0.5:
            return RecipientSuspended(recipient, "changed")
        case 10 if random.random() < 0.2:
            return RecipientRemoved(recipient)
        case _:
            return RecipientConfirmed(recipient)


def history(random: Random) -> list[Recorded]:
    """Up to ten events after the two invitations, now and then by an unsure clock."""
    names = list(GRANTS)
    owners: dict[str, PersonKey] = {"clinic": ADA, "study": random.choice((ADA, BEN))}
    events: list[ConsentEvent] = [
        Invited(key, owner, "v1", "v1", sha256("v1")) for key, owner in owners.items()
    ]
    events += [event(random, names) for _ in range(random.randint(1, 8))]
    denials = [one.id for one in events if isinstance(one, Deny)]
    if denials and random.random() < 0.5:
        events.append(Lift(random.choice(denials)))
    when = NOON - HOUR
    recorded = []
    for one in events:
        when += random.randint(0, 4) * MINUTE
        entry = Recorded(when, "ada", "session", "trusted", one)
        if random.random() < 0.05:
            entry = replace(entry, clock="untrusted", at=instant(random) + HOUR)
        recorded.append(entry)
    if random.random() < 0.1:
        random.shuffle(recorded)
    return recorded


def question(
    random: Random, entries: list[Recorded]
) -> tuple[Request, tuple[int, int], int, ClockState]:
    """What might be asked of a history: anything, or something close to what was granted."""
    given = list(permits(entries).values())
    if given and random.random() < 0.8:
        return close_to(random, random.choice(given))
    return anything(random)


def close_to(random: Random, grant: Permit) -> tuple[Request, tuple[int, int], int, ClockState]:
    """A question that a grant might answer, at its borders as often as not."""
    borders = (grant.history_from, grant.history_to, grant.start, NOON)
    first = max(grant.history_from, random.choice(borders)) + random.choice((0, 0, MINUTE, -1))
    last = random.choice((first, first + 1, first + MINUTE, grant.history_to))
    now = random.choice((grant.start, grant.end - 1, grant.end, NOON, NOON + 19 * MINUTE))
    kind = random.choice(grant.kinds)
    request = Request(grant.person, kind, grant.recipient, grant.purpose)
    return request, (first, last), now, ClockState.TRUSTED


def anything(random: Random) -> tuple[Request, tuple[int, int], int, ClockState]:
    first = instant(random)
    last = random.choice((first, first, first + 1, later(random, first), first - 1))
    purpose = random.choice((*PURPOSES, *PURPOSES, *PURPOSES, "HMARKT"))
    kind = random.choice((*KINDS, *KINDS, *KINDS, Kind("carbon_monoxide_in_air"), Kind("*")))
    clock = ClockState.UNTRUSTED if random.random() < 0.03 else ClockState.TRUSTED
    request = Request(random.choice(PEOPLE), kind, random.choice(RECIPIENTS), purpose)
    return request, (first, last), instant(random), clock


def permits(entries: list[Recorded]) -> dict[str, Permit]:
    return {one.event.id: one.event for one in entries if isinstance(one.event, Permit)}
