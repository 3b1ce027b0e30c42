"""One value that a simulated sensor sends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Emission:
    """One value that a sensor sends.

    Attributes:
        at_ms: when it was measured, since the start of the scenario.
        device: the id of the device in the scenario.
        characteristic: the UUID that it is sent on.
        number: how many measurements this device had made before; None for what tells of no
            measurement of this run: a record from before the start, an answer.
        data: the bytes.
        stored: it is kept and sent again until it was confirmed.
        bad: it is not what its characteristic says.
    """

    at_ms: int
    device: str
    characteristic: str
    number: int | None
    data: bytes
    stored: bool = False
    bad: bool = False
