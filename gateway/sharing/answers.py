"""What a server's answer means for each Observation that was sent.

Source: HL7 FHIR R4 4.0.1, RESTful API (batch, conditional create); RFC 9110, RFC 6585, RFC 8470.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from fhir_mappings.operation_outcome import sentence
from gateway.sharing.amending import CHANGED, NOT_PUT
from gateway.sharing.compose import Letter
from gateway.sharing.door import Answer
from gateway.sharing.names import READING_SYSTEM
from gateway.sharing.settle import Outcome

NOT_NOW: Final = frozenset({408, 425, 429})
"""Refused for this moment; nothing was stored."""

NOT_HERE: Final = frozenset({401, 403, 404, 405, 407, 410, 426, 451})
"""For a whole request: the address or the sign-in is wrong, not what was sent."""

NOT_THERE: Final = frozenset({404, 405, 410})
"""To a replacement: what it replaces is gone, or nothing may be replaced there."""

OTHER_VERSION: Final = frozenset({409, 412})
"""To a replacement that names a version: another one stands there. Some servers say so by 409."""

ANSWER_LOST: Final = frozenset({502, 504})
"""Something between here and the server lost its answer: what was sent may be stored."""

_REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]{1,40}/[A-Za-z0-9.-]{1,64})(?:/_history/[^/]*)?$")
_ETAG = re.compile(r"(?:W/)?(?P<quote>\"?)(?P<id>[A-Za-z0-9.-]{1,64})(?P=quote)")
_HISTORY = re.compile(r"/_history/(?P<id>[A-Za-z0-9.-]{1,64})$")


def is_deferral(status: int) -> bool:
    """Whether a status means: not now."""
    return status in NOT_NOW or status >= 500


def outcome_of(letter: Letter, status: int, location: str, said: object, etag: str = "") -> Outcome:
    """What became of one Observation, from the status of its entry or its own request.

    ``etag`` is the header of that name; where there is none, a Location may tell the version too.
    """
    reference, version = reference_in(location), version_in(etag, location)
    if status == 201 and not letter.replaces:
        return Outcome(letter.key, "sent", reference, etag=version)
    if letter.replaces and 200 <= status < 300:
        return Outcome(letter.key, "sent", reference or letter.replaces, etag=version)
    if 200 <= status < 300:
        return Outcome(letter.key, "already", reference, etag=version)
    if status in OTHER_VERSION and letter.candidate.there:
        return Outcome(letter.key, "rejected", text=CHANGED)
    if status in NOT_THERE and letter.replaces:
        return Outcome(letter.key, "rejected", text=NOT_PUT)
    if status == 412 and not letter.replaces:  # several match: it is there, and would stay so
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
        outcome_of(
            letter, status, _location(entry), entry.get("outcome"), str(entry.get("etag") or "")
        )
        for letter, status, entry in zip(letters, statuses, entries, strict=True)
    ]


def reference_in(location: str) -> str:
    """``Observation/123`` from a Location; empty where there is none."""
    found = _REFERENCE.search(location)
    return found[1] if found else ""


def version_in(etag: str, location: str = "") -> str:
    """The id of a version, ``3`` from ``W/"3"`` or ``…/_history/3``; empty where there is none.

    HAPI FHIR writes it bare in the entries of a batch.
    """
    found = _ETAG.fullmatch(etag.strip()) or _HISTORY.search(location)
    return found["id"] if found else ""


def references_by_id(body: bytes, system: str = READING_SYSTEM) -> Mapping[str, str]:
    """Our identifiers in a search result, with the resource that bears each.

    Raises:
        ValueError: it is no search result.
    """
    bundle = json.loads(body)
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise ValueError("this is no search result")
    found: dict[str, str] = {}
    for entry in _dicts(bundle.get("entry")):
        resource = entry.get("resource")
        if not isinstance(resource, dict):
            continue
        reference = reference_in(f"{resource.get('resourceType')}/{resource.get('id')}")
        for identifier in _dicts(resource.get("identifier")):
            if reference and identifier.get("system") == system:
                found.setdefault(str(identifier.get("value")), reference)
    return found


def _dicts(listed: object) -> list[dict[str, object]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _location(entry: Mapping[str, object]) -> str:
    location = entry.get("location")
    if location:
        return str(location)
    resource = entry.get("resource")
    if isinstance(resource, dict) and resource.get("id"):
        return f"{resource.get('resourceType')}/{resource['id']}"
    return ""
