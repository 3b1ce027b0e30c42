"""Killed in the middle of taking in: what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from gateway.store.driver import check_pages
from gateway.store.gateway_db import open_gateway
from gateway.store.heads import check_heads
from gateway.store.identity import reading_key
from gateway.store.local import create_local, open_local
from gateway.store.readings import Readings
from tests.fakes_store import HEART_RATE, IDENTITY, KEY, QUARTER, new_gateway, new_person

KILLS = 5


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    db = new_gateway(tmp_path)
    person = new_person(db)
    db.close()
    create_local(tmp_path / "local.db", KEY).db.close()
    acknowledged: set[str] = set()
    chance = random.Random(9)
    for kill in range(KILLS):
        acknowledged |= _run_and_kill(tmp_path, person, kill, chance.randrange(5, 60))
        _check(tmp_path, acknowledged)
    assert len(acknowledged) >= KILLS * 5 * 20


def _run_and_kill(directory: Path, person: str, kill: int, lines: int) -> set[str]:
    command = [sys.executable, "-m", "tests.store_writer", str(directory), person]
    with subprocess.Popen(
        [*command, str(kill * 1_000_000)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    ) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(lines)]
        writer.kill()
        said += writer.stdout.readlines()
    assert writer.returncode < 0
    return {key for line in said if line.endswith("\n") for key in line.split()}


def _check(directory: Path, acknowledged: set[str]) -> None:
    db = open_gateway(directory / "gateway.db", KEY)
    local = open_local(directory / "local.db", KEY)
    assert check_pages(db) == check_pages(local.db) == []
    assert check_heads(db, local) == []
    readings = Readings(db, IDENTITY)
    stored: set[str] = set()
    counted = 0
    for series in readings.series():
        rows = db.conn.execute(
            "SELECT start, duration, value, nth FROM reading WHERE series = ?", (series.id,)
        ).fetchall()
        assert series.n == len(rows)
        stored |= {reading_key(IDENTITY, series, *row) for row in rows}
        edges = [0, 10**10 // QUARTER * QUARTER]
        points = readings.trend_between(series.person, HEART_RATE, edges, {series.id})
        counted += points[0].n
    assert acknowledged <= stored
    assert counted == len(stored)
    arrivals = readings.arrivals(0, 1_000_000)
    assert [arrival.seq for arrival in arrivals] == [*range(1, len(arrivals) + 1)]
    assert sum(arrival.rows for arrival in arrivals) == len(stored)
    db.close()
    local.db.close()
