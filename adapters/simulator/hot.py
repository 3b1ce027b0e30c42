"""The paths that every value takes, without the text that Bumble makes for its debug log.

Bumble 0.0.236 formats every packet it passes on, in colour, whether anybody logs or not: three
quarters of the time of a hundred sensors. Only data is cut short; everything else goes its way.
"""

from __future__ import annotations

from bumble import hci
from bumble.device import Device, DeviceConfiguration
from bumble.host import Host
from bumble.transport.common import TransportSink, TransportSource

DATA = (hci.HCI_AclDataPacket, hci.HCI_Number_Of_Completed_Packets_Event)
"""What comes with every value."""


class HotHost(Host):
    """Bumble's host."""

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """To the chip."""
        if isinstance(packet, DATA) and self.snooper is None and self.hci_sink is not None:
            self.hci_sink.on_packet(bytes(packet))
        else:
            super().send_hci_packet(packet)

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """From the chip."""
        if self.snooper is None and isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)
        elif self.snooper is None and isinstance(packet, hci.HCI_Event):
            self.on_hci_event_packet(packet)
        else:
            super().on_hci_packet(packet)


def device(config: DeviceConfiguration, source: TransportSource, sink: TransportSink) -> Device:
    """A host stack on this chip."""
    return Device(config=config, host=HotHost(source, sink))
