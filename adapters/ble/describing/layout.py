"""The layout of a packet, field by field: what a device description says, made able to read.

Source of the number types: `adapters.ble.formats.fields` and `adapters.ble.formats.numbers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from adapters.ble.describing.layout_clock import Clock, Moment
from adapters.ble.describing.layout_fields import Field, Said, Sent, Skipped
from adapters.ble.describing.layout_units import conversion
from adapters.ble.formats.fields import ByteOrder, Reader, Writer
from adapters.ble.profile import Told
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.kinds import Kind, row_of
from adapters.local_events import Packet
from adapters.reading import Absence, Components, Quality, Quantity, Reading

Part = Field | Clock | Skipped
Found = tuple[Field | Clock, Said]

_Value = Quantity | Components | Absence


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of a packet, front to end.

    Attributes:
        parts: in their order; one with a condition is only there where an earlier field says so.
        order: of the bytes in a number.
        longer: bytes may follow that no field stands for; otherwise they are an error.
        others: packets that do not fit are of another sort, and say nothing, instead of being
            errors.
        repeats: the fields may stand in one packet several times, one behind the other.
    """

    parts: tuple[Part, ...]
    order: ByteOrder = "little"
    longer: bool = False
    others: bool = False
    repeats: bool = False

    def decode(self, data: bytes) -> list[Found]:
        """Every field that is there with what it says; of a packet that repeats, all of them.

        Raises:
            DecodeError: the packet is shorter or longer than the layout, or a field that always
                says the same says something else.
        """
        return [found for measured in self._measured(data) for found in measured.found]

    def encode(self, said: Mapping[str, Sent]) -> bytes:
        """A packet that says this, by the names of the fields; skipped bytes are zero.

        Raises:
            KeyError: a field is not said.
            ValueError: a field has no way to say it.
        """
        made = Writer(self.order)
        whole: dict[str, int] = {}
        for part in self.parts:
            if isinstance(part, Skipped):
                made.raw(bytes(part.count))
            elif not part.is_there(whole):
                continue
            elif isinstance(part, Clock):
                part.put(said, made)
            elif part.of:
                if part.name in said or part.expect:
                    whole[part.name] = part.steps(said)
            else:
                part.put(said, made, self.order, whole, self._made_of(part))
        return bytes(made)

    def readings(self, packet: Packet) -> Iterator[Told]:
        """One reading a field that has a kind, components of one kind together.

        Raises:
            DecodeError: the packet does not fit the layout.
        """
        try:
            measured = self._measured(packet.data)
        except DecodeError:
            if self.others:
                return
            raise
        counts: dict[Kind, int] = {}
        for one in measured:
            about = _About(one)
            for kind, value, quality in _values(one.found):
                nth = counts.get(kind, 0)
                counts[kind] = nth + 1
                yield about.told(kind, value, nth, quality, packet)

    def _made_of(self, whole: Field) -> tuple[Field, ...]:
        return tuple(p for p in self.parts if isinstance(p, Field) and p.of == whole.name)

    def _measured(self, data: bytes) -> list[_Measured]:
        fields = Reader(data, self.order)
        every = [self._one(fields)]
        while self.repeats and fields.left:
            every.append(self._one(fields))
        if not self.longer:
            fields.end()
        return every

    def _one(self, fields: Reader) -> _Measured:
        start = fields.offset
        measured = _Measured([], {})
        for part in self.parts:
            if isinstance(part, Skipped):
                fields.skip(part.count)
            elif not part.is_there(measured.whole):
                continue
            elif isinstance(part, Clock):
                measured.found.append((part, part.take(fields)))
            else:
                said = part.take(fields, self.order, measured.whole, start)
                measured.found.append((part, said))
        return measured


@dataclass(frozen=True, slots=True)
class _Measured:
    """One measurement: what its fields say, and their whole numbers by name."""

    found: list[Found]
    whole: dict[str, int]


def of_any(layouts: Sequence[Layout], packet: Packet) -> Iterator[Told]:
    """The readings of a packet of one of several sorts: of the first whose layout fits.

    Raises:
        DecodeError: it fits none, and no layout says that there may be others.
    """
    refused: DecodeError | None = None
    for layout in layouts:
        try:
            layout.decode(packet.data)
        except DecodeError as error:
            refused = refused or error
        else:
            yield from layout.readings(packet)
            return
    if refused is not None and not any(layout.others for layout in layouts):
        raise refused


class _About:
    """What the fields say of the measurement as a whole: when, whose, which, how good."""

    def __init__(self, measured: _Measured) -> None:
        self._quality = Quality.NONE
        self._when, self._user, self._number = Moment(None), None, None
        for part, said in measured.found:
            if isinstance(part, Clock):
                self._when = said if isinstance(said, Moment) else self._when
                continue
            self._quality |= part.doubts(measured.whole)
            if part.user and isinstance(said, Decimal):
                self._user = int(said)
            if part.record_number and isinstance(said, Decimal):
                self._number = int(said)

    def told(self, kind: Kind, value: _Value, nth: int, quality: Quality, packet: Packet) -> Told:
        """A reading of the moment, or a record where the device tells its time or user.

        A device that counts anew uses its numbers again: only with its time is one a name.
        """
        told, quality = self._when.told, self._quality | quality
        if told is None and self._user is None:
            return Reading(kind, packet.received, value, nth=nth, quality=quality)
        number = "" if self._number is None else self._number
        identity = "" if told is None else f"{number}@{told.isoformat()}"
        return Record(kind, value, told, self._user, identity, nth=nth, quality=quality)


def _values(found: Sequence[Found]) -> Iterator[tuple[Kind, _Value, Quality]]:
    """What is measured, in the order of the packet; components where their first part stands."""
    together: dict[Kind, dict[str, tuple[Decimal | Absence, Quality]]] = {}
    for part, said in found:
        if isinstance(part, Field) and part.kind is not None and part.component:
            assert not isinstance(said, Moment)  # noqa: S101  # a number or an absence
            together.setdefault(part.kind, {})[part.component] = _in_its_unit(part, part.kind, said)
    for part, said in found:
        if not isinstance(part, Field) or part.kind is None or isinstance(said, Moment):
            continue
        unit = row_of(part.kind).unit
        if not part.component:
            value, quality = _in_its_unit(part, part.kind, said)
            yield part.kind, _quantity(value, unit), quality
        elif part.kind in together:
            parts = together.pop(part.kind)
            told = [parts[name] for name in row_of(part.kind).components if name in parts]
            values = tuple(value for value, _ in told)
            quality = Quality.NONE
            for _, one in told:
                quality |= one
            absent = [value for value in values if isinstance(value, Absence)]
            whole = absent[0] if len(absent) == len(values) else Components(values, unit)
            yield part.kind, whole, quality


def _quantity(value: Decimal | Absence, unit: str) -> Quantity | Absence:
    return value if isinstance(value, Absence) else Quantity(value, unit)


def _in_its_unit(
    part: Field, kind: Kind, said: Decimal | Absence
) -> tuple[Decimal | Absence, Quality]:
    convert = conversion(part.unit, row_of(kind).unit)
    if convert is None or isinstance(said, Absence):
        return said, Quality.NONE
    return convert(said), Quality.VALUE_AS_CONVERTED
