"""Logs: events from a closed list, on stderr; never an address, a value, a name or a token."""

from __future__ import annotations

import logging
import re
import sys
from enum import Enum
from typing import TextIO

import structlog

Field = str | int


class Event(Enum):
    """Everything that may be logged. The fields of each are named in `FIELDS`."""

    STARTED = "started"
    STOPPED = "stopped"
    STORED = "stored"
    DEVICE_STATE = "device state"
    PACKETS_UNREAD = "packets unread"
    SOURCE_RESTARTED = "source restarted"
    SENT = "sent"
    NOT_SENT = "not sent"
    JOB_FAILED = "job failed"
    PAGES_OPEN = "pages open"
    HEAD_BROKEN = "head broken"


FIELDS: dict[Event, frozenset[str]] = {
    Event.STARTED: frozenset({"parts"}),
    Event.STOPPED: frozenset(),
    Event.STORED: frozenset({"rows", "new"}),
    Event.DEVICE_STATE: frozenset({"device", "state"}),
    Event.PACKETS_UNREAD: frozenset({"device", "count"}),
    Event.SOURCE_RESTARTED: frozenset({"source", "error"}),
    Event.SENT: frozenset({"sent", "already", "rejected"}),
    Event.NOT_SENT: frozenset({"recipient", "reason"}),
    Event.JOB_FAILED: frozenset({"job", "error"}),
    Event.PAGES_OPEN: frozenset({"port"}),
    Event.HEAD_BROKEN: frozenset({"what"}),
}

_LOCAL_LOOKING = re.compile(
    r"(?:[0-9A-Fa-f]{2}[:_-]){5}[0-9A-Fa-f]{2}"  # an address, also as in a D-Bus path
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"  # an IP address
    r"|-?\d{1,3}\.\d{4,}"  # a coordinate
    r"|(?:/[\w.@-]+){2,}"  # a file path
)


class Log:
    """Where events go. `error` fields take the name of an error's class, never its text."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._logger = structlog.wrap_logger(
            structlog.PrintLogger(stream or sys.stderr),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.LogfmtRenderer(key_order=["timestamp", "event"]),
            ],
        )

    def note(self, event: Event, **fields: Field) -> None:
        """Write one event.

        Raises:
            ValueError: a field that this event does not have.
        """
        if not fields.keys() <= FIELDS[event]:
            raise ValueError(f"{event.value} has no such field")
        self._logger.info(event.value, **fields)


class _Discreet(logging.Filter):
    """Takes what looks like an address, a place or a path out of other packages' lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _LOCAL_LOOKING.sub("…", record.getMessage())
        record.args = ()
        record.exc_info = None
        record.exc_text = None
        return True


def quieten_others(stream: TextIO | None = None) -> None:
    """Let other packages log warnings only, without anything that looks local."""
    channel = logging.StreamHandler(stream or sys.stderr)
    channel.addFilter(_Discreet())
    channel.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[channel], force=True)
