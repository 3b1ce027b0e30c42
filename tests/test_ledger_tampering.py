"""Tampering with the ledger, by somebody who can write to its file but not sign."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.sharing.chain import digest, link
from gateway.sharing.consent import Reason, Request
from gateway.sharing.decision import decide, may_collect, windows
from gateway.sharing.errors import LedgerBroken
from gateway.sharing.events import Collect, NoticeAcknowledged, Permit, Withdraw
from gateway.store.driver import Database, transaction
from tests.fakes_consent import (
    ADA,
    HEART,
    NOON,
    TRUSTED,
    KeptHead,
    act,
    invited,
    make_ledger,
    make_store,
    permit,
)

TRIES = 40
LENGTH = 24
Tamper = Callable[[Database, Random], None]


@pytest.fixture
def head() -> KeptHead:
    return KeptHead()


@pytest.fixture
def db(tmp_path: Path, head: KeptHead) -> Iterator[Database]:
    made = make_store(tmp_path)
    ledger = make_ledger(made, head)
    for event in (invited(), permit(), Collect("c1", ADA, "ble", NOON)):
        ledger.append(event, at=NOON, actor="ada", session="s")
    ledger.append_all(
        [NoticeAcknowledged(ADA, "notice", str(number)) for number in range(LENGTH - 3)],
        at=NOON,
        actor="ada",
        session="s",
    )
    for trigger in ("ledger_never_changes", "ledger_never_shrinks"):
        made.execute(f"DROP TRIGGER {trigger}")
    yield made
    made.close()


def seq(random: Random) -> int:
    return random.randint(1, LENGTH)


def edit(db: Database, random: Random) -> None:
    text = db.execute("SELECT event FROM ledger WHERE seq = ?", [number := seq(random)]).fetchone()
    changed = text[0].replace('"session":"s"', '"session":"t"')
    db.execute("UPDATE ledger SET event = ? WHERE seq = ?", [changed, number])


def edit_and_chain_again(db: Database, random: Random) -> None:
    first = seq(random)
    rows = list(db.execute("SELECT seq, event, prev FROM ledger WHERE seq >= ?", [first]))
    prev = rows[0][2]
    for number, text, _ in rows:
        changed = text.replace('"session":"s"', '"session":"t"')
        hashed = digest(prev, number, changed)
        db.execute(
            "UPDATE ledger SET event = ?, prev = ?, hash = ? WHERE seq = ?",
            [changed, prev, hashed, number],
        )
        prev = hashed


def edit_and_sign_with_another_key(db: Database, random: Random) -> None:
    key, prev = Ed25519PrivateKey.generate(), bytes(32)
    for number, text in list(db.execute("SELECT seq, event FROM ledger")):
        hashed, signature = link(key, prev, number, text)
        db.execute(
            "UPDATE ledger SET prev = ?, hash = ?, signature = ? WHERE seq = ?",
            [prev, hashed, signature, number],
        )
        prev = hashed


def delete_one(db: Database, random: Random) -> None:
    db.execute("DELETE FROM ledger WHERE seq = ?", [seq(random)])


def delete_one_and_close_the_gap(db: Database, random: Random) -> None:
    number = seq(random)
    db.execute("DELETE FROM ledger WHERE seq = ?", [number])
    for later in range(number + 1, LENGTH + 1):
        db.execute("UPDATE ledger SET seq = ? WHERE seq = ?", [later - 1, later])


def cut_off(db: Database, random: Random) -> None:
    db.execute("DELETE FROM ledger WHERE seq >= ?", [seq(random)])


def swap(db: Database, random: Random) -> None:
    one, other = random.sample(range(1, LENGTH + 1), 2)
    for old, new in ((one, -1), (other, one), (-1, other)):
        db.execute("UPDATE ledger SET seq = ? WHERE seq = ?", [new, old])


def swap_events(db: Database, random: Random) -> None:
    one, other = random.sample(range(1, LENGTH + 1), 2)
    texts = dict(
        db.execute("SELECT seq, event FROM ledger WHERE seq IN (?, ?)", [one, other]).fetchall()
    )
    db.execute("UPDATE ledger SET event = ? WHERE seq = ?", [texts[one], other])
    db.execute("UPDATE ledger SET event = ? WHERE seq = ?", [texts[other], one])


def insert(db: Database, random: Random) -> None:
    number = random.choice((LENGTH + 1, 0, -5))
    row = db.execute("SELECT event, prev, hash, signature FROM ledger WHERE seq = 2").fetchone()
    db.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?)", [number, *row])


def insert_chained_without_the_key(db: Database, random: Random) -> None:
    prev = db.execute("SELECT hash FROM ledger WHERE seq = ?", [LENGTH]).fetchone()[0]
    text, signature = db.execute("SELECT event, signature FROM ledger WHERE seq = 2").fetchone()
    hashed = digest(prev, LENGTH + 1, text)
    db.execute(
        "INSERT INTO ledger VALUES (?, ?, ?, ?, ?)", [LENGTH + 1, text, prev, hashed, signature]
    )


def renumber_the_last(db: Database, random: Random) -> None:
    db.execute("UPDATE ledger SET seq = ? WHERE seq = ?", [LENGTH + random.randint(1, 9), LENGTH])


def flip_a_bit(column: str) -> Tamper:
    def flip(db: Database, random: Random) -> None:
        number = seq(random)
        value = next(db["ledger"].rows_where("seq = ?", [number]))[column]
        raw = bytearray(value.encode() if isinstance(value, str) else value)
        raw[random.randrange(len(raw))] ^= 1 << random.randrange(7 if column == "event" else 8)
        changed = raw.decode() if isinstance(value, str) else bytes(raw)
        db["ledger"].update(number, {column: changed})  # type: ignore[union-attr]

    return flip


ATTACKS: dict[str, Tamper] = {
    "edit": edit,
    "edit and chain again": edit_and_chain_again,
    "sign all with another key": edit_and_sign_with_another_key,
    "delete": delete_one,
    "delete and close the gap": delete_one_and_close_the_gap,
    "cut off": cut_off,
    "swap": swap,
    "swap events": swap_events,
    "renumber the last": renumber_the_last,
    "insert": insert,
    "insert chained": insert_chained_without_the_key,
    **{f"flip a bit of {column}": flip_a_bit(column) for column in
       ("event", "prev", "hash", "signature")},
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_tampering_is_found_every_time_and_everything_is_denied(
    db: Database, head: KeptHead, attack: Tamper
) -> None:
    random, whole = Random(1), list(db.execute("SELECT * FROM ledger"))
    kept = dict(head.heads)
    for _ in range(TRIES):
        with transaction(db):
            attack(db, random)
        ledger = make_ledger(db, head)
        with pytest.raises(LedgerBroken) as error:
            ledger.verify()
        assert error.value.why
        state = ledger.state()
        assert state.broken
        request = Request(ADA, HEART, "clinic", "TREAT")
        assert decide(state, request, (NOON, NOON), NOON, TRUSTED).reason is Reason.LEDGER_BROKEN
        assert windows(state, ADA, HEART, "clinic", NOON, TRUSTED) == []
        assert may_collect(state, ADA, "ble", NOON).reason is Reason.LEDGER_BROKEN
        with pytest.raises(LedgerBroken):
            ledger.append(Withdraw("g1", (HEART,)), at=NOON, actor="ada", session="s")
        assert head.heads == kept
        with transaction(db):
            db.execute("DELETE FROM ledger")
            db.conn.executemany("INSERT INTO ledger VALUES (?, ?, ?, ?, ?)", whole)
    make_ledger(db, head).verify()


@pytest.mark.parametrize("attack", [cut_off, delete_one, insert])
def test_tampering_at_the_end_is_found_by_a_process_that_runs_already(
    db: Database, head: KeptHead, attack: Tamper
) -> None:
    ledger = make_ledger(db, head)
    assert not ledger.state().broken
    if attack is delete_one:
        db.execute("DELETE FROM ledger WHERE seq = ?", [LENGTH])
    elif attack is insert:
        insert_chained_without_the_key(db, Random(1))
    else:
        attack(db, Random(1))
    assert ledger.state().broken
    assert make_ledger(db, head).state().broken


@pytest.mark.parametrize(
    "change", ["event = replace(event, 'ada', 'ben')", "hash = zeroblob(32)", "prev = zeroblob(32)"]
)
def test_the_newest_entry_is_looked_at_each_time(db: Database, head: KeptHead, change: str) -> None:
    ledger = make_ledger(db, head)
    assert not ledger.state().broken
    db.execute(f"UPDATE ledger SET {change} WHERE seq = {LENGTH}")  # noqa: S608
    assert ledger.state().broken


def test_without_the_second_head_a_cut_is_not_seen(db: Database) -> None:
    """Why the second head is kept: the chain alone is whole after a cut."""
    cut_off(db, Random(1))
    make_ledger(db).verify()


def test_a_crash_before_the_second_head_was_kept_is_mended(db: Database, head: KeptHead) -> None:
    ledger = make_ledger(db, head)
    before = head.heads["ledger"]
    ledger.append(Withdraw("g1", (HEART,)), at=NOON, actor="ada", session="s")
    after, head.heads["ledger"] = head.heads["ledger"], before
    again = make_ledger(db, head)
    assert not again.state().broken
    assert head.heads["ledger"] == after


def test_a_crash_in_the_very_first_entry_is_mended(tmp_path: Path) -> None:
    head, other = KeptHead(), make_store(tmp_path)
    ledger = make_ledger(other, head)
    ledger.append(invited(), at=NOON, actor="ada", session="s")
    head.heads["ledger"] = (0, bytes(32))
    assert not make_ledger(other, head).state().broken
    assert head.heads["ledger"][0] == 1
    other.close()


def test_a_second_head_that_is_gone_or_another_one_is_found(db: Database, head: KeptHead) -> None:
    head.heads["ledger"] = (LENGTH - 1, hashlib.sha256(b"another").digest())
    assert make_ledger(db, head).state().broken
    head.heads.clear()
    assert make_ledger(db, head).state().broken


def test_a_mended_ledger_is_believed_again_after_it_was_verified(
    db: Database, head: KeptHead
) -> None:
    ledger = make_ledger(db, head)
    row = db.execute("SELECT * FROM ledger WHERE seq = 2").fetchone()
    db.execute("DELETE FROM ledger WHERE seq = 2")
    with pytest.raises(LedgerBroken):
        ledger.verify()
    db.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?)", row)
    assert ledger.state().broken
    ledger.verify()
    assert any(isinstance(entry.event, Permit) for entry in ledger.entries())
    assert not ledger.state().broken


def test_the_table_itself_refuses_changes(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    make_ledger(store).append(invited(), at=NOON, actor=act().actor, session="s")
    for statement in ("UPDATE ledger SET event = ''", "DELETE FROM ledger"):
        with pytest.raises(Exception, match="never"):
            store.execute(statement)
    store.close()
