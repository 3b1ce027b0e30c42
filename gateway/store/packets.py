"""Packets as they came: the journal of what devices believe delivered, and its replay."""

from __future__ import annotations

from adapters.local_events import Packet
from adapters.reading import DeviceKey, Instant
from adapters.source import LINK_BEGINS
from gateway.store.driver import Database


def write_packet(db: Database, packet: Packet, *, taken_in: bool) -> int:
    """Write a packet; returns its number in the journal."""
    cursor = db.conn.execute(
        "INSERT INTO raw_packet (device, characteristic, received, data, stored, taken_in)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            packet.device,
            packet.characteristic,
            packet.received,
            packet.data,
            packet.stored,
            taken_in,
        ),
    )
    return int(cursor.lastrowid or 0)


def kept_since(
    db: Database, device: DeviceKey, characteristic: str, since: Instant
) -> list[tuple[Instant, bytes]]:
    """What was journalled of one characteristic from a time on, and when it came, in that order."""
    rows = db.conn.execute(
        "SELECT received, data FROM raw_packet WHERE stored = 1 AND device = ?"
        " AND characteristic = ? AND received >= ? ORDER BY received",
        (device, characteristic, since),
    )
    return [(at, bytes(data)) for at, data in rows]


def any_kept_since(db: Database, device: DeviceKey, since: Instant) -> bool:
    """Whether anything of a device was journalled from a time on."""
    row = db.conn.execute(
        "SELECT 1 FROM raw_packet WHERE stored = 1 AND device = ? AND received >= ? LIMIT 1",
        (device, since),
    ).fetchone()
    return row is not None


def to_replay(db: Database) -> list[tuple[int, Packet]]:
    """What was kept of each device that has open packets, since the link of the first began.

    Packets whose readings are committed are among them, since later ones are understood by them.
    Where no link began before it, it is all that is here of the device.
    """
    rows = db.conn.execute(
        "WITH open AS (SELECT device, MIN(id) AS first FROM raw_packet WHERE taken_in = 0"
        " GROUP BY device)"
        " SELECT p.id, p.device, p.characteristic, p.received, p.data FROM open CROSS JOIN"
        " raw_packet p ON p.device = open.device AND p.stored = 1 AND p.id >= COALESCE((SELECT"
        " MAX(m.id) FROM raw_packet m WHERE m.stored = 1 AND m.device = open.device"
        " AND m.characteristic = ? AND m.id <= open.first), 0) ORDER BY p.id",
        (LINK_BEGINS,),
    )
    return [(row[0], Packet(row[1], row[2], row[3], row[4], stored=True)) for row in rows]


def let_go_of_packets(db: Database, before: Instant, open_before: Instant) -> None:
    """Let go of packets that came before a time, and of open ones that came before another.

    Of a device's newest link the first packet of each characteristic stays: it may be up for
    weeks, and what was said at its beginning is needed for as long.
    """
    db.conn.execute(
        "DELETE FROM raw_packet WHERE received < ? AND (taken_in = 1 OR received < ?)"
        " AND id NOT IN (SELECT MIN(p.id) FROM raw_packet p JOIN"
        " (SELECT device, MAX(id) AS began FROM raw_packet WHERE stored = 1"
        " AND characteristic = ? GROUP BY device) link"
        " ON p.stored = 1 AND p.device = link.device AND p.id >= link.began"
        " GROUP BY p.device, p.characteristic)",
        (before, open_before, LINK_BEGINS),
    )
