"""From one packet of a device to what arrives of it."""

from __future__ import annotations

from collections.abc import Callable

from adapters.ble.hearing import Hearing
from adapters.ble.paired import RADIO, Paired
from adapters.ble.profile import told_by
from adapters.ble.settling import Settled, settle
from adapters.errors import DecodeError, ReadingRefused
from adapters.local_events import LocalBatch, Packet, Unclaimed
from adapters.reading import Reading, batches
from adapters.source import Arrival

Complain = Callable[[Packet, str], None]
"""Told of a packet that could not be read, and why."""

_NOT_UNDERSTOOD = "it could not be understood"


def decoded(paired: Paired, packet: Packet, hearing: Hearing, complain: Complain) -> list[Arrival]:
    """Readings first, the packet last: once it comes out, its readings have come out."""
    try:
        made = _made(paired, packet, hearing)
    except DecodeError as error:
        complain(packet, error.why)
        made = []
    except ReadingRefused as error:
        complain(packet, error.reason)
        made = []
    except Exception:  # a decoder's mistake costs its packet, never the other devices
        complain(packet, _NOT_UNDERSTOOD)
        made = []
    return [*made, LocalBatch([packet])]


def _made(paired: Paired, packet: Packet, hearing: Hearing) -> list[Arrival]:
    locate = paired.profile.locates.get(packet.characteristic)
    if locate is not None:
        places = list(locate(packet))
        return [LocalBatch(places)] if places else []
    told = told_by(paired.profile, packet, hearing)
    now = [one for one in told if isinstance(one, Reading)]
    if len(now) == len(told):  # the wearer's, of this moment: most packets, so the short way
        return [*batches(paired.person, paired.device, RADIO, now, live=not packet.stored)]
    return _arrivals(paired, packet, [settle(one, packet, paired, hearing) for one in told])


def _arrivals(paired: Paired, packet: Packet, settled: list[Settled]) -> list[Arrival]:
    """Batches of each person, and what waits for somebody to say whose it is."""
    made: list[Arrival] = []
    for person in dict.fromkeys(one.person for one in settled if one.person is not None):
        own = [one for one in settled if one.person == person]
        readings, records = [one.reading for one in own], [one.record for one in own]
        made += batches(
            person, paired.device, RADIO, readings, live=not packet.stored, records=records
        )
    unclaimed = [
        Unclaimed(paired.device, one.user or 0, one.reading, one.record, packet.received)
        for one in settled
        if one.person is None
    ]
    return [*made, LocalBatch(unclaimed)] if unclaimed else made
