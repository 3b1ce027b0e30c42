"""Everything the sensors of a scenario say by themselves, as a pure function of the scenario.

It is what somebody hears who listens to all of them from the start and confirms at once.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta

from adapters.ble.characteristics.battery_level import UUID as BATTERY
from adapters.simulator.device_text import SimulatedDevice
from adapters.simulator.emission import Emission
from adapters.simulator.making import made
from adapters.simulator.scenario import Scenario
from adapters.simulator.turns import Battery, bad_frames, turns

_NEW_YEAR = datetime(2026, 1, 1)  # noqa: DTZ001 - a time of day, without a zone


def packets(scenario: Scenario) -> Iterator[Emission]:
    """Every emission of every device, in the order of time; endless if the scenario is."""
    return heapq.merge(*(emissions(scenario, device) for device in scenario.devices()))


def emissions(scenario: Scenario, device: SimulatedDevice) -> Iterator[Emission]:
    """Every emission of one device, in the order of time."""
    begins = (scenario.begins or _NEW_YEAR).replace(tzinfo=None)
    now_ms = 0
    instrument, _ = made(
        scenario, device, lambda: begins + timedelta(milliseconds=now_ms), lambda _uuid: True
    )
    bad = bad_frames(device)
    for now_ms, due in turns(scenario, device):
        if isinstance(due, Battery):
            yield Emission(now_ms, device.id, BATTERY, due.number, due.data)
            continue
        said = deque(instrument.measure(due))
        while said:
            sent = said.popleft()
            said.extend(instrument.delivered(sent))
            if sent.number is None:
                continue
            spoilt = bool(bad) and now_ms >= bad[0] * 1000
            if spoilt:
                del bad[0]
            data = spoil(sent.data) if spoilt else sent.data
            yield Emission(
                now_ms, device.id, sent.uuid, sent.number, data, sent.confirmed, bad=spoilt
            )


def spoil(data: bytes) -> bytes:
    """Cut short by a byte: no characteristic of ours can be read so."""
    return data[:-1]
