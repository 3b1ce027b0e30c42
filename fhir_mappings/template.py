"""Observations frozen to bytes: validated once a shape and variant, then only spliced.

Building and dumping a model costs some hundred times what joining a few strings does, and the
models' own serialiser turns 36.60 into 36.6 (docs/decisions/0007-byte-templates.md).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fhir_mappings import sampled
from fhir_mappings.errors import MappingError
from fhir_mappings.instant import utc
from fhir_mappings.observation import Slots, build, content, to_json
from fhir_mappings.resource import Json
from fhir_mappings.shape import Shape

_SAMPLE = "sample"
_TEXT = "@@text@@"
_NUMBER = "@@number@@"
_BETWEEN_LINKS = '"},{"reference":"'
_TIMES = (utc(1), utc(2), utc(3))
SAMPLES: Final = sampled.SEPARATOR
"""What stands for samples in `Variant.parts`."""
_SAMPLES_OF = {"": "1", SAMPLES: sampled.SEPARATOR.join("110")}


@dataclass(frozen=True, slots=True)
class Variant:
    """What changes the shape of an Observation from one reading of a series to the next.

    ``parts`` holds ``""`` for a number, `SAMPLES` for samples, else the word or
    ``absent:<reason>`` that stands there. ``members`` and ``derived`` say whether there are links.
    """

    period: bool
    parts: tuple[str, ...]
    flags: int
    members: bool = False
    derived: bool = False


@lru_cache(maxsize=2048)
def template(shape: Shape, variant: Variant) -> tuple[str, ...]:
    """The pieces of the Observation between which the slots are.

    The slots are, in this order: identifier (once for each system that it stands under), start,
    (end of a period,) issued, the digits of the number or the three pieces of samples, the links
    to members and to what it was derived from (`links`, all of them in one slot), then the digits
    of each component.

    Raises:
        MappingError: no valid Observation can be made of this.
    """
    start, end, issued = _TIMES
    sample = Slots(
        identifier=_SAMPLE,
        start=start,
        end=end if variant.period else "",
        issued=issued,
        parts=tuple(_SAMPLES_OF.get(part, part) for part in variant.parts),
        flags=variant.flags,
        members=("Observation/1",) * variant.members,
        derived=("Observation/1",) * variant.derived,
    )
    resource = to_json(build(content(shape, sample)))
    marked = _mark(resource)
    text = json.dumps(resource, ensure_ascii=True, separators=(",", ":"))
    pieces = tuple(text.replace(f'"{_NUMBER}"', _TEXT).split(_TEXT))
    meant = variant.parts.count("") + 3 * variant.parts.count(SAMPLES)
    meant += variant.members + variant.derived
    names = len(resource["identifier"])
    if marked != meant or len(pieces) != 3 + names + variant.period + meant:
        raise MappingError("the template has not the slots that it should have", shape.kind)
    return pieces


def links(references: Sequence[str]) -> str:
    """What stands in the slot of one list of links."""
    return _BETWEEN_LINKS.join(references)


def _mark(resource: Json) -> int:
    """Put a mark in place of each sample; say how many there were beside id and times."""
    for identifier in resource["identifier"]:
        identifier["value"] = _TEXT
    if "effectivePeriod" in resource:
        resource["effectivePeriod"] = {"start": _TEXT, "end": _TEXT}
    else:
        resource["effectiveDateTime"] = _TEXT
    resource["issued"] = _TEXT
    holders = [one for one in (resource, *resource.get("component", ())) if "valueQuantity" in one]
    for holder in holders:
        holder["valueQuantity"]["value"] = _NUMBER
    marked = len(holders)
    if wave := resource.get("valueSampledData"):
        wave |= {"period": _NUMBER, "factor": _NUMBER, "data": _TEXT}
        marked += 3
    for link in (*resource.get("hasMember", ()), *resource.get("derivedFrom", ())):
        link["reference"] = _TEXT
        marked += 1
    return marked
