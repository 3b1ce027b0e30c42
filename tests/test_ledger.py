"""The ledger as it is used: who may say what, in one transaction, by several processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.kinds import Kind
from gateway.sharing.consent import ConsentState
from gateway.sharing.errors import LedgerBroken, NotAllowed
from gateway.sharing.events import (
    GATEWAY,
    SCRIPT,
    Assent,
    Collect,
    ConsentEvent,
    Deny,
    Lift,
    NoticeAcknowledged,
    PolicyChanged,
    RecipientConfirmed,
    RecipientRemoved,
    RecipientSuspended,
    Recorded,
    StopCollect,
    Withdraw,
)
from gateway.sharing.fold import fold
from gateway.sharing.ledger import Entry, Ledger
from gateway.sharing.spelling import parsed, spelled
from gateway.store.driver import Database, open_database, transaction
from gateway.store.errors import StoreBusy
from gateway.store.local import create_local
from tests.consent_histories import history
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
    KeptHead,
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


def test_a_new_ledger_says_nothing(db: Database) -> None:
    ledger = make_ledger(db, KeptHead())
    assert ledger.state() == ConsentState()
    assert ledger.entries() == []
    ledger.verify()


def test_what_is_recorded_is_there_for_the_next_who_looks(db: Database) -> None:
    head = KeptHead()
    ledger = make_ledger(db, head)
    say(ledger, invited())
    entry = say(ledger, permit())
    assert (entry.seq, entry.at, entry.event) == (2, NOON, permit())
    again = make_ledger(db, head)
    assert again.state() == ledger.state()
    assert [one.event for one in again.entries()] == [invited(), permit()]
    assert head.heads["ledger"] == (2, entry.hash)


def test_the_second_head_is_kept_in_the_second_file(tmp_path: Path, db: Database) -> None:
    local = create_local(tmp_path / "local.db", b"l" * 32)
    entry = say(make_ledger(db, local), invited())
    assert local.head("ledger") == (1, entry.hash)
    db.execute("DROP TRIGGER ledger_never_shrinks")
    db.execute("DELETE FROM ledger")
    assert make_ledger(db, local).state().broken
    local.db.close()


def test_a_busy_second_file_does_not_hide_that_it_was_recorded(db: Database) -> None:
    class Busy(KeptHead):
        def set_head(self, what: str, seq: int, hash: bytes) -> None:
            if seq:
                raise StoreBusy("Another part of the gateway is writing.")
            super().set_head(what, seq, hash)

    head = Busy()
    ledger = make_ledger(db, head)
    entry = say(ledger, invited())
    assert "clinic" in ledger.state().recipients
    later = KeptHead()
    later.heads = head.heads
    make_ledger(db, later).verify()
    assert later.heads["ledger"] == (1, entry.hash)


def test_the_second_head_never_goes_back(db: Database) -> None:
    head = KeptHead()
    ledger = make_ledger(db, head)
    say(ledger, invited())
    head.heads["ledger"] = faster = (9, b"of another process that was faster")
    say(ledger, permit())
    assert head.heads["ledger"] == faster


def test_another_process_is_heard_at_once(tmp_path: Path, db: Database) -> None:
    head = KeptHead()
    ledger, other = (
        make_ledger(db, head),
        Ledger(open_database(tmp_path / "gateway.db", b"k" * 32), b"s" * 32, head),
    )
    say(ledger, invited())
    assert "clinic" in other.state().recipients
    say(other, permit())
    assert "g1" in ledger.state().grants
    say(ledger, Withdraw("g1", (HEART,)))
    assert other.state().withdrawn == {("g1", HEART): NOON}
    assert head.heads["ledger"][0] == 3
    other._db.close()


def test_events_that_belong_together_are_recorded_together_or_not_at_all(db: Database) -> None:
    ledger = make_ledger(db)
    with pytest.raises(NotAllowed):
        ledger.append_all(
            [invited(), Withdraw("nothing", (HEART,))], at=NOON, actor="ada", session="s"
        )
    assert ledger.entries() == []
    assert ledger.state() == ConsentState()
    entries = ledger.append_all([invited(), permit()], at=NOON, actor="ada", session="s")
    assert [entry.seq for entry in entries] == [1, 2]


def test_what_must_be_true_with_an_entry_is_done_in_its_transaction(db: Database) -> None:
    ledger = make_ledger(db)
    seen: list[tuple[int, bool]] = []
    ledger.on_append.append(lambda entry: seen.append((entry.seq, db.conn.in_transaction)))
    say(ledger, invited())
    say(ledger, permit(), also=lambda entries: seen.append((-len(entries), db.conn.in_transaction)))
    assert seen == [(1, True), (2, True), (-1, True)]


def test_if_that_fails_nothing_is_recorded(db: Database) -> None:
    head = KeptHead()
    ledger = make_ledger(db, head)
    say(ledger, invited())

    def fail(_: Entry) -> None:
        raise ArithmeticError

    ledger.on_append.append(fail)
    with pytest.raises(ArithmeticError):
        say(ledger, permit())
    ledger.on_append.clear()
    assert len(ledger.entries()) == 1
    assert ledger.state().grants == {}
    assert head.heads["ledger"][0] == 1
    say(ledger, permit())
    assert "g1" in ledger.state().grants


def test_it_commits_by_itself_or_not_at_all(db: Database) -> None:
    ledger = make_ledger(db)
    with transaction(db), pytest.raises(RuntimeError, match="commits by itself"):
        say(ledger, invited())


def test_entries_of_two_threads_stand_one_after_the_other(tmp_path: Path, db: Database) -> None:
    def write(who: int) -> None:
        own = open_database(tmp_path / "gateway.db", b"k" * 32)
        ledger = make_ledger(own)
        for number in range(10):
            say(ledger, NoticeAcknowledged(ADA, "notice", f"{who}-{number}"))
        own.close()

    threads = [threading.Thread(target=write, args=(who,)) for who in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger = make_ledger(db)
    ledger.verify()
    assert len(ledger.state().notices) == 30


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
    for refused in (
        {"actor": GATEWAY},
        {"actor": SCRIPT},
        {"clock": UNTRUSTED},
        {"when": NOON - 1},
    ):
        with pytest.raises(NotAllowed) as error:
            say(ledger, event, **refused)
        assert error.value.sentence
    assert len(ledger.entries()) == 3
    say(ledger, event, clock=TRUSTED)


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


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"kinds": ()}, id="no kinds"),
        pytest.param({"kinds": (Kind("*"),)}, id="a star"),
        pytest.param({"kinds": (HEART, HEART)}, id="a kind twice"),
        pytest.param({"kinds": (HEART, WEIGHT)}, id="not in order"),
        pytest.param({"end": NOON}, id="an empty period"),
        pytest.param({"history_to": NOON - HOUR}, id="an empty window"),
        pytest.param({"text": "something else"}, id="another text than was hashed"),
        pytest.param({"text_hash": "x"}, id="no digest"),
        pytest.param({"born": "1980"}, id="no month of birth"),
        pytest.param({"recipient": " "}, id="nobody"),
    ],
)
def test_a_permit_that_is_not_closed_cannot_be_said(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        permit(**change)


def test_every_event_reads_back_as_it_was_written() -> None:
    events: list[ConsentEvent] = [
        invited(),
        permit(),
        Withdraw("g1", (HEART,)),
        Deny("d1", ADA, "clinic", ("HRESCH", "TREAT"), (HEART,), NOON, None),
        Lift("d1"),
        Collect("c1", ADA, "routes", NOON, NOON + 1),
        StopCollect("c1"),
        PolicyChanged("clinic", "v2", "v2", sha256("v2"), "editorial"),
        RecipientSuspended("clinic", "Grund: »ü«"),
        RecipientConfirmed("clinic"),
        RecipientRemoved("clinic"),
        NoticeAcknowledged(ADA, "notice", "1"),
        Assent(ADA, "clinic", sha256("x")),
    ]
    for event in events:
        recorded = Recorded(NOON, "ada", "s", "trusted", event)
        assert parsed(spelled(recorded)) == recorded
    assert {type(event) for event in events} == set(get_args(ConsentEvent))


@given(st.integers(0, 2**32).map(Random))
def test_histories_read_back_as_they_were_written(random: Random) -> None:
    entries = history(random)
    assert fold(parsed(spelled(entry)) for entry in entries) == fold(entries)


@pytest.mark.parametrize(
    "change",
    [
        ('"TREAT"', '"HMARKT"'),
        ('"heart_rate"', '"*"'),
        ('"what":"permit"', '"what":"allow"'),
        ('"at":', '"more":1,"at":'),
        ('"grain":"raw"', '"grain":"all"'),
        ('"clock":"trusted"', '"clock":"sure"'),
        ('{"actor"', '{ "actor"'),
    ],
)
def test_what_is_not_of_the_list_cannot_be_read(change: tuple[str, str]) -> None:
    text = spelled(Recorded(NOON, "ada", "s", "trusted", permit()))
    assert change[0] in text
    with pytest.raises(LedgerBroken):
        parsed(text.replace(*change))
