"""How a simulated value goes through time: constant, ramp, sine, steps, list, noise, count."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol, Self

from pydantic import BaseModel, Field, model_validator

from adapters.simulator.bounds import LARGEST, PLAIN, Level, Period


class Course(Protocol):
    """Something that goes through time."""

    def at(self, seconds: float, number: int, dice: random.Random) -> float:
        """The value of the emission with this number (from 0), so long after the start."""
        ...


@dataclass(frozen=True, slots=True)
class Within:
    """A course that chance never takes over what can be carried."""

    course: Course
    low: float
    high: float

    def at(self, seconds: float, number: int, dice: random.Random) -> float:
        """The value, or the lowest or highest there is."""
        return min(max(self.low, self.course.at(seconds, number, dice)), self.high)


class _Shape(BaseModel):
    model_config = PLAIN

    noise: float = Field(default=0.0, ge=0.0, le=LARGEST)
    """Standard deviation of what is added to each value."""

    def at(self, seconds: float, number: int, dice: random.Random) -> float:
        """The value of the emission with this number (from 0), so long after the start."""
        smooth = self._at(seconds, number)
        return dice.gauss(smooth, self.noise) if self.noise else smooth

    def _at(self, seconds: float, number: int) -> float:
        raise NotImplementedError

    def reaches(self) -> Iterable[float]:
        """Its lowest and its highest value, in any order, without the noise."""
        raise NotImplementedError


class Constant(_Shape):
    """Always the same."""

    shape: Literal["constant"]
    value: Level

    def _at(self, seconds: float, number: int) -> float:
        return self.value

    def reaches(self) -> Iterable[float]:
        """Its lowest and highest value."""
        return (self.value,)


class Ramp(_Shape):
    """Straight from one value to another, where it stays."""

    shape: Literal["ramp"]
    start: Level
    end: Level
    over_s: Period

    def _at(self, seconds: float, number: int) -> float:
        return self.start + (self.end - self.start) * min(max(0.0, seconds / self.over_s), 1.0)

    def reaches(self) -> Iterable[float]:
        """Its lowest and highest value."""
        return self.start, self.end


class Sine(_Shape):
    """Up and down around a mean."""

    shape: Literal["sine"]
    mean: Level
    swing: Level
    period_s: Period

    def _at(self, seconds: float, number: int) -> float:
        return self.mean + self.swing * math.sin(2 * math.pi * seconds / self.period_s)

    def reaches(self) -> Iterable[float]:
        """Its lowest and highest value."""
        return self.mean - self.swing, self.mean + self.swing


class Steps(_Shape):
    """One value after the other, each for a while; then from the first again."""

    shape: Literal["steps"]
    values: list[Level] = Field(min_length=1)
    each_s: Period

    def _at(self, seconds: float, number: int) -> float:
        return self.values[int(seconds / self.each_s) % len(self.values)]

    def reaches(self) -> Iterable[float]:
        """Its lowest and highest value."""
        return self.values


class Listed(_Shape):
    """One value an emission, in this order; then from the first again."""

    shape: Literal["list"]
    values: list[Level] = Field(min_length=1)

    def _at(self, seconds: float, number: int) -> float:
        return self.values[number % len(self.values)]

    def reaches(self) -> Iterable[float]:
        """Its lowest and highest value."""
        return self.values


class Noise(_Shape):
    """Chance around a mean; `noise` says how far it strays."""

    shape: Literal["noise"]
    mean: Level

    def _at(self, seconds: float, number: int) -> float:
        return self.mean

    def reaches(self) -> Iterable[float]:
        """Its lowest and highest value."""
        return (self.mean,)


class Count(_Shape):
    """One more with each emission, so that each can be told from its neighbours."""

    shape: Literal["count"]
    start: Level = 0
    upto: Level
    """The highest value; after it comes `start` again."""

    @model_validator(mode="after")
    def _goes_up(self) -> Self:
        if self.upto < self.start:
            raise ValueError("upto must not be below start")
        return self

    def _at(self, seconds: float, number: int) -> float:
        return self.start + number % (int(self.upto - self.start) + 1)

    def reaches(self) -> Iterable[float]:
        """Its lowest and highest value."""
        return self.start, self.upto


Shape = Annotated[
    Constant | Ramp | Sine | Steps | Listed | Noise | Count, Field(discriminator="shape")
]
