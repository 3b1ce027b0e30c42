"""A glucose sensor's session keeps its name, however often an app sets the sensor's time anew."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ble import context
from adapters.ble.catalog import built_in
from adapters.ble.characteristics import cgm_measurement, cgm_session_start_time, cgm_status
from adapters.ble.characteristics.cgm_measurement import CgmMeasurement, CgmRecord
from adapters.ble.characteristics.cgm_session_start_time import CgmSessionStartTime
from adapters.ble.characteristics.cgm_status import Annunciation, CgmStatus
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.local_time_information import DaylightSaving
from adapters.ble.formats.cgm_session import NAMED, named
from adapters.ble.formats.numbers import SFLOAT
from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.ble.profile import told_by
from adapters.ble.record import Record
from adapters.reading import DeviceKey
from adapters.simulator.instrument import Setup
from adapters.simulator.models.glucose_sensor import GlucoseSensor
from adapters.simulator.radio import virtual_radio
from adapters.simulator.scenario import read
from adapters.simulator.simulation import simulated
from tests.ble_house import ANNA, Clock, House
from tests.ble_packets import packet
from tests.fakes_ble import MemoryJournal

PROFILE = built_in()["glucose-sensor"]
SENSOR = DeviceKey("glucose-sensor")
BEGAN = datetime(2026, 3, 1, 8, 4, 58, tzinfo=UTC)
"""Two seconds before ten minutes round the other way."""
WITHIN = 15


class Sensor:
    """One sensor over many links; what is kept of a link is handed to the next."""

    def __init__(self) -> None:
        self.kept: bytes | None = None

    def link(
        self, began: datetime, told: datetime | None, minutes: int | None, *, utc: bool = True
    ) -> str:
        """The identity of the measurement of minute 90, as this link tells it.

        Args:
            began: when the session truly began.
            told: when it began by the word of an app; None where nobody said.
            minutes: how long it runs; None where the sensor does not tell, or stands.
            utc: whether it knows its zone.
        """
        hearing = Hearing()
        at = DateTime(0, 0, 0, 0, 0, 0) if told is None else DateTime.of(told.replace(tzinfo=None))
        saving = DaylightSaving.NONE if utc else DaylightSaving.UNKNOWN
        start = CgmSessionStartTime(at, 0 if utc else None, saving)
        stopped = Annunciation(0) if minutes is not None else Annunciation.SESSION_STOPPED
        now = began + timedelta(minutes=minutes or 0)
        hearing.said[cgm_session_start_time.UUID] = bytes(start)
        hearing.said[cgm_status.UUID] = bytes(CgmStatus(minutes or 0, stopped))
        hearing.said_at[cgm_status.UUID] = int(now.timestamp() * 1000)
        self.kept = named(hearing, self.kept)
        if self.kept is not None:
            hearing.said[NAMED] = self.kept
        record = CgmRecord(SFLOAT.nearest(Decimal(104)), 90)
        data = bytes(CgmMeasurement((record,)))
        (one,) = told_by(PROFILE, packet(data, cgm_measurement.UUID), hearing)
        assert isinstance(one, Record)
        return one.identity


Rewritten = tuple[int, int]
"""By how many seconds the beginning was told anew, and after how many minutes."""

REWRITTEN = st.lists(
    st.tuples(st.integers(-14 * 3600, 14 * 3600), st.integers(90, 14 * 1440)), min_size=1
)


@settings(deadline=None)
@given(REWRITTEN, st.booleans())
def test_a_running_session_is_one_however_far_its_beginning_is_rewritten(
    links: list[Rewritten], utc: bool
) -> None:
    sensor = Sensor()
    names = {
        sensor.link(BEGAN, BEGAN + timedelta(seconds=off), minutes, utc=utc)
        for off, minutes in links
    }
    assert len(names) == 1
    assert names != {""}


@settings(deadline=None)
@given(st.lists(st.integers(-WITHIN * 60, WITHIN * 60), min_size=1))
def test_a_session_that_stands_is_one_while_its_beginning_moves_by_a_quarter_of_an_hour(
    moves: list[int],
) -> None:
    sensor, told, names = Sensor(), BEGAN, {Sensor().link(BEGAN, BEGAN, None)}
    sensor.link(BEGAN, BEGAN, None)
    for move in moves:
        told += timedelta(seconds=move)
        names.add(sensor.link(BEGAN, told, None))
    assert len(names) == 1


@settings(deadline=None)
@given(REWRITTEN, st.integers(WITHIN + 1, 30 * 1440), st.booleans())
def test_a_truly_new_session_is_a_new_one(links: list[Rewritten], later: int, told: bool) -> None:
    sensor = Sensor()
    for off, minutes in links:
        # by hours, as zones are: another beginning by chance would be the same to the minute
        old = sensor.link(BEGAN, BEGAN + timedelta(seconds=off), minutes)
    again = BEGAN + timedelta(minutes=later + 20)
    known = [off for off, _ in links]
    if any(abs((again - BEGAN).total_seconds() - off) <= WITHIN * 60 for off in known):
        return  # an app had told just this beginning before
    assert sensor.link(again, again if told else None, 100) != old


def test_a_session_that_nobody_told_its_beginning_has_a_name_all_the_same() -> None:
    sensor = Sensor()
    first = sensor.link(BEGAN, None, 100)
    assert first
    assert sensor.link(BEGAN + timedelta(seconds=40), None, 400) == first
    assert sensor.link(BEGAN, BEGAN, 500) == first
    assert sensor.link(BEGAN, BEGAN, None) == first


def test_a_link_on_which_nothing_could_be_read_hands_the_name_on() -> None:
    sensor = Sensor()
    sensor.link(BEGAN, BEGAN, 100)
    kept = sensor.kept
    assert sensor.link(BEGAN, None, None) == ""
    assert sensor.kept == kept


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[GlucoseSensor]:
    made: list[GlucoseSensor] = []
    init = GlucoseSensor.__init__

    def kept(sensor: GlucoseSensor, setup: Setup) -> None:
        init(sensor, setup)
        made.append(sensor)

    monkeypatch.setattr(GlucoseSensor, "__init__", kept)
    return made


@contextlib.asynccontextmanager
async def a_sensor() -> AsyncIterator[House]:
    scenario = read(
        'title = "One"\nbegins = 2023-11-14T22:04:00\n[[device]]\n'
        f'id = "{SENSOR}"\nmodel = "{SENSOR}"\nrate_hz = 0.001\noptions = {{ records = 20 }}\n'
    )
    async with simulated(scenario) as simulation, virtual_radio(simulation.link) as radio:
        house = House(simulation.link, radio, MemoryJournal(), clock=Clock(1_699_999_500_000))
        address = scenario.identity(scenario.devices()[0]).address
        house.known[address] = Paired(SENSOR, ANNA, PROFILE)
        yield house


def _records(house: House) -> set[str]:
    return {
        record
        for batch in house.batches("interstitial_glucose", SENSOR)
        for record in batch.records
    }


@pytest.mark.radio
async def test_what_a_sensor_tells_again_by_a_new_beginning_is_the_same(
    held: list[GlucoseSensor],
) -> None:
    async with a_sensor() as house:
        async with house.listening():
            await house.until(lambda: len(_records(house)) == 20)
        first = len(house.values("interstitial_glucose", SENSOR))
        (sensor,) = held
        before = sensor._start.at.told
        assert before is not None
        moved = CgmSessionStartTime(
            DateTime.of(before + timedelta(minutes=4)), sensor._start.zone, sensor._start.saving,
            sensor._start.secured,
        )  # fmt: skip
        sensor._start = moved
        async with house.listening():
            await house.until(
                lambda: len(house.values("interstitial_glucose", SENSOR)) >= first + 20
            )
        assert len(_records(house)) == 20, "all were fetched again, and none is new"
        word = context.SAID + NAMED
        assert len({p.data for p in house.journal.kept if p.characteristic == word}) == 2
