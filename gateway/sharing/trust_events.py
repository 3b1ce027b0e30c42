"""Events of the ledger by which somebody decides for another person (`trust`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from adapters.reading import Instant, PersonKey
from gateway.sharing.age import is_month
from gateway.sharing.consent import Relationship
from gateway.sharing.event_checks import STRICT, named


@dataclass(frozen=True, slots=True)
class Entrust:
    """Somebody decides for another person; ``born`` is when the one who decides was born."""

    id: str
    person: PersonKey
    by: PersonKey
    relationship: Relationship
    born: str
    start: Instant
    end: Instant | None = None
    what: Literal["entrust"] = "entrust"

    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        named(self.id, self.person, self.by)
        if self.person == self.by:
            raise ValueError("who decides for a person is another one")
        if not is_month(self.born):
            raise ValueError("a month of birth is written YYYY-MM")
        if self.end is not None and self.end <= self.start:
            raise ValueError("a period ends after it starts")


@dataclass(frozen=True, slots=True)
class EndTrust:
    """Somebody decides no longer for another person."""

    trust: str
    what: Literal["end_trust"] = "end_trust"

    __pydantic_config__ = STRICT
