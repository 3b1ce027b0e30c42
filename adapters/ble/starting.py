"""Devices that measure nothing until they are asked to: asked once all is listened to.

Many measure all the same, and some never answer; nobody waits long for them.

Source: Bluetooth SIG, Generic Health Sensor Service 1.0, 3.6 (GHS Control Point).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapters.ble.control_point import ControlPoint, NoAnswer
from adapters.ble.talk import RADIO_ERRORS, Talk

NOT_STARTED: Final = "it did not begin to send what it measures"

_PATIENCE = 2.0
"""Seconds for the answer, which costs the device nothing to make."""


async def start(talk: Talk, starts: Mapping[str, tuple[bytes, bytes]]) -> None:
    """Write each request to its control point, where the device has it, and await the answer.

    Raises:
        AdapterError: the device wants to be paired.
        BleakError: the link is lost.
    """
    for uuid, (request, done) in starts.items():
        for characteristic in talk.offered(uuid, "write"):
            point = ControlPoint(talk, characteristic)
            try:
                await point.open()
                answer = await point.ask(request, lambda _: True, _PATIENCE)
            except NoAnswer:
                answer = b""
            except RADIO_ERRORS:
                if not talk.is_up:
                    raise
                answer = b""
            if answer != done:
                talk.complain(uuid, NOT_STARTED)
