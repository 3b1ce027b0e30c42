"""Reading and writing the fields of a packet, little endian, to the last byte.

Source: Bluetooth SIG, GATT Specification Supplement, "Data types" (little endian unless a
characteristic says otherwise).
"""

from __future__ import annotations

from typing import Literal, Self

from adapters.ble.formats.numbers import FLOAT, SFLOAT, MedicalNumber
from adapters.errors import DecodeError

ByteOrder = Literal["little", "big"]


class Reader:
    """Takes the fields of a packet from front to end.

    Every field that is cut short, and every byte that is left over, raises `DecodeError` with the
    packet and the place.
    """

    __slots__ = ("_order", "data", "offset")

    def __init__(self, data: bytes, order: ByteOrder = "little") -> None:
        self.data = bytes(data)
        self.offset = 0
        self._order: ByteOrder = order

    def _take(self, count: int) -> bytes:
        taken = self.data[self.offset : self.offset + count]
        if len(taken) < count:
            raise self.wrong("the packet is cut short")
        self.offset += count
        return taken

    def wrong(self, why: str) -> DecodeError:
        """An error that says why, at the place where reading stands."""
        return DecodeError(why, self.data, self.offset)

    @property
    def left(self) -> int:
        """How many bytes are not read yet."""
        return len(self.data) - self.offset

    def unsigned(self, width: int) -> int:
        """An unsigned integer of so many bytes."""
        return int.from_bytes(self._take(width), self._order)

    def signed(self, width: int) -> int:
        """A two's complement integer of so many bytes."""
        return int.from_bytes(self._take(width), self._order, signed=True)

    def uint8(self) -> int:
        """One byte."""
        return self.unsigned(1)

    def uint16(self) -> int:
        """Two bytes."""
        return self.unsigned(2)

    def sfloat(self) -> MedicalNumber:
        """A medical float of 16 bits (SFLOAT, medfloat16)."""
        return SFLOAT.decode(self.unsigned(2))

    def float32(self) -> MedicalNumber:
        """A medical float of 32 bits (FLOAT, medfloat32)."""
        return FLOAT.decode(self.unsigned(4))

    def skip(self, count: int) -> None:
        """Pass over bytes that no field of ours stands for."""
        self._take(count)

    def rest(self) -> bytes:
        """All that is left, maybe nothing."""
        return self._take(self.left)

    def end(self) -> None:
        """Nothing may be left.

        Raises:
            DecodeError: there are bytes that no field accounts for.
        """
        if self.left:
            raise self.wrong("there are bytes left over")


class Writer:
    """Puts the fields of a packet one behind the other; calls can be chained."""

    __slots__ = ("_made", "_order")

    def __init__(self, order: ByteOrder = "little") -> None:
        self._made = bytearray()
        self._order: ByteOrder = order

    def __bytes__(self) -> bytes:
        return bytes(self._made)

    def unsigned(self, number: int, width: int) -> Self:
        """An unsigned integer of so many bytes.

        Raises:
            OverflowError: it does not fit.
        """
        self._made += number.to_bytes(width, self._order)
        return self

    def signed(self, number: int, width: int) -> Self:
        """A two's complement integer of so many bytes.

        Raises:
            OverflowError: it does not fit.
        """
        self._made += number.to_bytes(width, self._order, signed=True)
        return self

    def uint8(self, number: int) -> Self:
        """One byte."""
        return self.unsigned(number, 1)

    def uint16(self, number: int) -> Self:
        """Two bytes."""
        return self.unsigned(number, 2)

    def sfloat(self, number: MedicalNumber) -> Self:
        """A medical float of 16 bits.

        Raises:
            ValueError: it does not fit.
        """
        return self.unsigned(SFLOAT.encode(number), 2)

    def float32(self, number: MedicalNumber) -> Self:
        """A medical float of 32 bits.

        Raises:
            ValueError: it does not fit.
        """
        return self.unsigned(FLOAT.encode(number), 4)

    def raw(self, made: bytes) -> Self:
        """Bytes as they are."""
        self._made += made
        return self
