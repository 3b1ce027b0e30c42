"""Who decides for somebody else, a parent or a legal guardian: by our keyed id alone, no name.

Source: HL7 FHIR R4 4.0.1, RelatedPerson; HL7 Terminology, v3-RoleCode.
"""

from __future__ import annotations

from typing import Literal

from fhir.resources.R4B.relatedperson import RelatedPerson

from fhir_mappings import systems
from fhir_mappings.resource import Json, checked, coded, security

Relationship = Literal["PRN", "GUARD", "POWATT"]
"""Parent, guardian, or who holds a power of attorney."""

_WORDS: dict[Relationship, str] = {
    "PRN": "parent",
    "GUARD": "guardian",
    "POWATT": "power of attorney",
}


def related_person(
    identifier: str, *, system: str, patient: str, relationship: Relationship, simulated: bool
) -> bytes:
    """A guardian or proxy of a Patient.

    Args:
        identifier: our keyed id of that person for this recipient.
        system: the system of that identifier.
        patient: for whom they decide, ``"Patient/1"``.
        relationship: a word of v3-RoleCode.
        simulated: marks it HTEST.

    Raises:
        MappingError: no valid RelatedPerson can be made of this.
    """
    resource: Json = {
        "resourceType": "RelatedPerson",
        "meta": security(simulated=simulated),
        "identifier": [{"system": system, "value": identifier}],
        "active": True,
        "patient": {"reference": patient},
        "relationship": [coded(systems.ROLE_CODE, relationship, _WORDS[relationship])],
    }
    return checked(RelatedPerson, resource)
