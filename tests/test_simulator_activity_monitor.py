"""The simulated activity monitor, held in the hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import (
    cardiorespiratory_instantaneous,
    physical_activity_control_point,
    physical_activity_current_session,
    physical_activity_features,
    physical_activity_session_descriptor,
    step_counter_summary,
)
from adapters.ble.characteristics.physical_activity_control_point import (
    Op,
    PhysicalActivityMonitorControlPoint,
)
from adapters.ble.characteristics.physical_activity_features import (
    Feature,
    PhysicalActivityMonitorFeatures,
)
from adapters.ble.characteristics.physical_activity_session_descriptor import (
    Activity,
    PhysicalActivitySessionDescriptor,
)
from adapters.ble.hearing import Hearing
from adapters.ble.profile import told_by
from adapters.ble.record import Record
from adapters.reading import Quantity
from adapters.simulator.activity_day import GENERAL, HEART, SLEEP, STEPS
from adapters.simulator.instrument import AttError, Sent
from adapters.simulator.models.activity_monitor import SENSOR, ActivityMonitor
from tests.ble_packets import packet
from tests.instruments import Time, moment, setup

PROFILE = built_in()["activity-monitor"]
CONTROL = physical_activity_control_point.UUID
CURRENT = physical_activity_current_session.UUID
DESCRIPTOR = physical_activity_session_descriptor.UUID
SUMMARIES = (GENERAL, HEART, STEPS, SLEEP)


class Wall(Time):
    """The right time, with the zone that a scenario's clock has."""

    def __call__(self) -> datetime:
        return self.now.replace(tzinfo=UTC)


def a_monitor(time: Time | None = None, **options: object) -> ActivityMonitor:
    return ActivityMonitor(setup(SENSOR, time or Wall(), **options))


def a_link(device: ActivityMonitor) -> Hearing:
    """What is read at the start of a link."""
    hearing = Hearing()
    (features,) = (
        one.value
        for services in SENSOR.offers.values()
        for one in services
        if one.uuid == physical_activity_features.UUID
    )
    assert features is not None
    hearing.said[physical_activity_features.UUID] = features
    hearing.said[CURRENT] = device.read(CURRENT)
    return hearing


def told(sent: Iterable[Sent], hearing: Hearing) -> list[Record]:
    heard = [
        one
        for each in sent
        if each.uuid in PROFILE.follows
        for one in told_by(PROFILE, packet(each.data, each.uuid), hearing)
    ]
    return [one for one in heard if isinstance(one, Record)]


def keys(records: Iterable[Record]) -> list[tuple[str, str, str, int]]:
    return [(one.kind, one.of, one.identity, one.nth) for one in records]


@pytest.mark.parametrize("order", [(DESCRIPTOR, *SUMMARIES), (*SUMMARIES, DESCRIPTOR)])
def test_each_session_of_the_day_is_told_once(order: tuple[str, ...]) -> None:
    device = a_monitor()
    hearing = a_link(device)
    records = [one for uuid in order for one in told(device.subscribed(uuid), hearing)]
    steps = [one for one in records if one.kind == "step_count"]
    assert [(one.value, one.duration) for one in sorted(steps, key=lambda one: one.duration)] == [
        (Quantity(Decimal(164 * 28), "{steps}"), 28 * 60_000),
        (Quantity(Decimal(108 * 35), "{steps}"), 35 * 60_000),
    ]
    assert max(Counter(keys(records)).values()) == 1
    assert {"active_energy", "walking_running_distance", "heart_rate"} <= {
        one.kind for one in records
    }


@pytest.mark.parametrize("order", [(DESCRIPTOR, *SUMMARIES), (SLEEP, HEART, DESCRIPTOR)])
def test_the_heart_rate_of_a_night_is_told_once(order: tuple[str, ...]) -> None:
    device = a_monitor()
    hearing = a_link(device)
    records = [one for uuid in order for one in told(device.subscribed(uuid), hearing)]
    rates = Counter(one.identity for one in records if one.kind == "heart_rate")
    assert len(rates) == len(device._ended)
    assert set(rates.values()) == {1}


