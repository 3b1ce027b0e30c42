"""The ledger as it is used: who may say what, in one transaction, by several processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.sharing.consent import ConsentState
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import (
    NoticeAcknowledged,
    Withdraw,
)
from gateway.sharing.ledger import Entry, Ledger
from gateway.store.driver import Database, open_database, transaction
from gateway.store.errors import StoreBusy
from gateway.store.local import create_local
from tests.fakes_consent import (
    ADA,
    HEART,
    NOON,
    KeptHead,
    invited,
    make_ledger,
    make_store,
    permit,
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
