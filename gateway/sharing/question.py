"""Ask a recipient what it has, by identifier, instead of sending it again."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from gateway.sharing.answers import is_deferral, references_by_id
from gateway.sharing.errors import UploadDeferred
from gateway.sharing.names import READING_SYSTEM
from gateway.sharing.post import Post

_AT_ONCE = 20
"""Identifiers in one address: some 2,000 letters, which every server and proxy takes."""


async def ask(post: Post, ids: Iterable[str], ledger_seq: int) -> dict[str, str] | None:
    """Which of these identifiers the recipient has, and where.

    Returns:
        None where the recipient lets nobody ask: then only sending again will tell, which makes
        nothing twice.

    Raises:
        UploadDeferred: it did not answer now.
        SendingStopped: something was decided meanwhile.
    """
    found: dict[str, str] = {}
    left = list(ids)
    while left:
        some, left = left[:_AT_ONCE], left[_AT_ONCE:]
        wanted = quote(",".join(f"{READING_SYSTEM}|{one}" for one in some), safe="")
        answer = await post.send(
            "GET",
            f"Observation?identifier={wanted}&_elements=identifier&_count=100",
            ledger_seq=ledger_seq,
        )
        if is_deferral(answer.status) or answer.status == 401:
            raise post.refused(answer, "The recipient did not answer a question")
        if answer.status != 200:
            return None
        try:
            has = references_by_id(answer.body)
        except ValueError as error:
            raise UploadDeferred("The recipient's answer could not be read.") from error
        found |= {one: has[one] for one in some if one in has}
    return found
