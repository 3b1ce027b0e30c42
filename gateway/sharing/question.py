"""Ask a recipient what it has, by identifier, instead of sending it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from gateway.sharing.amending import GONE, NO_PLACE
from gateway.sharing.answers import is_deferral, references_by_id
from gateway.sharing.compose import Letter
from gateway.sharing.errors import UploadDeferred
from gateway.sharing.names import READING_SYSTEM
from gateway.sharing.post import Post
from gateway.sharing.settle import THERE_BEFORE, Outcome

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


async def ask_before(
    post: Post, letters: Sequence[Letter], ledger_seq: int, *, conditional: bool
) -> tuple[list[Letter], list[Outcome]]:
    """What of a claim is to be sent, and what became of the rest.

    Asked about is what would stand there twice, where the server creates unconditionally, and what
    corrects an Observation that stands nobody knows where.

    Raises:
        UploadDeferred, SendingStopped: as `ask`.
    """
    doubtful = [
        one.id
        for one in letters
        if not one.replaces and (one.candidate.unplaced or not conditional)
    ]
    if not doubtful:
        return list(letters), []
    has = await ask(post, doubtful, ledger_seq)
    said = {one.id: _known(one, has) for one in letters if one.id in doubtful}
    outcomes = [outcome for outcome in said.values() if outcome is not None]
    return [one for one in letters if said.get(one.id) is None], outcomes


def _known(letter: Letter, has: Mapping[str, str] | None) -> Outcome | None:
    """What became of a letter that need not, or cannot, be sent; None for one that is to be."""
    if has is not None and letter.id in has:
        return Outcome(letter.key, "already", has[letter.id], THERE_BEFORE)
    if not letter.candidate.unplaced:
        return None
    if has is None:
        return Outcome(letter.key, "deferred", text=NO_PLACE)
    if letter.candidate.value is None:
        return Outcome(letter.key, "withheld", text=GONE)
    return None
