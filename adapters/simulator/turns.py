"""When a simulated device measures and looks at its battery: a function of the scenario."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.ble.characteristics.battery_level import BatteryLevel
from adapters.simulator.device_text import SimulatedDevice
from adapters.simulator.faults import Fault
from adapters.simulator.scenario import Scenario
from adapters.simulator.sensor import Moment
from adapters.simulator.shapes import Constant

_BATTERY_EVERY_S = 60.0
_LOW_PERCENT = 5
_FULL = Constant(shape="constant", value=100)


@dataclass(frozen=True, slots=True)
class Battery:
    """It is time to say how full the battery is."""

    number: int
    data: bytes


Turn = tuple[int, Moment | Battery]
"""When, ms since the start, and what is due then."""


def turns(scenario: Scenario, device: SimulatedDevice) -> Iterator[Turn]:
    """Everything that is due in one device, in the order of time; endless if the scenario is."""
    every = heapq.merge(
        _measurements(scenario, device), _batteries(scenario, device), key=lambda turn: turn[0]
    )
    silences = [fault for fault in device.faults if fault.what == "silence"]
    for at_ms, what in every:
        if not any(silence.lasts_at(at_ms / 1000) for silence in silences):
            yield at_ms, what


def battery_at(scenario: Scenario, device: SimulatedDevice, seconds: float) -> bytes:
    """What the battery's characteristic says then."""
    shape = device.values.get("battery") or device.sensor.values.get("battery", _FULL)
    turn = int(seconds / _BATTERY_EVERY_S)
    dice = scenario.dice(device.id, "battery", str(turn))
    percent = round(shape.at(seconds, turn, dice))
    if any(f.what == "battery-low" and seconds >= f.at_s for f in device.faults):
        percent = min(percent, _LOW_PERCENT)
    return bytes(BatteryLevel(min(max(percent, 0), 100)))


def _measurements(scenario: Scenario, device: SimulatedDevice) -> Iterator[Turn]:
    silences = [fault for fault in device.faults if fault.what == "silence"]
    failing = _starts(device, "failed-measurement")
    number = 0
    for seconds in _times(scenario, device):
        if scenario.duration_s is not None and seconds > scenario.duration_s:
            return
        at_ms = round(seconds * 1000)
        if any(silence.lasts_at(at_ms / 1000) for silence in silences):
            continue
        failed = bool(failing) and seconds >= failing[0]
        if failed:
            del failing[0]
        yield at_ms, moment(scenario, device, seconds, number, failed=failed)
        number += 1


def moment(
    scenario: Scenario,
    device: SimulatedDevice,
    seconds: float,
    number: int,
    *,
    failed: bool = False,
) -> Moment:
    """The measurement of this number, made so long after the start."""
    dice = scenario.dice(device.id, "measured", str(number))
    return Moment(seconds, number, device.numbered, dice, device.courses, failed)


def _times(scenario: Scenario, device: SimulatedDevice) -> Iterator[float]:
    if device.at_s is not None:
        regular: Iterator[float] = iter(sorted(device.at_s))
    else:
        period_s = device.period_s
        phase = int.from_bytes(scenario.chance(device.id, "phase")[:4]) / 2**32
        regular = ((turn + phase) * period_s for turn in itertools.count())
    floods = [_flood(fault) for fault in device.faults if fault.what == "flood"]
    return heapq.merge(regular, *floods) if floods else regular


def _flood(fault: Fault) -> Iterator[float]:
    return (fault.at_s + n / fault.rate_hz for n in range(int(fault.for_s * fault.rate_hz)))


def _batteries(scenario: Scenario, device: SimulatedDevice) -> Iterator[Turn]:
    low = [f.at_s for f in device.faults if f.what == "battery-low"]
    regular = (turn * _BATTERY_EVERY_S for turn in itertools.count())
    for number, seconds in enumerate(heapq.merge(regular, sorted(low))):
        if scenario.duration_s is not None and seconds > scenario.duration_s:
            return
        data = battery_at(scenario, device, seconds)
        yield round(seconds * 1000), Battery(number, data)


def bad_frames(device: SimulatedDevice) -> list[float]:
    """From which second on each of its spoilt values is due, in order."""
    return _starts(device, "bad-frame")


def _starts(device: SimulatedDevice, what: str) -> list[float]:
    faults = (fault for fault in device.faults if fault.what == what)
    return sorted(fault.at_s for fault in faults for _ in range(fault.count))
