"""Observations as a clinician reads them: what, when, how much, from where, and how sure.

Source: HL7 FHIR R4 4.0.1, Observation; v3-ActReason `HTEST`, v3-ObservationValue `PATAST`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gateway.clinic.fhir_client import Resource
from gateway.htmlkit.language import gettext as _

_LOINC = "http://loinc.org"
_STATISTICS = "http://terminology.hl7.org/CodeSystem/observation-statistics"


@dataclass(frozen=True, slots=True)
class Code:
    """What was measured, as `system|code` for the server and as a name for a person."""

    token: str
    title: str


@dataclass(frozen=True, slots=True)
class Part:
    """One number or word of an observation; ``text`` has the digits that were sent."""

    label: str
    number: Decimal | None
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Observed:
    """One Observation.

    Attributes:
        parts: one, or one a component (blood pressure: systolic, diastolic).
        at: the (start of the) effective time, ms UTC; until is its end, the same for an instant.
        received: when the server got it, None where it does not say.
        device: reference or display of the device, "" if none is named.
        patient_supplied: bears PATAST. test: bears HTEST.
    """

    id: str
    code: Code
    parts: Sequence[Part]
    at: int
    until: int
    received: int | None
    device: str
    status: str
    patient_supplied: bool
    test: bool
    notes: Sequence[str]
    device_name: str = ""


def instant(text: str) -> int | None:
    """A FHIR date, dateTime or instant as ms UTC; a time without zone counts as UTC."""
    try:
        moment = datetime.fromisoformat(text if len(text) > 7 else f"{text}-01-01"[:10])
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def _codings(concept: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = concept.get("coding", ())
    return found


def code_of(concept: Mapping[str, Any]) -> Code:
    """LOINC first, else the first coding; the text of the concept names it, where there is one."""
    codings = _codings(concept)
    chosen = next(
        (coding for coding in codings if coding.get("system") == _LOINC),
        codings[0] if codings else {},
    )
    token = f"{chosen.get('system', '')}|{chosen.get('code', '')}" if chosen else ""
    title = concept.get("text") or chosen.get("display") or chosen.get("code") or _("Unnamed")
    return Code(token, str(title))


def _part(label: str, holder: Mapping[str, Any]) -> Part | None:
    if "valueQuantity" in holder:
        quantity = holder["valueQuantity"]
        value = quantity.get("value")
        if value is None:
            return None
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        text = f"{quantity.get('comparator', '')}{number:f}"
        return Part(label, number, text, str(quantity.get("code") or quantity.get("unit") or ""))
    if "valueInteger" in holder:
        return Part(label, Decimal(holder["valueInteger"]), str(holder["valueInteger"]), "")
    if "valueCodeableConcept" in holder:
        return Part(label, None, code_of(holder["valueCodeableConcept"]).title, "")
    if "valueString" in holder:
        return Part(label, None, str(holder["valueString"]), "")
    if "valueSampledData" in holder:
        return Part(label, None, _("a curve"), "")
    if "dataAbsentReason" in holder:
        why = code_of(holder["dataAbsentReason"]).title
        return Part(label, None, _("no value (%(why)s)") % {"why": why}, "")
    return None


def _parts(resource: Resource) -> Iterator[Part]:
    whole = _part("", resource)
    if whole is not None:
        yield whole
    for component in resource.get("component", ()):
        if any(one.get("system") == _STATISTICS for one in _codings(component.get("code", {}))):
            continue  # the lowest, the highest and the count of a summary are no values of it
        part = _part(code_of(component.get("code", {})).title, component)
        if part is not None:
            yield part


def _labels(resource: Resource) -> set[str]:
    return {str(label.get("code")) for label in resource.get("meta", {}).get("security", ())}


def observed(resource: Resource) -> Observed | None:
    """Read one Observation; None if it has no time or was entered in error."""
    period = resource.get("effectivePeriod", {})
    start = (
        resource.get("effectiveDateTime") or resource.get("effectiveInstant") or period.get("start")
    )
    at = instant(str(start)) if start else None
    if at is None or resource.get("status") in ("entered-in-error", "cancelled"):
        return None
    labels, device = _labels(resource), resource.get("device", {})
    received = resource.get("meta", {}).get("lastUpdated") or resource.get("issued")
    return Observed(
        id=str(resource.get("id", "")),
        code=code_of(resource.get("code", {})),
        parts=tuple(_parts(resource)),
        at=at,
        until=instant(str(period.get("end"))) or at,
        received=instant(str(received)) if received else None,
        device=str(device.get("reference", "")),
        device_name=str(device.get("display", "")),
        status=str(resource.get("status", "")),
        patient_supplied="PATAST" in labels,
        test="HTEST" in labels,
        notes=tuple(str(note.get("text", "")) for note in resource.get("note", ())),
    )
