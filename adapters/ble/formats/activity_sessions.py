"""What is known of the sessions of an activity monitor, so that nothing is counted twice.

A summary is of a session, or of a part of it, as it stands; while the session runs, each new one
holds all that the one before it held. So a summary waits until its session has ended, and only
the last one counts. One that came while the session still ran, and does not reach to its end, goes
on waiting for a later one until the device speaks of another session. A summary of a whole session
is left out if its parts tell theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from adapters.ble.formats.activity import Head
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.local_events import Packet

_MOST_WAITING: Final = 256
_NEARLY: Final = timedelta(minutes=1)
"""A summary that reaches so near to the end is the last one."""

Key = tuple[int, int]
"""Session and sub-session."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a session, or a part of it, was, by the device's clock.

    Attributes:
        identity: tells it from all other sessions of the device.
        start: when it began.
        duration: for how long, ms.
    """

    identity: str
    start: datetime
    duration: int


Summary = Callable[[Span], Iterable[Record]]
"""Makes the records of a summary once it is known when it was."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    head: Head
    summary: Summary
    early: bool
    """It came while its session ran."""


class Sessions:
    """The memory of one link; it begins empty."""

    def __init__(self) -> None:
        self._starts: dict[Key, datetime] = {}
        self._ends: dict[Key, datetime] = {}
        self._ended: set[Key] = set()
        self._running: Key | None = None
        self._waiting: dict[tuple[Key, str], _Waiting] = {}
        self._left: dict[Key, datetime] = {}
        self._speaks_of: Key | None = None
        self._heard: bytes = b""

    def is_news(self, current: bytes) -> bool:
        """Whether the current session is told as something new."""
        news, self._heard = current != self._heard, current
        return news

    def runs(self, session: int, start: datetime, sub: int, sub_start: datetime) -> None:
        """This session runs, and of it this part."""
        self._leave((session, sub), sub_start if sub else start)
        self._running = (session, sub)
        self._starts[session, 0] = start
        self._starts[session, sub] = sub_start if sub else start
        self._ended -= {(session, 0), (session, sub)}

    def rests(self) -> None:
        """No session runs."""
        self._leave(None)
        self._running = None

    def began(self, key: Key, start: datetime) -> None:
        """A session, or a part of one, began then."""
        self._starts[key] = start

    def ended(self, key: Key, end: datetime | None = None) -> None:
        """It is over, and its last summary counts."""
        self._ended.add(key)
        if end is not None:
            self._ends[key] = end

    def at(self, head: Head) -> tuple[datetime | None, str]:
        """The time of data within a session, and what tells them from all others.

        None and "" where the session has not said when it began.
        """
        self._speaks_of = (head.session, head.sub_session)
        start = self._starts.get((head.session, 0))
        if start is None:
            return None, ""
        name = f"{start.isoformat()} {head.session}.{head.sub_session}"
        return start + timedelta(seconds=head.seconds), f"{name}#{head.sequence}"

    def wait(self, head: Head, packet: Packet, summary: Summary) -> None:
        """A summary waits for the end of its session; one of the same before it is let go.

        Raises:
            DecodeError: too many wait for sessions that the device tells nothing of.
        """
        key = self._speaks_of = (head.session, head.sub_session)
        at = key, packet.characteristic
        if at not in self._waiting and len(self._waiting) >= _MOST_WAITING:
            raise DecodeError("nothing is known of the session of this summary", packet.data)
        self._waiting[at] = _Waiting(head, summary, self._is_running(key))

    def ready(self) -> Iterator[Record]:
        """The records of summaries that count by now; each comes once."""
        for at, waiting in list(self._waiting.items()):
            key, of = at
            if not self._is_over(key) or (span := self._span(key, waiting.head)) is None:
                continue
            if waiting.early and self._speaks_of == key and not self._reaches_the_end(key, waiting):
                continue
            del self._waiting[at]
            if key[1] or not self._has_parts(key[0]):
                for one in waiting.summary(span):
                    yield replace(one, of=of)

    def _leave(self, now: Key | None, at: datetime | None = None) -> None:
        before = self._running
        if before is None or before == now:
            return
        over = {before}
        if now is None or now[0] != before[0]:
            over.add((before[0], 0))
        self._ended |= over
        if at is not None:
            self._left.update(dict.fromkeys(over, at))

    def _reaches_the_end(self, key: Key, waiting: _Waiting) -> bool:
        end = self._ends.get(key, self._left.get(key))
        start = self._starts.get((key[0], 0), self._starts.get(key))
        if end is None or start is None:
            return False
        return end - start - timedelta(seconds=waiting.head.seconds) <= _NEARLY

    def _is_running(self, key: Key) -> bool:
        return self._running is not None and key in (self._running, (self._running[0], 0))

    def _is_over(self, key: Key) -> bool:
        if self._is_running(key):
            return False
        return key in self._ended or (bool(self._heard) and key in self._starts)

    def _has_parts(self, session: int) -> bool:
        return any(one == session and sub for one, sub in self._starts)

    def _span(self, key: Key, head: Head) -> Span | None:
        whole, start = self._starts.get((key[0], 0)), self._starts.get(key)
        if start is None:
            return None
        began = start if whole is None else whole
        end = self._ends.get(key, began + timedelta(seconds=head.seconds))
        lasted = max(end - start, timedelta(0))
        identity = f"{start.isoformat()} {key[0]}.{key[1]}"
        return Span(identity, start, lasted // timedelta(milliseconds=1))
