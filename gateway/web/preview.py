"""The exact Observations that would go, before anybody agrees. Runs in the store's thread."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final

import orjson

from adapters.kinds import Kind
from adapters.reading import Instant
from gateway.sharing.offer import Offer
from gateway.sharing.preview import preview
from gateway.store.driver import Database
from gateway.store.readings import Readings
from gateway.web.sharing_book import Example

MOST_COUNTED: Final = 100_000
"""Counting stops here: a page is not kept waiting for millions."""


class Previews:
    """Makes examples from the newest readings of a home."""

    def __init__(self, db: Database, readings: Readings) -> None:
        self._db = db
        self._readings = readings

    def examples(self, offer: Offer, now: Instant) -> list[Example]:
        """What the newest reading of each kind would leave as; empty where there is none yet."""
        return [Example(kind, self._body(offer, kind, now)) for kind in offer.kinds]

    def past(self, offer: Offer) -> int:
        """How many readings from before today's agreement it covers; `MOST_COUNTED` + 1 if more."""
        total = 0
        for kind in offer.kinds:
            for series in self._readings.series(offer.recipient.person, kind):
                total += self._db.conn.execute(
                    "SELECT COUNT(*) FROM (SELECT 1 FROM reading"
                    " WHERE series = ? AND start >= ? AND start < ? LIMIT ?)",
                    (series.id, offer.history_from, offer.start, MOST_COUNTED + 1 - total),
                ).fetchone()[0]
        return total

    def _body(self, offer: Offer, kind: Kind, now: Instant) -> str:
        newest = self._readings.latest(offer.recipient.person, kind)
        if not newest:
            return ""
        try:
            return _laid_out(
                preview(
                    self._db,
                    offer.recipient,
                    newest[0].reading.id,
                    now,
                    offer.grain,
                    offer.zone,
                )
            )
        except LookupError:  # it has no form that can be sent
            return ""


def _laid_out(body: bytes) -> str:
    """The same JSON over many lines; digits stay as they are."""
    resource = json.loads(body, parse_float=Decimal)
    return orjson.dumps(
        resource, default=lambda number: orjson.Fragment(str(number)), option=orjson.OPT_INDENT_2
    ).decode()
