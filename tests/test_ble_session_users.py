"""The users of a device: their slots are opened, and readings go to their person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial

import pytest

from adapters.ble.characteristics import (
    user_control_point,
)
from adapters.ble.characteristics.user_control_point import Answer, Op, UserControlPoint
from adapters.ble.consenting import NO_ANSWER, REFUSED
from adapters.ble.paired import Paired
from adapters.ble.state import Trouble
from adapters.local_events import Unclaimed
from adapters.reading import PersonKey
from tests.ble_house import ANNA, QUICK, House, open_house, settled
from tests.fakes_ble import Held, Offer
from tests.fakes_cuff import (
    CUFF,
    CUFF_ADDRESS,
    CUFF_PROFILE,
    OSLO,
    PRESSURE,
    Cuff,
    pressures,
)

pytestmark = pytest.mark.radio

BEN = PersonKey("ben")


@pytest.fixture(autouse=True)
def _short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.ble.session._SILENCE", 0.1)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        opened.zone = OSLO
        yield opened


class Slots:
    """The control point of the users of a scale or cuff."""

    def __init__(self, codes: Mapping[int, int], *, silent: bool = False) -> None:
        self.asked: list[UserControlPoint] = []
        self.kept: dict[int, list[int]] = {}
        self.lost: list[int] = []
        self.cuff: Cuff | None = None
        self._codes = codes
        self._silent = silent
        self._tasks: set[asyncio.Task[None]] = set()

    def services(self) -> Mapping[str, Mapping[str, Offer]]:
        point = Held(takes=self._take, way="indicate")
        return {user_control_point.SERVICE: {user_control_point.UUID: point}}

    def _take(self, data: bytes) -> None:
        request = UserControlPoint.from_bytes(data)
        self.asked.append(request)
        if self._silent:
            return
        user, code = request.user, request.code
        right = user is not None and self._codes.get(user) == code
        went = Answer.SUCCESS if right else Answer.NOT_AUTHORIZED
        assert self.cuff is not None
        answer = bytes(UserControlPoint.answer(Op.CONSENT, went))
        task = asyncio.ensure_future(self._say(answer, user or 0))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _say(self, answer: bytes, user: int) -> None:
        """Its answer, and what it keeps of the user, as long as nobody opens another slot."""
        assert self.cuff is not None
        await self.cuff.sensor.indicate(user_control_point.UUID, answer)
        for systolic in self.kept.get(user, []):
            await asyncio.sleep(0.02)
            if self.asked[-1].user != user:
                self.lost.append(systolic)
                continue
            measured = self.cuff.measured(systolic, self.cuff.home(), user)
            await self.cuff.sensor.indicate(PRESSURE, measured)


def shared(house: House, slots: Slots, codes: Mapping[int, int]) -> Cuff:
    """A cuff of two users, whose first is Anna and whose second is Ben."""
    paired = Paired(CUFF, ANNA, CUFF_PROFILE, {1: ANNA, 2: BEN}, codes)
    slots.cuff = Cuff(house, more=slots.services(), paired=paired)
    return slots.cuff


async def test_each_slot_whose_code_is_known_is_opened(house: House) -> None:
    slots = Slots({1: 1234, 2: 42})
    cuff = shared(house, slots, {1: 1234, 2: 42})
    async with cuff.sensor.on(), house.listening() as source:
        await settled(lambda: source.states()[CUFF].word == "connected")
        assert source.troubles() == {}
    assert [(one.op, one.user, one.code) for one in slots.asked] == [
        (Op.CONSENT, 1, 1234),
        (Op.CONSENT, 2, 42),
    ]


async def test_a_device_sends_all_it_has_of_a_user_before_the_next_slot_is_opened(
    house: House,
) -> None:
    slots = Slots({1: 1234, 2: 42})
    slots.kept = {1: [121, 122, 123, 124], 2: [131, 132]}
    cuff = shared(house, slots, {1: 1234, 2: 42})
    async with cuff.sensor.on(), house.listening():
        await house.until(lambda: len(pressures(house)) == 6)
    assert slots.lost == []
    assert [one.person for one in pressures(house)] == [ANNA] * 4 + [BEN] * 2


def _came(asked: list[UserControlPoint], count: int) -> bool:
    return len(asked) == count


async def test_a_wrong_code_is_told_and_never_tried_again(house: House) -> None:
    slots = Slots({1: 1234, 2: 42})
    cuff = shared(house, slots, {1: 1234, 2: 43})
    async with cuff.sensor.on() as sensor, house.listening() as source:
        for asked in (2, 3):
            await settled(partial(_came, slots.asked, asked))
            await settled(lambda: source.states()[CUFF].word == "trouble")
            assert "refused the code of user 2." in source.states()[CUFF].next_step
            await sensor.drop()
            await sensor.alone()
            await sensor.advertise()
        await settled(lambda: len(slots.asked) == 4)
        assert [one.user for one in slots.asked] == [1, 2, 1, 1], "or it might lock itself"
        reason = Trouble(CUFF, user_control_point.UUID, f"{REFUSED}2")
        assert source.troubles()[reason] == 1
        house.known[CUFF_ADDRESS] = replace(house.known[CUFF_ADDRESS], codes={1: 1234, 2: 42})
        await sensor.alone()
        await sensor.advertise()
        await settled(lambda: source.states()[CUFF].word == "connected")
        assert source.troubles() == {}, "the right code was entered"


async def test_a_code_that_was_refused_and_is_taken_later_is_no_trouble_any_more(
    house: House,
) -> None:
    slots = Slots({1: 1234, 2: 42})
    cuff = shared(house, slots, {1: 1234, 2: 42})
    async with cuff.sensor.on(), house.listening() as source:
        for user in (1, 3):
            source._inbox.trouble(CUFF, user_control_point.UUID, f"{REFUSED}{user}")
        await settled(lambda: source.states()[CUFF].word == "connected")
        assert [*source.troubles()] == [Trouble(CUFF, user_control_point.UUID, f"{REFUSED}3")]


async def test_a_number_that_is_taken_back_leaves_no_trouble(house: House) -> None:
    slots = Slots({1: 1234})
    cuff = shared(house, slots, {1: 1234, 9: 1})
    async with cuff.sensor.on() as sensor, house.listening() as source:
        await settled(lambda: source.states()[CUFF].word == "trouble")
        assert [*source.troubles()] == [Trouble(CUFF, user_control_point.UUID, f"{REFUSED}9")]
        house.known[CUFF_ADDRESS] = replace(house.known[CUFF_ADDRESS], codes={1: 1234})
        await sensor.alone()
        await sensor.advertise()
        await settled(lambda: source.states()[CUFF].word == "connected")
        assert source.troubles() == {}


async def test_a_device_that_does_not_answer_for_its_users_is_read_all_the_same(
    house: House,
) -> None:
    house.settings = replace(QUICK, record_timeout=0.1)
    slots = Slots({}, silent=True)
    cuff = shared(house, slots, {1: 1234, 2: 42})
    async with cuff.sensor.on(), house.listening() as source:
        await settled(lambda: source.states()[CUFF].word == "connected")
        assert source.troubles() == {Trouble(CUFF, user_control_point.UUID, NO_ANSWER): 1}
    assert len(slots.asked) == 1


async def test_readings_go_to_the_person_of_their_slot_or_wait_for_an_answer(house: House) -> None:
    cuff = Cuff(house, paired=Paired(CUFF, ANNA, CUFF_PROFILE, {1: ANNA, 2: BEN}))
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        for n, user in enumerate((1, 2, 3, 255, None)):
            await sensor.indicate(PRESSURE, cuff.measured(120 + n, cuff.home(), user))
        await house.until(lambda: len(pressures(house)) == 3 and len(unclaimed(house)) == 2)
    assert [(one.person, *one.values) for one in pressures(house)] == [
        (ANNA, "120|80|93"),
        (BEN, "121|80|93"),
        (ANNA, "124|80|93"),
    ]
    assert [one.user for one in unclaimed(house)] == [3, 255]


def unclaimed(house: House) -> list[Unclaimed]:
    return [one for one in house.events(Unclaimed) if isinstance(one, Unclaimed)]
