"""Several values of one gas at one sensor are told apart, and a mean is one of its period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import carbon_monoxide, es_measurement
from adapters.ble.characteristics.es_measurement import EsMeasurement, Sampling
from adapters.ble.hearing import Hearing
from adapters.ble.inbox import Inbox
from adapters.ble.paired import Paired
from adapters.ble.profile import told_by
from adapters.ble.sampling import NOT_A_VALUE, Sampled
from adapters.ble.talk import Talk
from adapters.reading import DeviceKey, Quantity, Reading
from adapters.simulator.radio import virtual_radio
from adapters.simulator.scenario import read
from adapters.simulator.simulation import simulated
from tests.ble_house import ANNA, Clock, House
from tests.ble_packets import RECEIVED, packet
from tests.fakes_ble import MemoryJournal

PROFILE = built_in()["room-carbon-monoxide-sensor"]
ROOM = DeviceKey("room-monitor")
HOUR = 3600


@dataclass
class One:
    """A characteristic with a descriptor, or without."""

    name: str
    described: bytes | None
    uuid: str = carbon_monoxide.UUID


@dataclass
class Spoken:
    """The link and the inbox, as far as they are asked."""

    complaints: list[str] = field(default_factory=list)
    said_: list[bytes] = field(default_factory=list)

    async def descriptor(self, one: One, uuid: str) -> bytes | None:
        assert uuid == es_measurement.UUID
        return one.described

    def complain(self, _uuid: str, why: str) -> None:
        self.complaints.append(why)

    def said(self, _paired: Paired, uuid: str, data: bytes) -> None:
        assert uuid == es_measurement.UUID
        self.said_.append(data)


def told(sampling: int, period: int = 0) -> bytes:
    return bytes(EsMeasurement(sampling, period))


async def choose(offered: Sequence[One]) -> tuple[list[str], Spoken]:
    spoken = Spoken()
    sampled = Sampled(cast(Talk, spoken), Paired(ROOM, ANNA, PROFILE), cast(Inbox, spoken))
    chosen = await sampled.chosen(cast(list[BleakGATTCharacteristic], list(offered)))
    return [cast(One, one).name for one in chosen], spoken


MEAN, NOW = One("mean", told(Sampling.MEAN, HOUR)), One("now", told(Sampling.INSTANTANEOUS))
HIGHEST, PLAIN = One("highest", told(Sampling.HIGHEST, HOUR)), One("plain", None)
RESERVED, ODD = One("reserved", told(200)), One("odd", b"\x00")


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        pytest.param([HIGHEST, MEAN, NOW], ["now"], id="of the moment"),
        pytest.param([HIGHEST, MEAN], ["mean"], id="a mean"),
        pytest.param([HIGHEST, PLAIN], ["plain"], id="what does not say"),
        pytest.param([PLAIN], ["plain"], id="the only one"),
        pytest.param([HIGHEST, RESERVED], [], id="none is a value"),
    ],
)
async def test_of_several_the_one_that_is_a_value_is_listened_to(
    offered: list[One], chosen: list[str]
) -> None:
    names, spoken = await choose(offered)
    assert names == chosen
    assert spoken.complaints == ([] if chosen else [NOT_A_VALUE])
    described = {one.name: one.described for one in offered}
    assert spoken.said_ == [described[name] for name in chosen if described[name]]


async def test_a_descriptor_that_cannot_be_read_is_counted_and_says_nothing() -> None:
    names, spoken = await choose([ODD])
    assert names == ["odd"]
    assert len(spoken.complaints) == 1


async def test_other_characteristics_are_left_as_they_are() -> None:
    other = One("battery", None, "2a19")
    assert (await choose([other, NOW]))[0] == ["battery", "now"]


@pytest.mark.parametrize(
    ("described", "lasted"),
    [
        (None, 0),
        (told(Sampling.INSTANTANEOUS, HOUR), 0),
        (told(Sampling.MEAN), 0),
        (told(Sampling.MEAN, HOUR), HOUR * 1000),
    ],
)
def test_a_mean_is_a_reading_of_its_period(described: bytes | None, lasted: int) -> None:
    hearing = Hearing()
    if described is not None:
        hearing.said[es_measurement.UUID] = described
    (one,) = told_by(PROFILE, packet(bytes.fromhex("2283"), carbon_monoxide.UUID), hearing)
    assert isinstance(one, Reading)
    assert (one.start, one.duration) == (RECEIVED - lasted, lasted)
    assert one.value == Quantity(Decimal("8.02e-6"), "kg/m3")


@pytest.mark.radio
@pytest.mark.parametrize("sampling", [Sampling.INSTANTANEOUS, Sampling.MEAN, Sampling.HIGHEST])
async def test_a_simulated_sensor_says_how_it_sampled(
    monkeypatch: pytest.MonkeyPatch, sampling: Sampling
) -> None:
    scenario = read(f'title = "One"\n[[device]]\nid = "{ROOM}"\nmodel = "{ROOM}"\nrate_hz = 20\n')
    sensor = scenario.devices()[0].sensor
    monkeypatch.setitem(sensor.described, es_measurement.UUID, told(sampling, HOUR))
    async with simulated(scenario) as simulation, virtual_radio(simulation.link) as radio:
        house = House(simulation.link, radio, MemoryJournal(), clock=Clock())
        address = scenario.identity(scenario.devices()[0]).address
        house.known[address] = Paired(ROOM, ANNA, PROFILE)
        async with house.listening() as source:
            if sampling is Sampling.HIGHEST:
                await house.until(lambda: house.values("battery_level", ROOM))
                assert {one.reason for one in source.troubles()} == {NOT_A_VALUE}
                assert not house.batches("carbon_monoxide_in_air", ROOM)
                return
            await house.until(lambda: house.values("carbon_monoxide_in_air", ROOM))
            (first, *_) = house.batches("carbon_monoxide_in_air", ROOM)
            lasted = HOUR * 1000 if sampling is Sampling.MEAN else 0
            assert list(first.durations) == [lasted]
            assert source.troubles() == {}
