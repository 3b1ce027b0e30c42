"""A batch Bundle, joined from bytes: what was validated and spliced is not parsed again.

Source: HL7 FHIR R4 4.0.1, Bundle and RESTful API, batch and conditional create.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource and what the server shall do with it.

    Its fullUrl is a UUID made from the body, and equal to nothing in it: servers that rewrite a
    fullUrl rewrite equal identifiers too.

    Attributes:
        body: the resource as JSON.
        url: ``"Observation"`` for a POST, ``"Observation/123"`` for a PUT.
        if_none_exist: a search, from `if_none_exist()`; the server creates only if it finds none.
        method: PUT replaces a resource, whose body then bears its id (`with_id`).
        if_match: the version that is to be replaced, from `if_match()`; no other one is.
    """

    body: bytes
    url: str
    if_none_exist: str = ""
    method: Literal["POST", "PUT"] = "POST"
    if_match: str = ""


def batch_bundle(
    entries: Sequence[Entry], *, kind: Literal["batch", "transaction"] = "batch"
) -> bytes:
    """Join entries to a Bundle, in their order."""
    head = b'{"resourceType":"Bundle","type":"%s","entry":[' % kind.encode("ascii")
    return head + b",".join(map(entry_bytes, entries)) + b"]}"


def entry_bytes(entry: Entry) -> bytes:
    """One entry as it stands in the Bundle; its length is what it adds, but for a comma."""
    request = {"method": entry.method, "url": entry.url}
    if entry.if_none_exist:
        request["ifNoneExist"] = entry.if_none_exist
    if entry.if_match:
        request["ifMatch"] = entry.if_match
    asked = json.dumps(request, separators=(",", ":")).encode("ascii")
    name = UUID(bytes=hashlib.sha256(entry.body).digest()[:16], version=4)
    head = b'{"fullUrl":"%b",' % name.urn.encode("ascii")
    return b'%b"resource":%b,"request":%b}' % (head, entry.body, asked)


def if_none_exist(system: str, value: str) -> str:
    """The search for an identifier, encoded by RFC 3986: ``identifier=https%3A%2F%2F…%7Cvalue``."""
    return f"identifier={quote(f'{system}|{value}', safe='')}"


def if_match(version: str) -> str:
    """What names a version in ``If-Match``: ``W/"3"``; empty where none is known.

    Source: HL7 FHIR R4 4.0.1, RESTful API, Managing Resource Contention.
    """
    return f'W/"{version}"' if version else ""


def with_id(body: bytes, server_id: str) -> bytes:
    """The same resource with the id that the server gave it, as a PUT needs it."""
    head, comma, rest = body.partition(b",")
    return b'%b,"id":%b%b%b' % (head, json.dumps(server_id).encode("ascii"), comma, rest)
