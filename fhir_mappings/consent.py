"""A grant of the person's ledger as a Consent: closed by default, with one opening.

The outer provision denies; the one inside it permits these kinds, to this recipient, for this
purpose, measured and sent within these times. Each kind is there with all the codes that a reading
of it can be sent with. Once it is over, it is the same Consent, `inactive`, with nothing permitted:
R4 has no status for a withdrawal, and nothing is ever deleted.

Source: HL7 FHIR R4 4.0.1, Consent; IHE Privacy Consent on FHIR (scope, category, policy); RFC 6920
for the name of a text by its hash.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from fhir.resources.R4B.consent import Consent

from adapters.kinds import Kind
from adapters.reading import Instant
from fhir_mappings import systems
from fhir_mappings.instant import utc
from fhir_mappings.provenance import purpose_coding
from fhir_mappings.resource import Json, checked, coded, security
from fhir_mappings.shape import Grain
from fhir_mappings.table import row_of


@dataclass(frozen=True, slots=True)
class Agreed:
    """What somebody agreed to.

    Attributes:
        id: the grant's own name in the ledger.
        patient: whose readings, at the recipient: ``"Patient/1"``; empty where none stands there.
        performer: who agreed: the same, or a guardian, ``"RelatedPerson/1"``; empty where none
            stands there.
        given_as: what who agreed is to the patient, ``"guardian"``; empty: the patient agreed.
        recipient: the legal entity's id, and its name.
        kinds: the closed list.
        purpose: a word of v3-PurposeOfUse.
        given_at: when it was agreed to.
        start, end: when may be sent, half-open.
        measured_from, measured_to: when it must have been measured, half-open.
        policy: the address of the policy text, with its version.
        text_sha256: of the exact text that was agreed to, 64 hexadecimal digits.
        grain: how finely; a day of the person's own bears no zone.
        over_at: since when nothing of it may leave: taken back, past its end, or the recipient's
            terms became others; None while it holds.
        permits: code systems that the invitation allows beyond the free ones, as in `Shape`.
    """

    id: str
    patient: str
    performer: str
    recipient: tuple[str, str]
    kinds: Iterable[Kind]
    purpose: str
    given_at: Instant
    start: Instant
    end: Instant
    measured_from: Instant
    measured_to: Instant
    policy: str
    text_sha256: str
    grain: Grain = "raw"
    given_as: str = ""
    over_at: Instant | None = None
    permits: frozenset[str] = frozenset()


_HOW_FINELY: Final[Mapping[Grain, str]] = {
    "raw": "Each reading is sent.",
    "minute": "One summary a minute is sent, and no single reading.",
    "hour": "One summary an hour is sent, and no single reading.",
    "day": "One summary a day of UTC is sent, and no single reading.",
    "local_day": "One summary a day of the patient's own is sent, and no single reading.",
}
"""R4 has no element and no code for it: it stands in the narrative."""


def consent_resource(agreed: Agreed, *, system: str, simulated: bool) -> bytes:
    """A Consent in the form of R4.

    Args:
        agreed: what was agreed to.
        system: the system of the grant's id.
        simulated: marks it HTEST.

    Raises:
        MappingError: a kind has no row, or no valid Consent can be made of this.
    """
    over = agreed.over_at is not None
    resource: Json = {
        "resourceType": "Consent",
        "meta": security(simulated=simulated),
        "text": _narrative(_HOW_FINELY[agreed.grain]),
        "identifier": [{"system": system, "value": agreed.id}],
        "status": "inactive" if over else "active",
        "scope": coded(systems.CONSENT_SCOPE, "patient-privacy", "Privacy Consent"),
        "category": [
            coded(systems.LOINC, "59284-0", "Consent Document"),
            coded(systems.ACT_CODE, "INFASO", "access and save only"),
        ],
        "patient": _patient(agreed),
        "dateTime": utc(agreed.given_at if agreed.over_at is None else agreed.over_at),
        "performer": [_performer(agreed)],
        "organization": [_recipient(agreed)],
        "sourceReference": {"type": "DocumentReference", "identifier": _text(agreed.text_sha256)},
        "policy": [{"uri": agreed.policy}],
        "policyRule": coded(systems.ACT_CODE, "OPTIN", "opt-in"),
        "verification": [_verification(agreed)],
        "provision": {"type": "deny"} | ({} if over else {"provision": [_opening(agreed)]}),
    }
    return checked(Consent, resource)


def _opening(agreed: Agreed) -> Json:
    codes = dict.fromkeys(
        code for kind in agreed.kinds for code in row_of(kind).every(agreed.permits)
    )
    return {
        "type": "permit",
        "period": {"start": utc(agreed.start), "end": utc(agreed.end)},
        "actor": [
            {
                "role": coded(systems.PARTICIPATION, "IRCP", "information recipient"),
                "reference": _recipient(agreed),
            }
        ],
        "action": [coded(systems.CONSENT_ACTION, "disclose", "Disclose")],
        "purpose": [purpose_coding(agreed.purpose)],
        "class": [{"system": systems.RESOURCE_TYPES, "code": "Observation"}],
        "code": [{"coding": [code.model_dump()]} for code in codes],
        "dataPeriod": {"start": utc(agreed.measured_from), "end": utc(agreed.measured_to)},
    }


def _narrative(sentence: str) -> Json:
    """What the structured parts do not say (`additional`), as XHTML."""
    words = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(sentence)}</p></div>'
    return {"status": "additional", "div": words}


def _patient(agreed: Agreed) -> Json:
    """Where the patient stands; in words where nowhere yet: no reference is made up."""
    if agreed.patient:
        return {"reference": agreed.patient}
    return {"type": "Patient", "display": "The patient"}


def _performer(agreed: Agreed) -> Json:
    if not agreed.given_as:
        return _patient(agreed)
    if agreed.performer:
        return {"reference": agreed.performer}
    return {"type": "RelatedPerson", "display": f"The {agreed.given_as} of the patient"}


def _recipient(agreed: Agreed) -> Json:
    id_, name = agreed.recipient
    return {"type": "Organization", "identifier": {"value": id_}, "display": name}


def _verification(agreed: Agreed) -> Json:
    return {
        "verified": True,
        "verifiedWith": _performer(agreed),
        "verificationDate": utc(agreed.given_at),
    }


def _text(sha256: str) -> Json:
    """The name of a text by its hash (RFC 6920): Attachment.hash of R4 is a SHA-1."""
    digest = urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode("ascii")
    return {"system": systems.URI, "value": f"ni:///sha-256;{digest}"}
