"""The tables: strict, migrated in steps, unreadable from outside, and refused when too new."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.reading import Waveform
from gateway.store.driver import Database, IntegrityError, Migrations
from gateway.store.errors import StoreTooNew
from gateway.store.gateway_db import create_gateway, is_simulation, open_gateway
from gateway.store.local import create_local, open_local
from gateway.store.migrations import bring_up_to_date
from gateway.store.notes import Notes
from gateway.store.unclaimed import waiting
from tests.fakes_store import KEY, Row, Store, batch


def _tables(db: Database) -> dict[str, bool]:
    rows = db.conn.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table'")
    return {name: bool(strict) for name, strict in rows if not name.startswith("sqlite_")}


def test_every_table_of_both_files_is_strict(tmp_path: Path) -> None:
    gateway = create_gateway(tmp_path / "g.db", KEY)
    local = create_local(tmp_path / "l.db", KEY)
    for db in (gateway, local.db):
        tables = _tables(db)
        assert len(tables) > 5
        assert [name for name, strict in tables.items() if not strict] == []
        db.close()


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    create_gateway(tmp_path / "g.db", KEY).close()
    db = open_gateway(tmp_path / "g.db", KEY)
    assert db.conn.execute("SELECT COUNT(*) FROM _sqlite_migrations").fetchone() == (4,)
    db.close()


def test_batches_of_before_say_taken_only_where_that_is_known(tmp_path: Path) -> None:
    db = create_gateway(tmp_path / "g.db", KEY)
    db.conn.execute("ALTER TABLE batch DROP COLUMN outcome")
    db.conn.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '0002%'")
    for number, (state, answered, sha256) in enumerate(
        [("done", 5, 32), ("done", 5, 32), ("done", None, 32), ("unknown", 5, 32),
         ("deferred", None, 0)], 1
    ):  # fmt: skip
        db.conn.execute(
            "INSERT INTO batch (id, recipient, claimed_at, consent, rows, state, answered_at,"
            " sha256) VALUES (?, 'r', 1, 'g', 1, ?, ?, ?)",
            (number, state, answered, bytes(sha256)),
        )
    for number, state in ((1, "sent"), (2, "rejected")):
        db.conn.execute(
            "INSERT INTO delivery (recipient, series, start, duration, value, nth, version, batch,"
            " state) VALUES ('r', 1, ?, 0, 1, 0, 0, ?, ?)",
            (number, number, state),
        )
    db.close()
    db = open_gateway(tmp_path / "g.db", KEY)
    outcomes = [row[0] for row in db.conn.execute("SELECT outcome FROM batch ORDER BY id")]
    assert outcomes == ["0", "4", "4", "4", ""]
    db.close()


def test_of_what_was_sent_before_no_version_at_the_recipient_is_known(tmp_path: Path) -> None:
    db = create_gateway(tmp_path / "g.db", KEY)
    db.conn.execute(
        "INSERT INTO delivery (recipient, series, start, duration, value, nth, version, batch,"
        " state) VALUES ('r', 1, 5, 0, 120, 0, 0, 1, 'sent')"
    )
    db.conn.execute("ALTER TABLE delivery DROP COLUMN etag")
    db.conn.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '0003%'")
    db.close()
    db = open_gateway(tmp_path / "g.db", KEY)
    assert db.conn.execute("SELECT start, etag FROM delivery").fetchall() == [(5, "")]
    db.close()


def test_a_home_of_before_learns_to_keep_looks_at_clocks(tmp_path: Path) -> None:
    db = create_gateway(tmp_path / "g.db", KEY)
    db.conn.execute("DROP TABLE set_right")
    db.conn.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '0004%'")
    db.close()
    db = open_gateway(tmp_path / "g.db", KEY)
    assert _tables(db)["set_right"]
    db.conn.execute("INSERT INTO set_right VALUES (1, 5, 0, 120, 0, 9, -449999)")
    for too_far in (-450_000, 450_000, 3_600_000):
        with pytest.raises(IntegrityError):
            db.conn.execute("INSERT INTO set_right VALUES (1, 6, 0, 120, 0, 9, ?)", (too_far,))
    db.close()


def test_what_waited_before_has_no_look_at_a_clock(tmp_path: Path) -> None:
    local = create_local(tmp_path / "l.db", KEY)
    for column in ("look_at", "ahead_ms"):
        local.db.conn.execute(f"ALTER TABLE unclaimed DROP COLUMN {column}")
    local.db.conn.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '0002%'")
    local.db.conn.execute(
        "INSERT INTO unclaimed VALUES (1, x'00', 'cuff', 3, 'pulse_rate', 5, 0, 70, 0, 0, 0, '', 6,"
        " 0)"
    )
    local.db.close()
    again = open_local(tmp_path / "l.db", KEY)
    assert [one.look for one in waiting(again.db)] == [None]
    again.db.close()


@pytest.mark.parametrize("which", ["gateway", "local"])
def test_a_file_of_a_newer_version_is_refused(tmp_path: Path, which: str) -> None:
    db = (
        create_gateway(tmp_path / "x.db", KEY)
        if which == "gateway"
        else create_local(tmp_path / "x.db", KEY).db
    )
    db.conn.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, '9999', '')",
        (which,),
    )
    db.close()
    with pytest.raises(StoreTooNew) as caught:
        open_gateway(tmp_path / "x.db", KEY) if which == "gateway" else open_local(
            tmp_path / "x.db", KEY
        )
    assert "newer" in caught.value.next_step


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    db = create_gateway(tmp_path / "g.db", KEY)
    steps = Migrations("steps")

    @steps(name="0001")
    def one(db: Database) -> None:
        db.conn.execute("CREATE TABLE one (a INTEGER) STRICT")

    @steps(name="0002")
    def two(db: Database) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        bring_up_to_date(db, steps)
    assert "one" not in _tables(db)
    assert not db.conn.in_transaction
    db.close()


@pytest.mark.parametrize("simulation", [True, False])
def test_what_a_home_is_for_cannot_be_changed(tmp_path: Path, simulation: bool) -> None:
    db = create_gateway(tmp_path / "g.db", KEY, simulation=simulation)
    notes = Notes(db)
    notes.set("notice_seen", "yes")
    for change in (
        "UPDATE note SET value = 'x' WHERE name = 'simulation'",
        "UPDATE note SET name = 'other' WHERE name = 'simulation'",
        "UPDATE note SET name = 'simulation' WHERE name = 'notice_seen'",
        "DELETE FROM note WHERE name = 'simulation'",
        "INSERT OR REPLACE INTO note VALUES ('simulation', 'x')",
    ):
        with pytest.raises(IntegrityError):
            db.conn.execute(change)
    with pytest.raises(IntegrityError):
        notes.set("simulation", "no")
    assert is_simulation(db) is simulation
    assert (notes.get("notice_seen"), notes.get("nothing", "-")) == ("yes", "-")
    db.close()


def test_no_file_shows_a_word_of_what_it_holds(tmp_path: Path) -> None:
    store = Store(tmp_path)
    marks = [b"MARKED-NAME", b"MARKED-NOTE", b"MARKED-SAMPLES", b"120|MARKED"]
    store.db.conn.execute("UPDATE person SET name = 'MARKED-NAME'")
    Notes(store.db).set("free", "MARKED-NOTE")
    wave = Waveform("digest", 4.0, "1", b"MARKED-SAMPLES" * 100)
    rows = [Row(1, "digest"), Row(2, "120|MARKED")]
    store.readings.take_in(
        [batch(store.person, rows, waveforms={"digest": wave})],
        at=3,
        source="ble",
        simulated=False,
    )
    store.db.conn.execute("PRAGMA wal_checkpoint(PASSIVE)")
    Notes(store.db).set("free", "MARKED-NOTE again")
    files = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert set(files) == {"gateway.db", "gateway.db-wal", "gateway.db-shm"}
    assert len(files["gateway.db"]) > 50_000
    for name, content in files.items():
        for mark in [*marks, b"SQLite format", b"heart_rate", b"CREATE TABLE", b"series"]:
            assert mark not in content, name
    store.db.close()
