"""Records that come before a session listens: journalled at once, understood by what follows."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import blood_pressure
from adapters.ble.context import SAID
from adapters.ble.formats.uuids import assigned
from adapters.ble.inbox import Inbox
from adapters.ble.keeping import Came, Early, Wants
from adapters.ble.paired import Paired
from adapters.ble.replay import replayed
from adapters.reading import DeviceKey, ReadingBatch
from adapters.source import LINK_BEGINS
from tests.ble_house import ANNA, BREATH, BREATH_ADDRESS, RECORD, House, open_house, settled
from tests.fakes_ble import Held, HeldSensor, Offer

pytestmark = pytest.mark.radio

CUFF, CUFF_ADDRESS = DeviceKey("cuff"), "F0:00:00:00:00:03"
DATE_TIME = assigned(0x2A08)
DAY = 86_400_000


@dataclass
class Hold:
    """What a test holds of one device, in its hand."""

    wants: Wants
    early: Early
    takes: bool = True
    came: dict[str, Came] = field(default_factory=dict)
    up: int = 0
    over: int = 0
    is_gone: bool = False
    forgets: bool = False
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, characteristic: BleakGATTCharacteristic, came: Came) -> bool:
        if self.takes:
            self.came[characteristic.uuid] = came
        return self.takes

    async def settled(self) -> None:
        await self.looked.wait()

    def link_up(self) -> None:
        self.up += 1

    def give_back(self) -> None:
        self.came.clear()

    def link_over(self) -> None:
        self.over += 1

    def let_go(self, *, forget: bool = False) -> None:
        self.is_gone, self.forgets = True, forget


@dataclass
class Hand:
    """A keeper whose values come when the test says so."""

    takes: bool = True
    looks: bool = True
    holds: dict[str, Hold] = field(default_factory=dict)

    def hold(self, address: str, wants: Wants, early: Early) -> Hold:
        hold = self.holds[address] = Hold(wants, early, self.takes)
        if self.looks:
            hold.looked.set()
        return hold


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def house(hand: Hand) -> AsyncIterator[House]:
    async with open_house() as opened:
        opened.radio = dataclasses.replace(opened.radio, keeps=hand)
        yield opened


def number(record: int) -> bytes:
    return record.to_bytes(2, "little") + bytes.fromhex("7d00")


async def test_an_early_record_is_journalled_behind_the_beginning_of_its_link(
    house: House, hand: Hand
) -> None:
    async with house.breath().on() as breath, house.listening():
        await settled(lambda: hand.holds)
        hold = hand.holds[BREATH_ADDRESS]
        assert hold.wants(RECORD, frozenset({"indicate"}))
        hold.early(RECORD, number(1))
        await house.until(lambda: house.values("breath_carbon_monoxide", BREATH))
        await settled(lambda: RECORD in hold.came)
        assert [one.characteristic for one in house.journal.kept[:2]] == [LINK_BEGINS, RECORD]
        hold.came[RECORD](number(2))
        await house.until(lambda: len(house.values("breath_carbon_monoxide", BREATH)) == 2)
        assert ("subscribed", RECORD) not in breath.happened, "bleak does not subscribe too"


async def test_no_link_is_made_before_it_is_held(house: House, hand: Hand) -> None:
    hand.looks = False
    async with house.breath().on(), house.listening():
        await settled(lambda: hand.holds)
        await asyncio.sleep(0.3)
        hold = hand.holds[BREATH_ADDRESS]
        assert not hold.came
        hold.looked.set()
        await settled(lambda: RECORD in hold.came)


async def test_where_the_keeper_does_not_hold_bleak_subscribes(house: House, hand: Hand) -> None:
    hand.takes = False
    async with house.breath().on() as breath, house.listening():
        await breath.subscribed(RECORD)
        await breath.indicate(RECORD, number(1))
        await house.until(lambda: house.values("breath_carbon_monoxide", BREATH))


async def test_a_record_that_was_sent_early_and_again_is_one(house: House, hand: Hand) -> None:
    async with house.breath().on(), house.listening():
        await settled(lambda: hand.holds)
        hold = hand.holds[BREATH_ADDRESS]
        hold.early(RECORD, number(1))
        await settled(lambda: RECORD in hold.came)
        hold.came[RECORD](number(1))
        hold.came[RECORD](number(2))
        await house.until(lambda: len(house.values("breath_carbon_monoxide", BREATH)) == 2)
    assert [one.data for one in house.journal.records] == [number(1), number(2)]


async def test_what_is_not_allowed_any_more_is_not_taken_in(house: House, hand: Hand) -> None:
    async with house.breath().on(), house.listening():
        await settled(lambda: hand.holds)
        hold = hand.holds[BREATH_ADDRESS]
        house.forbidden.add(BREATH)
        hold.early(RECORD, number(1))
        await settled(lambda: hold.is_gone)
        assert hold.forgets, "nor is it kept by anybody who holds it for us"
    assert house.journal.records == []


def cuff(house: House, clock: Held) -> HeldSensor:
    profile = built_in()["blood-pressure-cuff"]
    house.known[CUFF_ADDRESS] = Paired(CUFF, ANNA, profile)
    offers: dict[str, Offer] = {blood_pressure.UUID: "indicate", DATE_TIME: clock}
    return HeldSensor(
        house.link, CUFF_ADDRESS, "Cuff", blood_pressure.SERVICE, {blood_pressure.SERVICE: offers}
    )


PRESSURE = bytes.fromhex("02 7800 5000 6000 E7070B0D160D00")
"""120/80 mmHg, measured by the cuff's clock at 2023-11-13 22:13:00."""

