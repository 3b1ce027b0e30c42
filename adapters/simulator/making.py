"""One device of a scenario, made: its instrument with its clock, without any radio."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from adapters.simulator.device_text import SimulatedDevice
from adapters.simulator.device_time import DeviceTime
from adapters.simulator.instrument import Instrument, Setup
from adapters.simulator.pusher import instrument
from adapters.simulator.scenario import Scenario


def made(
    scenario: Scenario,
    device: SimulatedDevice,
    clock: Callable[[], datetime],
    listening: Callable[[str], bool],
) -> tuple[Instrument, DeviceTime]:
    """The instrument of a device, and its clock.

    Args:
        scenario: which simulation.
        device: which device of it.
        clock: the right local time of day, naive.
        listening: whether a peer is subscribed to a characteristic now.
    """
    time = DeviceTime(
        clock,
        error=timedelta(seconds=device.clock_error_s),
        drift_ppm=device.clock_drift_ppm,
    )
    if device.clock_reset:
        time.reset()
    setup = Setup(
        identity=scenario.identity(device),
        values=device.courses,
        clock=time,
        dice=scenario.dice(device.id, "instrument"),
        options=device.said,
        listening=listening,
    )
    return instrument(device.sensor, setup), time
