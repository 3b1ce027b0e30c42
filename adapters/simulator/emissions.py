"""Everything the sensors of a scenario say, as a pure function of the scenario.

What the simulated peripherals put on the air is exactly this.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.ble.characteristics.battery_level import UUID as BATTERY
from adapters.ble.characteristics.battery_level import BatteryLevel
from adapters.simulator.scenario import Fault, Scenario, SimulatedDevice
from adapters.simulator.sensor import Moment

_BATTERY_EVERY_S = 60.0
_LOW_PERCENT = 5


@dataclass(frozen=True, slots=True, order=True)
class Emission:
    """One value that a sensor sends.

    Attributes:
        at_ms: when, since the start of the scenario.
        device: the id of the device in the scenario.
        characteristic: the UUID that it is sent on.
        number: how many this device sent on this characteristic before.
        data: the bytes.
        stored: it is kept and sent again until it was confirmed.
        bad: it is not what its characteristic says.
    """

    at_ms: int
    device: str
    characteristic: str
    number: int
    data: bytes
    stored: bool = False
    bad: bool = False


def packets(scenario: Scenario) -> Iterator[Emission]:
    """Every emission of every device, in the order of time; endless if the scenario is."""
    return heapq.merge(*(emissions(scenario, device) for device in scenario.devices()))


def emissions(scenario: Scenario, device: SimulatedDevice) -> Iterator[Emission]:
    """Every emission of one device, in the order of time."""
    said = heapq.merge(_measured(scenario, device), _battery(scenario, device))
    spoilt = (f for f in device.faults if f.what == "bad-frame")
    bad = sorted(fault.at_s for fault in spoilt for _ in range(fault.count))
    for emission in said:
        if _silent(device, emission.at_ms):
            continue
        if bad and emission.characteristic != BATTERY and emission.at_ms >= bad[0] * 1000:
            del bad[0]
            yield _spoilt(emission)
        else:
            yield emission


def battery_at(scenario: Scenario, device: SimulatedDevice, seconds: float) -> bytes:
    """What the battery's characteristic says then."""
    shape = device.values.get("battery", device.sensor.values["battery"])
    turn = int(seconds / _BATTERY_EVERY_S)
    percent = round(shape.at(seconds, turn, _dice(scenario, device, "battery", turn)))
    if any(f.what == "battery-low" and seconds >= f.at_s for f in device.faults):
        percent = min(percent, _LOW_PERCENT)
    return bytes(BatteryLevel(min(max(percent, 0), 100)))


def _measured(scenario: Scenario, device: SimulatedDevice) -> Iterator[Emission]:
    sensor = device.sensor
    measure = sensor.measuring()
    values = {**sensor.values, **device.values}
    period_s = 1 / (device.rate_hz or sensor.rate_hz)
    phase = int.from_bytes(scenario.chance(device.id, "phase")[:4]) / 2**32
    number = 0
    for turn in itertools.count():
        seconds = (turn + phase) * period_s
        if scenario.duration_s is not None and seconds > scenario.duration_s:
            return
        at_ms = round(seconds * 1000)
        if _silent(device, at_ms):
            continue
        dice = _dice(scenario, device, "measured", number)
        moment = Moment(seconds, number, device.numbered, dice, values)
        yield Emission(
            at_ms, device.id, sensor.measures, number, measure(moment), stored=sensor.stored
        )
        number += 1


def _battery(scenario: Scenario, device: SimulatedDevice) -> Iterator[Emission]:
    low = [f.at_s for f in device.faults if f.what == "battery-low"]
    regular = (turn * _BATTERY_EVERY_S for turn in itertools.count())
    for number, seconds in enumerate(heapq.merge(regular, sorted(low))):
        if scenario.duration_s is not None and seconds > scenario.duration_s:
            return
        data = battery_at(scenario, device, seconds)
        yield Emission(round(seconds * 1000), device.id, BATTERY, number, data)


def _silent(device: SimulatedDevice, at_ms: int) -> bool:
    return any(f.what == "silence" and _during(f, at_ms) for f in device.faults)


def _during(fault: Fault, at_ms: int) -> bool:
    return fault.at_s * 1000 <= at_ms < (fault.at_s + fault.for_s) * 1000


def _spoilt(emission: Emission) -> Emission:
    """Cut short by a byte: no characteristic of ours can be read so."""
    return Emission(
        emission.at_ms,
        emission.device,
        emission.characteristic,
        emission.number,
        emission.data[:-1],
        stored=emission.stored,
        bad=True,
    )


def _dice(scenario: Scenario, device: SimulatedDevice, what: str, number: int) -> random.Random:
    seed = scenario.chance(device.id, what, str(number))
    return random.Random(seed)  # noqa: S311 - the same every time is the point
