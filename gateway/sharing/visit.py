"""One visit to one recipient: ask what is unknown, then send until nothing is due.

Every request passes the door under a permit that is good only for the ledger as it was when the
request was decided. One request is in flight at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from fhir_mappings.bundle import batch_bundle
from gateway.sharing import settle
from gateway.sharing.answers import (
    ANSWER_LOST,
    NOT_HERE,
    NOT_THERE,
    is_deferral,
    outcome_of,
    outcomes_of_bundle,
)
from gateway.sharing.backoff import retry_after
from gateway.sharing.capability import Capability, read_capability
from gateway.sharing.claim import Claimed, Plan, claim, drop_what_ended, plan
from gateway.sharing.compose import Letter
from gateway.sharing.consent import Reason
from gateway.sharing.door import Answer
from gateway.sharing.errors import DoorClosed, LeakBlocked, SendingStopped, UploadDeferred
from gateway.sharing.looks import LooksFirst
from gateway.sharing.making import Limits
from gateway.sharing.overwriting import look_again
from gateway.sharing.post import Parts, Post
from gateway.sharing.provenances import make_owed
from gateway.sharing.question import ask, ask_before
from gateway.sharing.recipients import Recipient
from gateway.sharing.remote import Remote

_ASKED_TO_WAIT = ("429", "503")


class Visit:
    """One visit; made anew for each.

    Attributes:
        held: why something that is due waits for a person; None when nothing does.
    """

    def __init__(self, parts: Parts, recipient: Recipient) -> None:
        self._parts = parts
        self._recipient = recipient
        self._post = Post(parts, recipient)
        self._remote = Remote(parts, recipient, self._post)
        self._capability: Capability | None = None
        self._at_once = parts.limits.readings
        self.held: Reason | None = None

    async def pay(self) -> None:
        """Do all that is due now.

        Raises:
            UploadDeferred: the recipient is to be left alone for a while.
        """
        while True:
            try:
                await self._ask_about_unknown()
                await make_owed(self._parts, self._recipient, self._post)
                await self._send_what_is_due()
            except SendingStopped:
                continue  # something was decided meanwhile: look at everything again
            return

    async def ask_only(self) -> None:
        """Ask about what is unknown because the person wants to know; send nothing."""
        await self._ask_about_unknown(asked_for=True)

    async def _ask_about_unknown(self, *, asked_for: bool = False) -> None:
        p = self._parts
        for lost in await p.store.do(
            lambda: settle.unknown(
                p.db, p.ledger, self._recipient, p.now(), p.clock(), asked_for=asked_for
            )
        ):
            found = await ask(self._post, lost.ids, lost.ledger_seq)
            has = {lost.ids[one]: reference for one, reference in (found or {}).items()}
            if found is None and asked_for:
                raise UploadDeferred("The recipient does not let the gateway ask.")
            await p.do(settle.found_out, p.db, p.ledger, lost.batch, has, p.now())

    async def _send_what_is_due(self) -> None:
        p = self._parts
        await p.do(drop_what_ended, p.db, p.ledger, self._recipient.key, p.now(), p.clock())
        passed: set[int] = set()
        while True:
            due = await p.do(plan, p.db, p.ledger, self._recipient.key, p.now(), p.clock(), passed)
            self.held = due if isinstance(due, Reason) else None
            if due is None or isinstance(due, Reason):
                return
            if self._capability is None:
                self._capability = await self._read_capability(due.ledger_seq)
                self._remote.conditional = self._capability.conditional
            claimed = await self._claim(due, self._at_once if self._capability.batch else 1)
            if claimed is None:
                passed.add(due.mark)
            else:
                await self._deliver(claimed, self._capability)
                await make_owed(p, self._recipient, self._post)

    async def _claim(self, due: Plan, at_once: int) -> Claimed | None:
        """Claim what is due, once all that it refers to stands at the recipient."""
        p = self._parts
        references = await self._remote.references(due)
        while True:
            try:
                return await p.do(
                    claim, p.db, p.ledger, self._recipient, due, references, p.now(), p.clock(),
                    Limits(at_once, p.limits.octets),
                )  # fmt: skip
            except LooksFirst as first:
                references = await self._remote.with_looks(due, references, first.looks)

    async def _read_capability(self, ledger_seq: int) -> Capability:
        answer = await self._post.send("GET", "metadata", ledger_seq=ledger_seq)
        if is_deferral(answer.status):
            raise self._post.refused(answer, "The recipient's server does not answer")
        return read_capability(answer.status, answer.body)

    async def _deliver(self, claimed: Claimed, capability: Capability) -> None:
        """Send a claim, and write down what became of it whatever happens."""
        p = self._parts
        letters: Sequence[Letter] = ()
        try:
            letters, known = await ask_before(
                self._post, claimed.letters, claimed.ledger_seq, conditional=capability.conditional
            )
            body = _body(claimed, letters, capability)
            later = p.pause(claimed.tries)
            if not letters:
                await p.do(settle.answered, p.db, p.ledger, claimed.batch, known, p.now(), later)
                await self._as_a_whole(claimed, "")
                return
            if body is not claimed.bundle:
                await p.do(
                    settle.leaving, p.db, p.ledger, claimed.batch, body, len(letters), known,
                    p.now(), later,
                )  # fmt: skip
            answer = await self._send(claimed, letters, body, capability)
        except SendingStopped:
            await self._give_back(claimed)
            await self._as_a_whole(claimed, "")
            raise
        except (LeakBlocked, DoorClosed) as error:
            await self._put_aside(claimed, error)
            return
        except UploadDeferred as error:
            await self._not_now(claimed, error)
            if not letters or not error.left:
                await self._as_a_whole(claimed, "")
            raise
        await self._settle(claimed, letters, answer)

    async def _send(
        self, claimed: Claimed, letters: Sequence[Letter], body: bytes, capability: Capability
    ) -> Answer:
        if not capability.batch:
            (letter,) = letters
            entry = letter.entry
            search = entry.if_none_exist if capability.conditional else ""
            return await self._post.send(
                entry.method, entry.url, body, ledger_seq=claimed.ledger_seq,
                only_if_none=search, only_if=entry.if_match, numbers=letter.numbers,
            )  # fmt: skip
        return await self._post.send(
            "POST", "", body, ledger_seq=claimed.ledger_seq, numbers=claimed.numbers
        )

    async def _settle(self, claimed: Claimed, letters: Sequence[Letter], answer: Answer) -> None:
        """Write down an answer.

        Raises:
            UploadDeferred: the recipient asks to be left alone for a while.
        """
        p = self._parts
        outcomes = self._outcomes(letters, answer)
        wait = retry_after(answer.headers, p.now())
        if outcomes is None and answer.status < 300:
            error = UploadDeferred("The recipient's answer could not be read.", reached=True)
        elif outcomes is None and answer.status in ANSWER_LOST:
            error = UploadDeferred("The recipient's answer was lost.", wait, reached=True)
        elif outcomes is None and (is_deferral(answer.status) or answer.status in NOT_HERE):
            error = self._post.refused(answer, "The recipient does not take anything now")
        elif outcomes is None:  # too large, or one bad entry spoils it: send less at once
            self._at_once = max(1, len(letters) // 2)
            await self._give_back(claimed)
            await self._as_a_whole(claimed, "8")
            return
        else:
            later = p.pause(claimed.tries, wait)
            outcomes = await look_again(p, self._post, letters, outcomes, claimed)
            await p.do(settle.answered, p.db, p.ledger, claimed.batch, outcomes, p.now(), later)
            self._at_once = min(p.limits.readings, self._at_once * 2)
            if any(one.state == "deferred" and one.text in _ASKED_TO_WAIT for one in outcomes):
                raise UploadDeferred("The recipient asks to wait a little.", wait)
            return
        await self._not_now(claimed, error)
        raise error

    def _outcomes(self, letters: Sequence[Letter], answer: Answer) -> list[settle.Outcome] | None:
        """What became of each; None where the answer does not say it one by one."""
        if self._capability is not None and self._capability.batch:
            if answer.status == 200:
                return outcomes_of_bundle(answer, letters)
            if len(letters) > 1 or not _refuses_what_was_sent(answer.status):
                return None
        elif is_deferral(answer.status) or answer.status in NOT_HERE - _of_one(letters[0]):
            return None
        location, etag = answer.headers.get("Location", ""), answer.headers.get("ETag", "")
        return [outcome_of(letters[0], answer.status, location, answer.body, etag)]

    async def _not_now(self, claimed: Claimed, error: UploadDeferred) -> None:
        p = self._parts
        later = p.pause(claimed.tries, error.retry_after)
        if error.reached:
            await p.do(settle.lost, p.db, claimed.batch, p.now(), later)
            return
        outcomes = [settle.Outcome(one.key, "deferred") for one in claimed.letters]
        await p.do(settle.answered, p.db, p.ledger, claimed.batch, outcomes, p.now(), later)

    async def _give_back(self, claimed: Claimed) -> None:
        p = self._parts
        await p.do(settle.give_back, p.db, p.ledger, claimed.batch, p.now())

    async def _as_a_whole(self, claimed: Claimed, outcome: Literal["", "8"]) -> None:
        await self._parts.do(settle.as_a_whole, self._parts.db, claimed.batch, outcome)

    async def _put_aside(self, claimed: Claimed, error: LeakBlocked | DoorClosed) -> None:
        """Park what the last look found, and let the rest wait again.

        Raises:
            UploadDeferred: it was found in no single Observation, so nothing can be sent.
        """
        p = self._parts
        guilty = [one for one in claimed.letters if p.door.leaks(one.body, one.numbers)]
        outcomes = [settle.Outcome(one.key, "rejected", text=str(error)) for one in guilty]
        await p.do(settle.answered, p.db, p.ledger, claimed.batch, outcomes, p.now(), 0)
        await self._give_back(claimed)
        await self._as_a_whole(claimed, "")
        if not guilty:
            raise UploadDeferred(str(error))


def _body(claimed: Claimed, letters: Sequence[Letter], capability: Capability) -> bytes:
    """What leaves of a claim: the bytes that were claimed, where the server can take them so."""
    if not letters:
        return b""
    if not capability.batch:
        (letter,) = letters
        return letter.body
    if not capability.conditional:
        return batch_bundle([replace(one.entry, if_none_exist="") for one in letters])
    if len(letters) < len(claimed.letters):
        return batch_bundle([one.entry for one in letters])
    return claimed.bundle


def _of_one(letter: Letter) -> frozenset[int]:
    """Statuses that are of one request alone, though they may say that the address is wrong.

    Where Observations go one by one the server said so itself at this address (`_body`).
    """
    return NOT_THERE if letter.replaces else frozenset()


def _refuses_what_was_sent(status: int) -> bool:
    return 400 <= status < 500 and not is_deferral(status) and status not in NOT_HERE
