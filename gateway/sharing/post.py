"""Requests to one recipient: its address, its sign-in, and a permit for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from adapters.reading import Instant
from gateway.sharing.auth import SignIns
from gateway.sharing.backoff import Uniform, delay, retry_after
from gateway.sharing.consent import ClockState
from gateway.sharing.door import Answer, Door, Request
from gateway.sharing.errors import UploadDeferred
from gateway.sharing.gate import Gate
from gateway.sharing.ledger import Ledger
from gateway.sharing.making import Limits
from gateway.sharing.recipients import Recipient, Recipients
from gateway.store.driver import Database
from gateway.store.thread import StoreThread

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parts:
    """What sending is done with; built by `gateway.app`.

    Attributes:
        store: the one thread that uses ``db``, ``ledger`` and ``recipients``.
        now: this moment, ms UTC.
        clock: whether it can be believed.
        longest_pause: what back-off grows to, ms.
        version: of this program, for its Device at the recipient.
        uniform: draws the random part of a pause; None for the system's.
    """

    store: StoreThread
    db: Database
    ledger: Ledger
    recipients: Recipients
    gate: Gate
    door: Door
    sign_ins: SignIns
    now: Callable[[], Instant]
    clock: Callable[[], ClockState]
    limits: Limits = field(default_factory=Limits)
    longest_pause: int = 900_000
    version: str = "0.1.0"
    uniform: Uniform | None = None

    async def do(self, call: Callable[..., T], *args: object) -> T:
        """Run a call in the store's thread."""
        return await self.store.do(call, *args)

    def pause(self, tries: int, asked: int | None = None) -> int:
        """Milliseconds until the next try."""
        if self.uniform is None:
            return delay(tries, self.longest_pause, asked)
        return delay(tries, self.longest_pause, asked, self.uniform)


class Post:
    """Sends requests to one recipient."""

    def __init__(self, parts: Parts, recipient: Recipient) -> None:
        self._parts = parts
        self._recipient = recipient

    async def send(
        self,
        method: Literal["GET", "POST", "PUT"],
        path: str,
        body: bytes = b"",
        *,
        ledger_seq: int,
        only_if_none: str = "",
        only_if: str = "",
        numbers: frozenset[bytes] = frozenset(),
    ) -> Answer:
        """Send one request, if nothing was decided since ``ledger_seq``.

        Args:
            method: GET asks, POST creates, PUT replaces.
            path: after the FHIR address, without a slash; empty for the address itself.
            body: the resource or Bundle.
            ledger_seq: the last entry of the ledger when this was decided.
            only_if_none: a search; the server creates only if it finds none.
            only_if: the version that is replaced; see `fhir_mappings.bundle.if_match`.
            numbers: see `door.Request`.

        Raises:
            SendingStopped, LeakBlocked, DoorClosed: nothing left.
            UploadDeferred: see `Door.send`; or the sign-in is missing, then nothing left.
        """
        headers = dict(self._parts.sign_ins.headers(self._recipient))
        if only_if_none:
            headers["If-None-Exist"] = only_if_none
        if only_if:
            headers["If-Match"] = only_if
        base = self._recipient.invitation.fhir_base
        request = Request(method, f"{base}/{path}" if path else base, body, headers, numbers)
        return await self._parts.door.send(request, self._parts.gate.permit(ledger_seq))

    def refused(self, answer: Answer, what: str) -> UploadDeferred:
        """What to raise where a server does not take a request as a whole."""
        words = {401: "The recipient did not accept the sign-in.",
                 403: "The recipient does not allow this."}  # fmt: skip
        why = words.get(answer.status, f"{what} ({answer.status}).")
        return UploadDeferred(why, retry_after(answer.headers, self._parts.now()))
