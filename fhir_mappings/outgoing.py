"""All that may become bytes of an Observation: the allow-list at the end of the road."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.kinds import Kind
from adapters.reading import Instant, Value, Waveform
from fhir_mappings.errors import MappingError

_OBSERVATION = re.compile(r"Observation/[A-Za-z0-9.-]{1,64}")
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
        waveforms: of a kind that is one: the samples, by the digest that stands in ``values``.
        members: of groups (a session, a workout): the Observations at the recipient that belong
            to each reading, ``"Observation/1"``. Empty, or one for each reading.
        derived: the Observations at the recipient that each was put together from; likewise.
    """

    kind: Kind
    starts: Sequence[Instant]
    durations: Sequence[int]
    values: Sequence[Value]
    decimals: Sequence[int]
    flags: Sequence[int]
    ids: Sequence[str]
    issued: Instant
    waveforms: Mapping[str, Waveform] = field(default_factory=dict)
    members: Sequence[Sequence[str]] = ()
    derived: Sequence[Sequence[str]] = ()

    def __post_init__(self) -> None:
        columns = (self.durations, self.values, self.decimals, self.flags, self.ids)
        if any(len(column) != len(self.starts) for column in columns):
            raise MappingError("the columns differ in length", self.kind)
        for links in (self.members, self.derived):
            if links and len(links) != len(self.starts):
                raise MappingError("the columns differ in length", self.kind)
            if not all(_OBSERVATION.fullmatch(one) for reading in links for one in reading):
                raise MappingError("a link is not to an Observation", self.kind)
        # All in one look, since it is done for every reading that leaves.
        named = "".join(f"{name} " for name in self.ids)
        if named.count(" ") != len(self.ids) or not _IDS.fullmatch(named):
            raise MappingError("an identifier is not URL-safe", self.kind)

    def __len__(self) -> int:
        return len(self.starts)
