"""The encrypted file: closed to the wrong key, honest about damage, one transaction at a time."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store.driver import (
    Database,
    IntegrityError,
    check_pages,
    copy_database,
    open_database,
    statements,
    transaction,
)
from gateway.store.errors import (
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreLocked,
    StoreNotEncrypted,
)
from tests.fakes_store import KEY

ROOT = Path(__file__).parent.parent


def _filled(path: Path, rows: int = 4000) -> list[tuple[int, str]]:
    db = open_database(path, KEY, create=True)
    db.conn.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT")
    with transaction(db):
        db.conn.executemany("INSERT INTO t VALUES (?, ?)", ((i, f"row {i}") for i in range(rows)))
    written = db.conn.execute("SELECT * FROM t").fetchall()
    db.close()
    return written


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_database(tmp_path / "t.db", KEY, create=True)
    db.conn.execute("CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT")
    yield db
    db.close()


def test_the_file_is_set_up_as_designed(db: Database) -> None:
    def pragma(name: str) -> object:
        return db.conn.execute(f"PRAGMA {name}").fetchone()[0]

    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2
    assert pragma("foreign_keys") == 1
    assert pragma("secure_delete") == 1
    assert pragma("busy_timeout") == 60_000
    assert pragma("temp_store") == 2
    assert str(pragma("cipher_version")).startswith("4.")


def test_a_wrong_key_is_told_apart_and_says_nothing_on_stderr(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _filled(tmp_path / "t.db", 10)
    with pytest.raises(StoreLocked) as caught:
        open_database(tmp_path / "t.db", bytes(32))
    assert caught.value.next_step
    assert capfd.readouterr() == ("", "")


def test_a_key_has_32_bytes(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        open_database(tmp_path / "t.db", b"short", create=True)


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
def test_a_file_is_never_made_by_opening_it(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "t.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        open_database(path, KEY)
    assert not path.exists() or path.read_bytes() == b""


def test_a_plain_file_is_refused(tmp_path: Path) -> None:
    plain = sqlite3.connect(tmp_path / "plain.db")
    plain.execute("CREATE TABLE t (a)")
    plain.close()
    with pytest.raises(StoreNotEncrypted):
        open_database(tmp_path / "plain.db", KEY)


def test_every_flipped_bit_is_reported_and_nothing_wrong_is_returned(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    written = _filled(path)
    whole = path.read_bytes()
    chance = random.Random(36)
    places = [3, 20, 4095, *(chance.randrange(len(whole)) for _ in range(20))]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(flipped))
        with pytest.raises(StoreDamaged):
            _read_all(path, written)


def _read_all(path: Path, written: list[tuple[int, str]]) -> None:
    db = open_database(path, KEY)
    try:
        for read, known in zip(db.conn.execute("SELECT * FROM t"), written, strict=True):
            assert read == known
        assert check_pages(db) == []
        raise AssertionError("a flipped bit went unnoticed")
    finally:
        db.close()


def test_a_whole_file_has_whole_pages(tmp_path: Path) -> None:
    _filled(tmp_path / "t.db")
    db = open_database(tmp_path / "t.db", KEY)
    assert check_pages(db) == []
    db.close()


def _insert(db: Database, *numbers: int) -> None:
    with transaction(db):
        for number in numbers:
            db.conn.execute("INSERT INTO t VALUES (?)", (number,))


def test_what_is_raised_rolls_back(db: Database) -> None:
    with pytest.raises(IntegrityError):
        _insert(db, 1, 1)
    assert not db.conn.in_transaction
    assert db.conn.execute("SELECT COUNT(*) FROM t").fetchone() == (0,)


def test_an_inner_transaction_belongs_to_the_outer_one(db: Database) -> None:
    with transaction(db):
        db.conn.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(IntegrityError):
            _insert(db, 2, 1)
    assert db.conn.execute("SELECT a FROM t").fetchall() == [(1,)]


def test_a_full_disk_says_so_and_keeps_what_was_there(db: Database) -> None:
    db.conn.execute("CREATE TABLE big (b BLOB) STRICT")
    db.conn.execute("INSERT INTO t VALUES (7)")
    db.conn.execute("PRAGMA max_page_count = 10")
    with pytest.raises(StoreFull), transaction(db):
        db.conn.execute("INSERT INTO big VALUES (?)", (bytes(200_000),))
    assert db.conn.execute("SELECT a FROM t").fetchall() == [(7,)]


def test_somebody_else_writing_says_so(db: Database, tmp_path: Path) -> None:
    other = open_database(tmp_path / "t.db", KEY)
    other.conn.execute("PRAGMA busy_timeout = 1")
    with transaction(db), pytest.raises(StoreBusy), transaction(other):
        pass
    other.close()


def test_a_copy_is_whole_and_encrypted(tmp_path: Path) -> None:
    written = _filled(tmp_path / "t.db")
    db = open_database(tmp_path / "t.db", KEY)
    copy_database(db, tmp_path / "copy.db", KEY)
    db.close()
    copy = open_database(tmp_path / "copy.db", KEY)
    assert copy.conn.execute("SELECT * FROM t").fetchall() == written
    copy.close()
    assert b"row 17" not in (tmp_path / "copy.db").read_bytes()
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_sqlite_utils_works_on_it(db: Database) -> None:
    db["notes"].insert({"id": 1, "text": "a"}, pk="id")  # type: ignore[union-attr]  # a table
    db["notes"].insert({"id": 2, "more": "b"}, pk="id", alter=True)  # type: ignore[union-attr]
    assert [row["id"] for row in db["notes"].rows] == [1, 2]


def test_a_schema_is_parted_into_its_statements() -> None:
    script = "-- a; b\nCREATE TABLE a (x);\n-- why;\nCREATE TRIGGER t BEFORE UPDATE ON a\nBEGIN SELECT 1;\nEND;\n-- end"  # noqa: E501
    assert [one.split("\n")[-1] for one in statements(script)] == ["CREATE TABLE a (x);", "END;"]


def _sources() -> Iterator[tuple[Path, str]]:
    for top in ("adapters", "fhir_mappings", "gateway", "scripts", "tests"):
        for path in sorted((ROOT / top).rglob("*.py")):
            yield path, path.read_text(encoding="utf-8")


def test_nothing_drops_rows_silently() -> None:
    banned = re.compile(r"\b(INSERT|UPDATE)\s+OR\s+" + "IGNORE", re.IGNORECASE)
    assert [str(path) for path, text in _sources() if banned.search(text)] == []


def test_only_the_driver_knows_which_sqlite_is_underneath() -> None:
    imports = re.compile(r"^\s*(import|from)\s+(sqlcipher3|pysqlite3|sqlite_utils)\b", re.M)
    found = [path.relative_to(ROOT) for path, text in _sources() if imports.search(text)]
    assert found == [Path("gateway/store/driver.py")]
