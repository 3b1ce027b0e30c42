"""The air itself, with a clock that the test moves: connection events, loss, unheard packets."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from bumble import hci, ll
from bumble.controller import Connection
from bumble.core import UUID, PhysicalTransport
from bumble.device import Device, Peer

from adapters.simulator.clock import Timer
from adapters.simulator.controller import RadioController
from adapters.simulator.link import Conditions, RadioLink
from tests.simulator_air import ADDRESS, bare_device

LE = PhysicalTransport.LE


class Still:
    """A timer that nobody stops here."""

    def cancel(self) -> None:
        raise NotImplementedError


class HandClock:
    """Time that goes on when told."""

    def __init__(self) -> None:
        self.now = 0.0
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[..., Any], tuple[Any, ...]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[..., Any], *args: Any) -> Timer:
        heapq.heappush(self._due, (when, next(self._order), callback, args))
        return Still()

    def go_to(self, when: float) -> None:
        while self._due and self._due[0][0] <= when:
            self.now, _, callback, args = heapq.heappop(self._due)
            callback(*args)
        self.now = when


class Ear(RadioController):
    """A chip that writes down what reaches it, and when."""

    clock: HandClock
    heard: list[tuple[float, bytes]]
    advertised: list[ll.AdvertisingPdu]

    def on_ll_advertising_pdu(self, packet: ll.AdvertisingPdu) -> None:
        self.advertised.append(packet)

    def on_link_acl_data(
        self, sender_address: hci.Address, transport: PhysicalTransport, data: bytes
    ) -> None:
        self.heard.append((round(self.clock.now, 6), data))


def pair(conditions: Conditions) -> tuple[HandClock, RadioLink, RadioController, Ear]:
    clock = HandClock()
    link = RadioLink(conditions, clock)
    sender, ear = RadioController("sender", link=link), Ear("ear", link=link)
    sender.random_address = hci.Address("C0:00:00:00:00:01")
    ear.random_address = hci.Address("C0:00:00:00:00:02")
    # A link between the two, as far as the air looks at it.
    ear.le_connections[sender.random_address] = Connection(
        controller=ear,
        handle=1,
        role=hci.Role.PERIPHERAL,
        self_address=ear.random_address,
        peer_address=sender.random_address,
        link=link,
        transport=LE,
        link_type=1,
    )
    ear.clock, ear.heard, ear.advertised = clock, [], []
    return clock, link, sender, ear


async def test_data_arrives_at_the_next_connection_event() -> None:
    clock, link, sender, ear = pair(Conditions(interval=0.03))
    for at in (0.001, 0.029, 0.031):
        clock.go_to(at)
        link.send_acl_data(sender, ear.random_address, LE, b"%d" % (at * 1000))
    clock.go_to(1)
    assert ear.heard == [(0.03, b"1"), (0.03, b"29"), (0.06, b"31")]


async def test_packets_of_one_connection_event_stay_in_their_order() -> None:
    _, _, sender, ear = pair(Conditions())
    link = RadioLink(Conditions(interval=0.02))
    for chip in (sender, ear):
        link.add_controller(chip)
        link.on_address_changed(chip)
    ear.clock = HandClock()
    for number in range(50):
        link.send_acl_data(sender, ear.random_address, LE, bytes([number]))
    await asyncio.sleep(0.05)
    assert [data[0] for _, data in ear.heard] == list(range(50))


async def test_lost_packets_come_later_but_never_out_of_order() -> None:
    clock, link, sender, ear = pair(Conditions(interval=0.03, loss=0.5, seed=9))
    for number in range(200):
        clock.go_to(number * 0.03)
        link.send_acl_data(sender, ear.random_address, LE, bytes([number]))
    clock.go_to(60)
    assert [data[0] for _, data in ear.heard] == list(range(200))
    assert max(at - data[0] * 0.03 for at, data in ear.heard) > 0.06


async def test_the_same_seed_loses_the_same_packets() -> None:
    times = []
    for _ in range(2):
        clock, link, sender, ear = pair(Conditions(interval=0.01, loss=0.3, seed=4))
        for _ in range(50):
            link.send_acl_data(sender, ear.random_address, LE, b"x")
        clock.go_to(10)
        times.append([at for at, _ in ear.heard])
    assert times[0] == times[1]


async def test_what_is_sent_to_nobody_is_lost_without_a_word() -> None:
    clock, link, sender, ear = pair(Conditions(interval=0.03))
    link.send_acl_data(sender, ear.random_address, LE, b"x")
    link.remove(ear)
    clock.go_to(1)
    assert ear.heard == []


async def test_a_chip_that_is_removed_is_forgotten() -> None:
    _, link, sender, ear = pair(Conditions())
    link.remove(ear)
    assert link.find_le_controller(ear.random_address) is None
    link.send_ll_control_pdu(
        sender.random_address, ear.random_address, ll.TerminateInd(hci.HCI_ErrorCode.SUCCESS)
    )


@pytest.mark.parametrize(("unheard", "reached"), [(0.0, 100), (1.0, 0)])
async def test_a_scanner_misses_the_share_that_it_should(unheard: float, reached: int) -> None:
    _, link, sender, ear = pair(Conditions(unheard=unheard))
    ear.le_scan_enable = True
    link.listens(ear)
    packet = ll.AdvInd(advertiser_address=sender.random_address, data=b"")
    for _ in range(100):
        link.send_advertising_pdu(sender, packet)
    await asyncio.sleep(0)
    assert len(ear.advertised) == reached


async def test_a_link_outlives_the_random_address_that_its_host_takes_next() -> None:
    """Linux takes one for each active scan; its links are by the address of the maker."""
    link = RadioLink()
    async with bare_device(link) as bare:
        chip = link.controller("host", "00:00:5E:00:53:01")
        host = Device.with_hci("host", hci.Address("C0:00:00:00:00:01"), chip, chip)
        await host.power_on()
        public = hci.OwnAddressType.PUBLIC
        connection = await host.connect(ADDRESS, own_address_type=public)
        assert str(connection.self_address) == "00:00:5E:00:53:01/P"
        chip.random_address = hci.Address("3F:00:00:00:00:02")
        peer = Peer(connection)
        await peer.discover_all()  # type: ignore[no-untyped-call]  # Bumble's, untyped
        (where,) = peer.get_characteristics_by_uuid(UUID("2A38"))
        assert await where.read_value() == b"\x01"
        await bare.drop()
