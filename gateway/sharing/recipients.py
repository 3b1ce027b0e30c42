"""Who may be sent something: taken up by invitation, one record of one person each.

The ledger says where a recipient stands; this table keeps the invitation and the secret. Both
are written in one transaction.
"""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from adapters.reading import Instant, PersonKey
from gateway.sharing.consent import ClockState
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import (
    ConsentEvent,
    Invited,
    PolicyChanged,
    RecipientConfirmed,
    RecipientRemoved,
    RecipientSuspended,
    Withdraw,
)
from gateway.sharing.invitation import Invitation
from gateway.sharing.ledger import Entry, Ledger
from gateway.sharing.origin import is_loopback
from gateway.sharing.outbound import outbound_id
from gateway.sharing.overview import live_kinds
from gateway.store.driver import Database

__all__ = ["Act", "Recipient", "Recipients", "goes_elsewhere", "outbound_id"]

Standing = Literal["active", "suspended", "removed"]

_COLUMNS: Final = "key, invitation, secret, patient, state, added_at, person"
_WHERE_TO: Final = ("fhir_base", "entity", "controller", "patient", "server")
_SUBSTANCE: Final = (
    *_WHERE_TO, "processors", "purposes", "retention", "country", "transfer", "legal_basis"
)  # fmt: skip
_RECORD: Final = re.compile(r"Patient/[A-Za-z0-9.\-]{1,64}")


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when, in which session; goes into the ledger with what is done."""

    at: Instant
    actor: str
    session: str
    clock: ClockState = ClockState.TRUSTED


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient.

    Attributes:
        key: our own name for it.
        secret: what its outbound ids are keyed with; never shown.
        patient: the record written to, ``Patient/…``; empty until it is made.
        standing: ``active``, ``suspended`` or ``removed``.
    """

    key: str
    person: PersonKey
    invitation: Invitation
    secret: bytes = field(repr=False)
    patient: str
    standing: Standing
    added_at: Instant


