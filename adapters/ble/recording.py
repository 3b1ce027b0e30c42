"""Recordings: packets as they came over the air, with nothing that names a device or a person.

A file of JSON lines. The first says of what kind of device (``profile``) and where the packets are
from (``origin``); every other is a packet: ``at_ms`` since the start, ``characteristic``, ``data``
in hex, and ``stored`` where the device believes it delivered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adapters.local_events import Packet
from adapters.reading import DeviceKey, Instant


@dataclass(frozen=True, slots=True)
class Recorded:
    """One packet of a recording; ``at_ms`` counts from its start."""

    at_ms: int
    characteristic: str
    data: bytes
    stored: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole recording, in the order of time."""

    profile: str
    origin: str
    packets: tuple[Recorded, ...]

    @classmethod
    def of(cls, profile: str, origin: str, packets: Iterable[Packet]) -> Recording:
        """Take up packets; when they came and from which device is left out."""
        taken = sorted(packets, key=lambda packet: packet.received)
        start = taken[0].received if taken else 0
        return cls(
            profile,
            origin,
            tuple(
                Recorded(one.received - start, one.characteristic, one.data, one.stored)
                for one in taken
            ),
        )

    def replayed(self, device: DeviceKey, start: Instant) -> Iterator[Packet]:
        """The packets again, as if they came from this device from this time on."""
        for one in self.packets:
            yield Packet(device, one.characteristic, start + one.at_ms, one.data, one.stored)


def read(text: str) -> Recording:
    """Read a recording.

    Raises:
        ValueError: a line is not what the head of this module says.
    """
    head, *lines = (json.loads(line) for line in text.splitlines() if line.strip())
    try:
        packets = tuple(
            Recorded(
                int(line["at_ms"]),
                str(line["characteristic"]),
                bytes.fromhex(line["data"]),
                bool(line.get("stored", False)),
            )
            for line in lines
        )
        return Recording(str(head["profile"]), str(head["origin"]), packets)
    except KeyError as error:
        raise ValueError(f"a line of the recording lacks {error}") from None


def write(recording: Recording) -> str:
    """The text of a recording."""
    lines: list[dict[str, object]] = [{"profile": recording.profile, "origin": recording.origin}]
    for one in recording.packets:
        line: dict[str, object] = {
            "at_ms": one.at_ms,
            "characteristic": one.characteristic,
            "data": one.data.hex(),
        }
        lines.append({**line, "stored": True} if one.stored else line)
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
