"""All that may become bytes of an Observation: the allow-list at the end of the road."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.kinds import Kind
from adapters.reading import Instant, Value
from fhir_mappings.errors import MappingError

_IDS = re.compile(r"(?:[A-Za-z0-9_-]{1,64} )*")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Readings of one series and one recipient, as columns of one length.

    There is no field for an address, a name, a position or a text, so none can be sent. What is the
    same for all of them (patient, device, claims) is in the `Shape`.

    Attributes:
        kind: what was measured.
        starts: when it was true of the person, ms UTC.
        durations: for how long, ms; 0 for an instant.
        values: as the store keeps them (`adapters.reading.canonical`).
        decimals: how many decimals the device sent.
        flags: quality and place, as `adapters.reading.flags_of` writes them.
        ids: the keyed identity of each reading for this recipient, URL-safe base64.
        issued: when this was made ready to be sent, ms UTC; the same for all.
    """

    kind: Kind
    starts: Sequence[Instant]
    durations: Sequence[int]
    values: Sequence[Value]
    decimals: Sequence[int]
    flags: Sequence[int]
    ids: Sequence[str]
    issued: Instant

    def __post_init__(self) -> None:
        columns = (self.durations, self.values, self.decimals, self.flags, self.ids)
        if any(len(column) != len(self.starts) for column in columns):
            raise MappingError("the columns differ in length", self.kind)
        # All in one look, since it is done for every reading that leaves.
        named = "".join(f"{name} " for name in self.ids)
        if named.count(" ") != len(self.ids) or not _IDS.fullmatch(named):
            raise MappingError("an identifier is not URL-safe", self.kind)

    def __len__(self) -> int:
        return len(self.starts)
