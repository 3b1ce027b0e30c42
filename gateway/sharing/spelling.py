"""The one spelling of a ledger entry: canonical JSON, what is hashed and signed."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import orjson
from pydantic import TypeAdapter, ValidationError

from gateway.sharing.errors import LedgerBroken
from gateway.sharing.events import Recorded

_READ: Final = TypeAdapter(Recorded)


def canonical(record: object) -> str:
    """JSON in UTF-8 with sorted names and no spaces, of plain dicts, lists, text and integers."""
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode()


def spelled(recorded: Recorded) -> str:
    """The canonical JSON of an entry."""
    event = recorded.event
    return canonical(
        {
            "actor": recorded.actor,
            "at": recorded.at,
            "clock": recorded.clock,
            "event": {
                column.name: getattr(event, column.name)
                for column in fields(event)
                if getattr(event, column.name) or "later" not in column.metadata
            },
            "session": recorded.session,
        }
    )


def parsed(text: str) -> Recorded:
    """An entry from its canonical JSON.

    Raises:
        LedgerBroken: it is no event of the list, or not spelled as this program spells.
    """
    try:
        recorded = _READ.validate_json(text)
    except ValidationError as error:
        raise LedgerBroken("an entry cannot be read") from error
    if spelled(recorded) != text:
        raise LedgerBroken("an entry is not spelled as it was written")
    return recorded
