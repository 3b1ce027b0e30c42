"""How each sort of local event is written into ``local.db``."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.local_events import (
    ClockSeen,
    LinkEvent,
    LocalEvent,
    LocalName,
    Packet,
    Position,
    Synced,
    TimeOffset,
    Unclaimed,
)
from gateway.store.clocks import note_clock
from gateway.store.driver import Database
from gateway.store.many import insert_new
from gateway.store.packets import write_packet
from gateway.store.synced import note_synced
from gateway.store.unclaimed import note_unclaimed

_POSITIONS = "position (at, latitude, longitude, altitude, route)"


def write_all(db: Database, events: Sequence[LocalEvent]) -> None:
    """Write events; places, which come by the thousand, together. Inside a transaction."""
    insert_new(db, _POSITIONS, [one for one in events if isinstance(one, Position)])
    for event in events:
        if not isinstance(event, Position):
            write(db, event)


def write(db: Database, event: LocalEvent) -> None:
    """Write one event; what is known is not written twice. Inside a transaction."""
    match event:
        case Packet():
            write_packet(db, event, taken_in=True)
        case LocalName(owner=owner, what=what, name=name, at=at):
            db.conn.execute(
                "INSERT INTO local_name VALUES (?, ?, ?, ?)"
                " ON CONFLICT (owner, what, name) DO UPDATE SET at = MAX(at, excluded.at)",
                (owner, what, name, at),
            )
        case LinkEvent():
            db.conn.execute(
                "INSERT INTO link_event (device, at, what, address, rssi, detail)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (event.device, event.at, event.what, event.address, event.rssi, event.detail),
            )
        case Position():
            insert_new(db, _POSITIONS, [event])
        case TimeOffset(source=source, at=at, minutes=minutes):
            db.conn.execute(
                "INSERT INTO time_offset VALUES (?, ?, ?)"
                " ON CONFLICT (source, at) DO UPDATE SET minutes = excluded.minutes",
                (source, at, minutes),
            )
        case Synced():
            note_synced(db, event)
        case ClockSeen():
            note_clock(db, event)
        case Unclaimed():
            note_unclaimed(db, event)
