"""The exact Observation that would go, before anybody agrees: written by what writes the real one.

Runs in the store's thread.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final

import orjson

from adapters.reading import DeviceKey, Instant
from gateway.sharing.candidates import Candidate, again
from gateway.sharing.compose import References, compose
from gateway.sharing.deliveries import Key
from gateway.sharing.offer import Offer
from gateway.sharing.recipients import Recipient
from gateway.sharing.spans import GRAIN_MS
from gateway.store.driver import Database
from gateway.store.query import Latest
from gateway.store.readings import Readings
from gateway.store.series import series_by_id
from gateway.web.sharing_book import Example

TO_BE_MADE: Final = "made-when-first-sent"
"""Stands for the id of a record that the recipient has not made yet."""


class Previews:
    """Makes examples from the newest readings of a home."""

    def __init__(self, db: Database, readings: Readings) -> None:
        self._db = db
        self._readings = readings

    def examples(self, offer: Offer, now: Instant) -> list[Example]:
        """What the newest reading of each kind would leave as; empty where there is none yet."""
        made = []
        for kind in offer.kinds:
            newest = self._readings.latest(offer.recipient.person, kind)
            made.append(Example(kind, self._body(offer, newest[0], now) if newest else ""))
        return made

    def past(self, offer: Offer) -> int:
        """How many readings from before today's agreement it covers."""
        total = 0
        for kind in offer.kinds:
            for series in self._readings.series(offer.recipient.person, kind):
                total += self._db.conn.execute(
                    "SELECT COUNT(*) FROM reading WHERE series = ? AND start >= ? AND start < ?",
                    (series.id, offer.history_from, offer.start),
                ).fetchone()[0]
        return total

    def _body(self, offer: Offer, newest: Latest, now: Instant) -> str:
        reading, series = newest.reading, series_by_id(self._db, newest.reading.series)
        key = Key(
            series.id, reading.start, reading.duration, reading.value, reading.nth, reading.version
        )
        chosen: Candidate | None = Candidate(
            key, reading.current_value, reading.current_decimals, reading.flags
        )
        if offer.grain != "raw":
            size = GRAIN_MS[offer.grain]
            bucket = reading.start // size * size
            chosen = again(
                self._db, series, Key(series.id, bucket, size, offer.grain, 0, 0), offer.grain
            )
        if chosen is None:
            return ""
        references = self._references(offer.recipient, series.device)
        letters, _refused = compose(
            self._db, offer.recipient, references, series, offer.grain, [chosen], now
        )
        return _laid_out(letters[0].body) if letters else ""

    def _references(self, recipient: Recipient, device: DeviceKey) -> References:
        known: dict[str, str] = dict(
            self._db.conn.execute(
                "SELECT what, reference FROM remote WHERE recipient = ?", (recipient.key,)
            ).fetchall()
        )
        unknown = f"Device/{TO_BE_MADE}"
        return References(
            subject=recipient.patient or f"Patient/{TO_BE_MADE}",
            gateway=known.get("gateway", unknown),
            devices={device: known.get(device, known.get(f"device:{device}", unknown))},
        )


def _laid_out(body: bytes) -> str:
    """The same JSON over many lines; digits stay as they are."""
    resource = json.loads(body, parse_float=Decimal)
    return orjson.dumps(
        resource, default=lambda number: orjson.Fragment(str(number)), option=orjson.OPT_INDENT_2
    ).decode()
