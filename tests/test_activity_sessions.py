"""Sessions of an activity monitor become readings once, and only once they have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import (
    cardiorespiratory_instantaneous,
    general_activity_summary,
    physical_activity_current_session,
    physical_activity_features,
    physical_activity_session_descriptor,
    sleep_activity_instantaneous,
    step_counter_summary,
)
from adapters.ble.characteristics.cardiorespiratory_instantaneous import (
    CardioRespiratoryActivityInstantaneousData,
)
from adapters.ble.characteristics.general_activity_summary import GeneralActivitySummaryData
from adapters.ble.characteristics.physical_activity_current_session import (
    PhysicalActivityCurrentSession,
)
from adapters.ble.characteristics.physical_activity_features import (
    Feature,
    PhysicalActivityMonitorFeatures,
)
from adapters.ble.characteristics.physical_activity_session_descriptor import (
    Activity,
    PhysicalActivitySessionDescriptor,
)
from adapters.ble.characteristics.sleep_activity_instantaneous import (
    SleepActivityInstantaneousData,
    word_of,
)
from adapters.ble.characteristics.step_counter_summary import StepCounterActivitySummaryData
from adapters.ble.formats.activity import Head
from adapters.ble.formats.activity_time import BaseTime
from adapters.ble.formats.segments import Segment, split
from adapters.ble.hearing import Hearing
from adapters.ble.profile import Told, told_by
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.kinds import kind
from adapters.reading import Absence, Category, Quality, Quantity
from fhir_mappings.table import row_of
from tests.ble_packets import packet

PROFILE = built_in()["activity-monitor"]
EIGHT = datetime(2026, 3, 1, 8, tzinfo=UTC)
NINE = EIGHT + timedelta(hours=1)


class Monitor:
    """What a monitor says over one link."""

    def __init__(self, *features: Feature) -> None:
        self.hearing = Hearing()
        told = PhysicalActivityMonitorFeatures(sum(features))
        self.hearing.said[physical_activity_features.UUID] = bytes(told)

    def says(self, uuid: str, value: object, size: int = 20) -> list[Told]:
        told: list[Told] = []
        for part in split(bytes(value), size):  # type: ignore[call-overload]
            told += told_by(PROFILE, packet(part, uuid), self.hearing)
        return told

    def runs(self, session: int, sub: int, start: datetime, sub_start: datetime) -> list[Told]:
        current = PhysicalActivityCurrentSession(
            True, session, BaseTime.of(start), sub, BaseTime.of(sub_start)
        )
        uuid = physical_activity_current_session.UUID
        return list(told_by(PROFILE, packet(bytes(current), uuid), self.hearing))

    def describes(
        self, session: int, sub: int | None, start: datetime, end: datetime | None
    ) -> list[Told]:
        descriptor = PhysicalActivitySessionDescriptor(
            session, sub, BaseTime.of(start), BaseTime.of(end) if end else None, Activity.WALK
        )
        uuid = physical_activity_session_descriptor.UUID
        return list(told_by(PROFILE, packet(bytes(descriptor), uuid), self.hearing))

    def counts(self, head: Head, steps: int, distance: int | None = None) -> list[Told]:
        value = StepCounterActivitySummaryData(head, steps, distance=distance)
        return self.says(step_counter_summary.UUID, value)


def steps(told: list[Told]) -> list[tuple[datetime | None, int, Decimal]]:
    return [
        (one.told, one.duration, one.value.value)
        for one in told
        if isinstance(one, Record) and one.kind == "step_count" and isinstance(one.value, Quantity)
    ]


def test_a_session_that_runs_is_not_counted_yet() -> None:
    monitor = Monitor()
    monitor.runs(7, 1, EIGHT, EIGHT)
    assert monitor.counts(Head(7, 1, 600, 1), 500) == []
    assert monitor.counts(Head(7, 1, 1200, 2), 1100) == []


def test_when_its_part_has_ended_only_the_last_summary_counts() -> None:
    monitor = Monitor()
    monitor.runs(7, 1, EIGHT, EIGHT)
    monitor.counts(Head(7, 1, 600, 1), 500)
    monitor.counts(Head(7, 1, 1200, 2), 1100)
    told = monitor.runs(7, 2, EIGHT, EIGHT + timedelta(minutes=20))
    assert steps(told) == [(EIGHT, 1_200_000, Decimal(1100))]
    assert monitor.runs(7, 2, EIGHT, EIGHT + timedelta(minutes=20)) == []


def test_a_summary_from_the_midst_waits_for_the_one_at_the_end() -> None:
    monitor, later = Monitor(), EIGHT + timedelta(minutes=50)
    monitor.runs(7, 0, EIGHT, EIGHT)
    monitor.counts(Head(7, 0, 2400, 4), 4000)
    assert monitor.runs(8, 0, later, later) == []
    assert steps(monitor.describes(7, None, EIGHT, later)) == []
    told = monitor.counts(Head(7, 0, 3000, 5), 5000)
    assert steps(told) == [(EIGHT, 3_000_000, Decimal(5000))]
    assert {one.of for one in told if isinstance(one, Record)} == {step_counter_summary.UUID}


def test_where_none_comes_at_the_end_the_last_one_from_the_midst_counts() -> None:
    monitor, later = Monitor(), EIGHT + timedelta(minutes=50)
    monitor.runs(7, 0, EIGHT, EIGHT)
    monitor.counts(Head(7, 0, 2400, 4), 4000)
    monitor.runs(8, 0, later, later)
    live = CardioRespiratoryActivityInstantaneousData(Head(8, 0, 5, 1), True, heart_rate=70)
    told = monitor.says(cardiorespiratory_instantaneous.UUID, live)
    assert steps(told) == [(EIGHT, 2_400_000, Decimal(4000))]
    assert monitor.says(cardiorespiratory_instantaneous.UUID, live)[1:] == []


def test_a_session_that_ended_before_counts_at_once_by_its_descriptor() -> None:
    monitor = Monitor()
    assert steps(monitor.describes(6, None, EIGHT, NINE)) == []
    told = monitor.counts(Head(6, 0, 3600, 9), 4200, 3650)
    assert steps(told) == [(EIGHT, 3_600_000, Decimal(4200))]
    distance = told[1]
    assert isinstance(distance, Record)
    assert distance.value == Quantity(Decimal("3.650"), "km")


def test_a_summary_waits_for_a_session_that_is_not_known_yet() -> None:
    monitor = Monitor()
    assert monitor.counts(Head(6, 0, 3600, 9), 4200) == []
    assert steps(monitor.describes(6, None, EIGHT, NINE)) == [(EIGHT, 3_600_000, Decimal(4200))]


def test_a_whole_session_is_left_out_where_its_parts_are_told() -> None:
    monitor = Monitor()
    monitor.describes(6, 1, EIGHT, EIGHT + timedelta(minutes=30))
    monitor.describes(6, 2, EIGHT + timedelta(minutes=30), NINE)
    monitor.describes(6, None, EIGHT, NINE)
    told = [
        *monitor.counts(Head(6, 1, 1800, 1), 2000),
        *monitor.counts(Head(6, 2, 3600, 2), 2200),
        *monitor.counts(Head(6, 0, 3600, 3), 4200),
    ]
    assert [value for _, _, value in steps(told)] == [Decimal(2000), Decimal(2200)]


def test_a_summary_told_twice_bears_the_same_identity() -> None:
    first, second = Monitor(), Monitor()
    for monitor in (first, second):
        monitor.describes(6, None, EIGHT, NINE)
    one = first.counts(Head(6, 0, 3600, 9), 4200)
    assert one == second.counts(Head(6, 0, 3600, 9), 4200)
    assert one
    assert all(isinstance(record, Record) and record.identity for record in one)


def test_a_whole_session_that_has_ended_is_a_reading_of_what_was_done_and_when() -> None:
    told = Monitor().describes(6, None, EIGHT, NINE)
    assert told == Monitor().describes(6, None, EIGHT, NINE)  # told again, it is the same one
    (session,) = told
    assert isinstance(session, Record)
    assert (session.kind, session.value) == ("activity_session", Category("walking"))
    assert (session.told, session.duration) == (EIGHT, 3_600_000)
    assert session.identity


@pytest.mark.parametrize(
    ("sub", "end", "deleted"),
    [
        pytest.param(None, None, False, id="it runs"),
        pytest.param(1, NINE, False, id="a part"),
        pytest.param(None, NINE, True, id="forgotten by the monitor"),
        pytest.param(None, EIGHT, False, id="of no time"),
    ],
)
def test_nothing_else_of_a_session_is_a_reading(
    sub: int | None, end: datetime | None, deleted: bool
) -> None:
    descriptor = PhysicalActivitySessionDescriptor(
        6, sub, BaseTime.of(EIGHT), BaseTime.of(end) if end else None, Activity.WALK, deleted
    )
    uuid = physical_activity_session_descriptor.UUID
    assert told_by(PROFILE, packet(bytes(descriptor), uuid), Hearing()) == []


@pytest.mark.parametrize("activity", [*Activity, 0x7F])
def test_each_activity_of_a_session_has_a_word_with_a_code(activity: int) -> None:
    descriptor = PhysicalActivitySessionDescriptor(
        6, None, BaseTime.of(EIGHT), BaseTime.of(NINE), activity
    )
    (session,) = physical_activity_session_descriptor.records(descriptor)
    assert isinstance(session.value, Category)
    assert session.value.word in row_of(kind("activity_session")).values


def test_energy_of_walking_and_running_is_the_active_energy() -> None:
    monitor = Monitor()
    monitor.describes(6, None, EIGHT, NINE)
    value = GeneralActivitySummaryData(
        Head(6, 0, 3600, 9), 90, 60, 9000, average_equivalent=35, floors=3, activity=Activity.RUN
    )
    told = monitor.says(general_activity_summary.UUID, value)
    assert [(one.kind, one.value) for one in told] == [
        ("active_energy", Quantity(Decimal("35.9"), "kcal")),  # 150 kJ
        ("metabolic_equivalent", Quantity(Decimal("3.5"), "[MET]")),
        ("flights_climbed", Quantity(Decimal(3), "{flights}")),
        ("workout", Category("running")),
    ]
    assert told[0].quality is Quality.VALUE_AS_CONVERTED


def test_rest_is_no_workout() -> None:
    monitor = Monitor()
    monitor.describes(6, None, EIGHT, NINE)
    value = GeneralActivitySummaryData(Head(6, 0, 3600, 9), activity=Activity.LIE)
    assert monitor.says(general_activity_summary.UUID, value) == []


def beats(monitor: Monitor, rate: int, *, worn: bool) -> Told:
    value = CardioRespiratoryActivityInstantaneousData(Head(7, 1, 90, 4), worn, heart_rate=rate)
    (told,) = monitor.says(cardiorespiratory_instantaneous.UUID, value)
    return told


def test_live_data_are_told_at_the_time_of_their_session() -> None:
    monitor = Monitor()
    monitor.runs(7, 1, EIGHT, EIGHT)
    told = beats(monitor, 71, worn=True)
    assert isinstance(told, Record)
    assert (told.told, told.value) == (
        EIGHT + timedelta(seconds=90),
        Quantity(Decimal(71), "/min"),
    )


def test_live_data_of_an_unknown_session_are_told_as_they_come() -> None:
    told = beats(Monitor(), 71, worn=True)
    assert isinstance(told, Record)
    assert (told.told, told.identity) == (None, "")


def test_a_heart_rate_of_nothing_is_no_rate() -> None:
    assert beats(Monitor(), 0, worn=True).value is Absence.UNKNOWN


@pytest.mark.parametrize(
    ("features", "worn", "doubt"),
    [
        pytest.param((Feature.DEVICE_WORN,), False, Quality.NO_SKIN_CONTACT, id="taken off"),
        pytest.param((Feature.DEVICE_WORN,), True, Quality.NONE, id="worn"),
        pytest.param((), False, Quality.NONE, id="cannot tell"),
    ],
)
def test_whether_it_was_worn_counts_only_where_it_can_tell(
    features: tuple[Feature, ...], worn: bool, doubt: Quality
) -> None:
    assert beats(Monitor(*features), 71, worn=worn).quality is doubt


def test_a_stage_of_sleep_lasts_until_the_next_is_told() -> None:
    monitor = Monitor()
    monitor.runs(8, 0, EIGHT, EIGHT)
    told: list[Told] = []
    for sequence, (seconds, stage) in enumerate([(0, 1), (600, 0b10010), (2400, 0b100010)]):
        value = SleepActivityInstantaneousData(Head(8, 0, seconds, sequence), True, stage=stage)
        told += monitor.says(sleep_activity_instantaneous.UUID, value)
    assert [(one.told, one.duration, one.value) for one in told if isinstance(one, Record)] == [
        (EIGHT, 600_000, Category("awake")),
        (EIGHT + timedelta(minutes=10), 1_800_000, Category("asleep-core")),
    ]


@pytest.mark.parametrize(
    ("stage", "word"),
    [
        (0b1, "awake"),
        (0b10, "asleep"),
        (0b110, "asleep-rem"),
        (0b1010, "asleep"),
        (0b11010, "asleep-core"),
        (0b101010, "asleep-deep"),
        (1 << 7 | 0b10, "asleep-core"),
        (1 << 8 | 0b10, "asleep-deep"),
        (1 << 13, ""),
        (1 << 23, ""),
        (0, ""),
    ],
)
def test_the_finest_word_for_a_stage_is_taken(stage: int, word: str) -> None:
    assert word_of(stage) == word


def test_base_time_counts_from_1900_or_2000() -> None:
    moment = datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert BaseTime.of(moment).told == moment
    assert BaseTime(3_981_340_800).told == moment  # seconds of NTP


def test_a_value_in_several_packets_is_read_as_one() -> None:
    value = bytes(range(60))
    packets = split(value, 20, counter=62)
    assert [Segment.from_bytes(one).counter for one in packets] == [62, 63, 0, 1]
    assert b"".join(Segment.from_bytes(one).part for one in packets) == value
    assert [bytes(Segment.from_bytes(one)) for one in packets] == packets


def test_a_missing_packet_is_noticed_and_the_next_value_is_read() -> None:
    monitor = Monitor()
    monitor.describes(6, None, EIGHT, NINE)
    uuid = step_counter_summary.UUID
    value = bytes(StepCounterActivitySummaryData(Head(6, 0, 3600, 9), 4200))
    first, _lost, last = split(value, 8)
    assert told_by(PROFILE, packet(first, uuid), monitor.hearing) == []
    with pytest.raises(DecodeError, match="missing"):
        told_by(PROFILE, packet(last, uuid), monitor.hearing)
    assert steps(monitor.counts(Head(6, 0, 3600, 9), 4200))


def test_too_many_summaries_of_unknown_sessions_are_counted_not_kept() -> None:
    monitor = Monitor()
    for session in range(256):
        monitor.counts(Head(session, 0, 60, 1), 10)
    with pytest.raises(DecodeError, match="nothing is known"):
        monitor.counts(Head(256, 0, 60, 1), 10)
