"""How one device makes itself known, and what its advertisements say."""

from __future__ import annotations

from dataclasses import dataclass

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from adapters.ble.describing.proposing import Came
from adapters.ble.profile import MANUFACTURER_DATA


@dataclass(frozen=True, slots=True)
class Heard:
    """How a device makes itself known. All of it stays in this house.

    Attributes:
        name: as it advertises itself.
        services: that it advertises, by UUID.
        manufacturer: the first company whose data is in its advertisement; None without any.
        confirmed: characteristics that it indicates and never notifies.
        advertised: only its advertisements were listened to.
        commands: what was written to it first, UUID and hex.
    """

    name: str = ""
    services: tuple[str, ...] = ()
    manufacturer: int | None = None
    confirmed: tuple[str, ...] = ()
    advertised: bool = False
    commands: tuple[tuple[str, str], ...] = ()


class Advertisements:
    """What one device says in its advertisements.

    Attributes:
        heard: how it makes itself known, of all that was heard.
        packets: what they say beside that, each thing once until it changes.
        device: as it was heard last; None before.
    """

    def __init__(self, address: str) -> None:
        self.heard = Heard()
        self.packets: list[Came] = []
        self.device: BLEDevice | None = None
        self._address = address.upper()

    def hear(self, device: BLEDevice, said: AdvertisementData) -> None:
        """Take up an advertisement, if it is of this device."""
        if device.address.upper() != self._address:
            return
        self.device = device
        makers = list(said.manufacturer_data)
        before = self.heard
        self.heard = Heard(
            said.local_name or before.name,
            tuple(sorted({*before.services, *said.service_uuids})),
            before.manufacturer if before.manufacturer is not None else next(iter(makers), None),
        )
        for uuid, data in said.service_data.items():
            self._take(Came(uuid, bytes(data)))
        if self.heard.manufacturer in said.manufacturer_data:
            self._take(
                Came(MANUFACTURER_DATA, bytes(said.manufacturer_data[self.heard.manufacturer]))
            )

    def _take(self, came: Came) -> None:
        same = [one for one in self.packets if one.characteristic == came.characteristic]
        if not same or same[-1] != came:
            self.packets.append(came)
