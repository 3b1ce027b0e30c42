"""The least possible Patient: an identifier and nothing else.

Made only at a sandbox or where the invitation says so; everywhere else the invitation names the
Patient to write to. Source: HL7 FHIR R4 4.0.1, Patient.
"""

from __future__ import annotations

from fhir.resources.R4B.patient import Patient

from fhir_mappings.resource import Json, checked, security


def patient_resource(identifier: str, *, system: str, simulated: bool) -> bytes:
    """A Patient known by our keyed id alone.

    Raises:
        MappingError: no valid Patient can be made of this.
    """
    resource: Json = {
        "resourceType": "Patient",
        "meta": security(simulated=simulated),
        "identifier": [{"system": system, "value": identifier}],
    }
    return checked(Patient, resource)