SHOWN = bytes.fromhex("E7070B0D160D14")
"""22:13:20 on the same day: a day behind the house's clock."""


async def test_its_time_is_understood_by_a_clock_that_is_read_after_it_came(
    house: House, hand: Hand
) -> None:
    def shows() -> bytes:
        hand.holds[CUFF_ADDRESS].early(blood_pressure.UUID, PRESSURE)
        return SHOWN

    async with cuff(house, Held(value=shows)).on(), house.listening():
        await house.until(lambda: house.batches("blood_pressure", CUFF))
    (batch,) = house.batches("blood_pressure", CUFF)
    measured = 1_700_000_000_000 - 20_000
    assert abs(batch.starts[0] - measured) < 5_000, "not a day before"


async def test_after_a_crash_the_same_time_comes_out(house: House, hand: Hand) -> None:
    def shows() -> bytes:
        hand.holds[CUFF_ADDRESS].early(blood_pressure.UUID, PRESSURE)
        return SHOWN

    async with cuff(house, Held(value=shows)).on(), house.listening():
        await house.until(lambda: house.batches("blood_pressure", CUFF))
        await settled(lambda: any(p.characteristic == SAID + DATE_TIME for p in house.journal.kept))
    (batch,) = house.batches("blood_pressure", CUFF)
    again = replayed(house.journal.kept, {CUFF: house.known[CUFF_ADDRESS]}, house.zone, fail)
    (replay,) = [one for one in again if isinstance(one, ReadingBatch)]
    assert list(replay.starts) == list(batch.starts)


def fail(packet: object, why: str) -> None:
    raise AssertionError(why)


async def test_two_equal_records_without_a_number_are_two(house: House) -> None:
    known = Paired(CUFF, ANNA, built_in()["blood-pressure-cuff"])
    inbox = Inbox(house.journal, house.clock)
    await inbox.expect(known)
    keeping = asyncio.create_task(inbox.keep_stored())
    inbox.early(known, blood_pressure.UUID, PRESSURE)
    inbox.early(known, blood_pressure.UUID, PRESSURE)
    await settled(lambda: len(house.journal.records) == 2)
    first, second = house.journal.records
    assert first.received < second.received
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
