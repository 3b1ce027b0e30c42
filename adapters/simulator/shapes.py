"""How a simulated value goes through time: constant, ramp, sine, steps, list, noise, count."""

from __future__ import annotations

import math
import random
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    noise: float = Field(default=0.0, ge=0.0)
    """Standard deviation of what is added to each value."""

    def at(self, seconds: float, number: int, dice: random.Random) -> float:
        """The value of the emission with this number (from 0), so long after the start."""
        smooth = self._at(seconds, number)
        return dice.gauss(smooth, self.noise) if self.noise else smooth

    def _at(self, seconds: float, number: int) -> float:
        raise NotImplementedError


class Constant(_Shape):
    """Always the same."""

    shape: Literal["constant"]
    value: float

    def _at(self, seconds: float, number: int) -> float:
        return self.value


class Ramp(_Shape):
    """Straight from one value to another, where it stays."""

    shape: Literal["ramp"]
    start: float
    end: float
    over_s: float = Field(gt=0)

    def _at(self, seconds: float, number: int) -> float:
        return self.start + (self.end - self.start) * min(1.0, seconds / self.over_s)


class Sine(_Shape):
    """Up and down around a mean."""

    shape: Literal["sine"]
    mean: float
    swing: float
    period_s: float = Field(gt=0)

    def _at(self, seconds: float, number: int) -> float:
        return self.mean + self.swing * math.sin(2 * math.pi * seconds / self.period_s)


class Steps(_Shape):
    """One value after the other, each for a while; then from the first again."""

    shape: Literal["steps"]
    values: list[float] = Field(min_length=1)
    each_s: float = Field(gt=0)

    def _at(self, seconds: float, number: int) -> float:
        return self.values[int(seconds / self.each_s) % len(self.values)]


class Listed(_Shape):
    """One value an emission, in this order; then from the first again."""

    shape: Literal["list"]
    values: list[float] = Field(min_length=1)

    def _at(self, seconds: float, number: int) -> float:
        return self.values[number % len(self.values)]


class Noise(_Shape):
    """Chance around a mean; `noise` says how far it strays."""

    shape: Literal["noise"]
    mean: float

    def _at(self, seconds: float, number: int) -> float:
        return self.mean


class Count(_Shape):
    """One more with each emission, so that each can be told from its neighbours."""

    shape: Literal["count"]
    start: float = 0
    upto: float
    """The highest value; after it comes `start` again."""

    def _at(self, seconds: float, number: int) -> float:
        return self.start + number % (int(self.upto - self.start) + 1)


Shape = Annotated[
    Constant | Ramp | Sine | Steps | Listed | Noise | Count, Field(discriminator="shape")
]
