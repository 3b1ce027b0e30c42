"""Measurements by which the owner of an unknown device finds out how it speaks.

They stay here: what came over the air and what the device showed, until the owner throws them
away, at most thirty days.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal

from adapters.ble.describing.proposing import Came, Sample
from adapters.ble.describing.shown import Shown
from adapters.ble.heard import Heard
from adapters.kinds import kind
from gateway.store.driver import Database, transaction


class Samples:
    """The samples of each device, by its address."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, address: str, heard: Heard, sample: Sample) -> None:
        """Keep one, and how the device made itself known meanwhile."""
        known = asdict(heard)
        name = known.pop("name")
        shown = [[one.kind, one.component, str(one.value), one.unit] for one in sample.shown]
        with transaction(self._db):
            cursor = self._db.conn.execute(
                "INSERT INTO sample (address, name, heard, at, shown) VALUES (?, ?, ?, ?, ?)",
                (address.upper(), name, json.dumps(known), sample.at, json.dumps(shown)),
            )
            self._db.conn.executemany(
                "INSERT INTO sample_packet VALUES (?, ?, ?, ?)",
                [
                    (cursor.lastrowid, nth, one.characteristic, one.data)
                    for nth, one in enumerate(sample.packets)
                ],
            )

    def of(self, address: str) -> list[Sample]:
        """Those of a device, in the order in which they were taken."""
        rows = self._db.conn.execute(
            "SELECT id, at, shown FROM sample WHERE address = ? ORDER BY id", (address.upper(),)
        ).fetchall()
        return [Sample(self._packets(id_), _shown(text), at) for id_, at, text in rows]

    def heard(self, address: str) -> Heard | None:
        """How a device made itself known when its last sample was taken; None without any."""
        row = self._db.conn.execute(
            "SELECT name, heard FROM sample WHERE address = ? ORDER BY id DESC LIMIT 1",
            (address.upper(),),
        ).fetchone()
        if row is None:
            return None
        known = json.loads(row[1])
        return Heard(
            row[0],
            tuple(known["services"]),
            known["manufacturer"],
            tuple(known["confirmed"]),
            known["advertised"],
            tuple((uuid, data) for uuid, data in known["commands"]),
        )

    def forget(self, address: str = "") -> int:
        """Throw those of a device away, or all; returns how many there were."""
        with transaction(self._db):
            cursor = self._db.conn.execute(
                "DELETE FROM sample WHERE ? IN ('', address)", (address.upper(),)
            )
        return int(cursor.rowcount)

    def _packets(self, sample: int) -> list[Came]:
        rows = self._db.conn.execute(
            "SELECT characteristic, data FROM sample_packet WHERE sample = ? ORDER BY nth",
            (sample,),
        )
        return [Came(characteristic, data) for characteristic, data in rows]


def _shown(text: str) -> list[Shown]:
    return [
        Shown(kind(name), component, Decimal(value), unit)
        for name, component, value, unit in json.loads(text)
    ]
