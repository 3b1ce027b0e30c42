"""Observations frozen to bytes: validated once a shape and variant, then only spliced.

Building and dumping a model costs some hundred times what joining a few strings does, and the
models' own serialiser turns 36.60 into 36.6 (docs/decisions: byte templates).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from fhir_mappings.errors import MappingError
from fhir_mappings.instant import utc
from fhir_mappings.observation import Json, Slots, build, content, to_json
from fhir_mappings.shape import Shape

_SLOT = re.compile(r'"@@(?:identifier|start|end|issued|value)@@"')
_SAMPLE = Slots(
    identifier="sample",
    start=utc(1),
    end=utc(2),
    issued=utc(3),
    parts=(),
    flags=0,
)


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
    """The pieces between the slots: identifier, start, (end,) issued, then each number in turn.

    Raises:
        MappingError: no valid Observation can be made of this.
    """
    sample = Slots(
        identifier=_SAMPLE.identifier,
        start=_SAMPLE.start,
        end=_SAMPLE.end if variant.period else "",
        issued=_SAMPLE.issued,
        parts=tuple(part or "1" for part in variant.parts),
        flags=variant.flags,
    )
    resource = to_json(build(content(shape, sample)))
    numbers = _mark(resource)
    text = json.dumps(resource, ensure_ascii=True, separators=(",", ":"))
    pieces = tuple(_SLOT.split(text))
    slots = 3 + variant.period + numbers
    if len(pieces) != slots + 1 or numbers != variant.parts.count(""):
        raise MappingError("the template has not the slots that it should have", shape.kind)
    return pieces


def _mark(resource: Json) -> int:
    """Put a mark in place of each sample; say how many numbers there were."""
    resource["identifier"][0]["value"] = "@@identifier@@"
    if "effectivePeriod" in resource:
        resource["effectivePeriod"] = {"start": "@@start@@", "end": "@@end@@"}
    else:
        resource["effectiveDateTime"] = "@@start@@"
    resource["issued"] = "@@issued@@"
    counted = count()
    for holder in (resource, *resource.get("component", ())):
        if "valueQuantity" in holder:
            holder["valueQuantity"]["value"] = "@@value@@"
            next(counted)
    return next(counted)
