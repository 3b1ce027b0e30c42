"""What somebody at a recipient changed is not overwritten: what a refused replacement means.

A replacement names the version that it replaces (``If-Match``). A server refuses it where another
version stands there: somebody changed it, or our own replacement arrived before and only its answer
was lost. Which of both it was is looked up.

Source: HL7 FHIR R4 4.0.1, RESTful API, Managing Resource Contention; RFC 9110, 13.1.1.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from gateway.sharing.amending import CHANGED
from gateway.sharing.answers import version_in
from gateway.sharing.compose import Letter
from gateway.sharing.errors import SendingStopped, UploadDeferred
from gateway.sharing.post import Post
from gateway.sharing.settle import Outcome

_SERVERS_OWN: Final = ("meta", "issued", "text")
"""What a server adds to or changes in what it takes, and the moment of each try of ours."""

_LINKS: Final = ("hasMember", "derivedFrom")
"""Which other readings stood there at that try; more may stand there at the next."""


async def look_again(
    post: Post, letters: Sequence[Letter], outcomes: Sequence[Outcome], ledger_seq: int
) -> list[Outcome]:
    """The outcomes, where a replacement that was refused is sent if it stands there already."""
    by_key = {letter.key: letter for letter in letters}
    return [
        await _looked_at(post, by_key[one.key], one, ledger_seq) if one.text == CHANGED else one
        for one in outcomes
    ]


async def _looked_at(post: Post, letter: Letter, refused: Outcome, ledger_seq: int) -> Outcome:
    try:
        answer = await post.send("GET", letter.replaces, ledger_seq=ledger_seq)
    except (SendingStopped, UploadDeferred):  # it goes again, is refused again, and looked up
        return Outcome(letter.key, "deferred")
    if answer.status == 200 and says_the_same(letter.body, answer.body):
        etag = version_in(answer.headers.get("ETag", ""))
        return Outcome(letter.key, "sent", letter.replaces, etag=etag)
    return refused


def says_the_same(ours: bytes, there: bytes) -> bool:
    """Whether a resource at a recipient holds all that ours says but links, whatever was added."""
    try:
        stands = _read(there)
    except ValueError:
        return False
    left_out = (*_SERVERS_OWN, *_LINKS)
    wanted = {name: one for name, one in _read(ours).items() if name not in left_out}
    return isinstance(stands, dict) and all(stands.get(name) == one for name, one in wanted.items())


def _read(body: bytes) -> Any:
    return json.loads(body, parse_float=Decimal)
