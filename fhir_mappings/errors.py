"""What can go wrong between a reading and its FHIR form, by what the caller can do."""

from __future__ import annotations


class MappingError(ValueError):
    """This reading has no FHIR form: leave it out, count it, show it, send the others.

    Attributes:
        reason: a short, fixed sentence without the value; refusals are counted by it.
        kind: the kind of the reading, as far as it is known.
        index: its place in the `Outgoing` that held it, None when all of it is meant.
    """

    def __init__(self, reason: str, kind: str = "", index: int | None = None) -> None:
        place = f" (row {index})" if index is not None else ""
        super().__init__(f"{kind}: {reason}{place}" if kind else f"{reason}{place}")
        self.reason = reason
        self.kind = kind
        self.index = index


class TableError(ValueError):
    """`observations.toml` is not well formed: correct the row that is named."""
