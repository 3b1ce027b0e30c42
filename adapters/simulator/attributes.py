"""The attributes of a connected device: found out, and listened to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bleak.backends.characteristic import BleakGATTCharacteristic, GattCharacteristicsFlags
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bumble import att, gatt_client
from bumble.device import Connection, Peer

from adapters.simulator.scanner import text

_MOST_EARLY = 1000


class GattClient(gatt_client.Client):
    """Bumble's GATT client, which can hold back the confirmation of an indication.

    A value's confirmation tells the device that it may forget the value. `before_confirm` holds,
    by characteristic handle, what is awaited first.

    A bonded device sends without being asked again, often before anybody here has subscribed.
    What comes so is kept, unconfirmed, until somebody does (`hand_over`), or lost, as most
    Bluetooth stacks do.
    """

    def __init__(self, connection: Connection, *, keeps_early: bool) -> None:
        """Speak for one link.

        Args:
            connection: the link.
            keeps_early: whether values are kept that come before anybody subscribed.
        """
        super().__init__(connection)
        self._keeps_early = keeps_early
        self._early: list[att.ATT_Handle_Value_Notification | att.ATT_Handle_Value_Indication] = []
        self.before_confirm: dict[int, Callable[[], Awaitable[object]]] = {}
        self._held: set[asyncio.Task[None]] = set()
        self._hold: Callable[[], Awaitable[object]] | None = None

    def hand_over(self, handle: int) -> None:
        """Somebody has subscribed: give them what came before."""
        early = [value for value in self._early if value.attribute_handle == handle]
        self._early = [value for value in self._early if value.attribute_handle != handle]
        for value in early:
            self.on_gatt_pdu(value)

    def _comes_early(self, handle: int) -> bool:
        return (
            self._keeps_early
            and handle not in self.notification_subscribers
            and handle not in self.indication_subscribers
        )

    def on_gatt_pdu(self, att_pdu: att.ATT_PDU) -> None:
        """From the device; notifications by the short way (`adapters.simulator.hot`)."""
        sends = att.ATT_Handle_Value_Notification | att.ATT_Handle_Value_Indication
        if isinstance(att_pdu, sends) and self._comes_early(att_pdu.attribute_handle):
            if len(self._early) < _MOST_EARLY:
                self._early.append(att_pdu)
        elif isinstance(att_pdu, att.ATT_Handle_Value_Notification):
            self.on_att_handle_value_notification(att_pdu)
        else:
            super().on_gatt_pdu(att_pdu)

    def on_att_handle_value_indication(self, indication: att.ATT_Handle_Value_Indication) -> None:
        """Tell the subscribers, then confirm: at once, or when it is time."""
        self._hold = self.before_confirm.get(indication.attribute_handle)
        super().on_att_handle_value_indication(indication)

    def send_confirmation(self, confirmation: att.ATT_Handle_Value_Confirmation) -> None:
        """Confirm after what was to be awaited; not at all if that fails."""
        hold, self._hold = self._hold, None
        if hold is None:
            super().send_confirmation(confirmation)
            return
        task = asyncio.ensure_future(self._confirm_after(hold, confirmation))
        self._held.add(task)
        task.add_done_callback(self._held.discard)

    async def _confirm_after(
        self,
        hold: Callable[[], Awaitable[object]],
        confirmation: att.ATT_Handle_Value_Confirmation,
    ) -> None:
        await hold()
        super().send_confirmation(confirmation)

    def on_disconnection(self, *args: object) -> None:
        """Drop what was held back: there is nobody to confirm to."""
        for task in self._held:
            task.cancel()
        super().on_disconnection(*args)


async def discover(peer: Peer, max_write: Callable[[], int]) -> BleakGATTServiceCollection:
    """Find out all services, characteristics and descriptors, in the order of their handles."""
    found = BleakGATTServiceCollection()
    for service in await peer.discover_services():
        its_service = BleakGATTService(service, service.handle, text(service.uuid))
        found.add_service(its_service)
        for characteristic in await service.discover_characteristics():
            its_characteristic = BleakGATTCharacteristic(
                characteristic,
                characteristic.handle,
                text(characteristic.uuid),
                [
                    flag.name.replace("_", "-")  # type: ignore[misc]  # names are bleak's words
                    for flag in GattCharacteristicsFlags
                    if characteristic.properties & flag.value
                ],
                max_write,
                its_service,
            )
            found.add_characteristic(its_characteristic)
            for descriptor in await characteristic.discover_descriptors():
                found.add_descriptor(
                    BleakGATTDescriptor(
                        descriptor, descriptor.handle, text(descriptor.type), its_characteristic
                    )
                )
    return found
