"""One scenario that says the same, byte for byte, each time it is played, on whatever radio."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.ble.paired import RadioSettings
from adapters.ble.radio import Radio
from adapters.local_events import ClockSeen, LocalBatch
from adapters.simulator.process import told
from adapters.simulator.radio import virtual_radio
from adapters.simulator.scenario import read
from adapters.simulator.simulation import simulated
from scripts.bluez.guest.listening import Listening

RECORDS, BEATS = 8, 3
ZONE = ZoneInfo("Europe/Berlin")
BEGINS = datetime(2026, 3, 2, 8, tzinfo=ZONE)
AIR = f"""
title = "A glucose meter whose clock is an hour slow, and a strap"
seed = 8
begins = {BEGINS.replace(tzinfo=None).isoformat()}
duration_s = 1
connection_interval_ms = 30
[[device]]
id = "meter"
model = "glucose-meter"
at_s = []
window_s = inf
leaves_after_s = inf
clock_error_s = -3600
options.records = {RECORDS}
[[device]]
id = "strap"
model = "heart-rate-strap"
at_s = []
"""

PATIENT = RadioSettings(connect_timeout=120, operation_timeout=60)
"""A computer that is busy with other things must not end a link and begin another."""

_WITHIN = 150.0

Values = dict[str, list[object]]
Beat = Callable[[float], Awaitable[None]]


async def listened(radio: Radio, devices: Mapping[str, dict[str, str]], beat: Beat) -> Values:
    """Listen until all has come that these two have to say, and return it by kind.

    The meter's records are fetched and its clock is set, both devices are asked who they are and
    how full their batteries are, and then the strap measures, each time when the last value has
    come.

    Args:
        radio: through which.
        devices: as `Air.devices` tells them.
        beat: has the strap measure as if it were that second.
    """
    house = Listening(
        settings=PATIENT, radio=radio, now=lambda: round(BEGINS.timestamp() * 1000), zone=ZONE
    )
    for one in devices.values():
        house.knows(one)
    async with house.listening():
        await house.until(lambda: _is_known(house, devices), _WITHIN)
        for number in range(1, BEATS + 1):
            await beat(float(number))
            await house.until(partial(_has_beaten, house, number))
    return {
        f"{device} {kind}": house.values(kind, device)
        for device, kind in (
            ("meter", "blood_glucose"),
            ("strap", "heart_rate"),
            ("strap", "rr_interval"),
        )
    }


def _has_beaten(house: Listening, times: int) -> bool:
    return len(house.values("heart_rate", "strap")) >= times


def _is_known(house: Listening, devices: Iterable[str]) -> bool:
    local = (one.events for one in house.arrived if isinstance(one, LocalBatch))
    was_set = any(isinstance(e, ClockSeen) and e.was_set for events in local for e in events)
    return was_set and all(house.values("battery_level", one) for one in devices)


async def on_virtual_radio(record: Path) -> tuple[Values, dict[str, str]]:
    """Play it in this process, and write down all that passes between host and chip.

    Returns:
        the values, and the address of each device.
    """
    async with contextlib.AsyncExitStack() as stack:
        file = stack.enter_context(record.open("wb", buffering=0))
        simulation = await stack.enter_async_context(simulated(read(AIR)))
        radio = await stack.enter_async_context(virtual_radio(simulation.link, record=file))
        devices = {one["id"]: one for one in map(told, simulation.peripherals)}
        (strap,) = (one for one in simulation.peripherals if one.device.id == "strap")

        async def beat(at_s: float) -> None:
            strap.measure_now(at_s)

        values = await listened(radio, devices, beat)
    return values, {name: one["address"] for name, one in devices.items()}
