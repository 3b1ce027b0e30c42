"""Observations frozen to bytes: validated once a shape and variant, then only spliced.

Building and dumping a model costs some hundred times what joining a few strings does, and the
models' own serialiser turns 36.60 into 36.6 (docs/decisions/0007-byte-templates.md).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from fhir_mappings.errors import MappingError
from fhir_mappings.instant import utc
from fhir_mappings.observation import Slots, build, content, to_json
from fhir_mappings.resource import Json
from fhir_mappings.shape import Shape

_SAMPLE = "sample"
_TEXT = "@@text@@"
_NUMBER = "@@number@@"
_TIMES = (utc(1), utc(2), utc(3))


@dataclass(frozen=True, slots=True)
class Variant:
    """What changes the shape of an Observation from one reading of a series to the next.

    ``parts`` holds ``""`` for a number, else the word or ``absent:<reason>`` that stands there.
    """

    period: bool
    parts: tuple[str, ...]
    flags: int


@lru_cache(maxsize=2048)
def template(shape: Shape, variant: Variant) -> tuple[str, ...]:
    """The pieces of the Observation between which the slots are.

    The slots are, in this order: identifier, start, (end of a period,) issued, then the digits
    of each number.

    Raises:
        MappingError: no valid Observation can be made of this.
    """
    start, end, issued = _TIMES
    sample = Slots(
        identifier=_SAMPLE,
        start=start,
        end=end if variant.period else "",
        issued=issued,
        parts=tuple(part or "1" for part in variant.parts),
        flags=variant.flags,
    )
    resource = to_json(build(content(shape, sample)))
    numbers = _mark(resource)
    text = json.dumps(resource, ensure_ascii=True, separators=(",", ":"))
    pieces = tuple(text.replace(f'"{_NUMBER}"', _TEXT).split(_TEXT))
    if numbers != variant.parts.count("") or len(pieces) != 4 + variant.period + numbers:
        raise MappingError("the template has not the slots that it should have", shape.kind)
    return pieces


def _mark(resource: Json) -> int:
    """Put a mark in place of each sample; say how many numbers there were."""
    resource["identifier"][0]["value"] = _TEXT
    if "effectivePeriod" in resource:
        resource["effectivePeriod"] = {"start": _TEXT, "end": _TEXT}
    else:
        resource["effectiveDateTime"] = _TEXT
    resource["issued"] = _TEXT
    holders = [one for one in (resource, *resource.get("component", ())) if "valueQuantity" in one]
    for holder in holders:
        holder["valueQuantity"]["value"] = _NUMBER
    return len(holders)
