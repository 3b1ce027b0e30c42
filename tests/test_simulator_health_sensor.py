"""The simulated generic health sensor, held in the hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import (
    elapsed_time,
    ghs_control_point,
    live_health_observations,
    observation_schedule_changed,
    stored_health_observations,
)
from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.elapsed_time import CurrentElapsedTime, ElapsedTime
from adapters.ble.characteristics.observation_schedule_changed import ObservationSchedule
from adapters.ble.characteristics.record_access_control_point import Op, RecordAccessControlPoint
from adapters.ble.hearing import Hearing
from adapters.ble.profile import told_by
from adapters.ble.record import Record
from adapters.reading import Absence, Components, Quality
from adapters.simulator.instrument import AttError, Sent
from adapters.simulator.models.health_sensor import SENSOR, HealthSensor
from tests.ble_packets import packet
from tests.instruments import RACP, Time, fetched, moment, setup

PROFILE = built_in()["health-sensor"]
LIVE, STORED = live_health_observations.UUID, stored_health_observations.UUID
START, STOP = b"\x01", b"\x02"
EVERYTHING = bytes(RecordAccessControlPoint.ask(Op.COMBINED_REPORT, width=4))


def a_sensor(time: Time | None = None, **options: object) -> HealthSensor:
    return HealthSensor(setup(SENSOR, time or Time(), **options))


def told(sent: Iterable[Sent], hearing: Hearing | None = None) -> list[Record]:
    hearing = hearing or Hearing()
    heard = [
        one
        for each in sent
        if each.uuid in PROFILE.follows
        for one in told_by(PROFILE, packet(each.data, each.uuid), hearing)
    ]
    assert all(isinstance(one, Record) for one in heard)
    return [one for one in heard if isinstance(one, Record)]


def kinds(sent: Iterable[Sent]) -> list[str]:
    return [one.kind for one in told(sent)]


def test_nothing_is_sent_until_it_is_asked_for_and_again_after_a_new_link() -> None:
    device = a_sensor()
    assert list(device.measure(moment(SENSOR, 0))) == []
    (done,) = device.write(ghs_control_point.UUID, START)
    assert (done.uuid, done.data, done.confirmed) == (ghs_control_point.UUID, b"\x80", True)
    assert kinds(device.measure(moment(SENSOR, 1))) == ["oxygen_saturation", "pulse_rate"]
    device.write(ghs_control_point.UUID, STOP)
    assert list(device.measure(moment(SENSOR, 2))) == []
    device.write(ghs_control_point.UUID, START)
    device.disconnected()
    assert list(device.measure(moment(SENSOR, 3))) == []


def test_now_and_then_it_measures_blood_pressure_and_peak_flow() -> None:
    device = a_sensor(pressure_every=2, patient=3)
    device.write(ghs_control_point.UUID, START)
    sent = list(device.measure(moment(SENSOR, 1)))
    assert all(len(one.data) <= 20 for one in sent)
    assert [one.number for one in sent if one.number is not None] == [1]
    pressure, flow = told(sent)
    assert isinstance(pressure.value, Components)
    assert (pressure.kind, flow.kind) == ("blood_pressure", "peak_expiratory_flow")
    assert (pressure.user, pressure.duration, flow.user) == (3, 35_000, 3)


def test_a_measurement_that_fails_bears_no_number() -> None:
    device = a_sensor()
    device.write(ghs_control_point.UUID, START)
    values = [one.value for one in told(device.measure(moment(SENSOR, 0, failed=True)))]
    assert values == [Absence.UNKNOWN, Absence.UNKNOWN]


def test_all_records_come_with_their_times_and_then_how_many() -> None:
    time = Time()
    device = a_sensor(time, records=3, patient=1)
    sent = fetched(device, EVERYTHING)
    answer = racp.RecordAccessControlPoint.from_bytes(sent[-1].data)
    assert (answer.op, answer.count) == (Op.COMBINED_REPORT_IS, 3)
    records = told(sent)
    assert [one.kind for one in records] == [
        "blood_pressure",
        "oxygen_saturation",
        "pulse_rate",
        "blood_pressure",
    ]
    hours = [time.now - timedelta(hours=ago) for ago in (3, 2, 2, 1)]
    assert [one.told for one in records] == hours
    assert {one.user for one in records} == {1}
    assert len({(one.identity, one.nth) for one in records}) == 3


def test_those_after_a_number_can_be_counted_and_fetched() -> None:
    device = a_sensor(records=5)
    (counted,) = device.write(
        RACP, bytes(RecordAccessControlPoint.ask(Op.COUNT, at_least=4, width=4))
    )
    assert racp.RecordAccessControlPoint.from_bytes(counted.data).count == 2
    ask = RecordAccessControlPoint.ask(Op.COMBINED_REPORT, at_least=4, width=4)
    first = [one for one in fetched(device, bytes(ask)) if one.data[0] & 1 and one.uuid == STORED]
    assert [stored_health_observations.number_of(one.data) for one in first] == [4, 5]


def test_it_deletes_nothing_and_knows_no_report_without_a_count() -> None:
    device = a_sensor(records=2)
    for asked in ("0201", "0101"):
        (refused,) = fetched(device, bytes.fromhex(asked))
        assert refused.data == bytes.fromhex(f"0600{asked[:2]}02")
    assert len({one.identity for one in told(fetched(device, EVERYTHING))}) == 2


def test_what_it_keeps_of_its_live_observations_is_the_same_record() -> None:
    device = a_sensor(records=0, kept_every=1, pressure_every=0)
    device.write(ghs_control_point.UUID, START)
    live = told(device.measure(moment(SENSOR, 0)))
    kept = told(fetched(device, EVERYTHING))
    assert {one.number for one in kept} == {1}, "one observation, of several values"
    assert [replace(one, number=None) for one in kept] == live


def test_its_clock_can_be_set() -> None:
    device, right = a_sensor(), datetime(2026, 3, 1, 12, 30, 0)  # noqa: DTZ001  # as it shows it
    device.write(elapsed_time.UUID, bytes(ElapsedTime.of(right)))
    shown = CurrentElapsedTime.from_bytes(device.read(elapsed_time.UUID)).time
    assert shown.told == right


def test_a_counter_is_not_set_but_understood_by_what_it_shows() -> None:
    device, hearing = a_sensor(records=2, counter=True), Hearing()
    with pytest.raises(AttError):
        device.write(elapsed_time.UUID, bytes(ElapsedTime(5)))
    assert told(device.subscribed(elapsed_time.UUID), hearing) == []
    records = told(fetched(device, EVERYTHING), hearing)
    assert all(one.told is not None and one.told.tzinfo is not None for one in records)
    assert {one.quality for one in records} == {Quality.NONE}
    assert Quality.CLOCK_NOT_TRUSTED in told(fetched(device, EVERYTHING))[0].quality


def test_it_says_how_often_it_measures() -> None:
    (said,) = a_sensor().subscribed(observation_schedule_changed.UUID)
    assert ObservationSchedule.from_bytes(said.data).type == 150456


@pytest.mark.parametrize(
    ("uuid", "data"),
    [
        (ghs_control_point.UUID, b""),
        (ghs_control_point.UUID, b"\x80"),
        (ghs_control_point.UUID, b"\x07"),
        (elapsed_time.UUID, b"\x22"),
        (LIVE, START),
    ],
)
def test_what_it_does_not_know_is_refused(uuid: str, data: bytes) -> None:
    with pytest.raises(AttError):
        a_sensor().write(uuid, data)
