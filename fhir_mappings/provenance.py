"""Where a batch of Observations came from, and under which consent: one Provenance a batch.

Source: HL7 FHIR R4 4.0.1, Provenance; HL7 Terminology, v3-DataOperation, v3-ActReason and
provenance-participant-type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fhir.resources.R4B.provenance import Provenance

from adapters.reading import Instant
from fhir_mappings import systems
from fhir_mappings.instant import utc
from fhir_mappings.resource import Json, checked, coded, security

_PURPOSES = {
    "PATRQT": "patient requested",
    "TREAT": "treatment",
    "HRESCH": "healthcare research",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Who and what stands behind a batch.

    Attributes:
        subject: the patient at the recipient, on whose behalf the gateway acts.
        gateway_device: this gateway at the recipient, which put the batch together.
        devices: the sensors at the recipient that measured.
        policy: the address of the policy text, with its version, that was agreed to.
        purpose: why it is sent; a word of v3-PurposeOfUse.
        consent: our reference of the consent in the patient's ledger; empty if not told.
        consent_system: the system of that reference.
        consenter: who agreed in place of the patient, ``"RelatedPerson/1"``; empty where nobody.
    """

    subject: str
    gateway_device: str
    devices: Sequence[str]
    policy: str = ""
    purpose: str = "PATRQT"
    consent: str = ""
    consent_system: str = ""
    consenter: str = ""


def provenance_resource(
    targets: Sequence[str],
    origin: Origin,
    *,
    recorded: Instant,
    simulated: bool,
    amended: bool = False,
) -> bytes:
    """Say where the targets came from.

    Args:
        targets: the Observations at the recipient, ``"Observation/1"``; at least one.
        origin: who and what stands behind them.
        recorded: when, ms UTC.
        simulated: marks it HTEST.
        amended: all of them stood there before, and were amended.

    Raises:
        MappingError: no valid Provenance can be made of this.
    """
    activity = ("UPDATE", "revise") if amended else ("CREATE", "create")
    resource: Json = {
        "resourceType": "Provenance",
        "meta": security(simulated=simulated),
        "target": [{"reference": target} for target in targets],
        "recorded": utc(recorded),
        "policy": [origin.policy] if origin.policy else [],
        "reason": [_purpose("PATRQT")],
        "activity": coded(systems.DATA_OPERATION, *activity),
        "agent": [_assembler(origin), *map(_author, origin.devices), *_consenters(origin)],
        "entity": [_consent(origin)] if origin.consent else [],
    }
    if origin.purpose != "PATRQT":
        resource["reason"].append(_purpose(origin.purpose))
    return checked(Provenance, resource)


def purpose_coding(code: str) -> Json:
    """A purpose of use, as a Coding."""
    return {"system": systems.ACT_REASON, "code": code, "display": _PURPOSES.get(code, code)}


def _purpose(code: str) -> Json:
    return {"coding": [purpose_coding(code)]}


def _assembler(origin: Origin) -> Json:
    return {
        "type": coded(systems.PARTICIPANT, "assembler", "Assembler"),
        "who": {"reference": origin.gateway_device},
        "onBehalfOf": {"reference": origin.subject},
    }


def _author(device: str) -> Json:
    return {
        "type": coded(systems.PARTICIPANT, "author", "Author"),
        "who": {"reference": device},
    }


def _consenters(origin: Origin) -> list[Json]:
    if not origin.consenter:
        return []
    return [
        {
            "role": [coded(systems.ROLE_CODE, "CONSENTER", "consenter")],
            "who": {"reference": origin.consenter},
            "onBehalfOf": {"reference": origin.subject},
        }
    ]


def _consent(origin: Origin) -> Json:
    identifier = {"system": origin.consent_system, "value": origin.consent}
    told = {name: text for name, text in identifier.items() if text}
    return {"role": "source", "what": {"type": "Consent", "identifier": told}}
