"""Bluetooth that goes and comes back, pairings that no longer hold, devices that fall asleep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from adapters.ble import connecting
from adapters.ble.characteristics import body_sensor_location, heart_rate
from adapters.ble.paired import Paired
from adapters.ble.radio import OnHeard, OnLost, Radio
from adapters.reading import DeviceKey
from tests.ble_house import (
    ANNA,
    QUICK,
    RECORD,
    STRAP,
    STRAP_ADDRESS,
    STRAP_PROFILE,
    House,
    open_house,
    settled,
)
from tests.fakes_ble import STRAP_SERVICES, Held, HeldSensor
from tests.fakes_watch import GONE, HeldWatch

pytestmark = pytest.mark.radio

OTHER, OTHER_ADDRESS = DeviceKey("other"), "F0:00:00:00:00:03"


@dataclass(frozen=True, slots=True)
class FaultyRadio(Radio):
    """A radio whose attempts to connect go wrong as a test says.

    Attributes:
        wrong: by address: an error that is raised, or None where nothing ever comes back, not
            even when told to stop.
    """

    wrong: dict[str, Exception | None] = field(default_factory=dict)
    attempts: list[str] = field(default_factory=list)
    scans: list[object] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)

    def listening(self, heard: OnHeard) -> object:  # type: ignore[override]
        self.scans.append(Radio.listening(self, heard))
        return self.scans[-1]

    async def connect(
        self, device: BLEDevice, name: str, lost: OnLost, *, attempts: int
    ) -> BleakClient:
        self.attempts.append(device.address)
        if device.address in self.wrong:
            if (error := self.wrong[device.address]) is not None:
                raise error
            while not self.free.is_set():
                try:
                    await self.free.wait()
                except asyncio.CancelledError:
                    continue
            raise BleakError("freed")
        return await Radio.connect(self, device, name, lost, attempts=attempts)


@pytest.fixture
def watch() -> HeldWatch:
    return HeldWatch()


@pytest.fixture
async def house(watch: HeldWatch) -> AsyncIterator[House]:
    async with open_house() as opened:
        opened.radio = FaultyRadio(opened.radio.scanner, opened.radio.client, watches=watch)
        yield opened


def faulty(house: House) -> FaultyRadio:
    assert isinstance(house.radio, FaultyRadio)
    return house.radio


async def test_a_radio_that_goes_is_waited_for_and_all_links_are_made_again(
    house: House, watch: HeldWatch
) -> None:
    async with house.strap().on() as strap, house.listening() as source:
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 60)
        watch.tell(gone=GONE)
        await settled(lambda: source.states()[STRAP].word == "trouble")
        assert source.states()[STRAP].next_step == f"{GONE} {GONE.next_step}"
        await strap.alone()
        await house.until(lambda: [gap.until for gap in house.gaps()] == [None])
        assert watch.forgot == 1, "once, not with each look"
        watch.tell()
        await strap.advertise()
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 61)
        await settled(lambda: source.states()[STRAP].word == "connected")
        assert [gap.until is None for gap in house.gaps()] == [True, False]
        assert len(faulty(house).scans) == 2


async def test_a_radio_that_was_begun_anew_is_listened_to_anew(
    house: House, watch: HeldWatch
) -> None:
    async with house.strap().on() as strap, house.listening():
        await strap.subscribed(heart_rate.UUID)
        watch.tell()
        await strap.alone()
        await strap.advertise()
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 60)
        assert watch.forgot == 1


async def test_a_radio_that_is_gone_from_the_beginning_is_waited_for(
    house: House, watch: HeldWatch
) -> None:
    watch.gone = GONE
    async with house.strap().on() as strap, house.listening() as source:
        await settled(lambda: source.states()[STRAP].word == "trouble")
        watch.tell()
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 60)


async def test_an_attempt_that_is_under_way_ends_with_the_radio(
    house: House, watch: HeldWatch
) -> None:
    faulty(house).wrong[STRAP_ADDRESS] = None
    house.settings = replace(QUICK, connect_timeout=3600, close_timeout=0.05)
    async with house.strap().on() as strap, house.listening() as source:
        await settled(lambda: faulty(house).attempts)
        del faulty(house).wrong[STRAP_ADDRESS]
        watch.tell()
        await strap.subscribed(heart_rate.UUID)
        faulty(house).free.set()
        assert "failed" not in {event.what for event in house.links()}, "it was not the device"
        await settled(lambda: source.states()[STRAP].word == "connected")


async def test_a_driver_that_does_not_let_itself_be_stopped_holds_up_nobody(house: House) -> None:
    faulty(house).wrong[STRAP_ADDRESS] = None
    house.settings = replace(QUICK, connect_timeout=2, close_timeout=0.05)
    async with (
        house.strap().on(),
        house.strap(OTHER_ADDRESS, OTHER).on() as other,
        house.listening(),
    ):
        await settled(lambda: STRAP_ADDRESS in faulty(house).attempts)
        await other.subscribed(heart_rate.UUID)
        await house.beat(other, 60, OTHER)
        faulty(house).free.set()


@pytest.mark.parametrize("allowed", [True, False])
async def test_an_adapter_that_hears_nothing_any_more_is_begun_anew_only_where_that_is_allowed(
    house: House, watch: HeldWatch, allowed: bool
) -> None:
    house.settings = replace(QUICK, silence=0.05, power_cycle=allowed)
    strap = house.strap()
    async with strap.on(), house.listening():
        await strap.subscribed(heart_rate.UUID)
        await settled(lambda: len(faulty(house).scans) > 6)
        assert watch.cycles == 0, "never while something is connected"
        await strap.stop_advertising()
        await strap.drop()
        await settled(lambda: len(faulty(house).scans) > 14)
    assert watch.cycles == int(allowed), "once, and not again before something was heard"


async def test_a_device_that_falls_asleep_before_it_is_read_is_no_trouble(house: House) -> None:
    faulty(house).wrong[STRAP_ADDRESS] = TimeoutError()
    strap = house.strap()
    async with strap.on(), house.listening() as source:
        await settled(lambda: faulty(house).attempts)
        await strap.stop_advertising()
        await settled(lambda: source.states()[STRAP].word == "waiting for the device")
        assert source.states()[STRAP].next_step.startswith("It fell asleep")
        await strap.advertise()
        await settled(lambda: source.states()[STRAP].word == "trouble")
        assert source.states()[STRAP].next_step.startswith("Bring it closer"), "it is awake"
        del faulty(house).wrong[STRAP_ADDRESS]
        await strap.subscribed(heart_rate.UUID)
        await settled(lambda: source.states()[STRAP].word == "connected")


async def test_a_first_attempt_is_short(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    within: list[float] = []

    async def counted(asked: Coroutine[Any, Any, Any], seconds: float, **_more: object) -> None:
        asked.close()
        within.append(seconds)
        raise TimeoutError

    monkeypatch.setattr(connecting, "bounded", counted)
    async with house.strap().on(), house.listening():
        await settled(lambda: len(within) >= 3)
    assert within[:3] == [QUICK.connect_timeout / 2, QUICK.connect_timeout, QUICK.connect_timeout]


async def test_a_link_that_drops_while_services_are_looked_for_is_made_again(
    house: House,
) -> None:
    strap = house.strap()

    async def drop_the_first() -> None:
        await settled(lambda: strap.connections)
        await strap.drop()
        await strap.advertise()

    async with strap.on(), house.listening() as source:
        dropping = asyncio.create_task(drop_the_first())
        await settled(lambda: strap.links_made >= 2)
        await dropping
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 60)
        await settled(lambda: source.states()[STRAP].word == "connected")


async def test_services_that_changed_with_its_firmware_are_looked_for_anew(house: House) -> None:
    less = {heart_rate.SERVICE: {body_sensor_location.UUID: b"\x01"}}
    async with house.listening() as source:
        async with house.strap().on() as strap:
            await strap.subscribed(heart_rate.UUID)
            await house.beat(strap, 60)
        poorer = HeldSensor(house.link, STRAP_ADDRESS, "Strap 7", heart_rate.SERVICE, less)
        async with poorer.on():
            await settled(lambda: source.states()[STRAP].word == "trouble")
            assert "does not offer" not in source.states()[STRAP].next_step
            assert source.states()[STRAP].next_step.startswith("Remove this device")
        async with house.strap().on() as strap:
            await strap.subscribed(heart_rate.UUID)
            await house.beat(strap, 61)
        assert house.values() == [60, 61]


def stuck_strap(house: House) -> HeldSensor:
    """Where it is worn is never told; all else is."""
    profile = replace(STRAP_PROFILE, asks=(body_sensor_location.UUID,))
    house.known[STRAP_ADDRESS] = Paired(STRAP, ANNA, profile)
    never = asyncio.Event()

    async def silence() -> bytes:
        await never.wait()
        return b""

    services = {key: dict(value) for key, value in STRAP_SERVICES.items()}
    services[heart_rate.SERVICE][body_sensor_location.UUID] = Held(silence)
    return HeldSensor(house.link, STRAP_ADDRESS, "Strap 7", heart_rate.SERVICE, services)


async def test_a_value_that_never_comes_holds_up_no_other_and_the_person_is_asked(
    house: House, watch: HeldWatch
) -> None:
    watch.bonded = True
    house.settings = replace(QUICK, operation_timeout=0.2)
    strap = stuck_strap(house)
    async with strap.on(), house.listening() as source:
        for rate, word in ((60, "connected"), (61, "trouble")):
            await strap.subscribed(heart_rate.UUID)
            await house.beat(strap, rate)
            await settled(lambda word=word: source.states()[STRAP].word == word)  # type: ignore[misc]
            await strap.drop()
            await strap.advertise()
        asked = strap.happened.count(("read", body_sensor_location.UUID))
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 62)
        await settled(lambda: source.states()[STRAP].word == "trouble")
        state = source.states()[STRAP]
        assert state.pair_anew
        assert "can no longer be read" in state.next_step
        asked_now = strap.happened.count(("read", body_sensor_location.UUID))
        assert asked_now == asked, "it is not asked again"
        assert house.values() == [60, 61, 62]
        source.begin_anew(STRAP)
        assert source.states()[STRAP].word == "listening"
        await strap.drop()
        await strap.advertise()
        await settled(lambda: strap.happened.count(("read", body_sensor_location.UUID)) > asked)


@pytest.mark.parametrize("bonded", [True, False])
async def test_a_device_that_lets_go_of_every_link_has_forgotten_its_pairing_if_it_had_one(
    house: House, watch: HeldWatch, bonded: bool
) -> None:
    watch.bonded, watch.links_each = bonded, 4
    faulty(house).wrong[STRAP_ADDRESS] = None
    house.settings = replace(QUICK, connect_timeout=1, close_timeout=0.01)
    async with house.strap().on(), house.listening() as source:
        await settled(lambda: source.states()[STRAP].word == "trouble")
        assert ("forgotten" in source.states()[STRAP].next_step) is bonded
        assert source.states()[STRAP].pair_anew is bonded
        faulty(house).free.set()


async def test_links_are_let_go_of_side_by_side(house: House) -> None:
    devices = {f"F0:00:00:00:01:{n:02X}": DeviceKey(f"strap-{n}") for n in range(4)}
    under_way = [0, 0]

    async def slow(self: BleakClient) -> None:
        under_way[0] += 1
        under_way[1] = max(under_way)
        await asyncio.sleep(0.1)
        under_way[0] -= 1
        await BleakClient.disconnect(self)

    @dataclass(frozen=True, slots=True)
    class SlowToLetGo(FaultyRadio):
        async def connect(
            self, device: BLEDevice, name: str, lost: OnLost, *, attempts: int
        ) -> BleakClient:
            client = await FaultyRadio.connect(self, device, name, lost, attempts=attempts)
            client.disconnect = slow.__get__(client)  # type: ignore[method-assign]
            return client

    house.radio = SlowToLetGo(house.radio.scanner, house.radio.client, watches=HeldWatch())
    async with AsyncExitStack() as stack:
        straps = [
            await stack.enter_async_context(house.strap(*one).on()) for one in devices.items()
        ]
        async with house.listening():
            for strap in straps:
                await strap.subscribed(heart_rate.UUID)
    assert under_way == [0, len(devices)]


def test_a_scan_on_linux_tells_of_a_device_each_time_it_is_heard() -> None:
    assert Radio().scans_by() == {"filters": {"DuplicateData": True}}
    assert Radio(watches=HeldWatch(number=7)).scans_by()["adapter"] == "hci7"
    assert Radio(adapter="hci1").scans_by()["adapter"] == "hci1"


async def test_a_record_that_comes_while_the_link_is_let_go_is_kept(house: House) -> None:
    """The system confirms it to the device: nobody will send it again."""
    breath = house.breath()
    letting_go, let_go = asyncio.Event(), asyncio.Event()

    @dataclass(frozen=True, slots=True)
    class SlowToLetGo(FaultyRadio):
        async def connect(
            self, device: BLEDevice, name: str, lost: OnLost, *, attempts: int
        ) -> BleakClient:
            client = await FaultyRadio.connect(self, device, name, lost, attempts=attempts)

            async def slow(self: BleakClient) -> None:
                letting_go.set()
                await let_go.wait()
                await BleakClient.disconnect(self)

            client.disconnect = slow.__get__(client)  # type: ignore[method-assign]
            return client

    house.radio = SlowToLetGo(house.radio.scanner, house.radio.client)
    async with breath.on():
        async with house.listening() as source:
            await breath.subscribed(RECORD)
            task = next(one for one in asyncio.all_tasks() if one.get_name() == "ble")
            task.cancel()
            await letting_go.wait()
            await breath.indicate(RECORD, bytes.fromhex("01"))
            let_go.set()
            await asyncio.wait([task])
        house.arrived += source.rest()
    assert [packet.data for packet in house.journal.records] == [b"\x01"]


async def test_what_an_attempt_left_up_is_let_go_of(house: House, watch: HeldWatch) -> None:
    """Also when the program ends in the middle of it, e.g. right after a pairing."""
    faulty(house).wrong[STRAP_ADDRESS] = BleakError("no")
    async with house.strap().on(), house.listening():
        await settled(lambda: watch.let_go_of)
        faulty(house).wrong[STRAP_ADDRESS] = None
        faulty(house).attempts.clear()
        await settled(lambda: faulty(house).attempts)
        watch.let_go_of.clear()
        watch.takes = 0.1  # BlueZ takes two seconds
        asyncio.get_running_loop().call_later(0.1, faulty(house).free.set)
    assert watch.let_go_of == [STRAP_ADDRESS]
