"""What is replayed after a crash: a whole link, so that its packets are understood as before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.local_events import LocalBatch, Packet
from adapters.reading import DeviceKey
from adapters.source import LINK_BEGINS
from gateway.store.local import KEEP_RAW, LocalStore, create_local
from tests.fakes_store import KEY

CUFF, METER = DeviceKey("cuff"), DeviceKey("meter")
FEATURES, MEASURED = "2a51", "2a18"


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalStore]:
    local = create_local(tmp_path / "local.db", KEY)
    yield local
    local.db.close()


def _packet(what: str, received: int, device: DeviceKey = METER) -> Packet:
    return Packet(device, what, received, what.encode(), stored=True)


def _replayed(local: LocalStore) -> list[Packet]:
    return [packet for _, packet in local.not_taken_in()]


def _settled(local: LocalStore, *packets: Packet) -> None:
    local.taken_in(local.keep(packets))


def test_a_packet_comes_back_with_all_that_was_said_before_it_on_its_link(
    local: LocalStore,
) -> None:
    earlier = [_packet(LINK_BEGINS, 1), _packet(FEATURES, 2), _packet(MEASURED, 3)]
    link = [_packet(LINK_BEGINS, 11), _packet(FEATURES, 12), _packet(MEASURED, 13)]
    _settled(local, *earlier, *link)
    local.keep([last := _packet(MEASURED, 14)])
    assert _replayed(local) == [*link, last]


def test_two_links_come_back_where_the_first_was_cut_off(local: LocalStore) -> None:
    _settled(local, begun := _packet(LINK_BEGINS, 1))
    local.keep([cut_off := _packet(MEASURED, 2)])
    _settled(local, again := _packet(LINK_BEGINS, 3), later := _packet(MEASURED, 4))
    assert _replayed(local) == [begun, cut_off, again, later]


def test_devices_without_open_packets_and_live_streams_are_not_replayed(local: LocalStore) -> None:
    _settled(local, _packet(LINK_BEGINS, 1, CUFF), _packet(MEASURED, 2, CUFF))
    _settled(local, begun := _packet(LINK_BEGINS, 3))
    local.take_in(LocalBatch([Packet(METER, "2a37", 4, b"live")]))
    local.keep([one := _packet(MEASURED, 5)])
    assert _replayed(local) == [begun, one]


def test_they_come_in_the_order_in_which_they_were_kept_when_the_clock_stepped_back(
    local: LocalStore,
) -> None:
    link = [_packet(LINK_BEGINS, 90), _packet(FEATURES, 91), _packet(MEASURED, 10)]
    local.keep(link)
    assert _replayed(local) == link


def test_the_beginning_of_a_link_that_lasts_for_weeks_is_kept(local: LocalStore) -> None:
    link = [_packet(LINK_BEGINS, 1), _packet(FEATURES, 2), _packet(MEASURED, 3)]
    _settled(local, *link, _packet(MEASURED, 4), _packet(MEASURED, 5))
    now = 30 * KEEP_RAW
    local.purge(now)
    local.keep([last := _packet(MEASURED, now)])
    assert _replayed(local) == [*link, last]


def test_the_beginning_of_a_link_that_was_followed_by_another_is_not_kept(
    local: LocalStore,
) -> None:
    _settled(local, _packet(LINK_BEGINS, 1), _packet(FEATURES, 2))
    _settled(local, _packet(LINK_BEGINS, 30 * KEEP_RAW))
    local.purge(30 * KEEP_RAW)
    assert local.counts()["raw_packet"] == 1
