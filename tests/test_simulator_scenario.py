"""Scenarios: what a file may say, and that the same seed says the same bytes."""

from __future__ import annotations

import hashlib
import itertools
import random
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from bleak.backends.scanner import AdvertisementData

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import battery_level, heart_rate
from adapters.ble.hearing import Hearing
from adapters.ble.profile import DeviceProfile, told_by
from adapters.errors import AdapterError, DecodeError
from adapters.local_events import Packet
from adapters.reading import DeviceKey
from adapters.simulator import extra
from adapters.simulator.device_text import SimulatedDevice
from adapters.simulator.emission import Emission
from adapters.simulator.emissions import emissions, packets
from adapters.simulator.errors import ScenarioRefused
from adapters.simulator.making import made
from adapters.simulator.scenario import SCENARIOS, Scenario, load, read

BATTERY = battery_level.UUID
ONE = 'title = "One"\n[[device]]\nid = "strap"\nmodel = "heart-rate-strap"\n'


def first(scenario: Scenario, count: int) -> list[Emission]:
    return list(itertools.islice(packets(scenario), count))


def measured(scenario: Scenario, count: int) -> list[Emission]:
    every = (e for e in packets(scenario) if e.characteristic != BATTERY)
    return list(itertools.islice(every, count))


def packet(emission: Emission) -> Packet:
    return Packet(DeviceKey("d"), emission.characteristic, 0, emission.data)


@pytest.mark.parametrize("name", [path.stem for path in SCENARIOS.glob("*.toml")])
def test_the_same_scenario_says_the_same_bytes(name: str) -> None:
    assert first(load(name), 500) == first(load(name), 500)


def test_another_process_says_the_same_bytes() -> None:
    script = (
        "import hashlib, itertools\n"
        "from adapters.simulator.emissions import packets\n"
        "from adapters.simulator.scenario import load\n"
        "said = repr(list(itertools.islice(packets(load('rest')), 200)))\n"
        "print(hashlib.sha256(said.encode()).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    here = hashlib.sha256(repr(first(load("rest"), 200)).encode()).hexdigest()
    assert done.stdout.strip() == here


def test_another_seed_gives_other_values_and_other_devices() -> None:
    ours = load("rest")
    other = ours.model_copy(update={"seed": ours.seed + 1})
    assert first(ours, 50) != first(other, 50)
    assert ours.identity(ours.device[0]) != other.identity(other.device[0])


@pytest.mark.parametrize("name", [path.stem for path in SCENARIOS.glob("*.toml")])
def test_every_value_of_our_scenarios_can_be_read_by_the_gateway(name: str) -> None:
    scenario = load(name)
    for device in scenario.devices():
        profile = profile_of(device)
        hearing = Hearing()
        hearing.said.update(said_at_the_start(scenario, device, profile))
        for emission in itertools.islice(emissions(scenario, device), 100):
            if emission.bad:
                with pytest.raises(DecodeError):
                    told_by(profile, packet(emission), hearing)
            elif emission.characteristic in (*profile.subscribes, BATTERY):
                told_by(profile, packet(emission), hearing)


def profile_of(device: SimulatedDevice) -> DeviceProfile:
    heard = AdvertisementData(None, {}, {}, [device.sensor.service], None, -60, ())
    profile = built_in().match(heard)
    assert profile is not None, f"nobody reads a {device.model}"
    return profile


def said_at_the_start(
    scenario: Scenario, device: SimulatedDevice, profile: DeviceProfile
) -> dict[str, bytes]:
    begins = datetime(2026, 3, 2, 7)  # noqa: DTZ001 - a time of day
    instrument, _ = made(scenario, device, lambda: begins, lambda _: True)
    offered = [one for several in device.sensor.offers.values() for one in several]
    return {
        one.uuid: instrument.read(one.uuid) if one.lively else one.value or b""
        for one in offered
        if one.uuid in profile.asks
    }


def test_emissions_come_in_the_order_of_time() -> None:
    times = [emission.at_ms for emission in first(load("counted"), 400)]
    assert times == sorted(times)


def test_addresses_are_static_and_all_different() -> None:
    scenario = read(ONE.replace('id = "strap"', 'id = "strap"\ncopies = 200'))
    addresses = {scenario.identity(device).address for device in scenario.devices()}
    assert len(addresses) == 200
    assert all(int(address[:2], 16) >= 0xC0 for address in addresses)


def test_an_address_and_a_serial_number_can_be_marked() -> None:
    text = ONE + 'address = "DE:AD:BE:EF:00:01"\nserial = "MARKED-1"\nname = "Canary"\n'
    scenario = read(text)
    identity = scenario.identity(scenario.device[0])
    assert (identity.address, identity.serial, identity.name) == (
        "DE:AD:BE:EF:00:01",
        "MARKED-1",
        "Canary",
    )
    assert identity.system_id.hex() == "0100effeffbeadde"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param('{shape="constant", value=70}', [70, 70, 70, 70], id="constant"),
        pytest.param('{shape="ramp", start=60, end=90, over_s=3}', [60, 70, 80, 90], id="ramp"),
        pytest.param('{shape="sine", mean=70, swing=10, period_s=4}', [70, 80, 70, 60], id="sine"),
        pytest.param('{shape="steps", values=[60, 90], each_s=2}', [60, 60, 90, 90], id="steps"),
        pytest.param('{shape="list", values=[61, 62, 63]}', [61, 62, 63, 61], id="list"),
        pytest.param('{shape="count", start=40, upto=42}', [40, 41, 42, 40], id="count"),
        pytest.param('{shape="noise", mean=70, noise=0}', [70, 70, 70, 70], id="noise"),
    ],
)
def test_a_value_goes_through_time_as_its_shape_says(shape: str, expected: list[int]) -> None:
    scenario = read(ONE + f"values.heart_rate = {shape}\n")
    line = scenario.device[0].values["heart_rate"]
    assert [round(line.at(float(n), n, random.Random(1))) for n in range(len(expected))] == expected


