"""A device that waits for a command is told it on each link, once everything is listened to."""

from __future__ import annotations

import pytest

from adapters.ble.describing.description import parse
from adapters.ble.formats.uuids import assigned
from adapters.ble.paired import Paired
from adapters.reading import DeviceKey
from tests.ble_house import ANNA, House, open_house, settled
from tests.fakes_ble import Held, HeldSensor, Offer
from tests.test_closed_devices import HEAD

pytestmark = pytest.mark.radio

ADDRESS, SCALE = "F0:00:00:00:00:0C", DeviceKey("scale")
SERVICE, WEIGHT, COMMAND = map(assigned, (0xFFE0, 0xFFE4, 0xFFE9))
TEXT = """
[[write]]
uuid = "ffe9"
field = [{ name = "set", type = "uint8", expect = 2 }, { time = "seconds-since-1970" }]
[[write]]
uuid = "ffe9"
hex = "0d05130016"
[[characteristic]]
uuid = "ffe4"
delivery = "live"
field = [{ type = "uint16", scale = 0.01, kind = "body_weight", unit = "kg" }]
"""


def scale(house: House, text: str = TEXT) -> HeldSensor:
    house.known[ADDRESS] = Paired(SCALE, ANNA, parse(HEAD + text, "s.toml").profile())
    offered: dict[str, Offer] = {WEIGHT: "notify", COMMAND: Held(takes=lambda _data: None)}
    return HeldSensor(house.link, ADDRESS, "CLOSED 1", SERVICE, {SERVICE: offered})


async def test_commands_come_in_their_order_after_the_subscriptions() -> None:
    async with open_house() as house:
        held = scale(house)
        async with held.on(), house.listening():
            await settled(lambda: len(held.written) >= 2)
            await held.notify(WEIGHT, (7240).to_bytes(2, "little"))
            await house.until(lambda: house.values("body_weight", SCALE))
    (first, time), second = held.written[0], held.written[1]
    assert first == COMMAND
    assert time[0] == 2
    assert abs(int.from_bytes(time[1:], "little") - house.clock.at // 1000) <= 1
    assert second == (COMMAND, bytes.fromhex("0d05130016"))
    assert held.happened.index(("subscribed", WEIGHT)) < held.happened.index(("written", COMMAND))


async def test_a_device_that_cannot_be_told_is_said_so() -> None:
    async with open_house() as house:
        held = scale(house, TEXT.replace("ffe9", "ffea"))
        async with held.on(), house.listening() as source:
            await settled(lambda: source.states()[SCALE].word == "trouble")
            assert "[[write]]" in source.states()[SCALE].next_step
