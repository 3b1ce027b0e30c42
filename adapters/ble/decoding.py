"""From packets of a device to what arrives of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain

from adapters.ble.hearing import Hearing
from adapters.ble.paired import RADIO, Paired
from adapters.ble.profile import told_by
from adapters.ble.settling import Settled, settle
from adapters.errors import DecodeError, ReadingRefused
from adapters.local_events import LocalBatch, Packet, Unclaimed
from adapters.reading import Instant, Reading, ReadingBatch, batches
from adapters.source import Arrival

Complain = Callable[[Packet, str], None]
"""Told of a packet that could not be read, and why."""

_NOT_UNDERSTOOD = "it could not be understood"


@dataclass(slots=True)
class Decoded:
    """What came of some packets.

    Attributes:
        arrivals: readings first, the packets last: once they come out, their readings have.
        streamed: when those packets of live streams came that told something.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    streamed: list[Instant] = field(default_factory=list)


def decoded(
    paired: Paired, packets: Sequence[Packet], hearing: Hearing, complain: Complain
) -> Decoded:
    """Decode packets of one link in their order; one that cannot be read costs the others nothing.

    What is the wearer's and of now, as most is, becomes one batch a kind for all packets together.

    Args:
        paired: whose device.
        packets: all of them live, or all of them records that the device believes delivered.
        hearing: what is remembered of the link.
        complain: see `Complain`.
    """
    came = Decoded()
    now: list[tuple[Packet, list[Reading]]] = []
    for packet in packets:
        with _unless_unreadable(packet, complain):
            locate = paired.profile.locates.get(packet.characteristic)
            if locate is not None:
                if places := list(locate(packet)):
                    came.arrivals.append(LocalBatch(places))
                continue
            kept = packet.stored and hearing.backlog.holds(packet.received)
            told = told_by(paired.profile, packet, hearing)
            if not told:
                continue
            readings = [one for one in told if isinstance(one, Reading)]
            if len(readings) == len(told) and not (paired.several or kept):
                now.append((packet, readings))
            else:
                settled = [settle(one, packet, paired, hearing, kept=kept) for one in told]
                came.arrivals += _arrivals(paired, packet, settled)
            if not packet.stored and paired.profile.streams(packet.characteristic):
                came.streamed.append(packet.received)
    came.arrivals += _of_now(paired, now, complain)
    came.arrivals.append(LocalBatch(packets))
    return came


@contextmanager
def _unless_unreadable(packet: Packet, complain: Complain) -> Iterator[None]:
    try:
        yield
    except DecodeError as error:
        complain(packet, error.why)
    except ReadingRefused as error:
        complain(packet, error.reason)
    except Exception:  # a decoder's mistake costs its packet, never the other devices
        complain(packet, _NOT_UNDERSTOOD)


def _of_now(
    paired: Paired, told: Sequence[tuple[Packet, list[Reading]]], complain: Complain
) -> list[ReadingBatch]:
    if not told:
        return []
    live = not told[0][0].stored
    together = chain.from_iterable(readings for _, readings in told)
    try:
        return batches(paired.person, paired.device, RADIO, together, live=live)
    except ReadingRefused:  # one of them is not of its kind; which one, is found out one by one
        made: list[ReadingBatch] = []
        for packet, readings in told:
            with _unless_unreadable(packet, complain):
                made += batches(paired.person, paired.device, RADIO, readings, live=live)
        return made


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
        Unclaimed(
            paired.device, one.user, one.reading, one.record, packet.received, not packet.stored
        )
        for one in settled
        if one.person is None and one.user is not None
    ]
    return [*made, LocalBatch(unclaimed)] if unclaimed else made
