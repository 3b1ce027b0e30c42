"""What a recipient's server says of itself, and which way of sending follows from it.

Source: HL7 FHIR R4 4.0.1, CapabilityStatement.
"""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capability:
    """How to send.

    Attributes:
        batch: many Observations in one batch Bundle; else one request each.
        conditional: the server makes an Observation only once; else it is asked before.
    """

    batch: bool = True
    conditional: bool = True


def read_capability(status: int, body: bytes) -> Capability:
    """Read a CapabilityStatement; a server that says nothing is taken to follow the standard."""
    if status != 200:
        return Capability()
    try:
        statement = json.loads(body)
    except ValueError:
        return Capability()
    rest = _first(statement, "rest")
    interactions = {str(one.get("code")) for one in _all(rest, "interaction")}
    observation = next(
        (one for one in _all(rest, "resource") if one.get("type") == "Observation"), {}
    )
    return Capability(
        batch=not interactions or bool(interactions & {"batch", "transaction"}),
        conditional=observation.get("conditionalCreate") is not False,
    )


def _all(within: object, name: str) -> list[dict[str, object]]:
    found = within.get(name) if isinstance(within, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _first(within: object, name: str) -> dict[str, object]:
    return next(iter(_all(within, name)), {})
