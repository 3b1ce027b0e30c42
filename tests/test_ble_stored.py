"""Records that a device believes delivered: journalled first, replayed after a crash, once each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.ble.source import BleSource
from adapters.ble.state import Trouble
from adapters.local_events import LocalBatch, Packet
from adapters.reading import DeviceKey, ReadingBatch
from tests.ble_house import (
    BREATH,
    QUICK,
    RECORD,
    House,
    open_house,
)

pytestmark = pytest.mark.radio


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


async def test_an_indicated_record_is_journalled_before_it_is_decoded(house: House) -> None:
    house.journal.open.clear()
    async with house.breath().on() as breath, house.listening():
        await breath.subscribed(RECORD)
        await breath.indicate(RECORD, bytes.fromhex("01007d00"))
        await asyncio.sleep(0.05)
        assert house.batches("breath_carbon_monoxide", BREATH) == []
        house.journal.open.set()
        await house.until(lambda: house.values("breath_carbon_monoxide", BREATH))
        (batch,) = house.batches("breath_carbon_monoxide", BREATH)
        (kept,) = house.journal.records
        assert (kept.data.hex(), kept.stored) == ("01007d00", True)
        assert (list(batch.values), list(batch.starts)) == ([12.5], [kept.received])
        assert not batch.live
        packets = [event for event in house.events(Packet) if event == kept]
        assert len(packets) == 1, "it comes out after its readings"


async def test_a_record_sent_again_after_a_lost_link_is_one_record(house: House) -> None:
    async with house.breath().on() as breath, house.listening():
        await breath.subscribed(RECORD)
        await breath.indicate(RECORD, bytes.fromhex("01007d00"))
        await breath.drop()
        await breath.advertise()
        await breath.subscribed(RECORD)
        await breath.indicate(RECORD, bytes.fromhex("01007d00"))
        await breath.indicate(RECORD, bytes.fromhex("02007d00"))
        await house.until(lambda: len(house.values("breath_carbon_monoxide", BREATH)) == 2)
        assert [p.data.hex() for p in house.journal.records] == ["01007d00", "02007d00"]
        assert house.gaps() == [], "a device that stores has no stream to lose"


async def test_a_record_sent_again_after_the_program_ended_is_one_record(house: House) -> None:
    async with house.breath().on() as breath:
        async with house.listening():
            await breath.subscribed(RECORD)
            await breath.indicate(RECORD, bytes.fromhex("01007d00"))
            await house.until(lambda: house.journal.records)
        await breath.advertise()
        async with house.listening():
            await breath.subscribed(RECORD)
            await breath.indicate(RECORD, bytes.fromhex("01007d00"))
            await breath.indicate(RECORD, bytes.fromhex("02007d00"))
            await house.until(lambda: len(house.values("breath_carbon_monoxide", BREATH)) == 2)
    assert [p.data.hex() for p in house.journal.records] == ["01007d00", "02007d00"]


async def test_records_that_came_while_closing_are_journalled(house: House) -> None:
    house.journal.open.clear()
    async with house.breath().on() as breath:
        async with house.listening():
            await breath.subscribed(RECORD)
            await breath.indicate(RECORD, bytes.fromhex("01007d00"))
            await breath.indicate(RECORD, bytes.fromhex("02007e00"))
            await asyncio.sleep(0.02)
            house.journal.open.set()
        assert [p.data.hex() for p in house.journal.records] == ["01007d00", "02007e00"]


async def test_what_was_journalled_and_not_taken_in_is_replayed_at_its_time(house: House) -> None:
    house.breath()
    at = 1_600_000_000_000
    good = Packet(BREATH, RECORD, at, bytes.fromhex("01007d00"), stored=True)
    bad = Packet(BREATH, RECORD, at + 5, b"\x01", stored=True)
    stranger = Packet(DeviceKey("gone"), RECORD, at, b"\x01", stored=True)
    house.journal.kept = [stranger, good, bad]
    source = BleSource(house.known, house.journal, lambda _: True, now=house.clock)
    batch, first, second = [arrival async for arrival in source.replay()]
    assert isinstance(batch, ReadingBatch)
    assert (list(batch.starts), list(batch.values), batch.live) == ([at], [12.5], False)
    assert (first, second) == (LocalBatch([good]), LocalBatch([bad]))
    assert source.troubles() == {Trouble(BREATH, RECORD, "the packet is cut short"): 1}


async def test_nothing_is_replayed_without_permission(house: House) -> None:
    house.breath()
    house.journal.kept = [Packet(BREATH, RECORD, 1, bytes.fromhex("01007d00"), stored=True)]
    source = BleSource(house.known, house.journal, lambda _: False, now=house.clock)
    assert [arrival async for arrival in source.replay()] == []


async def test_a_journal_that_fails_ends_listening_and_loses_no_record(house: House) -> None:
    house.journal.fails = OSError("full")
    async with house.breath().on() as breath:
        source = BleSource(
            house.known,
            house.journal,
            lambda _: True,
            now=house.clock,
            radio=house.radio,
            settings=QUICK,
        )
        listening = asyncio.create_task(house.listen_to(source))
        await breath.subscribed(RECORD)
        await breath.indicate(RECORD, bytes.fromhex("01007d00"))
        with pytest.raises(OSError, match="full"):
            await listening
        house.journal.fails = None
        listening = asyncio.create_task(house.listen_to(source))
        await house.until(lambda: house.values("breath_carbon_monoxide", BREATH))
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert [p.data.hex() for p in house.journal.records] == ["01007d00"]
