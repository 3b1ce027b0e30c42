"""A record that tells no time bears that of its arrival, and says so where it may be old."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ble import context
from adapters.ble.backlog import FIRST_MS, LONGEST_MS, NEXT_MS, Backlog
from adapters.ble.catalog import built_in
from adapters.ble.characteristics import plx_spot_check_measurement, temperature, weight
from adapters.ble.decoding import decoded
from adapters.ble.device_clock import DeviceClock
from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.local_events import Packet
from adapters.reading import DeviceKey, PersonKey, Quality, ReadingBatch, quality_of

DEVICE = DeviceKey("device")
BEGAN = 1_700_000_000_000
BREATH = built_in()["breath-carbon-monoxide-monitor"]
(RECORD,) = BREATH.reads
THERMOMETER, SCALE = built_in()["thermometer"], built_in()["weight-scale"]
OXIMETER = built_in()["pulse-oximeter"]
ARRIVAL = Quality.TIME_OF_ARRIVAL


def linked() -> Hearing:
    hearing = Hearing()
    context.take_up(hearing, context.begins(DEVICE, BEGAN, DeviceClock()))
    return hearing


def doubts(
    profile: object, uuid: str, data: str, after: Sequence[int], hearing: Hearing | None = None
) -> list[Quality]:
    """What is said of the times of packets that come so long after the link began."""
    paired = Paired(DEVICE, PersonKey("anna"), profile)  # type: ignore[arg-type]
    known, found = hearing or linked(), []
    for wait in after:
        packet = Packet(DEVICE, uuid, BEGAN + wait, bytes.fromhex(data), stored=True)
        for arrival in decoded(paired, [packet], known, _fail).arrivals:
            if isinstance(arrival, ReadingBatch):
                assert set(arrival.starts) <= {packet.received, _TOLD}
                found += [quality_of(flags) for flags in arrival.flags]
    return found


_TOLD = 1_699_952_400_000  # 2023-11-14T09:00Z


def _fail(_packet: Packet, why: str) -> None:
    raise AssertionError(why)


@pytest.mark.parametrize(
    ("profile", "uuid", "data"),
    [
        pytest.param(BREATH, RECORD, "01007d00", id="breath, by a description"),
        pytest.param(THERMOMETER, temperature.UUID, "006c0100ff", id="thermometer"),
        pytest.param(SCALE, weight.UUID, "006036", id="scale"),
        pytest.param(
            OXIMETER, plx_spot_check_measurement.UUID, "0062004800", id="oximeter, spot check"
        ),
    ],
)
def test_what_comes_as_the_link_begins_may_be_old_what_comes_later_is_of_now(
    profile: object, uuid: str, data: str
) -> None:
    early = doubts(profile, uuid, data, [500])
    assert early
    assert set(early) == {ARRIVAL}
    assert not any(doubts(profile, uuid, data, [60_000]))


def test_a_record_that_tells_its_time_is_not_marked() -> None:
    told = "026c0100ff" + "e7070b0e090000"
    assert doubts(THERMOMETER, temperature.UUID, told, [500]) == [Quality.NONE]


def test_what_is_said_to_be_from_storage_is_old_however_long_the_link_is_up() -> None:
    # flags: status there; status: from storage (bit 9)
    told = doubts(OXIMETER, plx_spot_check_measurement.UUID, "02620048000002", [60_000])
    assert set(told) == {ARRIVAL}


def test_a_store_that_takes_long_to_tell_is_old_to_its_end() -> None:
    waits = list(range(1_000, 61_000, 2_000))
    assert set(doubts(BREATH, RECORD, "01007d00", waits)) == {ARRIVAL}
    after = [*waits, waits[-1] + 20_000]
    assert doubts(BREATH, RECORD, "01007d00", after)[-1] is Quality.NONE


def test_an_opened_slot_may_tell_what_it_kept() -> None:
    hearing = linked()
    context.take_up(hearing, context.slot_opened(DEVICE, BEGAN + 100_000, 1))
    assert doubts(SCALE, weight.UUID, "006036", [101_000], hearing) == [ARRIVAL]


def test_what_comes_when_it_is_asked_for_its_records_may_be_old() -> None:
    hearing = linked()
    context.take_up(hearing, context.records_asked(DEVICE, BEGAN + 900_000))
    uuid = plx_spot_check_measurement.UUID
    assert set(doubts(OXIMETER, uuid, "0062004800", [901_000], hearing)) == {ARRIVAL}
    assert not any(doubts(OXIMETER, uuid, "0062004800", [960_000], hearing))


def test_where_no_beginning_of_the_link_is_known_it_may_be_old() -> None:
    assert doubts(BREATH, RECORD, "01007d00", [10**9], Hearing()) == [ARRIVAL]


def test_a_measurement_every_moment_is_no_store() -> None:
    waits = range(1_000, LONGEST_MS + 10_000, 1_000)
    found = doubts(THERMOMETER, temperature.UUID, "006c0100ff", waits)
    assert found[0] is ARRIVAL
    assert found[-1] is Quality.NONE


@given(st.lists(st.integers(0, 4 * NEXT_MS), max_size=40))
def test_once_it_has_told_all_nothing_is_old_any_more(gaps: list[int]) -> None:
    backlog, at = Backlog(), BEGAN
    backlog.begins(at)
    seen = []
    for gap in gaps:
        at += gap
        seen.append(backlog.holds(at))
        assert backlog.holds(BEGAN + FIRST_MS) or at > BEGAN + FIRST_MS
    assert seen == sorted(seen, reverse=True)
