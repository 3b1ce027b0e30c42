"""A day as an activity tracker counts it: what is done in a session, and how it sums up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from adapters.ble.characteristics import (
    cardiorespiratory_summary,
    general_activity_summary,
    sleep_activity_summary,
    step_counter_summary,
)
from adapters.ble.characteristics.cardiorespiratory_summary import (
    CardioRespiratoryActivitySummaryData,
)
from adapters.ble.characteristics.general_activity_summary import GeneralActivitySummaryData
from adapters.ble.characteristics.physical_activity_session_descriptor import (
    Activity,
    PhysicalActivitySessionDescriptor,
)
from adapters.ble.characteristics.sleep_activity_summary import SleepActivitySummaryData
from adapters.ble.characteristics.step_counter_summary import StepCounterActivitySummaryData
from adapters.ble.formats.activity import Head
from adapters.ble.formats.activity_time import BaseTime

GENERAL: Final = general_activity_summary.UUID
HEART: Final = cardiorespiratory_summary.UUID
STEPS: Final = step_counter_summary.UUID
SLEEP: Final = sleep_activity_summary.UUID

DAY: Final = (
    (Activity.LIE, timedelta(hours=7)),
    (Activity.WALK, timedelta(minutes=35)),
    (Activity.RUN, timedelta(minutes=28)),
    (Activity.CYCLE, timedelta(minutes=40)),
)
_PACE = {Activity.WALK: 108, Activity.RUN: 164}
"""Steps a minute."""

_KILOJOULES = {Activity.WALK: 17, Activity.RUN: 45, Activity.CYCLE: 30}
"""A minute."""


@dataclass(slots=True)
class DaySession:
    """One session, whole: it has no parts.

    Attributes:
        number: counts the sessions of the device.
        start: when it began.
        activity: what is done in it.
        pulse: beats a minute on average.
        end: when it ended; None while it runs.
        told: summaries that went out over this link.
    """

    number: int
    start: datetime
    activity: Activity
    pulse: int
    end: datetime | None = None
    told: set[str] = field(default_factory=set)

    def descriptor(self) -> bytes:
        """When it was, and what was done."""
        end = None if self.end is None else BaseTime.of(self.end)
        return bytes(
            PhysicalActivitySessionDescriptor(
                self.number, None, BaseTime.of(self.start), end, self.activity
            )
        )

    def summaries(self, now: datetime, sequence: int) -> Iterator[tuple[str, bytes]]:
        """Its summaries as they stand, each with its characteristic."""
        seconds = int(((self.end or now) - self.start).total_seconds())
        head, minutes = Head(self.number, 0, seconds, sequence), seconds // 60
        heart = CardioRespiratoryActivitySummaryData(
            head, average_heart_rate=self.pulse, worn_duration=seconds
        )
        yield HEART, bytes(heart)
        if self.activity is Activity.LIE:
            slept = SleepActivitySummaryData(
                head, seconds * 9 // 10, seconds // 10, seconds, average_heart_rate=self.pulse
            )
            yield SLEEP, bytes(slept)
            return
        runs = self.activity is Activity.RUN
        energy = _KILOJOULES.get(self.activity, 0) * minutes
        done = GeneralActivitySummaryData(
            head,
            None if runs else energy,
            energy if runs else None,
            average_equivalent=98 if runs else 35,
            floors=minutes // 12,
            activity=self.activity,
        )
        yield GENERAL, bytes(done)
        if self.activity in _PACE:
            steps = _PACE[self.activity] * minutes
            counted = StepCounterActivitySummaryData(
                head, 0 if runs else steps, steps if runs else 0, distance=steps * 3 // 4
            )
            yield STEPS, bytes(counted)
