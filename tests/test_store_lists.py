"""People, devices, imports, sessions, gaps: small tables, said in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.reading import DeviceFacts, DeviceKey, Gap
from gateway.store.devices import Devices
from gateway.store.import_runs import ImportRuns
from gateway.store.people import People
from gateway.store.sessions import IDLE, LONGEST, Sessions
from tests.fakes_store import Store, new_person

STRAP = DeviceKey("strap")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.db.close()


def test_people_are_listed_in_the_order_in_which_they_came(store: Store) -> None:
    people = People(store.db)
    bo = people.add("Bo", "2014-05", 3)
    assert [person.name for person in people.list()] == ["Ann", "Bo"]
    found = people.get(bo)
    assert found is not None
    assert (found.born, found.added_at) == ("2014-05", 3)
    assert len({person.key for person in people.list()}) == 2


def test_a_device_says_more_of_itself_over_time(store: Store) -> None:
    devices = Devices(store.db)
    facts = DeviceFacts(store.person, STRAP, "Polar H10")
    devices.add(facts, adapter="ble", profile="polar-h10", simulated=True, now=5)
    devices.facts(replace(facts, title="", firmware="5.0.0", body_site="chest"))
    device = devices.get(STRAP)
    assert device is not None
    assert device.facts == replace(facts, firmware="5.0.0", body_site="chest")
    assert (device.key, device.profile, device.simulated) == (STRAP, "polar-h10", True)
    assert devices.get(DeviceKey("other")) is None


def test_a_forgotten_device_is_not_listed_until_it_is_paired_again(store: Store) -> None:
    devices = Devices(store.db)
    facts = DeviceFacts(store.person, STRAP, "Strap")
    devices.add(facts, adapter="ble", profile="x", simulated=False, now=5)
    devices.forget(STRAP, 9)
    assert devices.list() == []
    assert [one.forgotten_at for one in devices.list(forgotten=True)] == [9]
    devices.add(facts, adapter="ble", profile="y", simulated=False, now=12)
    (device,) = devices.list(store.person)
    assert (device.added_at, device.profile, device.forgotten_at) == (5, "y", None)
    assert devices.list(new_person(store.db, "Bo")) == []


def test_an_import_that_was_cut_short_is_not_finished(store: Store) -> None:
    runs = ImportRuns(store.db)
    first = runs.begin(1, store.person, "healthkit", b"digest")
    assert runs.finished_before(b"digest") is None
    runs.finish(first, 9, {"rows": 5, "kinds": {"heart_rate": {"new": 5}}})
    runs.begin(10, store.person, "healthkit", b"digest")
    newest, oldest = runs.list(store.person)
    assert (newest.finished_at, oldest.finished_at) == (None, 9)
    assert runs.finished_before(b"digest") == oldest
    assert oldest.report["rows"] == 5
    assert runs.finished_before(b"other") is None


def test_a_session_ends_when_idle_or_old_or_ended(store: Store) -> None:
    sessions = Sessions(store.db)
    token, made = sessions.make(store.person, 0)
    assert sessions.use(token, 1) == made
    assert sessions.use("guess", 1) is None
    at = 0
    while at + IDLE - 1 < LONGEST:
        at += IDLE - 1
        assert sessions.use(token, at) is not None
    assert sessions.use(token, LONGEST) is None
    idle, _ = sessions.make(store.person, 0)
    assert sessions.use(idle, IDLE) is None
    assert sessions.use(idle, 1) is None
    ended, _ = sessions.make(store.person, 0)
    sessions.end(ended)
    assert sessions.use(ended, 1) is None


def test_signing_out_everywhere_ends_only_ones_own(store: Store) -> None:
    sessions, bo = Sessions(store.db), new_person(store.db, "Bo")
    mine, _ = sessions.make(store.person, 0)
    his, _ = sessions.make(bo, 0)
    sessions.end_all(store.person)
    assert (sessions.use(mine, 1), sessions.use(his, 1) is not None) == (None, True)
    sessions.end_all()
    assert sessions.use(his, 1) is None


def test_old_sessions_are_swept_and_no_token_is_kept(store: Store) -> None:
    sessions = Sessions(store.db)
    sessions.make(store.person, 0)
    token, _ = sessions.make(store.person, LONGEST)
    ((digest,),) = store.db.conn.execute("SELECT digest FROM session").fetchall()
    assert token.encode() not in digest


def test_a_gap_lasts_until_the_stream_is_heard_again(store: Store) -> None:
    readings, ann = store.readings, store.person
    readings.open_gap(ann, STRAP, 10, "out of range")
    readings.open_gap(ann, STRAP, 12, "out of range")
    assert readings.gaps(ann, 0, 99) == [Gap(ann, STRAP, 10, None, "out of range")]
    assert readings.close_gap(STRAP, 20)
    assert not readings.close_gap(STRAP, 21)
    assert readings.gaps(ann, 0, 99) == [Gap(ann, STRAP, 10, 20, "out of range")]
    assert readings.gaps(ann, 20, 99) == readings.gaps(ann, 0, 10) == []


def test_a_source_tells_the_same_gap_as_often_as_it_likes(store: Store) -> None:
    readings, ann = store.readings, store.person
    begun = Gap(ann, STRAP, 10, None, "battery empty")
    over, whole = replace(begun, until=15), Gap(ann, STRAP, 50, 60, "restart")
    for gap in (begun, begun, over, over, whole, whole):
        readings.note_gap(gap)
    assert readings.gaps(ann, 0, 99) == [over, whole]
