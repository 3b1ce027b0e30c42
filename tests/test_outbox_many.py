"""Years of readings at once: what a claim costs does not grow with all that is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.sharing import settle
from gateway.sharing.candidates import Candidate
from gateway.sharing.claim import Claimed, Plan, claim, plan
from gateway.sharing.compose import References
from gateway.sharing.deliveries import Key, of_batch
from gateway.sharing.making import Limits
from gateway.sharing.members import Members
from gateway.sharing.recipients import Recipient
from gateway.store.series import series_by_id
from tests.fakes_consent import DAY, HOUR, MINUTE, NOON
from tests.group_home import WATCH, run_of, series_of
from tests.sharing_home import SharingHome


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        made.add_device(WATCH)
        yield made


def _shares(home: SharingHome) -> tuple[Recipient, str]:
    clinic = home.add_recipient("http://127.0.0.1:9/fhir")
    return clinic, home.grant(clinic, "workout", "heart_rate", history_from=NOON - DAY)


def _delivered(home: SharingHome, clinic: Recipient, state: str = "sent", batch: int = 0) -> None:
    """As if all heart rates had been sent, or were to be tried again."""
    rate = series_of(home, WATCH, "heart_rate")
    home.db.execute(
        "INSERT INTO delivery SELECT ?, series, start, duration, value, nth, 0, ?, ?,"
        " 'Observation/' || start, '', '' FROM reading WHERE series = ?",
        (clinic.key, batch, state, rate),
    )
    home.db.execute("DELETE FROM waiting WHERE series = ?", (rate,))


def _claim(home: SharingHome, clinic: Recipient, due: Plan, at_once: int) -> Claimed | None:
    there = References("Patient/1", "Device/1", {WATCH: "Device/2"})
    return claim(
        home.db, home.ledger, clinic, due, there, home.now, home.clock, Limits(at_once)
    )  # fmt: skip


def _counting(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Candidate]:
    """The groups that are asked about, by the real thing."""
    asked: list[Candidate] = []
    real = getattr(Members, name)

    def asks(self: Members, series: Any, group: Candidate) -> Any:
        asked.append(group)
        return real(self, series, group)

    monkeypatch.setattr(Members, name, asks)
    return asked


async def test_members_are_looked_for_within_the_time_of_the_group_alone(
    home: SharingHome,
) -> None:
    clinic, grant = _shares(home)
    run_of(home)
    home.take_in(20, device=WATCH)
    home.now += 2 * DAY
    _delivered(home, clinic)
    group = Candidate(
        Key(series_of(home, WATCH, "workout"), NOON, HOUR, "running", 0, 0), "r", 0, 0
    )
    series = series_by_id(home.db, group.key.series)

    def steps() -> int:
        """Of SQLite's machine, by the hundred."""
        done: list[None] = []
        members = Members(home.db, home.ledger.state(), grant, home.now, home.clock)
        home.db.conn.set_progress_handler(lambda: done.append(None), 100)
        assert len(members.of(series, group)) == 20
        home.db.conn.set_progress_handler(None, 0)
        return len(done)

    few = steps()
    home.db.execute("DELETE FROM delivery")
    home.take_in(5000, start=NOON + DAY, device=WATCH)
    _delivered(home, clinic)

    assert steps() <= few + 2


async def test_members_are_looked_for_only_of_groups_that_fit(
    home: SharingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, _ = _shares(home)
    for number in range(20):
        start = NOON + 2 * number * HOUR
        run_of(home, start=start)
        home.take_in(900, start=start, device=WATCH)
    home.now += 3 * DAY
    home.release()
    _delivered(home, clinic)
    asked = _counting(monkeypatch, "of")
    due = plan(home.db, home.ledger, clinic.key, home.now, home.clock)
    assert isinstance(due, Plan)
    claimed = _claim(home, clinic, due, 50)
    assert claimed is not None

    assert 1 < len(claimed.letters) < 20
    assert len(asked) == len(claimed.letters) + 1  # the last found no room, and waits


async def test_groups_that_must_wait_are_passed_over_and_not_one_claimful_at_a_time(
    home: SharingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, grant = _shares(home)
    for number in range(60):
        run_of(home, start=NOON + 2 * number * HOUR)
    home.take_in(60, start=NOON + MINUTE, step=2 * HOUR, device=WATCH)
    home.now += 6 * DAY
    home.release()
    home.db.execute(
        "INSERT INTO batch (id, recipient, claimed_at, consent, rows, state, not_before, tries,"
        " grain) VALUES (1, ?, 0, ?, 60, 'deferred', ?, 1, 'raw')",
        (clinic.key, grant, home.now + HOUR),
    )
    _delivered(home, clinic, "deferred", 1)
    asked = _counting(monkeypatch, "are_awaited")
    passed: set[int] = set()
    while isinstance(
        due := plan(home.db, home.ledger, clinic.key, home.now, home.clock, passed), Plan
    ):
        assert _claim(home, clinic, due, 10) is None
        passed.add(due.mark)

    assert len(asked) <= 2 * 60
    home.now += 2 * HOUR  # they were tried in vain for too long
    home.db.execute("UPDATE batch SET tries = 9")
    due = plan(home.db, home.ledger, clinic.key, home.now, home.clock, {hash(("again", 1))})
    assert isinstance(due, Plan)
    claimed = _claim(home, clinic, due, 50)
    assert claimed is not None
    assert len(claimed.letters) == 50


async def test_what_is_tried_again_is_looked_at_batch_by_batch(
    home: SharingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, _ = _shares(home)
    home.take_in(30, device=WATCH)
    run_of(home)
    home.now += HOUR
    home.release()
    for _ in range(10):
        due = plan(home.db, home.ledger, clinic.key, home.now, home.clock)
        assert isinstance(due, Plan)
        claimed = _claim(home, clinic, due, 3)
        assert claimed is not None
        tried = [settle.Outcome(one.key, "deferred", text="500") for one in claimed.letters]
        settle.answered(home.db, home.ledger, claimed.batch, tried, home.now, MINUTE)
    home.now += HOUR
    read: list[int] = []

    def reads(db: Any, batch: int, *states: Any) -> Any:
        read.append(batch)
        return of_batch(db, batch, *states)

    monkeypatch.setattr("gateway.sharing.claim.of_batch", reads)
    due = plan(home.db, home.ledger, clinic.key, home.now, home.clock)
    assert isinstance(due, Plan)
    assert read == [due.again]
    passed = {due.mark}
    due = plan(home.db, home.ledger, clinic.key, home.now, home.clock, passed)
    assert isinstance(due, Plan)
    assert read[1:] == [due.again]
