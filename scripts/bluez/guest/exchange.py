"""What a gateway and one device said to each other, and where two host stacks said it differently.

Of the attribute protocol all is kept that is asked, answered, told and confirmed about values. What
is left out, and why: docs/bluez-vm.md, "The same on both radios".

Source: Bluetooth Core 6.0, Vol 3, Part F, 3.4 (op codes) and Part G, 3.3.1.1 (characteristic
declarations); GATT Specification Supplement, Current Time.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from adapters.ble.characteristics import current_time
from scripts.bluez.guest.snoop import CONFIRMATION, INDICATION, NOTIFICATION, READ, WRITE, Said

_ERROR, _BY_TYPE, _BY_TYPE_ANSWER = 0x01, 0x08, 0x09
_READ_ON, _WRITE_UNANSWERED = 0x0C, 0x52
_FINDING_OUT = {0x02, 0x03, 0x04, 0x05, 0x06, 0x07, _BY_TYPE, _BY_TYPE_ANSWER, 0x10, 0x11}
"""How long a packet may be (0x02, 0x03), and which attributes there are."""

_ASKS = {READ: "read", _READ_ON: "read on", WRITE: "write", _WRITE_UNANSWERED: "command"}
_ANSWERS = {0x0B: "is", 0x0D: "goes on", 0x13: "written"}
_TELLS = {NOTIFICATION: "notifies", INDICATION: "indicates"}

_DECLARATION = (0x2803).to_bytes(2, "little")
_SHORT = "00001000800000805f9b34fb"
_CLOCK = current_time.UUID[4:8]
_SET_BY_HOUR = slice(0, 5)

BLUETOOTHD_ASKS = (
    "write 2b29 ",  # Client Supported Features
    "write 2a05+1 ",  # Service Changed, to be told of it
    "read 2a00",  # Device Name
    "read 2a01",  # Appearance
    "read 2a04",  # Peripheral Preferred Connection Parameters
    "read 2a50",  # PnP ID, of its deviceinfo plugin
    "read 2a19",  # Battery Level, of its battery plugin
    "write 2a19+1 ",  # the same, to be told of it
)
"""What bluetoothd asks of every device for itself, each at most once on a link."""


@dataclass(slots=True)
class _Talk:
    """One link, as far as it was read."""

    names: dict[int, str] = field(default_factory=dict)
    asked: Said | None = None

    def line(self, one: Said) -> str:
        """A packet in words; empty where it is of what is left out."""
        if one.op in _FINDING_OUT:
            if one.op == _BY_TYPE_ANSWER and self.asked and self.asked.pdu[5:] == _DECLARATION:
                self._learn(one.pdu)
            self.asked = one
            return ""
        if one.op in _ASKS:
            if one.op != _WRITE_UNANSWERED:
                self.asked = one
            return f"{_ASKS[one.op]} {self._name(one)} {one.value.hex()}".rstrip()
        if one.op in _TELLS:
            return f"{self._name(one)} {_TELLS[one.op]} {one.value.hex()}"
        if one.op == CONFIRMATION:
            return "confirmed"
        asked, self.asked = self.asked, None
        if one.op == _ERROR:
            found_out = one.pdu[1] in _FINDING_OUT
            return "" if found_out else f"{self._name(asked)} refused {one.pdu[4]:#04x}"
        name, value = self._name(asked), one.pdu[1:]
        if name == _CLOCK:
            value = value[_SET_BY_HOUR]
        return f"{name} {_ANSWERS.get(one.op, hex(one.op))} {value.hex()}".rstrip()

    def _learn(self, answer: bytes) -> None:
        """Take up declarations: handle, properties, handle of the value, UUID."""
        size = answer[1]
        for at in range(2, len(answer) - size + 1, size):
            (handle,) = struct.unpack_from("<H", answer, at + 3)
            uuid = answer[at + 5 : at + size][::-1].hex()
            is_short = uuid.startswith("0000") and uuid.endswith(_SHORT)
            self.names[handle] = uuid[4:8] if is_short else uuid

    def _name(self, one: Said | None) -> str:
        """The characteristic that it is about, with `+n` for what describes it."""
        if one is None:
            return "nothing"
        (handle,) = struct.unpack_from("<H", one.pdu, 1)
        before = max((known for known in self.names if known <= handle), default=handle)
        behind = f"+{handle - before}" if handle > before else ""
        return f"{self.names.get(before, hex(handle))}{behind}"


def exchange(every: Iterable[Said], device: str) -> Iterator[str]:
    """What was said on the links to one device, a line a packet.

    Args:
        every: the packets of an adapter.
        device: its address.
    """
    talks: dict[int, _Talk] = {}
    for one in every:
        if one.device == device.upper() and (line := talks.setdefault(one.link, _Talk()).line(one)):
            yield line


def differences(ours: Sequence[str], bluez: Sequence[str]) -> list[str]:
    """Where an exchange on the virtual radio is not that over BlueZ, in words; none if it is.

    All that was said on the virtual radio must have been said over BlueZ, in the same order; what
    was said there beside it must be `BLUETOOTHD_ASKS` and its answers.
    """
    found, beside = [], []
    rest = iter(bluez)
    for number, line in enumerate(ours):
        for other in rest:
            if other == line:
                break
            beside.append(other)
        else:
            found.append(f"over BlueZ not said, or not in this order (line {number + 1}): {line}")
            break
    beside.extend(rest)
    if not found:
        found.extend(f"said over BlueZ alone: {line}" for line in _strange(beside))
    return found


def _strange(beside: Sequence[str]) -> Iterator[str]:
    """What bluetoothd does not ask for itself; an answer belongs to what was asked before it."""
    asked: Counter[str] = Counter()
    answer_to = ""
    for line in beside:
        verb, _, rest = line.partition(" ")
        its = next((one for one in BLUETOOTHD_ASKS if f"{line} ".startswith(one)), None)
        if its is not None and not asked[its]:
            asked[its] += 1
            answer_to = rest.split(" ")[0]
        elif answer_to and verb == answer_to:
            answer_to = ""
        else:
            yield line
