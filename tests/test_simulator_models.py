"""What holds for every model of simulated device."""

from __future__ import annotations

import itertools

import pytest
from bleak.backends.scanner import AdvertisementData

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import record_access_control_point, user_control_point
from adapters.simulator.emissions import emissions
from adapters.simulator.registry import sensors
from adapters.simulator.scenario import Scenario, read
from adapters.simulator.sensor import Sensor

SENSORS = [pytest.param(sensor, id=key) for key, sensor in sensors().items()]


def scenario_of(sensor: Sensor, more: str = "") -> Scenario:
    return read(f'title = "x"\n[[device]]\nid = "d"\nmodel = "{sensor.key}"\nevery_s = 1\n{more}')


@pytest.mark.parametrize("sensor", SENSORS)
def test_it_offers_every_characteristic_once_and_says_how_full_its_battery_is(
    sensor: Sensor,
) -> None:
    scenario = scenario_of(sensor)
    offered = sensor.services(scenario.identity(scenario.devices()[0]), b"\x64")
    uuids = [one.uuid for several in offered.values() for one in several]
    assert len(set(uuids)) == len(uuids)
    assert sensor.service in offered
    assert "battery" in sensor.values


@pytest.mark.parametrize("sensor", SENSORS)
def test_it_sends_as_it_says_that_it_sends(sensor: Sensor) -> None:
    scenario = scenario_of(sensor)
    device = scenario.devices()[0]
    offered = sensor.services(scenario.identity(device), b"\x64")
    sends = {one.uuid: one.sends for several in offered.values() for one in several}
    for emission in itertools.islice(emissions(scenario, device), 120):
        assert sends[emission.characteristic] == ("indicate" if emission.stored else "notify")


@pytest.mark.parametrize("sensor", SENSORS)
def test_a_failed_measurement_is_no_error_of_ours(sensor: Sensor) -> None:
    scenario = scenario_of(sensor, 'faults = [{what = "failed-measurement", at_s = 0, count = 20}]')
    assert list(itertools.islice(emissions(scenario, scenario.devices()[0]), 25))


UNKNOWN = {"closed-scale"}
"""Models that no profile knows: for owners who describe a device."""


@pytest.mark.parametrize("sensor", SENSORS)
def test_a_profile_reads_it(sensor: Sensor) -> None:
    heard = AdvertisementData(sensor.name, {}, {}, [sensor.service], None, -60, ())
    profile = built_in().match(heard)
    if sensor.key in UNKNOWN:
        assert profile is None
        return
    assert profile is not None
    offered = {one.uuid for several in sensor.offers.values() for one in several}
    assert {*offered, sensor.measures} & set(profile.subscribes)


@pytest.mark.parametrize("sensor", SENSORS)
def test_what_can_be_asked_answers_by_indication(sensor: Sensor) -> None:
    points = (record_access_control_point.UUID, user_control_point.UUID)
    for several in sensor.offers.values():
        for one in several:
            if one.uuid in points:
                assert (one.sends, one.writes) == ("indicate", True)
