"""Writing to a device what it wants to be told before it talks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from adapters.ble.describing.command import Command
from adapters.ble.talk import Talk
from adapters.errors import AdapterError
from adapters.reading import Instant


async def command(talk: Talk, commands: Iterable[Command], now: Instant, zone: tzinfo) -> None:
    """Write all of them, in their order.

    Raises:
        AdapterError: the device has no such characteristic.
        BleakError: it refused, or the link is lost.
    """
    for one in commands:
        asked = talk.offered(one.uuid, "write")
        unasked = talk.offered(one.uuid, "write-without-response")
        if not (asked or unasked):
            raise AdapterError(
                "The device cannot be told what its description wants to tell it.",
                "Look at [[write]] in its description, or add it again as another kind.",
            )
        await talk.write((asked or unasked)[0], one.data(now, zone), answered=bool(asked))
