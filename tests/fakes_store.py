"""Stores to test with: small, encrypted, with keys that nobody keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adapters.kinds import Kind, kind
from adapters.reading import DeviceKey, PersonKey, ReadingBatch, SourceKey, Value, Waveform
from gateway.store.driver import Database
from gateway.store.gateway_db import create_gateway
from gateway.store.people import People
from gateway.store.readings import Readings

KEY = bytes(range(32))
IDENTITY = bytes(range(32, 64))
HEART_RATE = kind("heart_rate")
QUARTER = 900_000


@dataclass(frozen=True, slots=True)
class Row:
    """One reading, as short as a test can say it."""

    start: int
    value: Value = 72
    duration: int = 0
    nth: int = 0
    decimals: int = 0
    flags: int = 0


@dataclass(slots=True)
class FakeAnchor:
    """Heads in memory, with the count of writes."""

    heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    writes: int = 0

    def head(self, what: str) -> tuple[int, bytes] | None:
        return self.heads.get(what)

    def set_head(self, what: str, seq: int, hash: bytes) -> None:
        self.heads[what] = (seq, hash)
        self.writes += 1


def new_gateway(directory: Path) -> Database:
    return create_gateway(directory / "gateway.db", KEY)


def new_person(db: Database, name: str = "Ann") -> PersonKey:
    return People(db).add(name, "1980-01", 0)


def batch(
    person: PersonKey,
    rows: Sequence[Row],
    *,
    of: Kind = HEART_RATE,
    device: str = "strap",
    live: bool = False,
    waveforms: Mapping[str, Waveform] | None = None,
) -> ReadingBatch:
    return ReadingBatch(
        person=person,
        kind=of,
        device=DeviceKey(device),
        source=SourceKey("radio"),
        starts=[row.start for row in rows],
        durations=[row.duration for row in rows],
        values=[row.value for row in rows],
        decimals=[row.decimals for row in rows],
        nths=[row.nth for row in rows],
        flags=[row.flags for row in rows],
        live=live,
        waveforms=waveforms or {},
    )


class Store:
    """A gateway.db with one person and the readings of it."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "gateway.db"
        self.db = new_gateway(directory)
        self.anchor = FakeAnchor()
        self.readings = Readings(self.db, IDENTITY, self.anchor)
        self.person = new_person(self.db)

    def batch(self, *rows: Row, of: Kind = HEART_RATE, device: str = "strap") -> ReadingBatch:
        return batch(self.person, rows, of=of, device=device)

    def count(self, table: str) -> int:
        return int(self.db.conn.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])  # noqa: S608
