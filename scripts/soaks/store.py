"""A large encrypted store, as ten years make it: its size, how fast it fills, how fast it answers.

`./scripts/soak store [N]` fills a store with N readings (10,000,000 unless told otherwise) in a
temporary directory and prints its figures as JSON. A test runs the same code with 20,000.
"""

from __future__ import annotations

import json
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.kinds import Kind, kind
from adapters.reading import DeviceKey, PersonKey, ReadingBatch, SourceKey, Value
from gateway.store.calendar import edges
from gateway.store.driver import Database
from gateway.store.gateway_db import create_gateway
from gateway.store.people import People
from gateway.store.readings import Readings
from scripts.soaks._words import numbers

FIRST_DAY = date(2016, 1, 1)
YEARS = 10
COMMIT = 10_000
QUERIES = 200
ZONE = ZoneInfo("Europe/Oslo")

SHARES: dict[str, tuple[float, int, Callable[[int], Value]]] = {
    # kind: share of all readings, duration in ms, value of the n-th
    "heart_rate": (0.6, 0, lambda n: 55 + n * 7 % 90),
    "step_count": (0.2, 60_000, lambda n: n * 13 % 140),
    "active_energy": (0.1, 60_000, lambda n: round(n * 17 % 900 / 100, 2)),
    "walking_running_distance": (0.05, 60_000, lambda n: round(n * 31 % 1000 / 9000, 6)),
    "oxygen_saturation": (0.05, 0, lambda n: 93 + n % 7),
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled store to be measured. Every measure has its own seeded chance."""

    db: Database
    readings: Readings
    person: PersonKey
    rows: int
    chance: random.Random


Measure = Callable[[Filled], dict[str, float]]


def _batches(person: PersonKey, name: str, rows: int) -> Iterator[ReadingBatch]:
    share, duration, value = SHARES[name]
    count = int(rows * share)
    begin = int(datetime(FIRST_DAY.year, 1, 1, tzinfo=UTC).timestamp() * 1000)
    span = int(timedelta(days=365.2425 * YEARS).total_seconds() * 1000)
    for low in range(0, count, COMMIT):
        numbers = range(low, min(low + COMMIT, count))
        zeros = [0] * len(numbers)
        yield ReadingBatch(
            person=person,
            kind=kind(name),
            device=DeviceKey("watch"),
            source=SourceKey("export"),
            starts=[begin + span * n // count for n in numbers],
            durations=[duration] * len(numbers),
            values=[value(n) for n in numbers],
            decimals=zeros,
            nths=zeros,
            flags=zeros,
        )


def _fill(db: Database, rows: int) -> tuple[Filled, dict[str, float]]:
    person = People(db).add("Soak", "1980-01", 0)
    readings = Readings(db, secrets.token_bytes(32))
    stored, wall, cpu, longest = 0, 0.0, 0.0, 0.0
    for name in SHARES:
        for batch in _batches(person, name, rows):
            began, began_cpu = time.perf_counter(), time.process_time()
            taken = readings.take_in([batch], at=0, source="healthkit", simulated=True)
            took = time.perf_counter() - began
            wall, cpu, longest = (
                wall + took,
                cpu + time.process_time() - began_cpu,
                max(longest, took),
            )
            stored += taken.new
    began = time.perf_counter()
    rolled = 0
    while done := readings.roll_up():
        rolled += done
    roll_up = time.perf_counter() - began
    filled = Filled(db, readings, person, stored, random.Random(1))  # noqa: S311  # no secret
    return filled, {
        "rows": stored,
        "fill_rows_a_second": stored / wall,
        "fill_rows_a_cpu_second": stored / cpu,
        "longest_commit_ms": longest * 1000,
        "roll_up_seconds": roll_up,
        "hours_rolled_up": rolled,
    }


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)] * 1000


def _timed(queries: int, ask: Callable[[], object]) -> float:
    times = []
    for _ in range(queries):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return p95(times)


def _some_day(chance: random.Random) -> date:
    return FIRST_DAY + timedelta(days=chance.randrange(YEARS * 365))


def _some_kind(chance: random.Random) -> Kind:
    return kind(chance.choice(list(SHARES)))


def day_trend(store: Filled) -> dict[str, float]:
    """A day in quarter hours, of any kind."""

    def ask() -> object:
        day = _some_day(store.chance)
        cuts = edges(ZONE, day, day, "quarter_hour")
        return store.readings.trend_between(store.person, _some_kind(store.chance), cuts)

    return {"day_trend_p95_ms": _timed(QUERIES, ask)}


def year_trend(store: Filled) -> dict[str, float]:
    """A year in days of the person's zone, of any kind."""

    def ask() -> object:
        day = _some_day(store.chance)
        cuts = edges(ZONE, day, day + timedelta(days=364), "day")
        return store.readings.trend_between(store.person, _some_kind(store.chance), cuts)

    return {"year_trend_p95_ms": _timed(QUERIES, ask)}


def newest(store: Filled) -> dict[str, float]:
    """The newest reading of each kind, and the list of series with their counts."""
    return {
        "latest_p95_ms": _timed(QUERIES, lambda: store.readings.latest(store.person)),
        "series_p95_ms": _timed(QUERIES, lambda: store.readings.series(store.person)),
    }


def live_commit(store: Filled) -> dict[str, float]:
    """One live reading, with its key, into the full store."""
    begin = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp() * 1000)
    starts = iter(range(begin, begin + QUERIES * 1000, 1000))

    def ask() -> object:
        start = next(starts)
        batch = ReadingBatch(
            person=store.person,
            kind=kind("heart_rate"),
            device=DeviceKey("strap"),
            source=SourceKey("radio"),
            starts=[start],
            durations=[0],
            values=[72],
            decimals=[0],
            nths=[0],
            flags=[0],
            live=True,
        )
        return store.readings.take_in(
            [batch], at=start, source="ble", simulated=True, with_keys=True
        )

    return {"live_commit_p95_ms": _timed(QUERIES, ask)}


MEASURES: list[Measure] = [day_trend, year_trend, newest, live_commit]
"""What is measured of a filled store, in this order; `sharing` comes last, it stands on these."""


def run(readings: int, measures: list[Measure] | None = None) -> dict[str, float]:
    """Fill a store with so many readings, measure it, and give the figures by name."""
    from scripts.soaks._sharing import sharing

    chosen = [*MEASURES, sharing] if measures is None else measures
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "gateway.db"
        db = create_gateway(path, secrets.token_bytes(32), simulation=True)
        try:
            store, figures = _fill(db, readings)
            db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            figures["bytes_a_row"] = path.stat().st_size / store.rows
            for measure in chosen:
                figures |= measure(store)
        finally:
            db.close()
    return {name: round(figure, 3) for name, figure in figures.items()}


def main(arguments: list[str]) -> int:
    """Fill a store with N readings and print its figures."""
    readings = int(*numbers(arguments, 10_000_000))
    json.dump(run(readings), sys.stdout, indent=1)
    print()
    return 0
