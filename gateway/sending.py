"""Puts together what sending needs: the door, the scan for what stays here, the uploader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources

from yarl import URL

from adapters.kinds import all_kinds
from adapters.reading import DeviceFacts
from gateway import clock
from gateway.app import House
from gateway.sharing.auth import SignIns
from gateway.sharing.claim import drop_what_ended
from gateway.sharing.door import Door
from gateway.sharing.gate import Gate
from gateway.sharing.making import Limits
from gateway.sharing.names import DEVICE_SYSTEM, READING_SYSTEM
from gateway.sharing.post import Parts
from gateway.sharing.release import release
from gateway.sharing.scan import Scanner
from gateway.sharing.uploader import Report, Uploader
from gateway.store.gateway_db import open_gateway
from gateway.store.thread import StoreThread

_TURN = "sending"
"""The file of the home whose lock says whose turn it is to send."""

_OF_ONE_DEVICE = ("address", "serial_number", "system_id", "local_identifier")
"""Sorts of `LocalName` that tell one device from all others, whatever else they may equal."""


class Sender:
    """Releases and sends. The house is used in its thread alone."""

    def __init__(
        self,
        house: House,
        thread: StoreThread,
        uploader: Uploader,
        door: Door,
        origins: set[str],
    ) -> None:
        self._house = house
        self._thread = thread
        self._door = door
        self._origins = origins
        self._uploader = uploader
        self._stays: Staying | None = None

    async def round(self, *, patience: float = 5.0) -> Report:
        """Release what arrived or was agreed to, then send what is due.

        Raises:
            NotOurTurn: another process of this home is sending.
        """
        await self._look()
        await self._thread.do(self._release)
        return await self._uploader.send_due(patience=patience)

    async def resolve(self, recipient: str) -> Report:
        """Ask what became of Observations whose answer was lost; only when a person wants it."""
        await self._look()
        return await self._uploader.resolve(recipient)

    async def let_go_of_what_ended(self) -> None:
        """What waits under a grant whose time is over is let go of, and shown as not sent."""
        await self._thread.do(self._let_go)

    def _let_go(self) -> None:
        house, at = self._house, clock.now()
        for recipient in house.recipients.list():
            drop_what_ended(house.opened.gateway, house.ledger, recipient.key, at, house.clock())

    async def _look(self) -> None:
        """What must stay here, and which addresses are open, as they are now.

        None is open before it is known what must stay here.
        """
        origins = await self._thread.do(_origins, self._house)
        self._origins.clear()
        if not origins:
            return
        stays = await self._thread.do(staying, self._house)
        if stays != self._stays:
            # Beside the store's thread: with many devices it takes longer than a commit may wait.
            self._door.replace_scanner(await asyncio.to_thread(stays.scanner))
            self._stays = stays
        self._origins.update(origins)

    def _release(self) -> int:
        house = self._house
        return release(house.opened.gateway, house.ledger, clock.now(), house.clock())


@asynccontextmanager
async def sender(house: House, thread: StoreThread) -> AsyncIterator[Sender]:
    """What sends for this home, with the door closed at the end."""
    chosen = house.settings.upload
    gate_db = open_gateway(house.opened.home.gateway_db, house.opened.ring.gateway)
    origins: set[str] = set()
    try:
        async with Door(
            lambda: origins,
            timeout=chosen.timeout,
            loopback_only=house.simulation,
        ) as door:
            parts = Parts(
                store=thread,
                db=house.opened.gateway,
                ledger=house.ledger,
                recipients=house.recipients,
                gate=Gate(gate_db),
                door=door,
                sign_ins=SignIns(house.path),
                now=clock.now,
                clock=house.clock,
                limits=Limits(readings=chosen.batch_readings, octets=chosen.batch_bytes),
                longest_pause=int(chosen.longest_pause * 1000),
            )
            uploader = Uploader(parts, house.path / _TURN)
            yield Sender(house, thread, uploader, door, origins)
    finally:
        gate_db.close()


def _origins(house: House) -> frozenset[str]:
    """Where the accepted invitations of this home lead."""
    return frozenset(str(URL(one.invitation.fhir_base).origin()) for one in house.recipients.list())


@dataclass(frozen=True, slots=True)
class Staying:
    """Every local value of a home, and the texts that leave by themselves."""

    values: frozenset[str]
    public: frozenset[str]

    def scanner(self) -> Scanner:
        """Knows all of them."""
        return Scanner(self.values, self.public)


def staying(house: House) -> Staying:
    """What stays here at this moment; in the store's thread."""
    values = {*house.local.all_values(), *_of_this_computer(house)}
    return Staying(frozenset(values), frozenset(_public(house)))


def scanner(house: House) -> Scanner:
    """Knows every local value of this home; in the store's thread."""
    return staying(house).scanner()


def _of_this_computer(house: House) -> Iterator[str]:
    """The address of its Bluetooth adapter, where the settings name it; not ``hci1``."""
    if ":" in (adapter := house.settings.bluetooth.adapter):
        yield adapter


def _public(house: House) -> Iterator[str]:
    """Texts that leave by themselves, so that a local value that equals one is no leak."""
    yield from ("health-gateway", READING_SYSTEM, DEVICE_SYSTEM, "Apple Health")
    yield from ("Bundle", "Device", "Observation", "Patient", "Provenance")
    yield resources.files("fhir_mappings").joinpath("observations.toml").read_text("utf-8")
    for row in all_kinds().values():
        yield from (row.kind, row.title, row.unit)
    for device in house.devices.list(forgotten=True):
        yield from _make(device.facts, house.local.names(device.key))


def _make(facts: DeviceFacts, names: Mapping[str, str]) -> Iterator[str]:
    """What a device says of its make, but no text in which a number of this one device stands."""
    numbers = [names[what].lower() for what in _OF_ONE_DEVICE if names.get(what)]
    for text in (facts.manufacturer, facts.model, facts.hardware):
        if not any(number in text.lower() for number in numbers):
            yield text
