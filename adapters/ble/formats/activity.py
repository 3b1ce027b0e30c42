"""What all data of a Physical Activity Monitor have in common: flags, a head, optional fields.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.2 to 3.8. Its text is not public
in full. Names and order of the flags are those that bluetooth-sig 0.6.0 took from its tables;
order and width of the fields are those of the two implementations of the service's trial by its
authors (Philips 2018: firmware for PSoC 4 BLE, and Harald, a library for Android), which agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from adapters.ble.formats.fields import Reader, Writer

Layout = tuple[tuple[str, int], ...]
"""The optional fields in the order of their flags: the attribute, and its bytes (negative: with a
sign)."""


@dataclass(frozen=True, slots=True)
class Head:
    """To which session data belong, and when in it.

    Attributes:
        session: the number of the session.
        sub_session: the number of its part; 0 for the whole session.
        seconds: since the session began.
        sequence: counts the data.
    """

    session: int
    sub_session: int
    seconds: int
    sequence: int

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """The next twelve bytes."""
        return cls(fields.uint16(), fields.uint16(), fields.unsigned(4), fields.unsigned(4))

    def put(self, made: Writer) -> None:
        """Write it into a packet."""
        made.uint16(self.session).uint16(self.sub_session)
        made.unsigned(self.seconds, 4).unsigned(self.sequence, 4)


def take(
    data: bytes, flag_bytes: int, layout: Layout
) -> tuple[int, Head, Mapping[str, int | None]]:
    """The flags, the head and every optional field, None where its flag is not set.

    Flags that have no field are left to the caller.

    Raises:
        DecodeError: it is cut short, or longer than its flags say.
    """
    fields = Reader(data)
    flags = fields.unsigned(flag_bytes)
    head = Head.take(fields)
    found: dict[str, int | None] = {}
    for bit, (name, width) in enumerate(layout):
        if not flags >> bit & 1:
            found[name] = None
        elif width < 0:
            found[name] = fields.signed(-width)
        else:
            found[name] = fields.unsigned(width)
    fields.end()
    return flags, head, found


def put(value: object, head: Head, flag_bytes: int, layout: Layout, flags: int = 0) -> bytes:
    """The bytes of it, with the flags of the optional fields that it has."""
    there = [(bit, width, getattr(value, name)) for bit, (name, width) in enumerate(layout)]
    there = [one for one in there if one[2] is not None]
    made = Writer().unsigned(flags | sum(1 << bit for bit, _, _ in there), flag_bytes)
    head.put(made)
    for _, width, number in there:
        if width < 0:
            made.signed(number, -width)
        else:
            made.unsigned(number, width)
    return bytes(made)