def test_a_monitor_that_sums_up_the_heart_rate_of_sleep_alone_tells_it() -> None:
    device = a_monitor()
    hearing = a_link(device)
    hearing.said[physical_activity_features.UUID] = bytes(
        PhysicalActivityMonitorFeatures(Feature.SLEEPING_HEART_RATE)
    )
    every = (DESCRIPTOR, SLEEP)
    records = [one for uuid in every for one in told(device.subscribed(uuid), hearing)]
    rates = [one.value for one in records if one.kind != "activity_session"]
    assert rates == [Quantity(Decimal(58), "/min")]


def test_a_new_link_tells_the_same_records_again() -> None:
    device, links = a_monitor(), []
    for _ in range(2):
        hearing = a_link(device)
        every = (DESCRIPTOR, *SUMMARIES)
        links.append(keys(one for uuid in every for one in told(device.subscribed(uuid), hearing)))
        assert [one for uuid in SUMMARIES for one in device.subscribed(uuid)] == []
        device.disconnected()
    assert links[0] == links[1] != []


def test_a_session_that_runs_is_summed_up_but_not_counted_before_it_ends() -> None:
    time = Wall()
    device = a_monitor(time, sessions=0, summary_every=2, session_every=5)
    hearing = a_link(device)
    counted: list[Record] = []
    for number in range(1, 6):
        time.now += timedelta(minutes=10)
        records = told(device.measure(moment(SENSOR, number)), hearing)
        counted += [one for one in records if one.kind == "step_count"]
        assert bool(counted) == (number == 5)
    (whole,) = counted
    assert (whole.value, whole.duration) == (
        Quantity(Decimal(108 * 50), "{steps}"),
        50 * 60_000,
    )


def test_the_pulse_of_now_is_told_and_a_failed_measurement_has_none() -> None:
    device = a_monitor()
    hearing = a_link(device)
    records = told(device.measure(moment(SENSOR, 1)), hearing)
    assert "heart_rate" in {one.kind for one in records}
    failed = [
        one
        for one in told(device.measure(moment(SENSOR, 2, failed=True)), hearing)
        if one.kind == "heart_rate" and isinstance(one.value, Quantity)
    ]
    assert failed == []


def test_packets_are_short_and_the_last_of_a_measurement_bears_its_number() -> None:
    sent = list(a_monitor().measure(moment(SENSOR, 7)))
    assert all(len(one.data) <= 20 for one in sent)
    (numbered,) = (one for one in sent if one.number is not None)
    assert (numbered.uuid, numbered.number) == (cardiorespiratory_instantaneous.UUID, 7)


def ask(device: ActivityMonitor, op: Op, parameter: bytes = b"") -> list[Sent]:
    return list(device.write(CONTROL, bytes(PhysicalActivityMonitorControlPoint(op, parameter))))


def test_its_sessions_can_be_asked_for() -> None:
    *sessions, answer = ask(a_monitor(), Op.ENQUIRE_SESSIONS)
    activities = [
        PhysicalActivitySessionDescriptor.from_bytes(one.data).activity for one in sessions
    ]
    assert activities == [Activity.LIE, Activity.WALK, Activity.RUN, Activity.CYCLE]
    assert PhysicalActivityMonitorControlPoint.from_bytes(answer.data).op is Op.SESSIONS_TOLD


def test_the_data_of_one_session_can_be_asked_for() -> None:
    device = a_monitor()
    hearing = a_link(device)
    told(device.subscribed(DESCRIPTOR), hearing)
    sent = ask(device, Op.GET_ENDED_SESSION_DATA, bytes([2, 0, 0, 0, 4]))
    assert {one.uuid for one in sent[:-1]} == {step_counter_summary.UUID}
    assert "step_count" in {one.kind for one in told(sent, hearing)}
    (none,) = ask(device, Op.GET_ENDED_SESSION_DATA, bytes([9, 0, 0, 0, 4]))
    assert (
        PhysicalActivityMonitorControlPoint.from_bytes(none.data).op is Op.ENDED_SESSION_DATA_FAILED
    )


@pytest.mark.parametrize("data", [b"", b"\x99", b"\x06\x01\x00"])
def test_what_it_does_not_do_is_refused(data: bytes) -> None:
    with pytest.raises(AttError):
        a_monitor().write(CONTROL, data)
