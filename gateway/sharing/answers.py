"""What a server's answer means for each Observation that was sent.

Source: HL7 FHIR R4 4.0.1, RESTful API (batch, conditional create); RFC 9110, RFC 6585, RFC 8470.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from fhir_mappings.operation_outcome import sentence
from gateway.sharing.compose import Letter
from gateway.sharing.door import Answer
from gateway.sharing.names import READING_SYSTEM
from gateway.sharing.settle import Outcome

NOT_NOW: Final = frozenset({408, 425, 429})
"""Refused for this moment; nothing was stored."""

NOT_HERE: Final = frozenset({401, 403, 404, 405, 407, 410, 426, 451})
"""For a whole request: the address or the sign-in is wrong, not what was sent."""

ANSWER_LOST: Final = frozenset({502, 504})
"""Something between here and the server lost its answer: what was sent may be stored."""

_REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]{1,40}/[A-Za-z0-9.-]{1,64})(?:/_history/[^/]*)?$")


def is_deferral(status: int) -> bool:
    """Whether a status means: not now."""
    return status in NOT_NOW or status >= 500


def outcome_of(letter: Letter, status: int, location: str, said: object) -> Outcome:
    """What became of one Observation, from the status of its entry or its own request."""
    reference = reference_in(location)
    if status == 201 and not letter.replaces:
        return Outcome(letter.key, "sent", reference)
    if letter.replaces and 200 <= status < 300:
        return Outcome(letter.key, "sent", reference or letter.replaces)
    if 200 <= status < 300:
        return Outcome(letter.key, "already", reference)
    if status == 412:  # several match: it is stored, more than once, and would answer so for ever
        return Outcome(letter.key, "already", text="stored there more than once")
    if is_deferral(status):
        return Outcome(letter.key, "deferred", text=f"{status}")
    return Outcome(letter.key, "rejected", text=f"{status}: {sentence(said)}")


def outcomes_of_bundle(answer: Answer, letters: Sequence[Letter]) -> list[Outcome] | None:
    """The outcome of each letter of a batch; None where the answer cannot be understood."""
    try:
        bundle = json.loads(answer.body)
        entries = [entry["response"] | {"resource": entry.get("resource")}
                   for entry in bundle["entry"]]  # fmt: skip
        statuses = [int(str(entry["status"])[:3]) for entry in entries]
    except (ValueError, KeyError, TypeError):
        return None
    if len(entries) != len(letters):
        return None
    return [
        outcome_of(letter, status, _location(entry), entry.get("outcome"))
        for letter, status, entry in zip(letters, statuses, entries, strict=True)
    ]


def reference_in(location: str) -> str:
    """``Observation/123`` from a Location; empty where there is none."""
    found = _REFERENCE.search(location)
    return found[1] if found else ""


def references_by_id(body: bytes, system: str = READING_SYSTEM) -> Mapping[str, str]:
    """Our identifiers in a search result, with the resource that bears each.

    Raises:
        ValueError: it is no search result.
    """
    bundle = json.loads(body)
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise ValueError("this is no search result")
    found: dict[str, str] = {}
    for entry in bundle.get("entry") or ():
        resource = entry.get("resource") or {}
        for identifier in resource.get("identifier") or ():
            if identifier.get("system") == system and resource.get("id"):
                reference = f"{resource.get('resourceType')}/{resource['id']}"
                found.setdefault(str(identifier.get("value")), reference)
    return found


def _location(entry: Mapping[str, object]) -> str:
    location = entry.get("location")
    if location:
        return str(location)
    resource = entry.get("resource")
    if isinstance(resource, dict) and resource.get("id"):
        return f"{resource.get('resourceType')}/{resource['id']}"
    return ""
