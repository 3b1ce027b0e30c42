"""A virtual radio chip: Bumble's controller, brought nearer to a real one.

Differences from `bumble.controller.Controller` 0.0.236, all kept here: scan responses and signal
strengths are real, advertising intervals are in the units of the specification, a connection that
is being made can be cancelled, a reset ends what went on. Only legacy advertising is offered, as
most health sensors have it.

Source: Bluetooth Core 6.0, Vol 4, Part E, 7.3.2, 7.7.65, 7.8.5, 7.8.13.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from bumble import hci, ll
from bumble.controller import Controller, LegacyAdvertiser
from bumble.link import LocalLink

from adapters.simulator.clock import Clock
from adapters.simulator.hot import DATA

_ACTIVE = 1
_UNIT_MS = 0.625
_MOST_DELAY_MS = 10.0

_Report = hci.HCI_LE_Advertising_Report_Event.Report
_EventType = hci.HCI_LE_Advertising_Report_Event.EventType


class Air(LocalLink):
    """What chips need of their air."""

    def listens(self, controller: RadioController) -> None:
        """A chip begins to scan or to connect."""
        raise NotImplementedError

    @property
    def clock(self) -> Clock:
        """By which time goes on it."""
        raise NotImplementedError


@dataclass
class Heard(ll.AdvInd):
    """An advertisement as one scanner hears it."""

    scan_response: bytes
    rssi: int
    advertiser: LegacyAdvertiser


class Advertiser(LegacyAdvertiser):
    """Advertises by the clock of its air, up to 10 ms later each time.

    Source: Bluetooth Core 6.0, Vol 6, Part B, 4.4.2.2.1 (advDelay).
    """

    def __init__(self, controller: Controller, clock: Callable[[], Clock]) -> None:
        super().__init__(controller)
        self._clock_now = clock
        self._dice = random.Random(controller.name)  # noqa: S311 - it spreads packets

    def _on_timer_fired(self) -> None:
        self.send_advertising_data()
        if self.enabled:
            clock = self._clock_now()
            delay_ms = self.advertising_interval_min + self._dice.uniform(0, _MOST_DELAY_MS)
            when = clock.time() + delay_ms / 1000
            self.timer_handle = clock.call_at(when, self._on_timer_fired)  # type: ignore[assignment]


class RadioController(Controller):
    """One chip: of a peripheral or of the gateway's side."""

    le_features = Controller.le_features & ~(
        hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
        | hci.LeFeatureMask.LE_PERIODIC_ADVERTISING
        | hci.LeFeatureMask.LL_PRIVACY
    )
    # One HCI packet instead of ten for a value of the usual length.
    le_acl_data_packet_length = 251

    most_links: int | None = None
    """So many at a time; None: as many as come."""

    def __init__(self, name: str, link: Air) -> None:
        super().__init__(name, link=link)
        self._air = link
        self.le_legacy_advertiser = Advertiser(self, lambda: link.clock)

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """From the host."""
        if isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)
        else:
            super().on_hci_packet(packet)

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """To the host, in a turn of its own."""
        if not isinstance(packet, DATA):
            super().send_hci_packet(packet)
        elif self.host is not None:
            asyncio.get_running_loop().call_soon(self.host.on_packet, bytes(packet))

    @property
    def is_listening(self) -> bool:
        """Whether it scans, or waits for an advertisement to connect to."""
        return self.le_scan_enable or self.pending_le_connection is not None

    def on_advertising_pdu(self, pdu: ll.AdvInd | ll.AdvExtInd) -> None:
        """Report what was heard, and connect if it is the one waited for."""
        if not isinstance(pdu, Heard) or not pdu.advertiser.enabled:
            return
        if self.le_scan_enable:
            self._report(pdu, _EventType.ADV_IND, pdu.data)
            if self.le_scan_type == _ACTIVE and pdu.scan_response:
                self._report(pdu, _EventType.SCAN_RSP, pdu.scan_response)
        pending = self.pending_le_connection
        if pending is not None and pending.peer_address == pdu.advertiser_address:
            self.create_le_connection(pdu.advertiser_address)

    def _report(self, pdu: Heard, event: _EventType, data: bytes) -> None:
        report = _Report(
            event_type=event,
            address_type=pdu.advertiser_address.address_type,
            address=pdu.advertiser_address,
            data=data,
            rssi=pdu.rssi,
        )
        self.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([report]))

    def on_hci_le_set_advertising_parameters_command(
        self, command: hci.HCI_LE_Set_Advertising_Parameters_Command
    ) -> hci.HCI_StatusReturnParameters:
        """The interval comes in units of 0.625 ms; Bumble's timer counts milliseconds."""
        status = super().on_hci_le_set_advertising_parameters_command(command)
        interval = max(1, round(command.advertising_interval_min * _UNIT_MS))
        self.le_legacy_advertiser.advertising_interval_min = interval
        return status

    def on_hci_le_create_connection_command(
        self, command: hci.HCI_LE_Create_Connection_Command
    ) -> None:
        """Refuse where as many links are up as this chip can hold."""
        if self.most_links is not None and len(self.le_connections) >= self.most_links:
            self._send_hci_command_status(
                hci.HCI_ErrorCode.CONNECTION_LIMIT_EXCEEDED_ERROR, command.op_code
            )
            return
        self._air.listens(self)
        super().on_hci_le_create_connection_command(command)

    def on_hci_le_set_scan_enable_command(
        self, command: hci.HCI_LE_Set_Scan_Enable_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Begin or end to listen."""
        self._air.listens(self)
        return super().on_hci_le_set_scan_enable_command(command)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Stop waiting for the peer, and say so by a connection that did not come about."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=pending.peer_address.address_type,
                peer_address=pending.peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def on_hci_reset_command(
        self, _command: hci.HCI_Reset_Command
    ) -> hci.HCI_StatusReturnParameters:
        """End links, scan, advertising and a connection that is being made."""
        for connection in list(self.le_connections.values()):
            connection.send_ll_control_pdu(
                ll.TerminateInd(hci.HCI_ErrorCode.REMOTE_USER_TERMINATED_CONNECTION_ERROR)
            )
        self.le_connections.clear()
        self.le_legacy_advertiser.stop()
        self.le_scan_enable = False
        self.pending_le_connection = None
        return super().on_hci_reset_command(_command)
