"""From claimed readings to the bytes that leave: one way for sending and for the preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, repeat
from typing import Final

from adapters.kinds import row_of as kind_row_of
from adapters.reading import Instant, Value, Waveform, text_of
from fhir_mappings.bundle import Entry, if_match, if_none_exist, with_id
from fhir_mappings.errors import MappingError
from fhir_mappings.outgoing import Outgoing
from fhir_mappings.render import render
from fhir_mappings.shape import Adapter, Shape, Status
from fhir_mappings.systems import SNOMED
from gateway.sharing.candidates import Candidate
from gateway.sharing.consent import Grain
from gateway.sharing.deliveries import Key
from gateway.sharing.looks import look_of, where
from gateway.sharing.names import READING_SYSTEM
from gateway.sharing.recipients import Recipient, outbound_id
from gateway.store.devices import Devices
from gateway.store.driver import Database
from gateway.store.identity import SeriesRow
from gateway.store.query import waveform
from gateway.store.records import Identities
from gateway.store.source_order import overlaps

_TAKEN_BACK: Final = "absent:error"
"""What stands where a value was entered in error: nobody should go by it."""


@dataclass(frozen=True, slots=True)
class References:
    """Where what an Observation points to stands at a recipient.

    Attributes:
        subject: the Patient.
        gateway: this gateway's Device.
        devices: the sensors' Devices, by our own key; one that is missing is not named.
        looks: where looks at sensors' clocks stand, by `SensorLook.what`; None where the recipient
            does not ask for them.
    """

    subject: str
    gateway: str
    devices: Mapping[str, str]
    looks: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One Observation, ready to be sent.

    Attributes:
        id: its keyed identifier at this recipient.
        body: its JSON.
        search: what finds it at the recipient, so that it is made there only once.
        numbers: the digits of its values, for the last look.
    """

    candidate: Candidate
    series: SeriesRow
    id: str
    body: bytes
    search: str
    numbers: frozenset[bytes]

    @property
    def key(self) -> Key:
        """What it is made of."""
        return self.candidate.key

    @property
    def replaces(self) -> str:
        """Where the Observation stands that this one replaces; empty for a new one."""
        return self.candidate.replaces

    @property
    def entry(self) -> Entry:
        """It as an entry of a Bundle: made at the recipient only once, or replacing itself."""
        if self.replaces:
            seen = if_match(self.candidate.there)
            return Entry(self.body, self.replaces, method="PUT", if_match=seen)
        return Entry(self.body, "Observation", self.search)


def compose(
    db: Database,
    recipient: Recipient,
    references: References,
    series: SeriesRow,
    grain: Grain,
    chosen: Sequence[Candidate],
    issued: Instant,
) -> tuple[list[Letter], list[tuple[Candidate, str]]]:
    """Write Observations of one series.

    Returns:
        the letters in the order of the candidates, and the candidates that have no FHIR form,
        with the reason.
    """
    first = _shape(db, recipient, references, series, grain)
    identities = Identities(db, series)
    letters: list[Letter] = []
    refused: list[tuple[Candidate, str]] = []
    alike = partial(_standing, db, references, series, grain)
    for (status, corrected, clock), together in groupby(chosen, alike):
        left = list(together)
        shape = replace(first, status=status, corrected=corrected, clock=clock)
        while left:
            outgoing = _outgoing(db, recipient, series, identities, left, issued)
            try:
                bodies = render(outgoing, shape)
            except MappingError as error:
                if error.index is None:
                    refused += [(one, error.reason) for one in left]
                    break
                refused.append((left.pop(error.index), error.reason))
                continue
            letters += map(_letter, left, repeat(series), outgoing.ids, bodies)
            break
    return letters, refused


def _letter(one: Candidate, series: SeriesRow, id_: str, body: bytes) -> Letter:
    if one.replaces:
        body = with_id(body, one.replaces.partition("/")[2])
    search = if_none_exist(READING_SYSTEM, id_)
    return Letter(one, series, id_, body, search, _numbers(one.value, one.decimals))


