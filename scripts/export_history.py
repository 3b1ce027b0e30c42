"""Somebody's measured days, made up: the same for the same seed, on every machine.

A history knows nothing of XML, offsets or pointers, so that it can be exported twice in two ways.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

DAY = 86_400
QUANTITY = "HKQuantityTypeIdentifier"
CATEGORY = "HKCategoryTypeIdentifier"
WATCH, PHONE, SCALE, CUFF, PENCIL = range(5)


class Sample(NamedTuple):
    """One record: seconds since 1970, value in metric units, and who measured it."""

    type: str
    start: int
    end: int
    value: float | str
    digits: int
    unit: str
    by: int
    created: int
    beats: int = 0


class Pressure(NamedTuple):
    """One blood pressure."""

    at: int
    systolic: int
    diastolic: int
    created: int


class Bout(NamedTuple):
    """One workout; ``routed`` if its way was recorded."""

    sport: str
    start: int
    end: int
    routed: bool


@dataclass(frozen=True, slots=True)
class History:
    """The days before ``until``, seconds since 1970.

    What happened on a day depends on the seed and that day alone: one day more adds its own
    records and changes no other.
    """

    seed: int
    days: int
    until: int
    small: bool = False

    @property
    def midnights(self) -> range:
        """The start of each day, in seconds UTC."""
        return range(self.until - self.days * DAY, self.until, DAY)

    def samples(self) -> Iterator[Sample]:
        """All records, type by type, each in order of time, as Apple writes them."""
        for name, make in (_SMALL if self.small else _FULL).items():
            for day in self.midnights:
                yield from make(self.chance(name, day), name, day)

    def pressures(self) -> Iterator[Pressure]:
        """A blood pressure a day, two on some."""
        for day in self.midnights:
            chance = self.chance("pressure", day)
            for hour in (7, 19)[: chance.choice((1, 1, 2))]:
                at = day + hour * 3600 + chance.randrange(3600)
                systolic = round(chance.gauss(128, 8))
                yield Pressure(at, systolic, systolic - chance.randrange(38, 52), at + 4)

    def bouts(self) -> Iterator[Bout]:
        """A workout every second day, every second of them with its way; one if small."""
        for day in self.midnights[:1] if self.small else self.midnights:
            if not self.small and (day // DAY) % 2:
                continue
            chance = self.chance("bout", day)
            start = day + 17 * 3600 + chance.randrange(1800)
            sport = "Walking" if self.small else chance.choice(_SPORTS)
            routed = self.small or (day // DAY) % 4 == 0
            yield Bout(sport, start, start + chance.randrange(1500, 2700), routed)

    def way(self, bout: Bout) -> Iterator[tuple[int, float, float, float]]:
        """Points of a workout: seconds, latitude, longitude, altitude."""
        chance = self.chance("way", bout.start)
        north, east, up = 47.0 + chance.random(), 8.0 + chance.random(), 400.0
        heading = chance.random() * 2 * math.pi
        for at in range(bout.start, bout.end, 5):
            heading += chance.gauss(0, 0.2)
            north += math.sin(heading) * 7e-5
            east += math.cos(heading) * 1e-4
            up += chance.gauss(0, 0.3)
            yield at, round(north, 6), round(east, 6), round(up, 2)

    def chance(self, what: str, at: int) -> Random:
        """Chance that depends on nothing but the seed, the matter and the day."""
        return Random(f"{self.seed}/{what}/{at}")  # noqa: S311  # play, not secrets


_SPORTS = ("Running", "Walking", "Cycling", "SwimBikeRun")
_Make = Callable[[Random, str, int], Iterator[Sample]]


def _often(
    mean: float,
    spread: float,
    digits: int,
    unit: str,
    every: int,
    *,
    by: int = WATCH,
    beats: int = 0,
) -> _Make:
    """A value at an instant, about ``every`` so many seconds."""

    def make(chance: Random, name: str, day: int) -> Iterator[Sample]:
        at = day + chance.randrange(every)
        while at < day + DAY:
            wave = 1 + 0.1 * math.sin((at - day) / DAY * 2 * math.pi)
            value = round(max(mean * wave + chance.gauss(0, spread), mean / 3), digits)
            late = chance.randrange(1, 240)
            yield Sample(QUANTITY + name, at, at, value, digits, unit, by, at + late, beats)
            at += chance.randrange(every // 2, every * 3 // 2 + 1)

    return make


def _counted(mean: float, digits: int, unit: str, every: int, by: tuple[int, ...]) -> _Make:
    """An amount over some minutes of the waking day, from each of several devices."""

    def make(chance: Random, name: str, day: int) -> Iterator[Sample]:
        at = day + 6 * 3600 + chance.randrange(every)
        while at < day + 22 * 3600:
            lasting = chance.randrange(60, min(every, 900) + 1)
            for who in by:
                value = round(max(mean * chance.expovariate(1), 10.0**-digits), digits)
                end = at + lasting
                yield Sample(QUANTITY + name, at, end, value, digits, unit, who, end + 30)
            at += lasting + chance.randrange(every)

    return make


def _now_and_then(
    mean: float, spread: float, digits: int, unit: str, days: int, *, by: int
) -> _Make:
    """A value in the morning of one day of so many."""

    def make(chance: Random, name: str, day: int) -> Iterator[Sample]:
        if (day // DAY) % days == 0:
            at = day + 25_200 + chance.randrange(1800)
            value = round(chance.gauss(mean, spread), digits)
            yield Sample(QUANTITY + name, at, at, value, digits, unit, by, at + 12)

    return make


def _sleep(chance: Random, name: str, day: int) -> Iterator[Sample]:
    at, stages = day - 3600 + chance.randrange(3600), ("Core", "Deep", "Core", "REM")
    kind, constant = CATEGORY + "SleepAnalysis", "HKCategoryValueSleepAnalysis"
    got_up = at + chance.randrange(25_000, 30_000)
    yield Sample(kind, at, got_up, constant + "InBed", 0, "", PHONE, got_up)
    count = 0
    while at < got_up - 1800:
        end = at + chance.randrange(900, 2700)
        word = "Awake" if chance.random() < 0.1 else "Asleep" + stages[count % 4]
        yield Sample(kind, at, end, constant + word, 0, "", WATCH, got_up)
        at, count = end, count + 1


def _mindful(chance: Random, name: str, day: int) -> Iterator[Sample]:
    at = day + 75_600 + chance.randrange(900)
    word = "HKCategoryValueNotApplicable"
    yield Sample(CATEGORY + name, at, at + 300, word, 0, "", PHONE, at + 300)


_SMALL: dict[str, _Make] = {
    "BodyMass": _now_and_then(72, 0.4, 2, "kg", 1, by=SCALE),
    "HeartRate": _often(72, 8, 0, "count/min", 600),
    "StepCount": _counted(240, 0, "count", 1800, (PHONE,)),
    "SleepAnalysis": _sleep,
}
_FULL: dict[str, _Make] = {
    "BodyMass": _now_and_then(72, 0.4, 2, "kg", 1, by=SCALE),
    "BodyMassIndex": _now_and_then(23.4, 0.2, 2, "count", 1, by=SCALE),
    "BodyFatPercentage": _now_and_then(0.21, 0.004, 3, "%", 1, by=SCALE),
    "Height": _now_and_then(178, 0.1, 0, "cm", 40, by=PENCIL),
    "BodyTemperature": _now_and_then(36.7, 0.3, 1, "degC", 3, by=PENCIL),
    "BloodGlucose": _often(99, 14, 0, "mg/dL", 18_000, by=PENCIL),
    "HeartRate": _often(72, 8, 0, "count/min", 300),
    "RestingHeartRate": _now_and_then(58, 2, 0, "count/min", 1, by=WATCH),
    "WalkingHeartRateAverage": _now_and_then(98, 5, 1, "count/min", 1, by=WATCH),
    "HeartRateVariabilitySDNN": _often(48, 9, 4, "ms", 18_000, beats=12),
    "OxygenSaturation": _often(0.88, 0.01, 2, "%", 9_000),
    "RespiratoryRate": _often(14.5, 1, 1, "count/min", 9_000),
    "VO2Max": _now_and_then(41, 0.5, 2, "mL/min·kg", 4, by=WATCH),
    "StepCount": _counted(140, 0, "count", 1200, (PHONE, WATCH)),
    "DistanceWalkingRunning": _counted(0.1, 6, "km", 1200, (PHONE, WATCH)),
    "FlightsClimbed": _counted(1.6, 0, "count", 9_000, (PHONE,)),
    "ActiveEnergyBurned": _counted(3, 3, "kcal", 200, (WATCH,)),
    "BasalEnergyBurned": _counted(18, 3, "kcal", 900, (WATCH,)),
    "AppleExerciseTime": _counted(1.4, 0, "min", 5_000, (WATCH,)),
    "EnvironmentalAudioExposure": _often(62, 6, 3, "dBASPL", 12_000),
    "DietaryWater": _counted(180, 0, "mL", 20_000, (PENCIL,)),
    "SleepAnalysis": _sleep,
    "MindfulSession": _mindful,
}


def at_midnight(day: str) -> int:
    """Seconds since 1970 of the start of ``2026-06-30``, UTC."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
