"""The simulated blood glucose meter, held in the hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from adapters.ble.characteristics import (
    current_time,
    glucose_measurement,
    glucose_measurement_context,
)
from adapters.ble.characteristics.current_time import CurrentTime
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.glucose_measurement import GlucoseMeasurement
from adapters.ble.characteristics.record_access_control_point import (
    Op as Asking,
)
from adapters.ble.characteristics.record_access_control_point import (
    RecordAccessControlPoint,
)
from adapters.ble.formats.numbers import Special
from adapters.ble.hearing import Hearing
from adapters.reading import Absence
from adapters.simulator.device_time import DeviceTime
from adapters.simulator.models import glucose_meter
from adapters.simulator.models.glucose_meter import GlucoseMeter
from tests.ble_packets import packet
from tests.instruments import ALL, DONE, RACP, Time, fetched, moment, setup


def a_meter(time: Callable[[], datetime], **options: object) -> GlucoseMeter:
    return GlucoseMeter(setup(glucose_meter.SENSOR, time, **options))


def records_of(device: GlucoseMeter, ask: bytes = ALL) -> list[GlucoseMeasurement]:
    return [
        GlucoseMeasurement.from_bytes(sent.data)
        for sent in fetched(device, ask)
        if sent.uuid == glucose_measurement.UUID
    ]


def test_a_meter_gives_out_what_it_kept_in_order() -> None:
    sent = fetched(a_meter(Time(), records=250, context_every=5))
    assert sent[-1].data == DONE
    measured = [one for one in sent if one.uuid == glucose_measurement.UUID]
    numbers = [glucose_measurement.number(one.data) for one in measured]
    assert numbers == list(range(1, 251))
    contexts = [one for one in sent if one.uuid == glucose_measurement_context.UUID]
    assert len(contexts) == 50
    for at, one in enumerate(sent):
        if one.uuid == glucose_measurement_context.UUID:
            assert GlucoseMeasurement.from_bytes(sent[at - 1].data).context


def test_a_meter_is_asked_from_a_number_on() -> None:
    ask = bytes(RecordAccessControlPoint.ask(Asking.REPORT, at_least=19))
    assert [one.number for one in records_of(a_meter(Time()), ask)] == [19, 20]


def test_what_a_meter_tells_is_read_without_loss() -> None:
    time, hearing = Time(), Hearing()
    device = a_meter(time, records=12, context_every=3, control_every=4)
    kinds: list[str] = []
    for sent in fetched(device)[:-1]:
        module: Any = (
            glucose_measurement
            if sent.uuid == glucose_measurement.UUID
            else glucose_measurement_context
        )
        for one in module.readings(packet(sent.data), hearing):
            kinds.append(one.kind)
            assert one.told is not None
            assert one.told < time()
    assert kinds.count("blood_glucose") == 12
    assert kinds.count("glucose_meal") == kinds.count("carbohydrate_intake") == 3


def test_a_test_is_kept_and_a_failed_one_says_so() -> None:
    device = a_meter(Time(), records=0)
    assert not list(device.measure(moment(glucose_meter.SENSOR, 0)))
    device.measure(moment(glucose_meter.SENSOR, 1, failed=True))
    worked, failed = records_of(device)
    assert isinstance(worked.concentration, Decimal)
    assert failed.concentration is Special.NAN
    assert isinstance(failed.value, Absence)


def test_setting_the_clock_of_a_meter_leaves_old_tests_and_its_own_time() -> None:
    time = Time()
    device = a_meter(DeviceTime(time, error=timedelta(hours=-3)), records=2, retells=False)
    before = records_of(device)
    device.write(current_time.UUID, bytes(CurrentTime(DateTime.of(time()))))
    device.measure(moment(glucose_meter.SENSOR, 0))
    after = records_of(device)
    assert after[:2] == before
    assert after[2].offset == 180
    assert after[2].told == time()
    assert after[2].base == DateTime.of(time() - timedelta(hours=3))


def test_a_meter_that_retells_keeps_every_identity() -> None:
    time = Time()
    device = a_meter(DeviceTime(time, error=timedelta(hours=-3)), records=5, retells=True)
    before = records_of(device)
    device.write(current_time.UUID, bytes(CurrentTime(DateTime.of(time()))))
    after = records_of(device)
    assert [one.identity for one in after] == [one.identity for one in before]
    assert [one.told for one in after] != [one.told for one in before]


def test_a_meter_in_mmol_keeps_one_digit() -> None:
    for one in records_of(a_meter(Time(), molar=True)):
        assert isinstance(one.concentration, Decimal)
        assert one.concentration.as_tuple().exponent == -4


def test_a_meter_deletes_nothing() -> None:
    device = a_meter(Time())
    (answer,) = device.write(RACP, bytes.fromhex("0201"))
    assert answer.data == bytes.fromhex("06000202")
    assert len(device.store) == 20
