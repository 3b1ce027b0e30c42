"""Looks at sensors' clocks: made at a recipient before the readings whose time they set right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapters.reading import ClockLook
from fhir_mappings.clock import coincident_time
from gateway.sharing.consent import Grain
from gateway.sharing.deliveries import Key
from gateway.sharing.names import LOOK_SYSTEM
from gateway.store.clock_looks import look_at
from gateway.store.driver import Database
from gateway.store.identity import SeriesRow


@dataclass(frozen=True, slots=True)
class SensorLook:
    """One look at the clock of one sensor; it is made once at each recipient that asks for it."""

    device: str
    look: ClockLook
    simulated: bool

    @property
    def what(self) -> str:
        """Under which name it is remembered where it stands."""
        return f"look:{self.device}:{self.look.at}"


class LooksFirst(Exception):
    """What was about to be claimed refers to looks that the recipient was not sent yet."""

    def __init__(self, looks: tuple[SensorLook, ...]) -> None:
        super().__init__("looks at clocks go first")
        self.looks = looks


def look_of(db: Database, series: SeriesRow, key: Key, grain: Grain) -> SensorLook | None:
    """The look by which the time of a reading was set right; a summary has none."""
    if grain != "raw":
        return None
    look = look_at(db, (key.series, key.start, key.duration, key.value, key.nth))
    return None if look is None else SensorLook(series.device, look, series.simulated)


def where(looks: Mapping[str, str], look: SensorLook | None) -> str:
    """Where a look stands, ``"Observation/1"``; empty where it does not."""
    there = looks.get(look.what, "") if look is not None else ""
    return there if there.startswith("Observation/") else ""


def not_asked(
    db: Database, looks: Mapping[str, str], grain: Grain, readings: Iterable[tuple[SeriesRow, Key]]
) -> tuple[SensorLook, ...]:
    """The looks of some readings that the recipient was not asked to take yet, each once."""
    found = (look_of(db, series, key, grain) for series, key in readings)
    return tuple(dict.fromkeys(one for one in found if one and one.what not in looks))


def look_body(
    look: SensorLook,
    identifier: str,
    *,
    device: str,
    gateway_device: str,
    profiles: tuple[str, ...],
) -> bytes:
    """The look as an Observation; the arguments are those of `coincident_time`.

    Raises:
        MappingError: no valid Observation can be made of this.
    """
    at, ahead = look.look.at, look.look.ahead
    return coincident_time(
        identifier,
        system=LOOK_SYSTEM,
        device=device,
        gateway_device=gateway_device,
        said="masked" if ahead is None else at + ahead,
        at=at,
        simulated=look.simulated,
        profiles=profiles,
    )