def _standing(
    db: Database, references: References, series: SeriesRow, grain: Grain, one: Candidate
) -> tuple[Status, bool, str]:
    """Its status, whether its value is another than the one that came, and what set it right."""
    there = grain == "raw" and one.value is not None
    looks, clock = references.looks, ""
    if looks is not None:
        clock = where(looks, look_of(db, series, one.key, grain))
    return _status(one), there and one.value != one.key.value, clock


def _status(one: Candidate) -> Status:
    if not one.replaces:
        return "final"
    return "amended" if one.value is not None else "entered-in-error"


def outbound(recipient: Recipient, identities: Identities, key: Key) -> str:
    """The keyed identifier under which a reading or summary stands at a recipient."""
    text = identities.text(key.start, key.duration, key.value, key.nth)
    return outbound_id(recipient.secret, text, 0)  # a correction is no other Observation


def adapter_of(db: Database, series: SeriesRow) -> Adapter:
    """By which way a series came in."""
    device = Devices(db).get(series.device)
    if device is not None:
        return device.adapter
    return "ble" if series.source == "radio" else "healthkit"


def _shape(
    db: Database, recipient: Recipient, references: References, series: SeriesRow, grain: Grain
) -> Shape:
    device = Devices(db).get(series.device)
    return Shape(
        kind=series.kind,
        subject=references.subject,
        device=references.devices.get(series.device, ""),
        gateway_device=references.gateway,
        identifier_system=READING_SYSTEM,
        adapter=adapter_of(db, series),
        simulated=series.simulated,
        body_site=device.facts.body_site if device else "",
        profiles=recipient.invitation.profiles,
        permits=frozenset({SNOMED}) if recipient.invitation.snomed else frozenset(),
        grain=grain,
        also_counted=overlaps(series.kind) and _others_count(db, series),
    )


def _others_count(db: Database, series: SeriesRow) -> bool:
    """Whether the person has readings of the kind from elsewhere too."""
    (more,) = db.conn.execute(
        "SELECT EXISTS (SELECT 1 FROM series WHERE (person, kind) = (?, ?) AND id != ? AND n > 0)",
        (series.person, series.kind, series.id),
    ).fetchone()
    return bool(more)


def _outgoing(
    db: Database,
    recipient: Recipient,
    series: SeriesRow,
    identities: Identities,
    chosen: Sequence[Candidate],
    issued: Instant,
) -> Outgoing:
    return Outgoing(
        kind=series.kind,
        starts=[one.key.start for one in chosen],
        durations=[one.key.duration for one in chosen],
        values=[_TAKEN_BACK if one.value is None else one.value for one in chosen],
        decimals=[one.decimals for one in chosen],
        flags=[one.flags for one in chosen],
        ids=[outbound(recipient, identities, one.key) for one in chosen],
        issued=issued,
        waveforms=_waveforms(db, series, chosen),
        members=[one.members for one in chosen] if any(one.members for one in chosen) else (),
        derived=[one.derived for one in chosen] if any(one.derived for one in chosen) else (),
    )


def _waveforms(
    db: Database, series: SeriesRow, chosen: Sequence[Candidate]
) -> Mapping[str, Waveform]:
    """The samples that the readings of a waveform's kind name, by digest."""
    if kind_row_of(series.kind).shape != "waveform":
        return {}
    digests = {one.value for one in chosen if isinstance(one.value, str)}
    found = (waveform(db, digest) for digest in digests)
    return {one.digest: one for one in found if one is not None}


def _numbers(value: Value | None, decimals: int) -> frozenset[bytes]:
    if value is None:
        return frozenset()
    parts = value.split("|") if isinstance(value, str) else [text_of(value, decimals)]
    return frozenset(part.lstrip("-").encode() for part in parts)
