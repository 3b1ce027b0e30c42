"""What is remembered of a device between two visits: how far its records came, and its clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.local_events import ClockSeen, LocalBatch, Synced
from adapters.reading import DeviceKey
from gateway.store.local import KEEP_LINKS, LocalStore, create_local
from gateway.store.synced import synced_at
from tests.fakes_store import KEY

METER = DeviceKey("meter")
MEASUREMENT = "2a18"


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalStore]:
    local = create_local(tmp_path / "local.db", KEY)
    yield local
    local.db.close()


def _synced(number: int, at: int, session: str = "") -> Synced:
    return Synced(METER, MEASUREMENT, session, number, at)


def test_it_is_known_how_far_the_records_came(local: LocalStore) -> None:
    assert local.synced(METER, MEASUREMENT, "") is None
    local.take_in(LocalBatch([_synced(40, 1), _synced(250, 2)]))
    assert local.synced(METER, MEASUREMENT, "") == 250
    assert local.synced(METER, "2a34", "") is None


def test_it_is_known_when_that_was(local: LocalStore) -> None:
    assert synced_at(local.db, METER, MEASUREMENT, "") is None
    local.take_in(LocalBatch([_synced(40, 1), _synced(250, 2), _synced(250, 1, "all of ")]))
    assert synced_at(local.db, METER, MEASUREMENT, "") == 2
    assert synced_at(local.db, METER, MEASUREMENT, "all of ") == 1


def test_each_session_counts_for_itself(local: LocalStore) -> None:
    local.take_in(LocalBatch([_synced(288, 1, "first sensor"), _synced(3, 2, "second sensor")]))
    assert local.synced(METER, MEASUREMENT, "first sensor") == 288
    assert local.synced(METER, MEASUREMENT, "second sensor") == 3


def test_numbers_that_began_anew_count_from_there(local: LocalStore) -> None:
    local.take_in(LocalBatch([_synced(250, 1), _synced(2, 5)]))
    assert local.synced(METER, MEASUREMENT, "") == 2


def test_what_was_said_before_does_not_undo_what_was_said_later(local: LocalStore) -> None:
    local.take_in(LocalBatch([_synced(250, 5), _synced(40, 1)]))
    assert local.synced(METER, MEASUREMENT, "") == 250


def test_the_newest_look_at_a_clock_comes_first_and_stays(local: LocalStore) -> None:
    now = 10 * KEEP_LINKS
    old = ClockSeen(METER, now - 3 * KEEP_LINKS, -90_000, True)
    newer = ClockSeen(METER, now - 2 * KEEP_LINKS, 400, False)
    local.take_in(LocalBatch([newer, old, newer]))
    assert local.clocks(METER) == [newer, old]
    local.purge(now)
    assert local.clocks(METER) == [newer]


def test_a_forgotten_device_is_asked_from_the_beginning(local: LocalStore) -> None:
    local.take_in(LocalBatch([_synced(250, 5), ClockSeen(METER, 5, 0, False)]))
    local.forget(METER)
    assert local.synced(METER, MEASUREMENT, "") is None
    assert local.clocks(METER) == []
