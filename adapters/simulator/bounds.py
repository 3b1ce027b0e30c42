"""What every number of a scenario may be, where no model says otherwise."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field

PLAIN: Final = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
"""Of everything that a scenario says: nothing misspelt, and every number is one."""

SHORTEST_S: Final = 0.001
LONGEST_S: Final = 10 * 365 * 86_400.0
"""Ten years: what a scenario can last, and wait for."""

LARGEST: Final = 1e12
"""No value of any model is as large; what a model can carry is less."""

Period = Annotated[float, Field(ge=SHORTEST_S, le=LONGEST_S)]
"""Seconds between one thing and the next."""

Time = Annotated[float, Field(ge=0, le=LONGEST_S)]
"""Seconds since the start."""

Shift = Annotated[float, Field(ge=-LONGEST_S, le=LONGEST_S)]
"""Seconds by which a clock is wrong, or jumps."""

Level = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
"""A value as it goes through time."""