class Recipients:
    """The recipients of one home."""

    def __init__(self, db: Database, ledger: Ledger, *, simulation: bool) -> None:
        self._db = db
        self._ledger = ledger
        self._simulation = simulation

    def add(self, invitation: Invitation, person: PersonKey, act: Act) -> Recipient:
        """Take up an invitation. Nothing is shared by that.

        Raises:
            NotAllowed: this home cannot share with it, or has it already.
        """
        self._may_be_here(invitation)
        for other in self.list():
            if (other.person, other.invitation.fhir_base) == (person, invitation.fhir_base):
                raise NotAllowed(
                    f"{other.invitation.title} is on the list already.",
                    "Change the one that is there, or remove it first.",
                )
        key = "r" + b32encode(secrets.token_bytes(10)).decode().lower()
        patient = "" if invitation.patient == "create" else invitation.patient
        row = [key, invitation.text, secrets.token_bytes(32), patient, "active", act.at, person]

        def insert(_: Sequence[Entry]) -> None:
            self._db.execute(
                f"INSERT INTO recipient ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                row,
            )

        self._record(
            [Invited(key, person, invitation.policy.version, invitation.text, invitation.terms)],
            act,
            insert,
        )
        return self.get(key)

    def list(self, *, removed: bool = False) -> list[Recipient]:
        """Every recipient, in the order in which they were added; removed ones only if asked."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM recipient ORDER BY added_at, rowid")  # noqa: S608
        found = [_recipient(row) for row in rows]
        return [one for one in found if removed or one.standing != "removed"]

    def get(self, key: str) -> Recipient:
        """One of them, removed or not.

        Raises:
            NotAllowed: there is none of that name.
        """
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM recipient WHERE key = ?",  # noqa: S608
            [key],
        ).fetchone()
        if row is None:
            raise NotAllowed(f"There is no recipient {key}.", "Look at the list and try again.")
        return _recipient(row)

    def change(self, key: str, invitation: Invitation, act: Act) -> bool:
        """Take note of a newer invitation from a recipient.

        Unless the file says that the change is editorial, and nothing of substance differs, all
        that was granted to it ends: the person reads and decides again. If readings would go
        elsewhere than before (address, organisation, record), it is suspended besides.

        Returns:
            whether the change is material.

        Raises:
            NotAllowed: this home cannot share with it, or it was removed.
        """
        self._may_be_here(invitation)
        before = self.get(key).invitation
        if invitation.terms == before.terms:
            return False
        material = invitation.change == "material" or _differ(before, invitation, _SUBSTANCE)
        moved = goes_elsewhere(before, invitation)
        events: list[ConsentEvent] = [
            PolicyChanged(
                key,
                invitation.policy.version,
                invitation.text,
                invitation.terms,
                "material" if material else "editorial",
            )
        ]
        if moved:
            events.append(RecipientSuspended(key, "Its address, its name or your record changed."))
        patient = "" if invitation.patient == "create" else invitation.patient

        def update(_: Sequence[Entry]) -> None:
            self._db.execute(
                "UPDATE recipient SET invitation = ? WHERE key = ?", [invitation.text, key]
            )
            if invitation.fhir_base != before.fhir_base:  # its ids are those of another server
                self._db.execute(
                    "UPDATE delivery SET reference = '', etag = '' WHERE recipient = ?", [key]
                )
            if moved:
                self._db.execute("UPDATE recipient SET patient = ? WHERE key = ?", [patient, key])
                self._db.execute("DELETE FROM remote WHERE recipient = ?", [key])
                self._stand(key, "suspended")

        self._record(events, act, update)
        return material

    def suspend(self, key: str, why: str, act: Act) -> None:
        """Let nothing go there until a person confirms; ``why`` is a sentence for people."""
        self._record([RecipientSuspended(key, why)], act, lambda _: self._stand(key, "suspended"))

    def suspend_all(self, why: str, act: Act) -> int:
        """Suspend every recipient, after a backup was restored; says how many."""
        active = [one.key for one in self.list() if one.standing == "active"]

        def update(_: Sequence[Entry]) -> None:
            for key in active:
                self._stand(key, "suspended")

        if active:
            self._record([RecipientSuspended(key, why) for key in active], act, update)
        return len(active)

    def confirm(self, key: str, act: Act) -> None:
        """Go on with a suspended recipient, as it is now."""
        self._record([RecipientConfirmed(key)], act, lambda _: self._stand(key, "active"))

    def remove(self, key: str, act: Act) -> None:
        """Take a recipient off the list for ever, and back all that was granted to it."""
        state = self._ledger.state()
        events: list[ConsentEvent] = [
            Withdraw(grant.id, kinds)
            for grant in state.grants.values()
            if grant.recipient == key and (kinds := live_kinds(state, grant))
        ]
        self._record([*events, RecipientRemoved(key)], act, lambda _: self._stand(key, "removed"))

    def written_to(self, key: str, reference: str) -> None:
        """Keep the record that was made at the recipient, once.

        Raises:
            NotAllowed: another record is kept already; changing it needs consent again.
        """
        if not _RECORD.fullmatch(reference):
            raise ValueError("a record is named Patient/…")
        patient = self.get(key).patient
        if patient not in ("", reference):
            raise NotAllowed("Readings would go into another record than the one you agreed to.")
        self._db.execute("UPDATE recipient SET patient = ? WHERE key = ?", [reference, key])

    def _may_be_here(self, invitation: Invitation) -> None:
        if self._simulation and not is_loopback(invitation.fhir_base):
            raise NotAllowed(
                "A simulation home shares with servers on this computer only.",
                "Use the practice server, or set up a home for real readings.",
            )
        if not self._simulation and invitation.server == "sandbox":
            raise NotAllowed(
                "A practice server is for simulated readings only.",
                "Use an invitation to your own server, or set up a simulation home.",
            )

    def _record(
        self,
        events: Sequence[ConsentEvent],
        act: Act,
        also: Callable[[Sequence[Entry]], None],
    ) -> None:
        self._ledger.append_all(
            events, at=act.at, actor=act.actor, session=act.session, clock=act.clock, also=also
        )

    def _stand(self, key: str, standing: Standing) -> None:
        self._db.execute("UPDATE recipient SET state = ? WHERE key = ?", [standing, key])


def goes_elsewhere(before: Invitation, after: Invitation) -> bool:
    """Whether readings go to another address, organisation or record: references differ then."""
    return _differ(before, after, _WHERE_TO)


def _differ(before: Invitation, after: Invitation, names: Sequence[str]) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in names)


def _recipient(row: tuple[str, str, bytes, str, Standing, int, str]) -> Recipient:
    key, text, secret, patient, standing, added_at, person = row
    return Recipient(
        key=key,
        person=PersonKey(person),
        invitation=Invitation.model_validate_json(text),
        secret=secret,
        patient=patient,
        standing=standing,
        added_at=added_at,
    )
