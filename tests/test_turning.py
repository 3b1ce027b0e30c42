"""Turns a minute from counters: roll-over, stops, resets, lost packets and pauses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from adapters.ble.characteristics import csc_measurement, cycling_power_measurement
from adapters.ble.characteristics.csc_measurement import CscMeasurement
from adapters.ble.characteristics.cycling_power_measurement import CyclingPowerMeasurement
from adapters.ble.formats.turning import Turning, Turns
from adapters.ble.hearing import Hearing
from adapters.reading import Quantity
from adapters.simulator.revolving import Revolving
from tests.ble_packets import packet


def crank() -> Turning:
    return Turning(bits=16, ticks=1024)


def rates(turning: Turning, *told: tuple[int, int, int]) -> list[Decimal | None]:
    """What each packet of (milliseconds, count, ticks) gives."""
    return [turning.rate(Turns(count, at), received) for received, count, at in told]


def test_the_first_packet_tells_no_rate() -> None:
    assert rates(crank(), (0, 10, 0)) == [None]


@pytest.mark.parametrize(
    ("turned", "ticks", "rate"),
    [(1, 1024, "60.0"), (10, 1024, "600.0"), (3, 2048, "90.0"), (3, 1942, "94.9")],
)
def test_turns_over_time(turned: int, ticks: int, rate: str) -> None:
    """60 and 600 of Nordic's CyclingSpeedAndCadenceMeasurementDataCallbackTest (10 m of 2.34 m
    wheel a second), 90 of RideKit's CadenceCalculatorTests, the last of real pedals."""
    told = rates(crank(), (0, 10, 0), (1000, 10 + turned, ticks))
    assert told == [None, Decimal(rate)]


def test_both_counters_begin_again_from_zero() -> None:
    """RideKit, CadenceCalculatorTests.testCounterRollover: 683 ticks, 89.96 a minute."""
    assert rates(crank(), (0, 65_535, 65_000), (1000, 0, 147))[-1] == Decimal("90.0")


def test_a_wheel_of_32_bits_does_not_begin_again_at_16() -> None:
    wheel = Turning(bits=32, ticks=1024)
    assert rates(wheel, (0, 65_535, 0), (1000, 65_538, 1024))[-1] == Decimal("180.0")


def test_lost_packets_change_nothing() -> None:
    assert rates(crank(), (0, 10, 0), (30_000, 55, 30_720))[-1] == Decimal("90.0")


def test_no_turn_for_a_while_is_a_stop_and_the_next_turn_a_new_start() -> None:
    told = rates(
        crank(),
        (0, 10, 0),
        (1000, 11, 1024),
        (2000, 11, 1024),
        (4900, 11, 1024),
        (5000, 11, 1024),
        (6000, 11, 1024),
        (7000, 12, 7168),
        (8000, 13, 8192),
    )
    zero = Decimal("0.0")
    assert told == [None, Decimal("60.0"), None, None, zero, zero, None, Decimal("60.0")]


def test_a_sensor_that_begins_to_count_anew_makes_no_rate() -> None:
    told = rates(crank(), (0, 4000, 5000), (1000, 2, 600), (2000, 3, 1624))
    assert told == [None, None, Decimal("60.0")]


def test_a_wheel_that_rolls_backwards_makes_no_rate() -> None:
    wheel = Turning(bits=32, ticks=1024)
    assert rates(wheel, (0, 500, 0), (1000, 498, 1024)) == [None, None]


def test_a_count_that_rises_in_no_time_makes_no_rate() -> None:
    assert rates(crank(), (0, 10, 500), (1000, 12, 500)) == [None, None]


@pytest.mark.parametrize(("ticks", "longest"), [(1024, 64_000), (2048, 32_000)])
def test_a_pause_in_which_the_clock_may_have_gone_round_begins_anew(
    ticks: int, longest: int
) -> None:
    def told(pause: int) -> Decimal | None:
        turning = Turning(bits=32, ticks=ticks)
        return rates(turning, (0, 10, 0), (pause, 40, 20 * ticks))[-1]

    assert told(longest - 4001) == Decimal("90.0")
    assert told(longest - 4000) is None


def test_a_packet_from_before_the_last_one_begins_anew() -> None:
    assert rates(crank(), (5000, 10, 0), (4000, 11, 1024), (5000, 12, 2048)) == [
        None,
        None,
        Decimal("60.0"),
    ]


@pytest.mark.parametrize("ticks", [1024, 2048])
def test_a_simulated_wheel_is_read_as_fast_as_it_turns(ticks: int) -> None:
    made, turning = Revolving(32, ticks, 2**32 - 40, 60_000), Turning(bits=32, ticks=ticks)
    told = [turning.rate(made.at(s, 210.0), s * 1000) for s in range(300)]
    assert told[0] is None
    assert all(rate is not None and abs(rate - 210) <= Decimal("0.5") for rate in told[1:])


def test_speed_sensors_and_power_meters_run_by_clocks_of_their_own() -> None:
    hearing = Hearing()
    speed = [CscMeasurement(Turns(c, t), Turns(c, t)) for c, t in ((0, 0), (2, 1024))]
    made = [csc_measurement.readings(packet(bytes(m), received=n * 1000), hearing) for n, m in
            enumerate(speed)]  # fmt: skip
    assert [(r.kind, r.value) for many in made for r in many] == [
        ("wheel_rate", Quantity(Decimal("120.0"), "{rev}/min")),
        ("cycling_cadence", Quantity(Decimal("120.0"), "{rev}/min")),
    ]
    power = [
        CyclingPowerMeasurement(-5, wheel=Turns(c, t * 2), crank=Turns(c, t))
        for c, t in ((0, 0), (2, 1024))
    ]
    made = [
        cycling_power_measurement.readings(packet(bytes(m), received=n * 1000), hearing)
        for n, m in enumerate(power)
    ]
    assert [(r.kind, r.value) for many in made for r in many] == [
        ("power", Quantity(Decimal(-5), "W")),
        ("power", Quantity(Decimal(-5), "W")),
        ("wheel_rate", Quantity(Decimal("120.0"), "{rev}/min")),
        ("cycling_cadence", Quantity(Decimal("120.0"), "{rev}/min")),
    ]
