"""What every judge says of everything: asked once, all together, since a JVM starts slowly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from adapters.kinds import Kind
from fhir_mappings.render import render
from fhir_mappings.shape import Shape
from fhir_mappings.table import row_of, rows
from scripts.judges.asking import Verdict, Verdicts, ask
from tests.fhir_faults import FAULTS
from tests.fhir_made import MADE
from tests.fhir_profiles import PROFILES
from tests.fhir_references import REFERENCES, text_of
from tests.fhir_shapes import EXAMPLES, PHONE, SENSOR, WAVE, a_value_of, one, only_bluetooth

Answer = Literal["yes", "no", "cannot judge"]


def row_instances() -> Iterator[tuple[str, str]]:
    """One Observation of each row and each way in which it can come, with all its claims."""
    for kind in rows():
        yield from of_row(kind).items()


def of_row(kind: Kind) -> dict[str, str]:
    """The Observations of a kind: by each source, and at each place that has a code of its own.

    With the codes that need a permit.
    """
    row = row_of(kind)
    places = dict.fromkeys(place for sited in row.bluetooth for place in sited.at)
    ways: dict[str, tuple[Shape, str]] = {"ble": (SENSOR, "")}
    ways |= {f"ble at {place}": (SENSOR, place) for place in places}
    if not only_bluetooth(kind):
        ways["healthkit"] = (PHONE, "")
    claims = tuple(PROFILES)
    permits = frozenset(coding.system for coding in row.permitted)
    made: dict[str, str] = {}
    for way, (shape, place) in ways.items():
        claimed = replace(shape, kind=kind, profiles=claims, permits=permits)
        reading = one(claimed, a_value_of(kind), where=place, waves=(WAVE,))
        made[f"{kind} by {way}"] = render(*reading)[0].decode()
    return made


def cases() -> dict[str, str]:
    """Everything that is looked at, by a name that says what it is."""
    made = {f"shape {name}": render(*example)[0].decode() for name, example in EXAMPLES.items()}
    made |= {f"made {name}": body.decode() for name, body in MADE.items()}
    made |= {f"row {name}": body for name, body in row_instances()}
    made |= {f"reference {profile}": text_of(profile) for profile in REFERENCES}
    made |= {f"fault {fault.says}": fault.planted() for fault in FAULTS}
    return made


@dataclass(frozen=True)
class Judged:
    """The answers.

    Attributes:
        said: by judge and name of the case.
    """

    said: Verdicts
    bodies: Mapping[str, str]

    def answer(self, judge: str, case: str) -> Answer:
        """Whether a judge accepts a resource.

        It cannot judge a profile that it does not know, or whose own example by HL7 it refuses.
        """
        verdict = self.said[judge][case]
        if not verdict.complaints:
            return "cannot judge" if self._unknown(verdict) else "yes"
        claims = json.loads(self.bodies[case]).get("meta", {}).get("profile", ())
        refused = {
            complaint
            for profile in claims
            if f"reference {profile}" in self.bodies
            for complaint in self.said[judge][f"reference {profile}"].complaints
        }
        return "cannot judge" if set(verdict.complaints) <= refused else "no"

    def caught(self, judge: str, says: str) -> bool:
        """Whether a judge complains of a fault beyond what it says of the resource without it."""
        fault = next(one for one in FAULTS if one.says == says)
        whole = f"shape {fault.where}" if fault.where in EXAMPLES else f"made {fault.where}"
        new = set(self.said[judge][f"fault {says}"].complaints)
        return bool(new - set(self.said[judge][whole].complaints))

    @staticmethod
    def _unknown(verdict: Verdict) -> bool:
        return bool(verdict.unknown)


def judge_all(instead: Path | None = None) -> Judged:
    """Ask every judge that is installed; ``instead`` as in `asking.ask`."""
    bodies = cases()
    return Judged(ask(bodies, instead=instead), bodies)
