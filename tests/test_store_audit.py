"""The audit trail and the heads: nothing is changed, left out or cut off unseen."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store.audit import Audit
from gateway.store.driver import Database, IntegrityError, transaction
from gateway.store.errors import ChainBroken
from gateway.store.heads import check_heads
from gateway.store.losses import losses, write_down_losses
from tests.fakes_store import FakeAnchor, Row, Store, new_gateway


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = new_gateway(tmp_path)
    yield db
    db.close()


def _fill(db: Database, anchor: FakeAnchor | None = None, n: int = 20) -> Audit:
    audit = Audit(db, anchor)
    for at in range(n):
        audit.note(at, "Ann", "export", {"files": at, "to": "her own disk"})
    return audit


def _unlock(db: Database) -> None:
    db.conn.execute("DROP TRIGGER audit_never_changes")
    db.conn.execute("DROP TRIGGER audit_never_shrinks")


def test_entries_come_back_in_their_order(db: Database) -> None:
    audit = _fill(db)
    assert audit.verify() == 20
    assert [entry.seq for entry in audit.entries(after=17)] == [18, 19, 20]
    assert audit.entries(limit=1)[0].detail == {"files": 0, "to": "her own disk"}
    assert Audit(db).note(99, "system", "backup") == 21


def test_an_empty_trail_is_whole(db: Database) -> None:
    assert Audit(db).verify() == 0


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_entries_are_neither_changed_nor_deleted(db: Database, change: str) -> None:
    _fill(db, n=2)
    with pytest.raises(IntegrityError):
        db.conn.execute(change)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET actor = 'Bo' WHERE seq = :seq",
        "UPDATE audit SET at = at + 1 WHERE seq = :seq",
        "UPDATE audit SET detail = '{}' WHERE seq = :seq",
        "UPDATE audit SET hash = zeroblob(32) WHERE seq = :seq",
        "DELETE FROM audit WHERE seq = :seq",
    ],
)
def test_whoever_changes_the_trail_is_found_out(db: Database, change: str) -> None:
    audit = _fill(db)
    _unlock(db)
    seq = random.Random(7).randrange(2, 20)
    db.conn.execute(change, {"seq": seq})
    with pytest.raises(ChainBroken) as caught:
        audit.verify()
    assert caught.value.seq == seq


def test_a_trail_cut_short_is_reported_by_its_head(db: Database) -> None:
    anchor = FakeAnchor()
    _fill(db, anchor)
    assert check_heads(db, anchor) == []
    _unlock(db)
    db.conn.execute("DELETE FROM audit WHERE seq > 15")
    (sentence,) = check_heads(db, anchor)
    assert "the last 5 audit entries are missing" in sentence
    write_down_losses(db, anchor, Audit(db, anchor), 1)
    assert check_heads(db, anchor) == []
    assert losses(db, 2) == [sentence]
    assert losses(db, 1 << 62) == [], "it is shown for a month"


def test_other_entries_under_the_same_numbers_are_reported(db: Database) -> None:
    anchor = FakeAnchor()
    _fill(db, anchor, n=3)
    _unlock(db)
    db.conn.execute("DELETE FROM audit WHERE seq = 3")
    Audit(db).note(7, "Bo", "something else")
    (sentence,) = check_heads(db, anchor)
    assert "not those that were written" in sentence


def test_a_head_behind_its_table_is_no_loss(tmp_path: Path) -> None:
    store = Store(tmp_path)
    anchor = FakeAnchor({"intake": (1, b""), "ledger": (0, b"")})
    for at in range(3):
        store.readings.take_in([store.batch(Row(at))], at=at, source="ble", simulated=False)
    assert check_heads(store.db, anchor) == []
    store.db.close()


def test_a_note_of_a_transaction_that_fails_was_never_made(db: Database) -> None:
    anchor = FakeAnchor()
    audit = Audit(db, anchor)

    def fail() -> None:
        with transaction(db):
            audit.note(1, "Ann", "delete")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert (audit.verify(), anchor.heads) == (0, {})
