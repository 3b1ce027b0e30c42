"""The layout of a packet, field by field: what a device description says, made able to read.

Source of the number types: `adapters.ble.fields` and `adapters.ble.numbers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.ble.fields import ByteOrder, Reader, Writer
from adapters.ble.layout_fields import Clock, Field, Said, Sent, Skipped
from adapters.ble.profile import Told
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.kinds import Kind, row_of
from adapters.local_events import Packet
from adapters.reading import Absence, Category, Components, Quality, Quantity, Reading

Part = Field | Clock | Skipped


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of a packet, front to end.

    Attributes:
        parts: in their order; one with a condition is only there where an earlier field says so.
        order: of the bytes in a number.
        longer: bytes may follow that no field stands for; otherwise they are an error.
        others: packets that do not fit are of another sort, and say nothing, instead of being
            errors.
    """

    parts: tuple[Part, ...]
    order: ByteOrder = "little"
    longer: bool = False
    others: bool = False

    def decode(self, data: bytes) -> list[tuple[Part, Said]]:
        """Every field that is there with what it says.

        Raises:
            DecodeError: the packet is shorter or longer than the layout, or a field that always
                says the same says something else.
        """
        fields = Reader(data, self.order)
        said: list[tuple[Part, Said]] = []
        whole: dict[str, int] = {}
        for part in self.parts:
            if isinstance(part, Skipped):
                fields.skip(part.count)
            elif part.when is None or part.when.holds(whole):
                said.append((part, part.take(fields, whole)))
        if not self.longer:
            fields.end()
        return said

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
            elif part.when is None or part.when.holds(whole):
                part.put(said, made, whole)
        return bytes(made)

    def readings(self, packet: Packet) -> Iterator[Told]:
        """One reading a field that has a kind, components of one kind together.

        Raises:
            DecodeError: the packet does not fit the layout.
        """
        try:
            decoded = self.decode(packet.data)
        except DecodeError:
            if self.others:
                return
            raise
        about = _About(decoded)
        counts: dict[Kind, int] = {}
        for kind, value in _values(decoded):
            nth = counts.get(kind, 0)
            counts[kind] = nth + 1
            if about.is_plain:
                yield Reading(kind, packet.received, value, nth=nth, quality=about.quality)
            else:
                yield about.record(kind, value, nth)


class _About:
    """What the fields say of the measurement as a whole: when, whose, which, how good."""

    def __init__(self, decoded: list[tuple[Part, Said]]) -> None:
        self.quality = Quality.NONE
        self._told, self._user, self._number = None, None, None
        for part, said in decoded:
            if isinstance(part, Clock):
                self._told = said.told if not isinstance(said, Absence) else None  # type: ignore[union-attr]  # a clock says a time
            elif isinstance(part, Field) and not isinstance(said, Absence):
                self.quality |= part.doubts(said)
                if part.user:
                    self._user = int(said)  # type: ignore[arg-type]  # a field says a number
                if part.record_number:
                    self._number = int(said)  # type: ignore[arg-type]

    @property
    def is_plain(self) -> bool:
        return self._told is None and self._user is None

    def record(
        self, kind: Kind, value: Quantity | Components | Category | Absence, nth: int
    ) -> Record:
        """A device that counts anew uses its numbers again: only with its time is one a name."""
        identity = ""
        if self._told is not None:
            number = "" if self._number is None else self._number
            identity = f"{number}@{self._told.isoformat()}"
        return Record(kind, value, self._told, self._user, identity, nth=nth, quality=self.quality)


def _values(
    decoded: list[tuple[Part, Said]],
) -> Iterator[tuple[Kind, Quantity | Components | Absence]]:
    """What is measured, in the order of the packet; components where their first part stands."""
    together: dict[Kind, dict[str, Said]] = {}
    for part, said in decoded:
        if isinstance(part, Field) and part.kind is not None and part.component:
            together.setdefault(part.kind, {})[part.component] = said
    for part, said in decoded:
        if not isinstance(part, Field) or part.kind is None:
            continue
        if not part.component:
            yield part.kind, said if isinstance(said, Absence) else Quantity(said, part.unit)  # type: ignore[arg-type]
        elif part.kind in together:
            names, parts = row_of(part.kind).components, together.pop(part.kind)
            values = tuple(parts[name] for name in names if name in parts)
            absent = next((one for one in values if isinstance(one, Absence)), None)
            all_absent = absent is not None and all(isinstance(one, Absence) for one in values)
            yield part.kind, absent if all_absent and absent else Components(values, part.unit)  # type: ignore[arg-type]
