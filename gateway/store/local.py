"""The file ``local.db``: what stays here. Nothing that sends can import this module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from adapters.local_events import ClockSeen, LinkEvent, LocalBatch, LocalName, Packet
from adapters.reading import DeviceKey, Instant, PersonKey, SourceKey
from gateway.store.clocks import clocks_seen, let_go_of_clocks
from gateway.store.driver import Database, open_database, transaction
from gateway.store.local_writing import write, write_all
from gateway.store.migrations import LOCAL, bring_up_to_date
from gateway.store.packets import let_go_of_packets, to_replay, write_packet
from gateway.store.synced import synced_to

KEEP_RAW = 24 * 3_600_000
KEEP_LINKS = 7 * KEEP_RAW
KEEP_NEARBY = 3_600_000
KEEP_SAMPLES = 30 * KEEP_RAW
_OF_A_DEVICE = (
    "link_event", "raw_packet", "synced", "clock_seen", "unclaimed", "consent_code", "wish",
)  # fmt: skip
_SMALLEST = 4
"""Shorter values (a signal strength, ``"1"``) are found in anything and identify nobody."""


def create_local(path: Path, key: bytes) -> LocalStore:
    """Make the file."""
    db = open_database(path, key, create=True)
    bring_up_to_date(db, LOCAL)
    return LocalStore(db)


def open_local(path: Path, key: bytes) -> LocalStore:
    """Open the file and bring its tables up to date; raises what `open_database` does."""
    db = open_database(path, key)
    try:
        bring_up_to_date(db, LOCAL)
    except BaseException:
        db.close()
        raise
    return LocalStore(db)


class LocalStore:
    """Addresses, names, link events, raw packets, positions, clocks, zones and heads."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def take_in(self, batch: LocalBatch) -> None:
        """Store local events in one transaction; what is known is not stored twice."""
        with transaction(self.db):
            write_all(self.db, batch.events)

    def keep(self, packets: Sequence[Packet]) -> list[int]:
        """Journal packets durably before they are decoded; the numbers are for `taken_in`."""
        with transaction(self.db):
            return [write_packet(self.db, packet, taken_in=False) for packet in packets]

    def taken_in(self, ids: Iterable[int]) -> None:
        """Say that the readings of these packets are committed."""
        with transaction(self.db):
            self.db.conn.executemany(
                "UPDATE raw_packet SET taken_in = 1 WHERE id = ?", [(id_,) for id_ in ids]
            )

    def not_taken_in(self) -> list[tuple[int, Packet]]:
        """Packets kept before a crash, with their numbers, in their order: what is to be replayed.

        Of each device whose readings may not all be committed; see `packets.to_replay`.
        """
        return to_replay(self.db)

    def kept_before(self, device: DeviceKey, characteristic: str, limit: int) -> list[Packet]:
        """The newest journalled packets of one characteristic, settled or not, oldest first."""
        rows = self.db.conn.execute(
            "SELECT received, data FROM raw_packet WHERE stored = 1 AND device = ?"
            " AND characteristic = ? ORDER BY id DESC LIMIT ?",
            (device, characteristic, limit),
        ).fetchall()
        return [Packet(device, characteristic, at, data, True) for at, data in reversed(rows)]

    def synced(self, device: DeviceKey, characteristic: str, session: str) -> int | None:
        """The number up to which a device's stored records have come in, or None."""
        return synced_to(self.db, device, characteristic, session)

    def clocks(self, device: DeviceKey, limit: int = 100) -> list[ClockSeen]:
        """The looks at a device's clock, newest first."""
        return clocks_seen(self.db, device, limit)

    def names(self, owner: DeviceKey | SourceKey) -> dict[str, str]:
        """What a device, app or person is called: the newest name of each sort."""
        rows = self.db.conn.execute(
            "SELECT what, name FROM local_name WHERE owner = ? ORDER BY at, name", (owner,)
        )
        return dict(rows.fetchall())

    def set_name(self, name: LocalName) -> None:
        """Write down a name; a known one is newest again."""
        write(self.db, name)

    def replace_name(self, name: LocalName) -> None:
        """Write down a name in place of all others of its sort."""
        with transaction(self.db):
            self.db.conn.execute(
                "DELETE FROM local_name WHERE owner = ? AND what = ?", (name.owner, name.what)
            )
            write(self.db, name)

    def address_of(self, device: DeviceKey) -> str | None:
        """The Bluetooth address of a device, or None."""
        return self.names(device).get("address")

    def known_addresses(self) -> dict[str, DeviceKey]:
        """Every address that belongs to a device of this house."""
        rows = self.db.conn.execute(
            "SELECT name, owner FROM local_name WHERE what = 'address' ORDER BY at"
        )
        return {name: DeviceKey(owner) for name, owner in rows}

    def forget(self, owner: DeviceKey | SourceKey) -> None:
        """Remove all that is known of a device or app here."""
        with transaction(self.db):
            self.db.conn.execute("DELETE FROM local_name WHERE owner = ?", (owner,))
            for table in _OF_A_DEVICE:
                self.db.conn.execute(f"DELETE FROM {table} WHERE device = ?", (owner,))  # noqa: S608

    def link_events(self, device: DeviceKey, limit: int = 100) -> list[LinkEvent]:
        """What happened on the way to a device, newest first."""
        rows = self.db.conn.execute(
            "SELECT device, at, what, address, rssi, detail FROM link_event WHERE device = ?"
            " ORDER BY at DESC, id DESC LIMIT ?",
            (device, limit),
        )
        return [LinkEvent(*row) for row in rows]

    def offset_of(self, source: str) -> int | None:
        """The newest offset, in minutes, in which a source printed its times, or None."""
        row = self.db.conn.execute(
            "SELECT minutes FROM time_offset WHERE source = ? ORDER BY at DESC LIMIT 1", (source,)
        ).fetchone()
        return None if row is None else int(row[0])

    def set_zone(self, person: PersonKey, since: Instant, zone: str) -> None:
        """Say in which zone, e.g. ``Europe/Oslo``, somebody lives from a time on."""
        self.db.conn.execute(
            "INSERT INTO zone_history VALUES (?, ?, ?)"
            " ON CONFLICT (person, since) DO UPDATE SET zone = excluded.zone",
            (person, since, zone),
        )

    def zones(self, person: PersonKey) -> list[tuple[Instant, str]]:
        """Where somebody lived since when, oldest first."""
        rows = self.db.conn.execute(
            "SELECT since, zone FROM zone_history WHERE person = ? ORDER BY since", (person,)
        )
        return rows.fetchall()

    def zone_at(self, person: PersonKey, at: Instant) -> str | None:
        """The zone of a person at a time: before the first entry the first, None if unknown."""
        zones = self.zones(person)
        earlier = [zone for since, zone in zones if since <= at]
        return earlier[-1] if earlier else (zones[0][1] if zones else None)

    def head(self, what: str) -> tuple[int, bytes] | None:
        """The number and hash of the newest entry of a table of ``gateway.db``, as noted."""
        row = self.db.conn.execute("SELECT seq, hash FROM head WHERE what = ?", (what,)).fetchone()
        return None if row is None else (int(row[0]), bytes(row[1]))

    def set_head(self, what: str, seq: int, hash: bytes) -> None:
        """Note the newest entry of a table: ``intake``, ``ledger`` or ``audit``."""
        self.db.conn.execute(
            "INSERT INTO head VALUES (?, ?, ?)"
            " ON CONFLICT (what) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
            (what, seq, hash),
        )

    def purge(
        self,
        now: Instant,
        *,
        raw: int = KEEP_RAW,
        links: int = KEEP_LINKS,
        clocks: Iterable[ClockSeen] = (),
    ) -> None:
        """Let go of raw packets and link events that are older than so many milliseconds.

        A packet whose readings are not committed stays as long as link events do, if that is
        longer; so does the beginning of a link that may still be up, and the looks at clocks that
        are named.
        """
        with transaction(self.db):
            let_go_of_packets(self.db, now - raw, now - max(raw, links))
            self.db.conn.execute("DELETE FROM link_event WHERE at < ?", (now - links,))
            self.db.conn.execute("DELETE FROM nearby WHERE seen < ?", (now - KEEP_NEARBY,))
            let_go_of_clocks(self.db, now - links, clocks)
            self.db.conn.execute("DELETE FROM wish WHERE at < ?", (now - KEEP_NEARBY,))
            self.db.conn.execute("DELETE FROM sample WHERE at < ?", (now - KEEP_SAMPLES,))

    def counts(self) -> dict[str, int]:
        """How much of each sort stays here: each name sort by itself, and each table."""
        rows = self.db.conn.execute(
            "SELECT what, COUNT(*) FROM local_name GROUP BY what"
            " UNION ALL SELECT 'link_event', COUNT(*) FROM link_event"
            " UNION ALL SELECT 'raw_packet', COUNT(*) FROM raw_packet"
            " UNION ALL SELECT 'position', COUNT(*) FROM position"
            " UNION ALL SELECT 'route', COUNT(DISTINCT route) FROM position"
            " UNION ALL SELECT 'time_offset', COUNT(*) FROM time_offset"
            " UNION ALL SELECT 'zone', COUNT(*) FROM zone_history"
            " UNION ALL SELECT 'clock_seen', COUNT(*) FROM clock_seen"
            " UNION ALL SELECT 'synced', COUNT(*) FROM synced"
            " UNION ALL SELECT 'unclaimed', COUNT(*) FROM unclaimed"
            " UNION ALL SELECT 'consent_code', COUNT(*) FROM consent_code"
            " UNION ALL SELECT 'sample', COUNT(*) FROM sample"
        )
        return dict(rows.fetchall())

    def all_values(self) -> Iterator[str]:
        """Every local value of four signs or more, once each, for the scan of outgoing bytes.

        Names, addresses, what link events say, coordinates, routes, zones. Raw packets are not
        among them: what they hold becomes readings, which may be shared. Nor are clocks and the
        numbers of records: they are times and small counts, which stand in every other text.
        """
        rows = self.db.conn.execute(
            "SELECT name FROM local_name UNION SELECT address FROM link_event"
            " UNION SELECT detail FROM link_event UNION SELECT zone FROM zone_history"
            " UNION SELECT address FROM nearby UNION SELECT name FROM nearby"
            " UNION SELECT address FROM wish UNION SELECT name FROM wish"
            " UNION SELECT address FROM sample UNION SELECT name FROM sample"
            " UNION SELECT route FROM position UNION SELECT latitude FROM position"
            " UNION SELECT longitude FROM position UNION SELECT altitude FROM position"
        )
        for (value,) in rows:
            text = "" if value is None else str(value)
            if len(text) >= _SMALLEST:
                yield text
