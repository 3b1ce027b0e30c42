"""The text of a description that was found, and what was found in words for its owner."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.ble.describing.drafting import Findings, Sort, Spot
from adapters.ble.describing.proposing import Place
from adapters.ble.describing.proposing_marks import CheckPlace, Mark, TimePlace
from adapters.ble.describing.shown import Shown
from adapters.kinds import row_of

_UNIT_WORDS: Final = {
    "[lb_av]": "lb", "[stone_av]": "st", "[degF]": "°F", "Cel": "°C", "mm[Hg]": "mmHg",
    "[in_i]": "in", "[ppm]": "ppm", "/min": "a minute",
}  # fmt: skip
_FINER: Final = {"kg": (1000, "g"), "m": (1000, "mm")}
_TIME_WORDS: Final = {
    "date-time": "as year, month, day, hour, minute, second",
    "date-time-6": "as year, month, day, hour, minute, second",
    "date-time-5": "as year, month, day, hour, minute",
}

_LEAST: Final = 3
"""Fewer letters name nothing."""


@dataclass(frozen=True, slots=True)
class Known:
    """How a device makes itself known, and what it is to be called.

    Attributes:
        key: of its description.
        title: what a person reads.
        services: that it advertises, by UUID.
        name: that it advertises, whole; what may be a number of this very device is cut off.
        manufacturer: whose data is in its advertisement, if it is needed.
        advertised: it only says what it measures in its advertisement.
        confirmed: characteristics that it indicates.
        commands: what is written to it first, UUID and hex.
        source: where its protocol was looked up.
    """

    key: str
    title: str
    services: Sequence[str] = ()
    name: str = ""
    manufacturer: int | None = None
    advertised: bool = False
    confirmed: frozenset[str] = frozenset()
    commands: Sequence[tuple[str, str]] = ()
    source: str = "Found out by its owner with health-gateway devices describe"


_NUMBERED: Final = re.compile(r"[\s_\-:#(]+(?=[0-9A-Fa-f]*\d)|(?=[0-9A-Fa-f]*\d)[0-9A-Fa-f]{6,}")


def beginning_of(name: str) -> str:
    """The part of an advertised name that all devices of a model share.

    A number of this very device stands behind a space or a line, or is long; a model's own
    number follows a letter at once (``BF720``). A name that is nothing else stays as it is.
    """
    cut = _NUMBERED.split(name, maxsplit=1)[0].rstrip(" _-:#(")
    return cut if len(cut) >= _LEAST else name


def text_of(known: Known, found: Findings) -> str:
    """The description as TOML."""
    lines = [
        f"key = {_quoted(known.key)}",
        f"title = {_quoted(known.title)}",
        f"source = {_quoted(known.source)}",
        "",
        "[advertised]",
        *_advertised(known),
    ]
    for uuid, data in known.commands:
        lines += ["", "[[write]]", f"uuid = {_quoted(uuid)}", f"hex = {_quoted(data)}"]
    for sort in found.sorts:
        lines += ["", "[[characteristic]]", *_characteristic(known, sort)]
    return "\n".join(lines) + "\n"


def _advertised(known: Known) -> Iterator[str]:
    if known.services:
        yield f"services = [{', '.join(map(_quoted, known.services))}]"
    if beginning := beginning_of(known.name):
        yield f"name_prefix = {_quoted(beginning)}"
    if known.manufacturer is not None:
        yield f"manufacturer = {known.manufacturer}"


def _characteristic(known: Known, sort: Sort) -> Iterator[str]:
    yield f"uuid = {_quoted(sort.characteristic)}"
    kept = sort.number or sort.time or sort.characteristic in known.confirmed
    delivery = "advertised" if known.advertised else "stored" if kept else "live"
    yield f"delivery = {_quoted(delivery)}"
    if not sort.alone or sort.finished is not None:
        yield "others = true  # packets of another sort come too, and say nothing"
    yield "field = ["
    shown = {place: value for value, place in sort.values}
    at = 0
    for spot in sort.spots:
        if spot.span.start > at:
            yield f"    {{ skip = {spot.span.start - at} }},"
        yield f"    {{ {', '.join(_field(spot, sort, shown))} }},"
        at = spot.span.stop
    if at < sort.length:
        yield f"    {{ skip = {sort.length - at} }},"
    yield "]"


def _field(spot: Spot, sort: Sort, shown: dict[Place, Shown]) -> Iterator[str]:
    match spot:
        case TimePlace():
            yield f"time = {_quoted(spot.type)}"
        case CheckPlace():
            yield f'type = "uint8", check = {_quoted(spot.check)}, check_from = {spot.check_from}'
        case Mark():
            yield 'name = "finished", type = "uint8"'
            if spot.bit is not None:
                yield f"bits = [{spot.bit}, {spot.bit}]"
            yield f"expect = {spot.value}"
        case Place() if spot in shown:
            value = shown[spot]
            yield f"type = {_quoted(spot.type)}"
            if spot.scale != 1:
                yield f"scale = {spot.scale:f}"
            yield f"kind = {_quoted(value.kind)}"
            if value.component:
                yield f"component = {_quoted(value.component)}"
            yield f"unit = {_quoted(spot.unit)}"
        case Place():
            yield f'name = "record", type = {_quoted(spot.type)}, record_number = true'
    if isinstance(spot, Place | TimePlace) and spot.order == "big" and len(spot.span) > 1:
        yield 'byte_order = "big"'


def words_of(found: Findings) -> list[str]:
    """What was found, in sentences."""
    said = []
    for sort in found.sorts:
        for value, place in sort.values:
            said.append(_value_words(value, place))
        if sort.number is not None:
            said.append(
                f"The device numbers its measurements, in {_bytes(sort.number)}; so the same one "
                "is never stored twice."
            )
        if sort.time is not None:
            how = _TIME_WORDS.get(sort.time.type, "as " + sort.time.type.replace("-", " "))
            said.append(f"Its own time stands in {_bytes(sort.time)}, {how}.")
        if sort.check is not None:
            said.append(f"Byte {sort.check.at + 1} makes sure that nothing was lost on the way.")
        if sort.finished is not None:
            said.append(_finished_words(sort.finished))
        elif sort.unfinished:
            said.append(
                "It also sends numbers before it has settled, and nothing tells them apart: each "
                "would be taken as a reading. Another measurement may show a sign."
            )
    for name in found.missing:
        said.append(
            f"The {name.replace('_', ' ').replace('.', ', ')} was in none of the packets as it was "
            "shown."
        )
    return said


def _value_words(value: Shown, place: Place) -> str:
    what = row_of(value.kind).title.lower() + (f" ({value.component})" if value.component else "")
    if place.type in ("sfloat", "float"):
        return f"The {what} stands in {_bytes(place)}, as a medical number."
    step, unit = place.scale, _UNIT_WORDS.get(place.unit, place.unit)
    if place.unit in _FINER and step < 1:
        finer, unit = _FINER[place.unit]
        step *= finer
    return f"The {what} stands in {_bytes(place)}, in steps of {step.normalize():f} {unit}."


def _finished_words(mark: Mark) -> str:
    if mark.bit is None:
        return f"Byte {mark.at + 1} is {mark.value} once it has settled; what comes before is left."
    way = "set" if mark.value else "not set"
    return (
        f"Bit {mark.bit} of byte {mark.at + 1} is {way} once it has settled; what comes before is "
        "left."
    )


def _bytes(spot: Place | TimePlace) -> str:
    first, last = spot.span.start + 1, spot.span.stop
    if first == last:
        return f"byte {first}"
    return f"bytes {first} and {last}" if last == first + 1 else f"bytes {first} to {last}"


def _quoted(text: str) -> str:
    """A string of TOML: those of JSON are such too, where no control sign is in them."""
    return json.dumps("".join(c for c in text if c.isprintable()), ensure_ascii=False)
