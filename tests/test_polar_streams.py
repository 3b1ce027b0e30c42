"""ECG and pulse intervals of Polar sensors: frames, and streams over the virtual radio."""

from __future__ import annotations

import contextlib
import dataclasses
import struct
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ble.catalog import built_in
from adapters.ble.paired import Paired
from adapters.ble.polar_streams import CONTROL, DATA, StreamName, readings, with_streams
from adapters.errors import DecodeError
from adapters.kinds import kind, row_of
from adapters.reading import Absence, DeviceKey, Quality, Quantity, Reading, ReadingBatch
from adapters.simulator.radio import virtual_radio
from adapters.simulator.scenario import read
from adapters.simulator.simulation import simulated
from gateway import settings
from gateway.app import House as Home
from gateway.app import make_house, open_house
from gateway.commands.doctor import CHECKS
from gateway.pipeline import take_in
from gateway.radio import catalog_of
from tests.ble_house import ANNA, House
from tests.ble_packets import RECEIVED, packet
from tests.fakes_ble import MemoryJournal

POLAR = DeviceKey("polar")
ECG_FRAME = "00" + "0038f7a7a2e91f08" + "00" + "680000" + "98ffff" + "010000"
PPI_FRAME = "03" + "0000000000000000" + "00" + "3cb8030f0006" + "3e3403f40107" + "000000000004"


def told(data: str) -> list[Reading]:
    return [one for one in readings(packet(bytes.fromhex(data))) if isinstance(one, Reading)]


def test_an_ecg_is_microvolts_of_three_bytes() -> None:
    """``68 00 00`` is 104 µV: polarofficial/polar-ble-sdk, issue 35."""
    (one,) = told(ECG_FRAME)
    assert one.waveform is not None
    assert struct.unpack("<3i", one.waveform.samples) == (104, -104, 1)
    assert (one.waveform.factor, round(one.waveform.period_ms, 3)) == ("1", 7.692)
    assert (one.start, one.duration) == (RECEIVED - 23, 23)
    assert row_of(one.kind).shareable


def test_intervals_of_the_pulse_are_at_their_beats_with_their_doubts() -> None:
    """Six bytes an interval: OpenStrap/protocol, pull request 45 (rate, ms, error in ms, flags)."""
    first, second, third = told(PPI_FRAME)
    assert first.value == Quantity(Decimal(952), "ms")
    assert first.quality is Quality.NONE
    assert second.value == Quantity(Decimal(820), "ms")
    assert second.quality == Quality.MOVED | Quality.POOR_SIGNAL
    assert third.value is Absence.ERROR
    assert third.quality is Quality.NO_SKIN_CONTACT
    assert [one.start - RECEIVED for one in (first, second, third)] == [-820, 0, 0]
    assert [one.nth for one in (first, second, third)] == [0, 1, 2]


