"""Readings to the bytes of Observations, fast, with every digit that the device sent."""

from __future__ import annotations

import re

from adapters.kinds import row_of as kind_row_of
from adapters.reading import Value, text_of
from fhir_mappings.errors import MappingError
from fhir_mappings.instant import utc
from fhir_mappings.observation import parts_of
from fhir_mappings.outgoing import Outgoing
from fhir_mappings.shape import Shape
from fhir_mappings.template import Variant, template

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_ONE_NUMBER = ("",)


def render(outgoing: Outgoing, shape: Shape) -> list[bytes]:
    """Write each reading as the JSON of an Observation, in their order.

    Args:
        outgoing: readings of the shape's kind.
        shape: patient, device and claims.

    Returns:
        ASCII JSON, one for each reading; times in UTC with `Z` and milliseconds.

    Raises:
        MappingError: a reading has no FHIR form; ``index`` says which, so that the caller can
            leave it out and send the others.
    """
    if outgoing.kind != shape.kind:
        raise MappingError("the readings are not of the shape's kind", outgoing.kind)
    issued = f'"{utc(outgoing.issued)}"'
    made = []
    for index, (start, duration, value, decimals, flags, made_id) in enumerate(
        zip(
            outgoing.starts,
            outgoing.durations,
            outgoing.values,
            outgoing.decimals,
            outgoing.flags,
            outgoing.ids,
            strict=True,
        )
    ):
        try:
            parts, numbers = _parts(value, decimals, shape)
            pieces = template(shape, Variant(duration > 0, parts, flags))
            slots = [f'"{made_id}"', f'"{utc(start)}"', issued, *numbers]
            if duration > 0:
                slots.insert(2, f'"{utc(start + duration)}"')
        except MappingError as error:
            raise MappingError(error.reason, shape.kind, index) from error
        joined = [pieces[0]]
        for slot, piece in zip(slots, pieces[1:], strict=True):
            joined += (slot, piece)
        made.append("".join(joined).encode("ascii"))
    return made


def _parts(value: Value, decimals: int, shape: Shape) -> tuple[tuple[str, ...], list[str]]:
    """What stands in each part (empty for a number), and the digits of the numbers."""
    kind = kind_row_of(shape.kind)
    if kind.shape == "quantity":
        if isinstance(value, str) and value.startswith("absent:"):
            return (value,), []
        digits = text_of(value, decimals)
        if not _NUMBER.fullmatch(digits):
            raise MappingError("the value is not a number")
        return _ONE_NUMBER, [digits]
    text = str(value)
    parts = parts_of(text, len(kind.components))
    if kind.shape == "category":
        return parts, []
    numbers = [part for part in parts if not part.startswith("absent:")]
    if not all(_NUMBER.fullmatch(part) for part in numbers):
        raise MappingError("a part of the value is not a number")
    return tuple(part if part.startswith("absent:") else "" for part in parts), numbers
