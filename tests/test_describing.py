"""An owner describes an unknown scale: over the virtual radio, down to readings of it."""

from __future__ import annotations

import asyncio
import random
import stat
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from bumble.core import UUID, AdvertisingData

from adapters.ble.catalog import with_home
from adapters.ble.describing.draft_text import beginning_of, words_of
from adapters.ble.describing.gathering import Asked, Gathered, gather
from adapters.ble.describing.shown import parse_shown
from adapters.ble.paired import Paired
from adapters.errors import AdapterError
from adapters.reading import DeviceKey
from adapters.simulator.models import closed_scale as model
from adapters.simulator.sensor import Moment
from adapters.simulator.shapes import Constant
from gateway import clock
from gateway.app import House, make_house, open_house
from gateway.describing import (
    address_of,
    free_path,
    keep,
    listen,
    look_at,
    settled,
    write_down,
)
from gateway.errors import GatewayError, Refused, WrongUse
from gateway.store.samples import Samples
from tests.ble_house import ANNA, QUICK
from tests.ble_house import House as Air
from tests.ble_house import open_house as open_air
from tests.copies import ROOT
from tests.fakes_ble import HeldSensor
from tests.instruments import setup

pytestmark = pytest.mark.radio

ADDRESS, NAME = "C0:DE:CA:FE:17:09", "Closed scale CAFE4711"
BEGIN = ((model.BEGIN, "01"),)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    make_house(tmp_path / "home", passphrase=None, key_file=True, simulation=True)
    house = open_house(tmp_path / "home")
    yield house
    house.close()


class Scale:
    """The closed scale, weighing when the test says so."""

    def __init__(self, air: Air) -> None:
        self.now = datetime.fromtimestamp(clock.now() / 1000)  # noqa: DTZ006  # its clock is local
        self.instrument = model.ClosedScale(setup(model.SENSOR, lambda: self.now, waits=True))
        services = {model.SERVICE: {model.WEIGHT: "notify", model.ALIVE: "notify"}}
        self.air = air
        self.held = HeldSensor(air.link, ADDRESS, NAME, model.SERVICE, services)
        self._number = 0

    async def weigh(self, kg: float) -> None:
        self.instrument.write(model.BEGIN, b"\x01")
        values = {"weight": Constant(shape="constant", value=kg)}
        moment = Moment(0.0, self._number, False, random.Random(1), values)
        self._number += 1
        for sent in self.instrument.measure(moment):
            await self.held.notify(sent.uuid, sent.data)

    async def measured(self, kg: float) -> Gathered:
        """What comes while somebody weighs so much; the scale leaves afterwards."""
        ready = asyncio.Event()

        async def step_on() -> None:
            await ready.wait()
            await self.weigh(kg)
            await self.held.drop()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(step_on())
            gathered = tasks.create_task(self.gather(ready))
        return gathered.result()

    async def gather(self, ready: asyncio.Event, asked: Asked | None = None) -> Gathered:
        return await gather(
            self.air.radio,
            ADDRESS,
            asked or Asked(5),
            ready.set,
            settings=QUICK,
            now=clock.now,
            allowed=lambda device: device not in self.air.forbidden,
        )


