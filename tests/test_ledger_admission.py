"""Who may say what: agreeing needs a person and a clock, refusing needs neither."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.kinds import Kind
from gateway.sharing.admission import SHARES_NOTHING
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import (
    GATEWAY,
    SCRIPT,
    Assent,
    Collect,
    Deny,
    Lift,
    NoticeAcknowledged,
    PolicyChanged,
    RecipientConfirmed,
    RecipientRemoved,
    RecipientSuspended,
    StopCollect,
    Withdraw,
)
from gateway.sharing.ledger import Entry, Ledger
from gateway.store.driver import Database
from tests.fakes_consent import (
    ADA,
    BEN,
    HEART,
    HOUR,
    NOON,
    ROOM_AIR,
    TRUSTED,
    UNTRUSTED,
    WEIGHT,
    invited,
    make_ledger,
    make_store,
    permit,
    sha256,
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = make_store(tmp_path)
    yield made
    made.close()


def say(ledger: Ledger, event: Any, when: int = NOON, actor: str = "ada", **more: Any) -> Entry:
    return ledger.append(event, at=when, actor=actor, session="s1", **more)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(invited("study"), id="invited"),
        pytest.param(permit("g2"), id="permit"),
        pytest.param(Lift("d1"), id="lift"),
        pytest.param(Collect("c2", ADA, "ble", NOON), id="collect"),
        pytest.param(RecipientConfirmed("clinic"), id="confirm"),
        pytest.param(NoticeAcknowledged(ADA, "notice", "1"), id="notice"),
        pytest.param(Assent(ADA, "clinic", sha256("x")), id="assent"),
    ],
)
def test_what_opens_needs_a_person_and_a_clock(db: Database, event: Any) -> None:
    ledger = make_ledger(db)
    say(ledger, invited())
    say(ledger, permit())
    say(ledger, Deny("d1", ADA, "clinic", ("TREAT",), (HEART,), NOON, None))
    unsure = () if isinstance(event, SHARES_NOTHING) else ({"clock": UNTRUSTED},)
    for refused in ({"actor": GATEWAY}, {"actor": SCRIPT}, {"when": NOON - 1}, *unsure):
        with pytest.raises(NotAllowed) as error:
            say(ledger, event, **refused)
        assert error.value.sentence
    assert len(ledger.entries()) == 3
    say(ledger, event, clock=TRUSTED)


def test_collecting_may_be_allowed_before_the_clock_is_set_but_nothing_is_shared(
    db: Database,
) -> None:
    ledger = make_ledger(db)
    say(ledger, Collect("c1", ADA, "ble", NOON), clock=UNTRUSTED)
    say(ledger, invited(), clock=UNTRUSTED)
    with pytest.raises(NotAllowed) as error:
        say(ledger, permit(), clock=UNTRUSTED)
    assert "config.toml" in error.value.next_step
    assert not ledger.state().grants


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(Withdraw("g1", (HEART,)), id="withdraw"),
        pytest.param(Deny("d1", ADA, "clinic", ("TREAT",), (HEART,), NOON, None), id="deny"),
        pytest.param(StopCollect("c1"), id="stop"),
        pytest.param(RecipientSuspended("clinic", "why"), id="suspend"),
        pytest.param(RecipientRemoved("clinic"), id="remove"),
        pytest.param(
            PolicyChanged("clinic", "v2", "v2", sha256("v2"), "material"), id="changed policy"
        ),
    ],
)
def test_what_closes_is_always_heard(db: Database, event: Any) -> None:
    ledger = make_ledger(db)
    say(ledger, invited())
    say(ledger, permit())
    say(ledger, Collect("c1", ADA, "ble", NOON))
    say(ledger, event, when=NOON - HOUR, actor=GATEWAY, clock=UNTRUSTED)
    assert ledger.entries()[-1].event == event


def test_a_script_decides_only_in_a_simulation_home(db: Database) -> None:
    with pytest.raises(NotAllowed, match="script"):
        say(make_ledger(db), invited(), actor=SCRIPT)
    ledger = make_ledger(db, simulation=True)
    say(ledger, invited(), actor=SCRIPT)
    say(ledger, permit(), actor=SCRIPT)
    assert "g1" in ledger.state().grants


@pytest.mark.parametrize(
    ("event", "why"),
    [
        pytest.param(permit("g2", recipient="other"), "not on your list", id="unknown recipient"),
        pytest.param(permit("g2", person=BEN), "not on your list", id="of another person"),
        pytest.param(permit("g2", terms=sha256("v0")), "changed its terms", id="older terms"),
        pytest.param(permit("g2", kinds=(ROOM_AIR,)), "stays here", id="room air"),
        pytest.param(permit("g2", kinds=(Kind("all"),)), "stays here", id="a word for all"),
        pytest.param(permit("g2", born="2010-01"), "under 18", id="a minor"),
        pytest.param(permit("g2", born="2015-01"), "under 13", id="a child"),
        pytest.param(permit(), "already", id="a name twice"),
        pytest.param(invited(), "already", id="a recipient twice"),
        pytest.param(invited("g1"), "already", id="a name of something else"),
        pytest.param(Withdraw("g9", (HEART,)), "no grant", id="unknown grant"),
        pytest.param(Withdraw("g1", (WEIGHT,)), "never agreed", id="a kind not granted"),
        pytest.param(Lift("d9"), "no denial", id="unknown denial"),
        pytest.param(StopCollect("c9"), "no permission", id="unknown permission"),
        pytest.param(RecipientConfirmed("other"), "no recipient", id="confirm nobody"),
        pytest.param(
            Deny("d1", ADA, "other", ("TREAT",), (HEART,), NOON, None), "no recipient", id="deny"
        ),
    ],
)
def test_what_makes_no_sense_is_refused(db: Database, event: Any, why: str) -> None:
    ledger = make_ledger(db)
    say(ledger, invited())
    say(ledger, permit())
    with pytest.raises(NotAllowed, match=why):
        say(ledger, event)
    assert len(ledger.entries()) == 2


def test_nothing_is_granted_to_who_is_suspended_or_removed(db: Database) -> None:
    ledger = make_ledger(db)
    say(ledger, invited())
    say(ledger, RecipientSuspended("clinic", "changed"))
    with pytest.raises(NotAllowed, match="paused"):
        say(ledger, permit())
    say(ledger, RecipientRemoved("clinic"))
    with pytest.raises(NotAllowed, match="not on your list"):
        say(ledger, permit())
    with pytest.raises(NotAllowed, match="no recipient"):
        say(ledger, RecipientConfirmed("clinic"))


def test_an_entry_always_says_who_and_in_which_session(db: Database) -> None:
    ledger = make_ledger(db)
    for actor, session in (("", "s"), ("ada", ""), (" ", "s")):
        with pytest.raises(ValueError, match="names everything"):
            ledger.append(invited(), at=NOON, actor=actor, session=session)
