"""What somebody at a recipient changed is not overwritten: what a refused replacement means.

A replacement names the version that it replaces (``If-Match``). A server refuses it where another
version stands there: somebody changed it, or our own replacement arrived before and only its answer
was lost. Which of both it was is looked up: our own bears the moment at which it left (``issued``).

Source: HL7 FHIR R4 4.0.1, RESTful API, Managing Resource Contention; RFC 9110, 13.1.1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from adapters.reading import Instant
from gateway.sharing.amending import CHANGED, stands_as, went_since
from gateway.sharing.answers import is_deferral, version_in
from gateway.sharing.claim import Claimed
from gateway.sharing.compose import Letter
from gateway.sharing.errors import SendingStopped, UploadDeferred
from gateway.sharing.post import Parts, Post
from gateway.sharing.settle import Outcome

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_SERVERS_OWN: Final = ("meta", "issued", "text")
"""What a server adds to or changes in what it takes, and the moment of each try of ours."""

_LINKS: Final = ("hasMember", "derivedFrom")
"""Which other readings stood there at that try; more may stand there at the next."""


async def look_again(
    parts: Parts, post: Post, letters: Sequence[Letter], outcomes: Sequence[Outcome], claim: Claimed
) -> list[Outcome]:
    """The outcomes, where a replacement that was refused is sent if it stands there already.

    It goes again, and names what stands there, if that is an earlier one of our own, or the very
    version that it named: some servers compare what names a version by its letters.
    """
    by_key = {letter.key: letter for letter in letters}
    return [
        await _looked_at(parts, post, by_key[one.key], one, claim) if one.text == CHANGED else one
        for one in outcomes
    ]


async def _looked_at(
    parts: Parts, post: Post, letter: Letter, refused: Outcome, claim: Claimed
) -> Outcome:
    try:
        answer = await post.send("GET", letter.replaces, ledger_seq=claim.ledger_seq)
    except (SendingStopped, UploadDeferred):  # it goes again, is refused again, and looked up
        return Outcome(letter.key, "deferred")
    if is_deferral(answer.status) or answer.status == 401:
        return Outcome(letter.key, "deferred", text=f"{answer.status}")
    there = _resource(answer.body) if answer.status == 200 else {}
    if not there:
        return refused
    version = version_in(answer.headers.get("ETag", "")) or _version_of(there)
    if _holds_all(letter.body, there):
        return Outcome(letter.key, "sent", letter.replaces, etag=version)
    named = letter.candidate.there
    at = _when(there.get("issued"))
    if version == named:
        version = ""
    elif not _follows(version, named) or not await parts.do(
        went_since, parts.db, claim.recipient, letter.key, at
    ):
        return refused
    await parts.do(stands_as, parts.db, claim.recipient, letter.key, version)
    return Outcome(letter.key, "deferred")


def _follows(version: str, named: str) -> bool:
    """Whether one version may be the next after another: where they are counted, by one."""
    both_count = version.isdecimal() and named.isdecimal()
    return int(version) == int(named) + 1 if both_count else bool(version)


def _version_of(resource: Mapping[str, Any]) -> str:
    meta = resource.get("meta")
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return version_in(version) if isinstance(version, str) else ""


def _when(issued: object) -> Instant:
    """When something was issued, ms UTC; -1 where it is not said."""
    try:
        at = datetime.fromisoformat(str(issued))
    except ValueError:
        return -1
    return (at - _EPOCH) // timedelta(milliseconds=1) if at.tzinfo else -1


def says_the_same(ours: bytes, there: bytes) -> bool:
    """Whether a resource at a recipient holds all that ours says but links, whatever was added."""
    return _holds_all(ours, _resource(there))


def _holds_all(ours: bytes, there: Mapping[str, Any]) -> bool:
    left_out = (*_SERVERS_OWN, *_LINKS)
    wanted = {name: one for name, one in _resource(ours).items() if name not in left_out}
    return bool(there) and all(there.get(name) == one for name, one in wanted.items())


def _resource(body: bytes) -> Mapping[str, Any]:
    """A resource; empty where it is none."""
    try:
        read = json.loads(body, parse_float=Decimal)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
