"""What stays here: stored once, forgotten in time, known to the scan of outgoing bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.local_events import (
    LinkEvent,
    LocalBatch,
    LocalName,
    Packet,
    Position,
    TimeOffset,
)
from adapters.reading import DeviceKey, PersonKey
from gateway.store.local import KEEP_LINKS, KEEP_RAW, LocalStore, create_local, open_local
from tests.fakes_store import KEY

STRAP = DeviceKey("strap")
ANN = PersonKey("ann")


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalStore]:
    local = create_local(tmp_path / "local.db", KEY)
    yield local
    local.db.close()


def _packet(received: int, data: bytes = b"\x00\x48", *, stored: bool = True) -> Packet:
    return Packet(STRAP, "2a37", received, data, stored)


DAY = LocalBatch(
    [
        LocalName(STRAP, "address", "C0:FF:EE:00:00:01", 1),
        LocalName(STRAP, "advertised_name", "Polar H10 1A2B3C4D", 1),
        LinkEvent(STRAP, 2, "seen", "C0:FF:EE:00:00:01", -61, "first time"),
        Position(3, 59.9139, 10.7522, 23.5, "run-1"),
        Position(4, 59.9140, 10.7522, None, "run-1"),
        TimeOffset("export", 5, 120),
        _packet(6, stored=False),
    ]
)


def test_what_is_local_is_stored_once(local: LocalStore) -> None:
    local.take_in(DAY)
    local.take_in(
        LocalBatch([one for one in DAY.events if not isinstance(one, LinkEvent | Packet)])
    )
    assert local.counts() == {
        "address": 1,
        "advertised_name": 1,
        "link_event": 1,
        "raw_packet": 1,
        "position": 2,
        "route": 1,
        "time_offset": 1,
        "zone": 0,
        "clock_seen": 0,
        "synced": 0,
        "unclaimed": 0,
        "sample": 0,
        "consent_code": 0,
    }


def test_a_device_is_found_by_its_address(local: LocalStore) -> None:
    local.take_in(DAY)
    assert local.address_of(STRAP) == "C0:FF:EE:00:00:01"
    assert local.known_addresses() == {"C0:FF:EE:00:00:01": STRAP}
    assert local.address_of(DeviceKey("other")) is None
    assert [event.rssi for event in local.link_events(STRAP)] == [-61]


def test_the_newest_name_is_the_one_shown(local: LocalStore) -> None:
    for at, name in ((1, "old"), (3, "new"), (2, "between")):
        local.set_name(LocalName(STRAP, "device_name", name, at))
    assert local.names(STRAP) == {"device_name": "new"}


def test_a_forgotten_device_leaves_nothing_here(local: LocalStore) -> None:
    local.take_in(DAY)
    local.forget(STRAP)
    assert not {"address", "advertised_name"} & set(local.counts())
    assert (local.counts()["link_event"], local.counts()["raw_packet"]) == (0, 0)


def test_journalled_packets_come_back_until_they_are_taken_in(tmp_path: Path) -> None:
    local = create_local(tmp_path / "l.db", KEY)
    packets = [_packet(10, b"a"), _packet(20, b"b"), _packet(15, b"c")]
    ids = local.keep(packets)
    local.taken_in(ids[:1])
    local.db.close()
    local = open_local(tmp_path / "l.db", KEY)
    assert local.not_taken_in() == list(zip(ids, packets, strict=True))  # all of their link
    local.taken_in(ids)
    assert local.not_taken_in() == []
    local.db.close()


def test_the_newest_journalled_packets_are_known_whether_settled_or_not(local: LocalStore) -> None:
    packets = [_packet(at) for at in (10, 20, 30)]
    local.taken_in(local.keep(packets)[:2])
    local.take_in(LocalBatch([_packet(40, stored=False)]))
    assert local.kept_before(STRAP, packets[0].characteristic, 2) == packets[1:]
    assert local.kept_before(STRAP, "another", 2) == []


def test_raw_packets_stay_a_day_and_link_events_a_week(local: LocalStore) -> None:
    now = 10 * KEEP_LINKS
    kept = local.keep([_packet(now - KEEP_RAW - 1), _packet(now - KEEP_LINKS - 1)])
    local.take_in(
        LocalBatch(
            [
                _packet(now - KEEP_RAW - 1),
                _packet(now - KEEP_RAW),
                LinkEvent(STRAP, now - KEEP_LINKS - 1, "seen"),
                LinkEvent(STRAP, now - KEEP_LINKS, "seen"),
            ]
        )
    )
    local.purge(now)
    assert (local.counts()["raw_packet"], local.counts()["link_event"]) == (2, 1)
    assert local.not_taken_in()[0][0] == kept[0]
    assert kept[1] not in [id_ for id_, _ in local.not_taken_in()]


def test_the_scan_knows_every_value_that_tells_something(local: LocalStore) -> None:
    local.take_in(DAY)
    local.set_zone(ANN, 0, "Europe/Oslo")
    assert sorted(local.all_values()) == sorted(
        [
            "C0:FF:EE:00:00:01",
            "Polar H10 1A2B3C4D",
            "first time",
            "59.9139",
            "59.914",
            "10.7522",
            "23.5",
            "run-1",
            "Europe/Oslo",
        ]
    )


def test_somebody_lives_in_the_zone_of_that_time(local: LocalStore) -> None:
    assert local.zone_at(ANN, 5) is None
    local.set_zone(ANN, 100, "Asia/Tokyo")
    local.set_zone(ANN, 10, "Europe/Rome")
    local.set_zone(ANN, 10, "Europe/Oslo")
    assert local.zones(ANN) == [(10, "Europe/Oslo"), (100, "Asia/Tokyo")]
    zones = [local.zone_at(ANN, at) for at in (5, 10, 99, 100)]
    assert zones == ["Europe/Oslo", "Europe/Oslo", "Europe/Oslo", "Asia/Tokyo"]


def test_the_newest_offset_of_a_source_is_known(local: LocalStore) -> None:
    assert local.offset_of("export") is None
    local.take_in(LocalBatch([TimeOffset("export", 5, 120), TimeOffset("export", 4, 60)]))
    assert local.offset_of("export") == 120


def test_heads_are_replaced(local: LocalStore) -> None:
    assert local.head("intake") is None
    local.set_head("intake", 4, b"")
    local.set_head("intake", 5, b"x")
    assert local.head("intake") == (5, b"x")
