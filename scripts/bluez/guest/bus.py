"""What programs asked the bus to be told of: each such wish costs it memory until it is let go."""

from __future__ import annotations

from collections import Counter

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus

_BUS, _PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
_WISHES = {"AddMatch": 1, "RemoveMatch": -1}


class Matches:
    """Counts the match rules of each connection, from when it is opened.

    Source: D-Bus specification 0.43, org.freedesktop.DBus.AddMatch, and
    org.freedesktop.DBus.Monitoring.BecomeMonitor.
    """

    def __init__(self) -> None:
        self._asking = MessageBus(bus_type=BusType.SYSTEM)
        self._watching = MessageBus(bus_type=BusType.SYSTEM)
        self._rules: Counter[str] = Counter()

    async def open(self) -> None:
        """Begin to count."""
        await self._asking.connect()
        await self._watching.connect()
        rules = [f"type='method_call',member='{one}'" for one in _WISHES]
        message = self._message("org.freedesktop.DBus.Monitoring", "BecomeMonitor", "asu", rules, 0)
        answer = await self._watching.call(message)
        if answer is None or answer.message_type is MessageType.ERROR:
            raise RuntimeError(f"the bus cannot be watched: {answer and answer.body}")
        self._watching.add_message_handler(self._saw)

    def _saw(self, message: Message) -> bool:
        self._rules[message.sender or ""] += _WISHES.get(message.member or "", 0)
        return True  # a monitor answers nobody

    async def of(self, pid: int) -> int:
        """How many there are of this process, on all its connections that are still there."""
        count = 0
        for name in list(self._rules):
            message = self._message(_BUS, "GetConnectionUnixProcessID", "s", name)
            answer = await self._asking.call(message)
            if answer is not None and answer.message_type is MessageType.METHOD_RETURN:
                count += self._rules[name] if answer.body[0] == pid else 0
        return count

    def close(self) -> None:
        """Count no longer."""
        self._watching.disconnect()
        self._asking.disconnect()

    @staticmethod
    def _message(face: str, member: str, signature: str, *body: object) -> Message:
        return Message(
            destination=_BUS,
            path=_PATH,
            interface=face,
            member=member,
            signature=signature,
            body=list(body),
        )
