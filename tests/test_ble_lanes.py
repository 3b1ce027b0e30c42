"""A device that sends too much, or nonsense, or goes away: the others are as they were."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ble.characteristics import heart_rate
from adapters.ble.hearing import Hearing
from adapters.ble.inbox import Inbox
from adapters.ble.lanes import Lanes
from adapters.ble.paired import Paired
from adapters.ble.state import Trouble
from adapters.local_events import LocalBatch, Packet
from adapters.reading import DeviceKey, Gap, ReadingBatch
from adapters.source import Arrival
from tests.ble_house import (
    ANNA,
    BREATH,
    BREATH_PROFILE,
    RECORD,
    STRAP,
    STRAP_PROFILE,
    Clock,
    House,
    open_house,
)
from tests.fakes_ble import MemoryJournal

BEAT = bytes(heart_rate.HeartRateMeasurement(60))
FLOOD = Trouble(STRAP, heart_rate.UUID, "too many came at once")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


def strap(device: DeviceKey = STRAP) -> Paired:
    return Paired(device, ANNA, STRAP_PROFILE)


def _alone(batch: LocalBatch) -> list[Arrival]:
    return [batch]


def _undecoded(_paired: Paired, packets: Sequence[Packet], _hearing: Hearing) -> list[Arrival]:
    return [LocalBatch(packets)]


async def taken(inbox: Inbox) -> list[Arrival]:
    """All that waits."""
    done: asyncio.Task[None] = asyncio.create_task(asyncio.sleep(0))
    await done
    return [one async for one in inbox.arrivals(done)]


def starts(arrived: list[Arrival], device: DeviceKey = STRAP) -> list[int]:
    return [
        start
        for one in arrived
        if isinstance(one, ReadingBatch) and one.device == device
        for start in one.starts
    ]


async def test_of_a_flood_the_newest_are_kept_and_the_rest_is_a_gap() -> None:
    inbox = Inbox(MemoryJournal(), Clock(), longest=100)
    inbox.live(strap(), heart_rate.UUID, BEAT)
    first = await taken(inbox)
    for _ in range(1000):
        inbox.live(strap(), heart_rate.UUID, BEAT)
    arrived = await taken(inbox)
    kept = starts(arrived)
    assert 50 <= len(kept) <= 100
    assert kept == sorted(kept)
    assert inbox.troubles == {FLOOD: 1000 - len(kept)}
    (gap,) = [one for one in arrived if isinstance(one, Gap)]
    assert (gap.since, gap.until) == (starts(first)[0], kept[0])
    assert arrived[0] == gap, "the gap is told before what comes behind it"


async def test_a_flood_takes_no_turn_of_another_device() -> None:
    inbox = Inbox(MemoryJournal(), Clock(), longest=100)
    for _ in range(60):
        inbox.live(strap(), heart_rate.UUID, BEAT)
    inbox.live(strap(DeviceKey("other")), heart_rate.UUID, BEAT)
    arrived = [one for one in await taken(inbox) if isinstance(one, ReadingBatch)]
    assert [one.device for one in arrived] == [STRAP, "other", STRAP]


async def test_live_values_of_a_device_are_decoded_together_and_a_bad_one_costs_no_other() -> None:
    inbox = Inbox(MemoryJournal(), Clock(), gather=3600.0)
    for data in (BEAT, b"\x10", BEAT):
        inbox.live(strap(), heart_rate.UUID, data)
    first, kept = await taken(inbox)
    assert isinstance(first, ReadingBatch)
    assert len(first) == 2
    assert isinstance(kept, LocalBatch)
    assert len(kept.events) == 3, "the packet that cannot be read is kept raw"
    assert sum(inbox.troubles.values()) == 1


async def test_live_values_wait_to_be_taken_out_together_and_a_stored_record_does_not() -> None:
    inbox = Inbox(MemoryJournal(), Clock(), gather=3600.0)
    both = Paired(BREATH, ANNA, BREATH_PROFILE)
    came: list[Arrival] = []
    ended = asyncio.Event()

    async def listen() -> None:
        async for one in inbox.arrivals(running):
            came.append(one)

    running: asyncio.Task[None] = asyncio.create_task(_until(ended))
    listening = asyncio.create_task(listen())
    keeping = asyncio.create_task(inbox.keep_stored())
    await asyncio.sleep(0.01)
    for _ in range(3):
        inbox.live(strap(), heart_rate.UUID, BEAT)
        await asyncio.sleep(0.01)
    assert came == []
    inbox.stored(both, RECORD, b"\x01\x00\x7d\x00")
    await asyncio.sleep(0.05)
    assert len(starts(came, BREATH)) == 1
    assert len(starts(came)) == 3
    inbox.live(strap(), heart_rate.UUID, BEAT)
    await asyncio.sleep(0.02)
    assert len(starts(came)) == 3
    ended.set()
    await listening
    assert len(starts(came)) == 4, "what waited still comes out at the end"
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def _until(event: asyncio.Event) -> None:
    await event.wait()


async def test_a_stored_record_is_never_dropped() -> None:
    journal = MemoryJournal()
    inbox = Inbox(journal, Clock(), longest=10)
    both = Paired(BREATH, ANNA, BREATH_PROFILE)
    for n in range(300):
        inbox.stored(both, RECORD, n.to_bytes(2, "little") + b"\x7d\x00")
        inbox.live(both, heart_rate.UUID, BEAT)
    keeping = asyncio.create_task(inbox.keep_stored())
    await asyncio.sleep(0.01)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert len(journal.records) == 300
    assert len(starts(await taken(inbox), BREATH)) == 300


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["live", "kept", "take"]))),
    st.integers(1, 5),
)
def test_each_device_keeps_its_order_and_all_that_is_not_live(
    calls: list[tuple[str, str]], longest: int
) -> None:
    dropped: list[int] = []
    lanes = Lanes(longest, lambda packet: dropped.append(packet.received), _undecoded)
    links = {device: Hearing() for device in "abc"}
    put: dict[str, list[int]] = {"a": [], "b": [], "c": []}
    kept: set[int] = set()
    out: list[Arrival] = []
    for n, (device, what) in enumerate(calls):
        packet = Packet(DeviceKey(device), "", n, b"")
        if what == "take":
            out += lanes.take()
            continue
        put[device].append(n)
        if what == "kept":
            kept.add(n)
        if what == "live":
            lanes.put_live(strap(DeviceKey(device)), packet, links[device])
        else:
            lanes.put(strap(DeviceKey(device)), partial(_alone, LocalBatch([packet])))
    while more := lanes.take():
        out += more
    packets = [event for one in out if isinstance(one, LocalBatch) for event in one.events]
    gaps = [one for one in out if isinstance(one, Gap)]
    for device, numbers in put.items():
        came = [p.received for p in packets if isinstance(p, Packet) and p.device == device]
        assert came == [n for n in numbers if n not in dropped]
        missed = [n for n in numbers if n in dropped]
        heard_since = [n for n in came if n not in kept and missed and n > max(missed)]
        if heard_since:
            assert any(gap.device == device and gap.since <= missed[0] for gap in gaps)
    assert not kept & set(dropped)


@pytest.mark.radio
async def test_bad_frames_a_flood_and_a_lost_link_leave_seventeen_others_untouched(
    house: House,
) -> None:
    devices = {f"F0:00:00:00:02:{n:02X}": DeviceKey(f"strap-{n}") for n in range(20)}
    flooding, mumbling, leaving, *others = devices.values()
    async with AsyncExitStack() as stack:
        straps = {
            device: await stack.enter_async_context(house.strap(address, device).on())
            for address, device in devices.items()
        }
        source = await stack.enter_async_context(house.listening())
        for sensor in straps.values():
            await sensor.subscribed(heart_rate.UUID)

        async def flood() -> None:
            for _ in range(3000):
                await straps[flooding].notify(heart_rate.UUID, BEAT)

        async def mumble() -> None:
            for n in range(300):
                await straps[mumbling].notify(heart_rate.UUID, bytes([0x10, n & 0xFF]))

        async def leave() -> None:
            for _ in range(3):
                await straps[leaving].drop()
                await straps[leaving].alone()
                await straps[leaving].advertise()
                await straps[leaving].subscribed(heart_rate.UUID)

        async def beat(device: DeviceKey) -> None:
            for rate in range(40, 60):
                await house.beat(straps[device], rate, device)

        async with asyncio.TaskGroup() as tasks:
            for misdeed in (flood(), mumble(), leave()):
                tasks.create_task(misdeed)
            for device in others:
                tasks.create_task(beat(device))
        for device in others:
            assert house.values(device=device) == list(range(40, 60))
            assert straps[device].links_made == 1
        assert straps[leaving].links_made == 4
        cut = Trouble(mumbling, heart_rate.UUID, "the packet is cut short")
        assert source.troubles()[cut] == 300
        assert {gap.device for gap in house.gaps()} <= {flooding, leaving}