@pytest.mark.parametrize(
    "data",
    [
        "",
        ECG_FRAME[:18],
        ECG_FRAME[:20],
        ECG_FRAME[:-2],
        PPI_FRAME[:-2],
        "02" + ECG_FRAME[2:],
        "0f" + ECG_FRAME[2:],
        ECG_FRAME[:18] + "80" + ECG_FRAME[20:],
        ECG_FRAME[:18] + "01" + ECG_FRAME[20:],
        ECG_FRAME[:18] + "0b" + ECG_FRAME[20:],
    ],
)
def test_any_other_frame_is_refused(data: str) -> None:
    with pytest.raises(DecodeError):
        told(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_frame_or_refused(data: bytes) -> None:
    with contextlib.suppress(DecodeError):
        list(readings(packet(data)))


def test_profiles_stay_the_same_however_often_they_are_made() -> None:
    one, two = (with_streams(built_in(), ["ecg"]) for _ in range(2))
    assert one.profiles == two.profiles
    changed = {key for key, profile in one.profiles.items() if profile != built_in()[key]}
    assert changed == {"polar-h10", "polar-verity-sense"}
    assert with_streams(built_in(), []) is built_in()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    make_house(tmp_path / "home", passphrase=None, key_file=True, simulation=True)
    house = open_house(tmp_path / "home")
    (tmp_path / "config.toml").write_text('[bluetooth]\npolar_streams = ["ecg", "ppi"]\n')
    yield dataclasses.replace(house, settings=settings.load(tmp_path / "config.toml"))
    house.close()


def test_without_what_reads_them_nothing_changes_and_the_doctor_says_so(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert DATA in catalog_of(home)["polar-h10"].reads
    assert not [one for check in CHECKS for one in check(home) if "Polar" in one.about]
    monkeypatch.setitem(sys.modules, "polar_python", None)
    assert catalog_of(home)["polar-h10"] == built_in()["polar-h10"]
    (finding,) = [one for check in CHECKS for one in check(home) if "Polar" in one.about]
    assert not finding.good
    assert "health-gateway[polar]" in finding.next_step


SCENARIO = """
title = "A Polar sensor"
seed = 3
[[device]]
id = "polar"
model = "{model}"
name = "{name} 01234567"
rate_hz = 8
[device.values.heart_rate]
shape = "constant"
value = 60
"""


@asynccontextmanager
async def worn(model: str, name: str, *streams: StreamName) -> AsyncIterator[House]:
    """A house that listens to a simulated Polar sensor and asks it for these streams."""
    scenario = read(SCENARIO.format(model=model, name=name))
    async with simulated(scenario) as simulation, virtual_radio(simulation.link) as radio:
        house = House(simulation.link, radio, MemoryJournal())
        profile = with_streams(built_in(), streams)[model]
        (device,) = scenario.devices()
        house.known[scenario.identity(device).address] = Paired(POLAR, ANNA, profile)
        async with house.listening() as source:
            yield house
            assert not [one for one in source.troubles() if one.characteristic == DATA]


@pytest.mark.radio
async def test_an_h10_tells_its_ecg_beside_the_heart_rate(home: Home) -> None:
    async with worn("polar-h10", "Polar H10", "ecg", "ppi") as house:
        await house.until(lambda: len(house.values("ecg", POLAR)) >= 4)
        assert house.values("heart_rate", POLAR)
        batches = [one for one in house.arrived if isinstance(one, ReadingBatch)]
    ecg, *more = (one for one in batches if one.kind == "ecg")
    waves = [wave for one in (ecg, *more) for wave in one.waveforms.values()]
    assert max(max(struct.unpack("<65i", one.samples)) for one in waves) > 1000  # a beat
    digest = str(ecg.values[0])
    home.people.add("Ada", "1985-04", RECEIVED)
    (person,) = home.people.list()
    stored = dataclasses.replace(ecg, person=person.key)
    take_in(home, [stored], adapter="ble", at=RECEIVED)
    kept = home.readings.waveform(digest)
    assert kept == ecg.waveforms[digest]


@pytest.mark.radio
async def test_a_verity_sense_tells_the_intervals_of_the_pulse() -> None:
    async with worn("polar-verity-sense", "Polar Sense", "ecg", "ppi") as house:
        await house.until(lambda: len(house.values("rr_interval", POLAR)) >= 6)
    assert not house.values("ecg", POLAR)
    flags = {flag for one in house.batches("rr_interval", POLAR) for flag in one.flags}
    assert flags == {0}


@pytest.mark.radio
async def test_who_asks_for_no_stream_gets_none() -> None:
    async with worn("polar-h10", "Polar H10") as house:
        await house.until(lambda: len(house.values("heart_rate", POLAR)) >= 8)
    assert not house.values("ecg", POLAR)


def test_the_control_point_answers_as_polar_says() -> None:
    """Request and answer: polarofficial/polar-ble-sdk, issue 443 (``F0 02 02 00 00``)."""
    from adapters.simulator.registry import sensors
    from tests.instruments import Time, setup

    sensor = sensors()["polar-h10"]
    assert sensor.instrument is not None
    device = sensor.instrument(setup(sensor, Time()))
    assert device.read(CONTROL)[:2].hex() == "0f05"

    def asked(request: str) -> str:
        (answer,) = device.write(CONTROL, bytes.fromhex(request))
        return answer.data.hex()

    assert asked("0200" + "0001820001010e00") == "f002000000"
    assert asked("0200" + "0001820001010e00") == "f002000600"
    assert asked("0300") == "f003000000"
    assert asked("0203") == "f002030300"
    assert kind("ecg") == "ecg"
