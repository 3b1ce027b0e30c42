"""The encrypted database file: the only module that knows which SQLite is underneath.

`sqlite-utils` binds to one driver module, the first of ``pysqlite3`` and ``sqlite3`` that it can
import; `sqlcipher3` is put there under that name before its first import, so that both speak of
the same connection and error classes. Everyone else imports `Database` and `Migrations` from here.
"""

from __future__ import annotations

import hashlib
import hmac
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3
import sqlcipher3.dbapi2 as dbapi2

from gateway.store.errors import (
    DiskFailed,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreNotEncrypted,
)

sys.modules["pysqlite3"] = sqlcipher3
sys.modules["pysqlite3.dbapi2"] = dbapi2

# It would load numpy wherever numpy is installed, for columns of its arrays: nothing here has any.
_numpy_is_loaded = "numpy" in sys.modules
if not _numpy_is_loaded:
    sys.modules["numpy"] = None  # type: ignore[assignment]  # how Python says: not there
try:
    import sqlite_utils.utils
    from sqlite_utils import Database, Migrations  # only after the two names are set
finally:
    if not _numpy_is_loaded:
        del sys.modules["numpy"]

if vars(sqlite_utils.utils)["sqlite3"] is not sqlcipher3:  # pragma: no cover
    raise ImportError("sqlite_utils was imported before gateway.store.driver")

__all__ = [
    "Database",
    "IntegrityError",
    "Migrations",
    "check_pages",
    "copy_database",
    "in_transaction",
    "open_database",
    "statements",
    "transaction",
]

IntegrityError: type[Exception] = dbapi2.IntegrityError
"""A row that a constraint or a trigger of the schema forbids."""

BUSY_SECONDS = 60
_PLAIN_HEADER = b"SQLite format 3\0"
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # NORMAL lost acknowledged rows in simulated power cuts
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",  # or a sort would spill plain text to disk
    "PRAGMA journal_size_limit = 67108864",
)
# SQLite result codes, https://www.sqlite.org/rescode.html (the low byte is the primary code)
_BUSY, _LOCKED, _IOERR, _CORRUPT, _FULL, _NOTADB = 5, 6, 10, 11, 13, 26


def _in_our_words(error: Any) -> StoreError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (_CORRUPT, _NOTADB):
        return StoreDamaged("A part of the store is not what was written.")
    if code == _IOERR:
        return DiskFailed("The disk could not be read or written.")
    if code in (_BUSY, _LOCKED):
        return StoreBusy("Another part of the gateway is writing.")
    if code == _FULL:
        return StoreFull("The disk is full.")
    return None


@contextmanager
def _errors_in_our_words() -> Iterator[None]:
    try:
        yield
    except dbapi2.DatabaseError as error:
        ours = _in_our_words(error)
        if ours is None:
            raise
        raise ours from error


def _watched(name: str) -> Callable[..., Any]:
    plain = getattr(dbapi2.Cursor, name)

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return plain(self, *args, **kwargs)
        except dbapi2.DatabaseError as error:
            ours = _in_our_words(error)
            if ours is None:
                raise
            raise ours from error

    return call


class _Cursor(dbapi2.Cursor):  # type: ignore[misc]  # sqlcipher3 has no types
    """A cursor whose errors are those of `gateway.store.errors`, whenever a page is read."""

    execute = _watched("execute")
    executemany = _watched("executemany")
    executescript = _watched("executescript")
    fetchone = _watched("fetchone")
    fetchmany = _watched("fetchmany")
    fetchall = _watched("fetchall")
    __next__ = _watched("__next__")


class _Connection(dbapi2.Connection):  # type: ignore[misc]  # sqlcipher3 has no types
    def cursor(self, factory: type[Any] = _Cursor) -> Any:
        return super().cursor(factory)


def _salt(key: bytes) -> bytes:
    """The file's first 16 bytes: tells a wrong key from a damaged first page.

    SQLCipher keeps its salt there in the open, outside the page's checksum. It only feeds the
    checksum key, so a salt that follows from the key gives nothing away.
    """
    return hmac.digest(key, b"health-gateway page salt v1", hashlib.sha256)[:16]


def _connect(path: Path, key: bytes) -> Any:
    connection = dbapi2.connect(
        str(path),
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
        factory=_Connection,
    )
    connection.execute("PRAGMA cipher_log_level = NONE")  # or a wrong key shouts on stderr
    connection.execute(f"PRAGMA key = \"x'{key.hex()}{_salt(key).hex()}'\"")
    return connection


def open_database(path: Path, key: bytes, *, create: bool = False) -> Database:
    """Open an encrypted file; one thread at a time may use the connection.

    Args:
        path: the file.
        key: 32 random bytes, used as they are.
        create: make the file (mode 0600) where there is none.

    Raises:
        StoreLocked: the key is not the file's.
        StoreDamaged: the file is missing, empty, or its first page is not what was written.
        StoreNotEncrypted: it is a plain SQLite file.
    """
    if len(key) != 32:
        raise ValueError("a key has 32 bytes")
    if create:
        path.touch(mode=0o600, exist_ok=True)
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError as error:
        raise StoreDamaged(f"The file {path.name} is missing.") from error
    if head == _PLAIN_HEADER:
        raise StoreNotEncrypted(f"The file {path.name} is not encrypted.")
    if not head and not create:
        raise StoreDamaged(f"The file {path.name} is empty.")
    ours = head in (b"", _salt(key))
    connection = _connect(path, key)
    try:
        connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except DiskFailed:
        connection.close()
        raise  # a full disk must not look like a damaged store
    except StoreDamaged as error:
        connection.close()
        if ours:
            raise StoreDamaged(f"The first page of {path.name} is damaged.") from error
        raise StoreLocked(f"The key does not open {path.name}.") from error
    except BaseException:
        connection.close()
        raise
    if not ours:
        connection.close()
        raise StoreDamaged(f"The first bytes of {path.name} are damaged.")
    return Database(connection, strict=True)


def in_transaction(db: Database) -> bool:
    """Whether somebody up the stack has begun a transaction."""
    return db.conn.in_transaction


@contextmanager
def transaction(db: Database) -> Iterator[Database]:
    """``BEGIN IMMEDIATE`` … ``COMMIT``, or ``ROLLBACK`` if anything is raised.

    Inside another transaction it is a savepoint: the outermost one commits.
    """
    if in_transaction(db):
        with db.atomic():
            yield db
        return
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.conn.execute("COMMIT")
    except BaseException:
        if in_transaction(db):  # a full disk has rolled back already
            db.conn.execute("ROLLBACK")
        raise


def check_pages(db: Database) -> list[str]:
    """What the checksum of every page says, as SQLCipher puts it; empty when all is well."""
    return [str(row[0]) for row in db.conn.execute("PRAGMA cipher_integrity_check")]


def copy_database(db: Database, target: Path, key: bytes) -> None:
    """Write a consistent, encrypted copy to a new file while others go on writing.

    Raises:
        FileExistsError: the target is there already.
        StoreDamaged: a page could not be read.
    """
    target.touch(mode=0o600, exist_ok=False)
    copy = _connect(target, key)
    try:
        with _errors_in_our_words():
            db.conn.backup(copy)
    finally:
        copy.close()


def statements(script: str) -> Iterator[str]:
    """Part a schema into its statements: ``executescript`` would commit what is open."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if line.rstrip().endswith(";") and dbapi2.complete_statement(pending):
            yield pending.strip()
            pending = ""
    if pending.strip() and not all(
        line.startswith("--") or not line for line in map(str.strip, pending.splitlines())
    ):
        yield pending.strip()
