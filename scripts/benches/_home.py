"""Homes for the benches: a strap, its heart rates, and a grant for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.kinds import kind
from adapters.reading import DeviceFacts, ReadingBatch
from gateway import clock
from gateway.sharing.agreement import text_hash
from gateway.sharing.offer import give, make_offer
from gateway.sharing.practice import sandbox_invitation
from tests.fakes_web import DAY, RADIO, STRAP, Furnished, make_home

COMMIT = 10_000


def strapped(folder: Path) -> Furnished:
    """A home with a strap that has measured nothing yet."""
    home = make_home(folder, at=clock.now())
    facts = DeviceFacts(home.person, STRAP, "Strap", manufacturer="Acme Labs", model="Strap 1")
    at = home.clock.at
    home.house.devices.add(facts, adapter="ble", profile="standard", simulated=True, now=at)
    return home


def fill(home: Furnished, count: int, *, step: int, last: int) -> None:
    """Take in heart rates that differ from their neighbours, one each `step` milliseconds."""
    for low in range(0, count, COMMIT):
        starts = [last - number * step for number in range(low, min(low + COMMIT, count))]
        zeros = [0] * len(starts)
        batch = ReadingBatch(
            home.person, kind("heart_rate"), STRAP, RADIO, starts, zeros,
            [55 + start // step % 90 for start in starts], zeros, zeros, zeros,
        )  # fmt: skip
        home.house.readings.take_in([batch], at=home.clock.at, source="ble", simulated=True)


def agree(home: Furnished, base: str, history_from: int = 0) -> str:
    """Agree that a server may have every heart rate since then; gives its key."""
    act, ledger = home.act, home.house.ledger
    there = home.house.recipients.add(sandbox_invitation(base), home.person, act)
    offer = make_offer(
        there, [kind("heart_rate")], purpose="TREAT",
        start=act.at, end=act.at + 30 * DAY, history_from=history_from,
    )  # fmt: skip
    give(ledger, offer, act, born="1961-02", text_shown=text_hash(offer.text), acknowledged=True)
    return there.key


def numbers(words: Sequence[str], *names: str) -> dict[str, int]:
    """What was said on the command line: ``--readings=2000`` is ``{"readings": 2000}``."""
    said = dict(word.lstrip("-").partition("=")[::2] for word in words)
    return {name: int(said[name]) for name in names if name in said}
