"""Readings to the bytes of Observations, fast, with every digit that the device sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from adapters.kinds import row_of as kind_row_of
from adapters.reading import Value, text_of
from fhir_mappings import sampled
from fhir_mappings.errors import MappingError
from fhir_mappings.instant import utc
from fhir_mappings.outgoing import Outgoing
from fhir_mappings.shape import Shape
from fhir_mappings.statistics import beside
from fhir_mappings.template import SAMPLES, Variant, links, template
from fhir_mappings.values import parts_of

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?").fullmatch
_ONE_NUMBER = ("",)

Parts = tuple[tuple[str, ...], tuple[str, ...]]
"""What stands in each part (empty for a number), and the digits of the numbers."""


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
    split = _splitter(outgoing, shape)
    if outgoing.members or outgoing.derived:
        return _with_links(outgoing, shape, split)
    issued = utc(outgoing.issued)
    known: dict[tuple[bool, tuple[str, ...], int], tuple[list[str], int]] = {}
    made: list[bytes] = []
    columns = zip(
        outgoing.starts,
        outgoing.durations,
        outgoing.values,
        outgoing.decimals,
        outgoing.flags,
        outgoing.ids,
        strict=True,
    )
    try:
        for start, duration, value, decimals, flags, name in columns:
            parts, numbers = split(value, decimals)
            key = (duration > 0, parts, flags)
            found = known.get(key)
            if found is None:
                woven = _with_slots(template(shape, Variant(*key)))
                found = known[key] = woven, len(woven) // 2 - 2 - key[0] - len(numbers)
            woven, names = found
            if duration > 0:
                woven[1::2] = (
                    *(name,) * names,
                    utc(start),
                    utc(start + duration),
                    issued,
                    *numbers,
                )
            else:
                woven[1::2] = (*(name,) * names, utc(start), issued, *numbers)
            made.append("".join(woven).encode("ascii"))
    except MappingError as error:
        raise MappingError(error.reason, shape.kind, len(made)) from error
    return made


def _with_links(
    outgoing: Outgoing, shape: Shape, split: Callable[[Value, int], Parts]
) -> list[bytes]:
    """The same for groups and for what was put together: few, and each with links of its own."""
    nothing: list[Sequence[str]] = [()] * len(outgoing)
    are_components = bool(kind_row_of(shape.kind).components)
    made: list[bytes] = []
    try:
        for index, (members, derived) in enumerate(
            zip(outgoing.members or nothing, outgoing.derived or nothing, strict=True)
        ):
            start, duration = outgoing.starts[index], outgoing.durations[index]
            parts, numbers = split(outgoing.values[index], outgoing.decimals[index])
            flags = outgoing.flags[index]
            variant = Variant(duration > 0, parts, flags, bool(members), bool(derived))
            woven = _with_slots(template(shape, variant))
            ends = (utc(start + duration),) if duration > 0 else ()
            own = 0 if are_components else 3 if SAMPLES in parts else 1
            named = [links(those) for those in (members, derived) if those]
            values = (*numbers[:own], *named, *numbers[own:])
            times = (utc(start), *ends, utc(outgoing.issued))
            names = len(woven) // 2 - len(times) - len(values)
            woven[1::2] = (*(outgoing.ids[index],) * names, *times, *values)
            made.append("".join(woven).encode("ascii"))
    except MappingError as error:
        raise MappingError(error.reason, shape.kind, len(made)) from error
    return made


def _with_slots(pieces: tuple[str, ...]) -> list[str]:
    """The pieces with an empty slot between each two, at the odd places."""
    woven = [""] * (2 * len(pieces) - 1)
    woven[::2] = pieces
    return woven


def _quantity(value: Value, decimals: int) -> Parts:
    if type(value) is int and not decimals:
        return _ONE_NUMBER, (str(value),)
    if isinstance(value, str) and value.startswith("absent:"):
        return (value,), ()
    digits = text_of(value, decimals)
    if not _NUMBER(digits):
        raise MappingError("the value is not a number")
    return _ONE_NUMBER, (digits,)


def _splitter(outgoing: Outgoing, shape: Shape) -> Callable[[Value, int], Parts]:
    kind = kind_row_of(outgoing.kind)

    def waveform(value: Value, decimals: int) -> Parts:
        if isinstance(value, str) and value.startswith("absent:"):
            return (value,), ()
        wave = outgoing.waveforms.get(str(value))
        if wave is None:
            raise MappingError("the samples are not there")
        return (SAMPLES,), sampled.pieces(wave)

    def category(value: Value, decimals: int) -> Parts:
        return (str(value),), ()

    def components(value: Value, decimals: int) -> Parts:
        parts = parts_of(str(value), kind)
        numbers = tuple(part for part in parts if not part.startswith("absent:"))
        if not all(map(_NUMBER, numbers)):
            raise MappingError("a part of the value is not a number")
        return tuple(part if part.startswith("absent:") else "" for part in parts), numbers

    figures = 1 + len(beside(shape))

    def summary(value: Value, decimals: int) -> Parts:
        if not isinstance(value, str) or "|" not in value:
            return _quantity(value, decimals)
        numbers = tuple(value.split("|"))
        if len(numbers) != figures or not all(map(_NUMBER, numbers)):
            raise MappingError("the value has not the figures of a summary")
        return ("",) * figures, numbers

    ways = {
        "quantity": _quantity if shape.grain == "raw" else summary,
        "components": components,
        "waveform": waveform,
    }
    return ways.get(kind.shape, category)