def test_numbered_values_carry_the_number_of_their_emission() -> None:
    numbers = Counter[str]()
    for emission in measured(load("counted"), 600):
        if emission.characteristic == heart_rate.UUID:
            said = heart_rate.HeartRateMeasurement.from_bytes(emission.data)
            assert said.energy == emission.number == numbers[emission.device]
        else:
            assert emission.number is not None
            assert int.from_bytes(emission.data[:2], "little") == emission.number + 1
            assert emission.stored
        numbers[emission.device] += 1
    assert set(numbers) == {"strap", "tracker-1", "tracker-2", "breath"}


def test_beat_intervals_add_up_to_the_time_that_passed() -> None:
    scenario = read(ONE)
    said = [heart_rate.HeartRateMeasurement.from_bytes(e.data) for e in measured(scenario, 120)]
    assert abs(sum(sum(one.rr) for one in said) / 1024 - 119) < 3


def test_nothing_is_said_while_a_device_is_silent() -> None:
    fault = 'faults = [{what = "silence", at_s = 3, for_s = 4}]\n'
    times = [emission.at_ms for emission in measured(read(ONE + fault), 10)]
    assert not [at for at in times if 3000 <= at < 7000]
    assert times[-1] > 12_000


def test_a_bad_frame_is_marked_and_cannot_be_read() -> None:
    fault = 'faults = [{what = "bad-frame", at_s = 2, count = 2}]\n'
    every = measured(read(ONE + fault), 10)
    assert sum(emission.bad for emission in every) == 2
    for emission in every:
        if emission.bad:
            assert emission.at_ms >= 2000
            with pytest.raises(DecodeError):
                list(heart_rate.readings(packet(emission)))


def test_a_low_battery_is_said_at_once() -> None:
    fault = 'faults = [{what = "battery-low", at_s = 7}]\n'
    scenario = read(ONE + fault)
    levels = [e for e in first(scenario, 100) if e.characteristic == BATTERY]
    assert [(e.at_ms, e.data[0]) for e in levels[:3]] == [(0, 92), (7000, 5), (60_000, 5)]


def test_a_scenario_with_an_end_ends() -> None:
    scenario = read("duration_s = 5\n" + ONE)
    assert len(list(emissions(scenario, scenario.device[0]))) == 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("seed = ", "it is not TOML", id="not TOML"),
        pytest.param('title = "Empty"\n', "device: this is missing; add it", id="no device"),
        pytest.param(ONE + "sped = 2\n", "device.0.sped: there is no such setting", id="misspelt"),
        pytest.param(ONE.replace("-strap", "-strip"), "take one of: ", id="model"),
        pytest.param(ONE + ONE.partition("\n")[2], "give each its own id", id="twice"),
        pytest.param(ONE + 'values.spo2 = {shape="constant", value=1}', "does not measure", id="v"),
        pytest.param(ONE + "rate_hz = 0\n", "equal to 0.00000001 (it says 0)", id="rate"),
        pytest.param(ONE + 'address = "00:11:22:33:44:55"', "begin with C0 to FF", id="address"),
        pytest.param(ONE + 'copies = 2\nserial = "A"', "leave out address and serial", id="copies"),
        pytest.param(ONE + 'values.battery = {shape="wave"}', "device.0.values", id="shape"),
    ],
)
def test_a_scenario_that_is_none_says_what_to_do(text: str, says: str) -> None:
    with pytest.raises(ScenarioRefused) as refused:
        read(text)
    assert says in str(refused.value)


def test_a_missing_scenario_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ScenarioRefused, match="counted, gym, household"):
        load(tmp_path / "none.toml")


def test_without_the_optional_package_the_next_step_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda _name: None)
    with pytest.raises(AdapterError) as refused:
        extra.need_bumble()
    assert "pip install" in refused.value.next_step


def test_modules_of_the_simulator_load_without_the_optional_package() -> None:
    script = (
        "import sys\n"
        "sys.modules['bumble'] = None\n"
        "import adapters.simulator.radio, adapters.simulator.process\n"
        "import adapters.simulator.simulation, adapters.simulator.emissions\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
