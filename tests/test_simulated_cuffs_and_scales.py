"""The simulated thermometers, cuffs and scales, held in the hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import pytest

from adapters.ble.characteristics import (
    blood_pressure,
    blood_pressure_feature,
    blood_pressure_record,
    body_composition,
    date_time,
    enhanced_blood_pressure,
    local_time_information,
    reference_time_information,
    temperature,
    time_update,
    weight,
)
from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.current_time import UUID as CURRENT_TIME
from adapters.ble.characteristics.current_time import CurrentTime
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.record_access_control_point import RecordAccessControlPoint
from adapters.ble.characteristics.time_update import Result, TimeUpdateState
from adapters.ble.characteristics.user_control_point import Answer, Op, UserControlPoint
from adapters.ble.profile import Told
from adapters.ble.record import UNKNOWN_USER, Record
from adapters.reading import Absence, Components, Quality, Quantity
from adapters.simulator.clock_service import FULL_CLOCK
from adapters.simulator.instrument import AttError
from tests.held_device import NOON, PROFILES, WRONG, Held


def records(told: Iterable[Told], kind: str) -> list[Record]:
    return [one for one in told if isinstance(one, Record) and one.kind == kind]


def for_everybody(model: str) -> Held:
    """One that tells what it measures to everybody."""
    return Held(model, people=[]) if model == "body-composition-scale" else Held(model)


@pytest.mark.parametrize("model", PROFILES)
def test_what_it_measures_is_understood_and_bears_its_own_time(model: str) -> None:
    held = for_everybody(model)
    own = [one for one in held.tells(held.measure()) if isinstance(one, Record)]
    assert {one.told for one in own} == {NOON + WRONG}
    assert all(one.identity for one in own)
    assert not any(isinstance(one.value, Absence) for one in own)


@pytest.mark.parametrize("model", PROFILES)
def test_a_measurement_that_fails_has_no_number(model: str) -> None:
    held = for_everybody(model)
    own = [one for one in held.tells(held.measure(failed=True)) if isinstance(one, Record)]
    assert own
    assert all(isinstance(one.value, Absence) for one in own)


@pytest.mark.parametrize(
    ("model", "uuid"),
    [
        ("thermometer", temperature.UUID),
        ("blood-pressure-cuff", blood_pressure.UUID),
        ("weight-scale", weight.UUID),
    ],
)
def test_it_keeps_what_nobody_has_confirmed(model: str, uuid: str) -> None:
    held = Held(model)
    first, second = (one for n in range(2) for one in held.measure(n) if one.uuid == uuid)
    held.instrument.disconnected()
    assert list(held.instrument.subscribed(uuid)) == [first, second]
    held.instrument.delivered(first)
    assert list(held.instrument.subscribed(uuid)) == [second]


def test_an_older_cuff_is_set_by_the_plain_characteristic() -> None:
    held = Held("blood-pressure-cuff")
    assert held.instrument.read(date_time.UUID) == bytes(DateTime.of(NOON + WRONG))
    held.ask(date_time.UUID, DateTime.of(NOON))
    assert held.instrument.read(date_time.UUID) == bytes(DateTime.of(NOON))


@pytest.mark.parametrize("model", PROFILES)
def test_its_clock_can_be_read_and_set(model: str) -> None:
    held = Held(model)
    shown = CurrentTime.from_bytes(held.instrument.read(CURRENT_TIME)).told
    assert shown == NOON + WRONG
    list(held.instrument.write(CURRENT_TIME, bytes(CurrentTime.of(NOON))))
    assert CurrentTime.from_bytes(held.instrument.read(CURRENT_TIME)).told == NOON
    with pytest.raises(AttError):
        list(held.instrument.write(CURRENT_TIME, b"\0"))


def test_a_full_clock_says_where_it_is_and_tries_to_set_itself() -> None:
    held = Held("thermometer")
    read = held.instrument.read
    assert set(FULL_CLOCK) <= set(held.sensor.offers)
    assert (
        local_time_information.LocalTimeInformation.from_bytes(
            read(local_time_information.UUID)
        ).ahead
        is None
    )
    assert reference_time_information.ReferenceTimeInformation.from_bytes(
        read(reference_time_information.UUID)
    )
    list(held.instrument.write(time_update.CONTROL, b"\1"))
    state = TimeUpdateState.from_bytes(read(time_update.STATE))
    assert state == TimeUpdateState(False, Result.NO_CONNECTION)
    with pytest.raises(AttError):
        list(held.instrument.write(time_update.CONTROL, b"\7"))
    with pytest.raises(AttError):
        list(held.instrument.write(temperature.UUID, b"\1"))


def test_a_thermometer_settles_before_it_tells() -> None:
    held = Held("thermometer", fahrenheit=True)
    told = held.tells(held.measure())
    kinds = [one.kind for one in told]
    assert kinds == ["temperature_while_measuring"] * 3 + ["body_temperature"]
    assert {one.where for one in told} == {"ear"}
    shown = [one.value.value for one in told if isinstance(one.value, Quantity)]
    assert shown == sorted(shown)
    assert Decimal(35) < shown[-1] < Decimal(40)


def test_a_cuff_inflates_and_tells_its_users_apart() -> None:
    held = Held("blood-pressure-cuff", status=[0, 4], kilopascal=True)
    said = held.tells([*held.measure(0), *held.measure(1)])
    assert sum(one.kind == "cuff_pressure" for one in said) == 12
    first, second = records(said, "blood_pressure")
    assert (first.user, second.user) == (1, 2)
    assert second.quality == Quality.IRREGULAR_PULSE | Quality.VALUE_AS_CONVERTED
    assert isinstance(first.value, Components)
    systolic = first.value.values[0]
    assert isinstance(systolic, Decimal)
    assert 100 < systolic < 160


def test_stored_records_are_those_of_the_user_whose_slot_is_open() -> None:
    held = Held("enhanced-cuff")
    live = [one for n in range(5) for one in records(held.tells(held.measure(n)), "blood_pressure")]
    assert held.consent(1, 1234)[-1].data == bytes(
        UserControlPoint.answer(Op.CONSENT, Answer.SUCCESS)
    )
    everything = RecordAccessControlPoint.ask(racp.Op.REPORT)
    stored = records(held.tells(held.ask(racp.UUID, everything)), "blood_pressure")
    assert [one.value for one in stored] == [one.value for one in live if one.user == 1]
    assert [one.told for one in stored] == [one.told for one in live if one.user == 1]
    assert [one.identity for one in stored] == [one.identity for one in live if one.user == 1]


def test_without_a_code_there_are_no_records() -> None:
    held = Held("enhanced-cuff")
    held.measure()
    everything = RecordAccessControlPoint.ask(racp.Op.REPORT)
    (nothing,) = held.ask(racp.UUID, everything)
    assert RecordAccessControlPoint.from_bytes(nothing.data).went == racp.Answer.NO_RECORDS
    held.consent(1, 9999)
    (still_nothing,) = held.ask(racp.UUID, everything)
    assert still_nothing.data == nothing.data


def test_a_peer_that_knows_no_enhanced_measurement_gets_a_plain_one() -> None:
    held = Held("enhanced-cuff", deaf={enhanced_blood_pressure.UUID})
    assert [one.uuid for one in held.measure()][-1] == blood_pressure.UUID
    deaf = Held("enhanced-cuff", deaf={enhanced_blood_pressure.UUID, blood_pressure.UUID})
    assert not [one for one in deaf.measure() if one.confirmed]


def test_records_of_a_cuff_are_secured() -> None:
    held = Held("enhanced-cuff")
    held.measure()
    held.consent(1, 1234)
    sent = held.ask(racp.UUID, RecordAccessControlPoint.ask(racp.Op.REPORT))
    pieces = [one.data for one in sent if one.uuid == blood_pressure_record.UUID]
    assert all(len(piece) <= 20 for piece in pieces)
    assert len(pieces) > 1
    assert blood_pressure_feature.UUID in held.hearing.said


def test_a_scale_tells_a_user_only_to_whoever_opened_the_slot() -> None:
    held = Held("body-composition-scale", people=[1, 2])
    assert held.measure(0) == []
    assert held.measure(1) == []
    told = held.tells(held.consent(2, 5678))
    assert {one.user for one in told if isinstance(one, Record)} == {2}
    assert {one.told for one in told if isinstance(one, Record)} == {
        NOON + WRONG + timedelta(seconds=60)
    }
    assert "body_fat_percentage" in {one.kind for one in told}
    assert held.measure(2) == []
    assert held.tells(held.measure(3))
    held.instrument.disconnected()
    assert held.measure(5) == []


def test_somebody_whom_a_scale_does_not_know_is_told_to_everybody() -> None:
    held = Held("body-composition-scale", people=[])
    told = held.tells(held.measure())
    assert {one.user for one in told if isinstance(one, Record)} == {UNKNOWN_USER}
    kept = list(held.instrument.subscribed(body_composition.UUID))
    assert [one.uuid for one in kept] == [weight.UUID, body_composition.UUID]
    assert list(held.instrument.subscribed(weight.UUID)) == []


def test_a_body_composition_can_come_in_two_packets() -> None:
    one, two = (
        Held("body-composition-scale", people=[]),
        Held("body-composition-scale", people=[], two_packets=True),
    )
    said = two.measure()
    assert len(said) == 3
    kinds = [told.kind for told in two.tells(said)]
    assert len(kinds) == len(set(kinds))
    assert {told.kind for told in one.tells(one.measure())} < set(kinds)
    stamps = {told.identity for told in two.tells(said) if isinstance(told, Record)}
    assert len(stamps) == 1


def test_a_scale_can_weigh_in_pounds() -> None:
    kilograms, pounds = Held("weight-scale"), Held("weight-scale", imperial=True)
    (metric,), (imperial,) = (held.tells(held.measure()) for held in (kilograms, pounds))
    assert isinstance(metric.value, Quantity)
    assert isinstance(imperial.value, Quantity)
    assert abs(metric.value.value - imperial.value.value) < Decimal("0.01")
    assert imperial.quality == Quality.VALUE_AS_CONVERTED
