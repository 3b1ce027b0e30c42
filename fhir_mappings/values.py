"""What was measured, as an element: a number, a word, samples, or why there is none.

Source: HL7 FHIR R4 4.0.1, Observation.value[x] and Observation.dataAbsentReason.
"""

from __future__ import annotations

from decimal import Decimal

from adapters.kinds import KindRow
from fhir_mappings import sampled, systems, words
from fhir_mappings.errors import MappingError
from fhir_mappings.resource import Json, coded, concept
from fhir_mappings.table import Row, Unit


def parts_of(text: str, kind: KindRow) -> tuple[str, ...]:
    """The parts of a stored value: one, or one for each component that is there.

    Raises:
        MappingError: there are more than the kind has, or one that is not optional is missing.
    """
    if not kind.components:
        return (text,)
    least = len(kind.components) - len(kind.optional)
    if text.startswith("absent:") and "|" not in text:
        return (text,) * least
    parts = tuple(text.split("|"))
    if not least <= len(parts) <= len(kind.components):
        raise MappingError("the value has not the parts of its kind")
    return parts


def is_there(part: str) -> bool:
    """Whether a part is a value, and not a reason for none."""
    return not part.startswith("absent:")


def value(row: Row, part: str) -> Json:
    """The element that says a part.

    Raises:
        MappingError: the word or the reason is not one of its kind.
    """
    if not is_there(part):
        reason = part.removeprefix("absent:")
        if reason not in words.ABSENT:
            raise MappingError("the reason for no value is not known")
        return {"dataAbsentReason": coded(systems.ABSENT, reason, words.ABSENT[reason])}
    if row.unit is not None and sampled.SEPARATOR in part:
        return {"valueSampledData": sampled.samples(part, row.unit)}
    if row.unit is not None:
        return quantity(row.unit, part)
    coding = row.values.get(part)
    if coding is None:
        raise MappingError("the word is not one of its kind")
    return {"valueCodeableConcept": concept(coding)}


def quantity(unit: Unit, number: str) -> Json:
    """A number in a unit."""
    said = {"unit": unit.words, "system": systems.UCUM, "code": unit.code}
    return {"valueQuantity": {"value": Decimal(number), **said}}
