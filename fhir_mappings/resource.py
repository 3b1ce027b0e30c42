"""What the small resources have in common: checked by their model, written as ASCII JSON."""

from __future__ import annotations

import json
from typing import Any

from fhir.resources.R4B.resource import Resource
from pydantic import ValidationError

from fhir_mappings import systems
from fhir_mappings.errors import MappingError
from fhir_mappings.table import Coding

Json = dict[str, Any]
"""A FHIR element as JSON; the models check it."""


def concept(*codings: Coding) -> Json:
    """A CodeableConcept."""
    return {"coding": [coding.model_dump() for coding in codings]}


def coded(system: str, code: str, display: str) -> Json:
    """A CodeableConcept with one coding."""
    return concept(Coding(system=system, code=code, display=display))


def security(*, simulated: bool, patient_asserted: bool = False) -> Json:
    """The security labels as a `meta`, empty where there is nothing to say.

    HTEST stands on everything simulated, PATAST on what the patient's own devices measured.
    """
    labels = []
    if patient_asserted:
        label = {"code": "PATAST", "display": "patient asserted"}
        labels.append({"system": systems.OBSERVATION_VALUE} | label)
    if simulated:
        labels.append(
            {"system": systems.ACT_REASON, "code": "HTEST", "display": "test health data"}
        )
    return {"security": labels} if labels else {}


def checked(model: type[Resource], resource: Json) -> bytes:
    """The resource as ASCII JSON, after its model has accepted it; empty parts are left out.

    Raises:
        MappingError: the model does not accept it.
    """
    full = {name: part for name, part in resource.items() if part not in ("", [], {})}
    try:
        model.model_validate(full)
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors()[0]["loc"])
        raise MappingError(f"not a valid {resource['resourceType']}: {where}") from error
    return json.dumps(full, ensure_ascii=True, separators=(",", ":")).encode("ascii")