async def described(home: House) -> str:
    """The description that two measurements of a scale give; returns its text."""
    async with open_air() as air:
        scale = Scale(air)
        async with scale.held.on():
            for kg in (72.4, 58.15):
                gathered = await scale.measured(kg)
                shown = [parse_shown(f"body_weight={kg}")]
                keep(home, ADDRESS, gathered, shown, int(scale.now.timestamp() * 1000))
                scale.now += timedelta(minutes=3)
                await scale.held.advertise()
    path, checked = write_down(home, ADDRESS, "my-scale", "My scale")
    assert (checked.right, checked.samples, checked.extra) == (2, 2, 0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path.read_text(encoding="utf-8")


async def test_two_measurements_make_a_description_that_reads_the_scale(home: House) -> None:
    text = await described(home)
    written = tomllib.loads(text)
    assert written["advertised"] == {"services": [model.SERVICE], "name_prefix": "Closed scale"}
    (characteristic,) = written["characteristic"]
    assert characteristic["uuid"] == model.WEIGHT
    assert characteristic["delivery"] == "stored"
    assert characteristic["field"] == [
        {"skip": 1},
        {"name": "finished", "type": "uint8", "bits": [5, 5], "expect": 1},
        {
            "type": "uint16",
            "scale": 0.005,
            "kind": "body_weight",
            "unit": "kg",
            "byte_order": "big",
        },
        {"name": "record", "type": "uint16", "record_number": True},
        {"time": "date-time-6"},
        {"type": "uint8", "check": "sum", "check_from": 0},
    ]
    samples, found = look_at(home, ADDRESS)
    assert settled(samples)
    assert words_of(found) == [
        "The body weight stands in bytes 3 and 4, in steps of 5 g.",
        "The device numbers its measurements, in bytes 5 and 6; so the same one is never stored "
        "twice.",
        "Its own time stands in bytes 7 to 12, as year, month, day, hour, minute, second.",
        "Byte 13 makes sure that nothing was lost on the way.",
        "Bit 5 of byte 2 is set once it has settled; what comes before is left.",
    ]


async def test_the_page_for_owners_shows_what_really_comes_of_it(home: House) -> None:
    page = (ROOT / "docs" / "describe-a-device.md").read_text(encoding="utf-8")
    assert f"```toml\n{await described(home)}```" in page
    assert "\n".join(words_of(look_at(home, ADDRESS)[1])) in page


async def test_what_was_described_is_listened_to_like_any_device(home: House) -> None:
    await described(home)
    profile = with_home(home.path / "devices")["my-scale"]
    async with open_air() as air:
        scale = Scale(air)
        air.known[ADDRESS] = Paired(DeviceKey("scale"), ANNA, profile)
        async with scale.held.on(), air.listening() as source:
            await scale.held.subscribed(model.WEIGHT)
            await scale.weigh(91.235)
            await air.until(lambda: air.values("body_weight", DeviceKey("scale")))
            assert source.troubles() == {}
    assert air.values("body_weight", DeviceKey("scale")) == [91.235]


async def test_a_scale_that_only_advertises_is_described_too(home: House) -> None:
    async with open_air() as air:
        scale = Scale(air)
        async with scale.held.on():
            for kg, frame in ((127.1, "a24c63e20702010f2f1c"), (86.55, "a29e43e507040b100534")):
                ready = asyncio.Event()

                async def step_on(ready: asyncio.Event = ready, frame: str = frame) -> None:
                    await ready.wait()
                    data = bytes(UUID("181d")) + bytes.fromhex(frame)
                    await scale.held.says((AdvertisingData.Type.SERVICE_DATA_16_BIT_UUID, data))

                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(step_on())
                    asked = Asked(0.4, advertised=True)
                    gathered = tasks.create_task(scale.gather(ready, asked))
                shown = [parse_shown(f"body_weight={kg}")]
                keep(home, ADDRESS, gathered.result(), shown, clock.now())
            assert scale.held.links_made == 0
    path, checked = write_down(home, ADDRESS, "mi-scale", "")
    assert checked.right == 2
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    assert written["advertised"]["name_prefix"] == "Closed scale"
    (characteristic,) = written["characteristic"]
    assert characteristic["delivery"] == "advertised"
    assert characteristic["uuid"] == "0000181d-0000-1000-8000-00805f9b34fb"
    assert characteristic["field"][1]["scale"] == 0.005


async def test_the_description_says_nothing_that_stays_here(home: House) -> None:
    text = await described(home)
    for kept in (ADDRESS, ADDRESS.replace(":", ""), "4711", "72.4", "58.15", "a522"):
        assert kept.lower() not in text.lower()
    assert NAME in set(home.local.all_values())
    assert ADDRESS in set(home.local.all_values())
    assert home.local.counts()["sample"] == 2
    seen = b"".join(file.read_bytes() for file in home.path.glob("*.db*"))
    assert b"CAFE4711" not in seen
    assert b"body_weight" not in seen


async def test_measurements_are_kept_until_they_are_thrown_away(home: House) -> None:
    await described(home)
    samples = Samples(home.local.db)
    assert address_of(home, ADDRESS.lower()) == ADDRESS
    assert [one.shown[0].value for one in samples.of(ADDRESS)] == [
        parse_shown(f"body_weight={kg}").value for kg in (72.4, 58.15)
    ]
    assert samples.forget("00:00:00:00:00:01") == 0
    assert samples.forget(ADDRESS) == 2
    assert samples.heard(ADDRESS) is None
    packets = home.local.db.conn.execute("SELECT COUNT(*) FROM sample_packet").fetchone()
    assert packets == (0,)


async def test_they_go_by_themselves_after_thirty_days(home: House) -> None:
    await described(home)
    home.local.purge(clock.now() + 29 * 86_400_000)
    assert home.local.counts()["sample"] == 2
    home.local.purge(clock.now() + 31 * 86_400_000)
    assert home.local.counts()["sample"] == 0


async def test_a_key_that_is_taken_is_never_written_over(home: House) -> None:
    before = await described(home)
    for key in ("my-scale", "polar-h10", "My Scale", "../x"):
        with pytest.raises(WrongUse):
            free_path(home, key)
    with pytest.raises(WrongUse):
        write_down(home, ADDRESS, "my-scale", "")
    assert (home.path / "devices" / "my-scale.toml").read_text(encoding="utf-8") == before


async def test_one_measurement_writes_nothing(home: House) -> None:
    async with open_air() as air:
        scale = Scale(air)
        async with scale.held.on():
            gathered = await scale.measured(72.4)
    keep(home, ADDRESS, gathered, [parse_shown("body_weight=72.4")], clock.now())
    with pytest.raises(GatewayError, match="not clear yet") as refused:
        write_down(home, ADDRESS, "my-scale", "")
    assert "another measurement" in refused.value.next_step
    assert not (home.path / "devices").exists()


async def test_a_scale_that_is_silent_or_away_is_said_so() -> None:
    async with open_air() as air:
        scale = Scale(air)
        with pytest.raises(AdapterError, match="not heard"):
            await scale.gather(asyncio.Event(), Asked(0.1))
        async with scale.held.on():
            with pytest.raises(AdapterError, match="sent nothing") as refused:
                await scale.gather(asyncio.Event(), Asked(0.1))
            assert "--command" in refused.value.next_step
            air.forbidden = {None}
            with pytest.raises(AdapterError, match="not allowed"):
                await scale.gather(asyncio.Event(), Asked(0.1))
            assert scale.held.links_made == 1


async def test_nothing_is_listened_to_without_permission(home: House) -> None:
    with pytest.raises(Refused) as refused:
        await listen(home, ADDRESS, Asked(1), lambda: None)
    assert "consent grant collect ble" in refused.value.next_step


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("Closed scale CAFE4711", "Closed scale"),
        ("BF720 1234", "BF720"),
        ("MI_SCALE", "MI_SCALE"),
        ("YUNMAI-SIGNAL-M1US", "YUNMAI-SIGNAL-M1US"),
        ("Zephyrine HRM 4711", "Zephyrine HRM"),
        ("QN01257B00112233", "QN01257B00112233"),
        ("01257B00112233", "01257B00112233"),
        ("", ""),
    ],
)
def test_a_number_of_this_very_device_is_cut_off_its_name(name: str, beginning: str) -> None:
    assert beginning_of(name) == beginning
