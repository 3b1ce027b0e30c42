"""What an instrument says, put on the air one by one, in the order in which it said it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

from bumble import att
from bumble.device import Connection, Device

from adapters.simulator.clock import Clock, sleep_until
from adapters.simulator.emission import Emission
from adapters.simulator.emissions import spoil
from adapters.simulator.emitted import Emitted, How
from adapters.simulator.instrument import Instrument, Sent
from adapters.simulator.table import INDICATE, NOTIFY, Table, subscribed
from adapters.simulator.waiting import heeding, is_cancelled, let_go

_CONFIRMED_WITHIN_S = 30.0
"""Bluetooth Core 6.0, Vol 3, Part F, 3.3.3: after it the link is of no use any more."""

_NOTIFICATIONS_AN_EVENT = 4
_HEADER = 3


class Outgoing:
    """The queue between an instrument and its peers; it is empty while there are none.

    Attributes:
        last: when something last went out or was confirmed, in the clock's time.
        has_sent: whether anything did since the link came about.
    """

    def __init__(
        self,
        device: str,
        host: Device,
        table: Table,
        emitted: Emitted,
        clock: Clock,
        *,
        interval: float,
        bad: list[float],
    ) -> None:
        self.last = 0.0
        self.has_sent = False
        self._device = device
        self._host = host
        self._table = table
        self._emitted = emitted
        self._clock = clock
        self._pause = interval / _NOTIFICATIONS_AN_EVENT
        self._bad = deque(bad)
        self._started = 0.0
        self._instrument: Instrument | None = None
        self._queue: deque[Sent] = deque()
        self._in_flight: Sent | None = None
        self._measured_ms: dict[tuple[str, int], int] = {}
        self._more = asyncio.Event()

    def speak_for(self, instrument: Instrument, started: float) -> None:
        """Begin, with the instrument that is told what was delivered."""
        self._instrument, self._started = instrument, started

    @property
    def undelivered(self) -> int:
        """How many measurements no peer has confirmed that are to be."""
        return len(self._measured_ms)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is on its way."""
        return not self._queue and self._in_flight is None

    def measured(self, said: Iterable[Sent], at_ms: int, peers: Sequence[Connection]) -> None:
        """Send what a measurement gave: at once, if nothing goes before it."""
        for sent in said:
            if sent.confirmed and sent.number is not None:
                self._measured_ms[sent.uuid, sent.number] = at_ms
            if not peers:
                continue
            if sent.confirmed or not self.is_idle:
                self.say((sent,))
            elif self._notify(sent, peers, at_ms):
                assert self._instrument is not None  # noqa: S101  # it has just measured
                self.say(self._instrument.delivered(sent))

    def aside(self, sent: Sent, at_ms: int, peers: Sequence[Connection]) -> None:
        """Notify what is no matter of the instrument's, before all that waits."""
        self._notify(sent, peers, at_ms)

    def say(self, said: Iterable[Sent]) -> None:
        """Send this after what waits already."""
        self._queue.extend(said)
        if self._queue:
            self._more.set()

    def say_anew(self, uuid: str, said: Iterable[Sent]) -> None:
        """Send what an instrument has for a new subscriber; what waited for it is among that."""
        waiting = [sent for sent in self._queue if sent.uuid != uuid]
        fresh = [s for s in said if s is not self._in_flight and all(s is not w for w in waiting)]
        self._queue = deque(waiting)
        self.say(fresh)

    def drop(self) -> None:
        """The link is gone: nothing waits any more."""
        self._queue.clear()
        self.has_sent = False

    async def run(self, peers: Sequence[Connection]) -> None:
        """Put on the air what waits, for ever."""
        assert self._instrument is not None  # noqa: S101  # `speak_for` comes first
        while True:
            await self._more.wait()
            self._more.clear()
            while self._queue:
                sent = self._in_flight = self._queue.popleft()
                try:
                    went = await self._send(sent, peers)
                finally:
                    self._in_flight = None
                if went:
                    self._queue.extendleft(reversed(tuple(self._instrument.delivered(sent))))

    async def _send(self, sent: Sent, peers: Sequence[Connection]) -> bool:
        if not sent.confirmed:
            self._notify(sent, peers, self._now_ms())
            await sleep_until(self._clock, self._clock.time() + self._pause)
            # To nobody, too: a report that nobody listens to any more still comes to its end.
            return bool(peers)
        characteristic = self._table[sent.uuid]
        listeners = subscribed(self._host, peers, characteristic, INDICATE)
        if not listeners:
            return False
        data, bad = self._data(sent)
        if not await self._confirmed(listeners[0], sent.uuid, data):
            return False
        at_ms = self._now_ms()
        if sent.number is not None:
            at_ms = self._measured_ms.pop((sent.uuid, sent.number), at_ms)
        self._note(sent, data, at_ms, bad)
        return True

    def _notify(self, sent: Sent, peers: Sequence[Connection], at_ms: int) -> bool:
        characteristic = self._table[sent.uuid]
        listeners = subscribed(self._host, peers, characteristic, NOTIFY)
        if not listeners:
            return False
        data, bad = self._data(sent)
        for peer in listeners:
            notification = att.ATT_Handle_Value_Notification(
                attribute_handle=characteristic.handle,
                attribute_value=data[: peer.att_mtu - _HEADER],
            )
            self._host.gatt_server.send_gatt_pdu(peer, bytes(notification))
        self.last, self.has_sent = self._clock.time(), True
        self._note(sent, data, at_ms, bad)
        return True

    async def _confirmed(self, peer: Connection, uuid: str, data: bytes) -> bool:
        indication = self._host.indicate_subscriber(peer, self._table[uuid], data, force=True)
        try:
            async with asyncio.timeout(_CONFIRMED_WITHIN_S):
                await heeding(peer.cancel_on_disconnection(indication))
        except TimeoutError:
            await let_go(peer)
            return False
        except asyncio.CancelledError:
            if is_cancelled():
                raise
            # The link went away before the confirmation came: it is not delivered.
            return False
        self.last, self.has_sent = self._clock.time(), True
        return True

    def _data(self, sent: Sent) -> tuple[bytes, bool]:
        if sent.number is None or not self._bad or self._now_ms() < self._bad[0] * 1000:
            return sent.data, False
        self._bad.popleft()
        return spoil(sent.data), True

    def _note(self, sent: Sent, data: bytes, at_ms: int, bad: bool) -> None:
        emission = Emission(
            at_ms, self._device, sent.uuid, sent.number, data, sent.confirmed, bad=bad
        )
        how: How = "indicated" if sent.confirmed else "notified"
        self._emitted.note(emission, how, self._now_ms())

    def _now_ms(self) -> int:
        return round((self._clock.time() - self._started) * 1000)
