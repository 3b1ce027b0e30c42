"""That a batch was disclosed: to whom, on whose word, under which consent. One AuditEvent a batch.

Source: HL7 FHIR R4 4.0.1, AuditEvent; IHE Basic Audit Log Patterns 1.1.4, Privacy Disclosure at
Source; DICOM PS3.16, CID 400 and 402.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fhir.resources.R4B.auditevent import AuditEvent

from adapters.reading import Instant
from fhir_mappings import systems
from fhir_mappings.instant import utc
from fhir_mappings.provenance import purpose_coding
from fhir_mappings.resource import Json, checked, coded, security

Outcome = Literal["0", "4", "8"]
"""All of it was taken; not all of it, or that is not known; all of it was refused.

Source: HL7 FHIR R4 4.0.1, value set audit-event-outcome.
"""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One batch that left.

    Attributes:
        patient: whose readings, at the recipient; empty where it is not known there.
        gateway_device: this gateway at the recipient; empty where it is not known there.
        recipient: the legal entity's id, and its name.
        address: the recipient's FHIR address, without anything that signs in.
        batch: our name of the batch, and the SHA-256 in hexadecimal digits of the body of the
            request in which it left, to the byte: who has the request can hash it and compare.
        rows: how many Observations that body held.
        purpose: a word of v3-PurposeOfUse.
        consent: the grant's own name; its system.
        at: when it was sent, ms UTC.
        outcome: whether the recipient took it; see `Outcome`.
        author: on whose word: ``patient`` again, or a guardian, ``"RelatedPerson/1"``; empty
            where none stands there.
        given_as: what who agreed is to the patient, ``"guardian"``; empty: the patient agreed.
    """

    patient: str
    gateway_device: str
    recipient: tuple[str, str]
    address: str
    batch: tuple[str, str]
    rows: int
    purpose: str
    consent: tuple[str, str]
    at: Instant
    outcome: Outcome
    author: str
    given_as: str = ""


def audit_event(disclosure: Disclosure, *, simulated: bool) -> bytes:
    """The record of a disclosure.

    Raises:
        MappingError: no valid AuditEvent can be made of this.
    """
    grant, consent_system = disclosure.consent
    name, digest = disclosure.batch
    # The pattern asks for a patient by reference: without one nothing is claimed.
    claims: Json = {"profile": [systems.BALP_DISCLOSURE]} if disclosure.patient else {}
    resource: Json = {
        "resourceType": "AuditEvent",
        "meta": claims | security(simulated=simulated),
        "type": _coding(systems.DICOM, "110106", "Export"),
        "subtype": [
            _coding(systems.LIFECYCLE, "disclose", "Disclose Record Lifecycle Event"),
        ],
        "action": "R",
        "recorded": utc(disclosure.at),
        "outcome": disclosure.outcome,
        "purposeOfEvent": [{"coding": [purpose_coding(disclosure.purpose)]}],
        "agent": [
            _source(disclosure),
            _destination(disclosure),
            {
                "type": coded(systems.PARTICIPATION, "AUT", "author (originator)"),
                "who": _author(disclosure),
                "requestor": True,
            },
        ],
        "source": {
            "observer": _known("Device", disclosure.gateway_device),
            "type": [_coding(systems.SECURITY_SOURCE, "4", "Application Server")],
        },
        "entity": [
            {
                "what": _known("Patient", disclosure.patient),
                "type": _coding(systems.AUDIT_ENTITY, "1", "Person"),
                "role": _coding(systems.OBJECT_ROLE, "1", "Patient"),
            },
            {
                "what": {"type": "Bundle", "identifier": {"value": name}},
                "type": _coding(systems.AUDIT_ENTITY, "2", "System Object"),
                "role": _coding(systems.OBJECT_ROLE, "3", "Report"),
                "detail": [
                    {"type": "observations", "valueString": str(disclosure.rows)},
                    {"type": "sha256", "valueString": digest},
                ],
            },
            {
                "what": {
                    "type": "Consent",
                    "identifier": {"system": consent_system, "value": grant},
                },
                "type": _coding(systems.AUDIT_ENTITY, "4", "Other"),
                "role": _coding(systems.OBJECT_ROLE, "13", "Security Resource"),
            },
        ],
    }
    return checked(AuditEvent, resource)


def _source(disclosure: Disclosure) -> Json:
    """This gateway. The pattern asks for its place in the network, which stays in the house."""
    return {
        "type": coded(systems.DICOM, "110153", "Source Role ID"),
        "who": _known("Device", disclosure.gateway_device),
        "requestor": False,
        "network": {"extension": [{"url": systems.ABSENT_EXTENSION, "valueCode": "masked"}]},
    }


def _author(disclosure: Disclosure) -> Json:
    if not disclosure.given_as or disclosure.author:
        return _known("Patient", disclosure.author)
    return {"type": "RelatedPerson", "display": f"The {disclosure.given_as} of the patient"}


def _known(what: str, reference: str) -> Json:
    if reference:
        return {"reference": reference}
    return {"type": what, "display": "Not known to be at the recipient"}


def _destination(disclosure: Disclosure) -> Json:
    id_, name = disclosure.recipient
    return {
        "type": coded(systems.DICOM, "110152", "Destination Role ID"),
        "who": {"type": "Organization", "identifier": {"value": id_}, "display": name},
        "requestor": False,
        "network": {"address": disclosure.address, "type": "5"},
    }


def _coding(system: str, code: str, display: str) -> Json:
    return {"system": system, "code": code, "display": display}
