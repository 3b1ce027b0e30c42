"""Packets that were journalled but whose readings were never taken in, decoded after a crash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo

from adapters.ble.context import IN_PLACE, is_context, take_up
from adapters.ble.decoding import Complain, decoded
from adapters.ble.device_clock import DeviceClock
from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.errors import DecodeError
from adapters.local_events import LocalBatch, Packet
from adapters.reading import DeviceKey
from adapters.source import LINK_BEGINS, Arrival


def replayed(
    packets: Iterable[Packet], known: Mapping[DeviceKey, Paired], zone: tzinfo, complain: Complain
) -> Iterator[Arrival]:
    """What arrives of packets that `Journal.not_taken_in` gives back, at their old times.

    Packets of each link are decoded by what was said on that link, as they would have been: all
    that was read at its beginning is known before the first of them, what was read once more later
    from then on.

    Args:
        packets: in the order in which they were kept.
        known: the devices that may be read; packets of others stay where they are.
        zone: where the devices are, for links whose beginning does not say.
        complain: told of what cannot be read.
    """
    links: list[tuple[Paired, list[Packet]]] = []
    open_link: dict[DeviceKey, list[Packet]] = {}
    for packet in packets:
        paired = known.get(packet.device)
        if paired is None:
            continue
        if packet.characteristic == LINK_BEGINS or packet.device not in open_link:
            open_link[packet.device] = []
            links.append((paired, open_link[packet.device]))
        open_link[packet.device].append(packet)
    for paired, of_link in links:
        yield from _link(paired, of_link, Hearing(DeviceClock(zone=zone)), complain)


def _link(
    paired: Paired, packets: Sequence[Packet], hearing: Hearing, complain: Complain
) -> Iterator[Arrival]:
    first: dict[str, Packet] = {}
    for packet in packets:
        if is_context(packet) and packet.characteristic not in IN_PLACE:
            first.setdefault(packet.characteristic, packet)
    for packet in first.values():
        _take_up(hearing, packet, complain)
    for packet in packets:
        if not is_context(packet):
            yield from decoded(paired, [packet], hearing, complain).arrivals
            continue
        if packet is not first.get(packet.characteristic):
            _take_up(hearing, packet, complain)
        yield LocalBatch([packet])


def _take_up(hearing: Hearing, packet: Packet, complain: Complain) -> None:
    try:
        take_up(hearing, packet)
    except DecodeError as error:
        complain(packet, error.why)
