"""People, clinics and ledgers for tests about consent."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from adapters.kinds import Kind
from adapters.reading import PersonKey
from gateway.sharing.consent import ClockState, ConsentState
from gateway.sharing.events import ConsentEvent, Invited, Permit, Recorded
from gateway.sharing.fold import fold
from gateway.sharing.invitation import Invitation, read_invitation
from gateway.sharing.ledger import Anchor, Ledger
from gateway.sharing.practice import sandbox_invitation
from gateway.sharing.recipients import Act
from gateway.sharing.spelling import canonical
from gateway.store.driver import Database
from gateway.store.gateway_db import create_gateway

ADA = PersonKey("ada")
BEN = PersonKey("ben")
HEART = Kind("heart_rate")
WEIGHT = Kind("body_weight")
ROOM_AIR = Kind("carbon_monoxide_in_air")
TRUSTED = ClockState.TRUSTED
UNTRUSTED = ClockState.UNTRUSTED

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOON = 1_796_126_400_000
"""2026-12-01T12:00:00Z."""


class KeptHead:
    """A second file, as a dictionary."""

    def __init__(self) -> None:
        self.heads: dict[str, tuple[int, bytes]] = {}

    def head(self, what: str) -> tuple[int, bytes] | None:
        return self.heads.get(what)

    def set_head(self, what: str, seq: int, hash: bytes) -> None:
        self.heads[what] = (seq, hash)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def invited(recipient: str = "clinic", person: PersonKey = ADA, said: str = "v1") -> Invited:
    return Invited(recipient, person, said, said, sha256(said))


def permit(id: str = "g1", **changes: Any) -> Permit:
    """A permit of one hour from noon on; change what a test is about."""
    columns: dict[str, Any] = {
        "person": ADA,
        "recipient": "clinic",
        "purpose": "TREAT",
        "kinds": (HEART,),
        "start": NOON,
        "end": NOON + HOUR,
        "history_from": NOON - HOUR,
        "history_to": NOON + HOUR,
        "policy_version": "v1",
        "terms": sha256("v1"),
        "text": "I agree",
        "text_hash": sha256("I agree"),
        "language": "en",
        "grain": "raw",
        "born": "1980-01",
    }
    return Permit(id, **{**columns, **changes})


def at(instant: int, event: ConsentEvent, actor: str = "ada") -> Recorded:
    return Recorded(instant, actor, "session", "trusted", event)


def state_of(*events: ConsentEvent, when: int = NOON - HOUR) -> ConsentState:
    return fold(at(when, event) for event in events)


def act(instant: int = NOON, actor: str = "ada") -> Act:
    return Act(instant, actor, "session")


def make_store(tmp_path: Path) -> Database:
    db = create_gateway(tmp_path / "gateway.db", b"k" * 32)
    for key in (ADA, BEN):
        db.execute("INSERT INTO person VALUES (?, ?, '1980-01', 0)", [key, key])
    return db


def make_ledger(db: Database, head: Anchor | None = None, *, simulation: bool = False) -> Ledger:
    return Ledger(db, b"s" * 32, head, simulation=simulation)


def clinic(**changes: Any) -> Invitation:
    """A whole invitation of a clinic elsewhere; change what a test is about."""
    text = "We keep your readings ten years."
    contact = {"name": "Privacy office", "email": "privacy@clinic.example"}
    whole: dict[str, Any] = {
        "format": "health-gateway-invitation-1",
        "title": "Hill Clinic",
        "server": "clinic",
        "fhir_base": "https://fhir.clinic.example/r4",
        "patient": "Patient/4711",
        "entity": {"id": "DE-HRB-1", "name": "Hill Clinic GmbH"},
        "controller": {"id": "DE-HRB-1", "name": "Hill Clinic GmbH"},
        "contacts": {
            "privacy_office": contact,
            "authority": {"name": "Authority", "url": "https://authority.example/"},
        },
        "legal_basis": "Consent, GDPR Art. 9(2)(a)",
        "country": "DE",
        "transfer": {"mechanism": "same_country", "risks": ""},
        "processors": [
            {"name": "Host AG", "role": "hosting", "country": "DE", "purpose": "keeping servers"}
        ],
        "policy": {
            "url": "https://clinic.example/policy",
            "version": "2026-1",
            "sha256": sha256(text),
            "text": text,
        },
        "also_applies": [
            {"title": "Notice", "url": "https://clinic.example/notice", "version": "3"}
        ],
        "purposes": ["TREAT", "HRESCH"],
        "retention": "Ten years",
        "sign_in": {"method": "smart_backend", "client_id": "gateway"},
    }
    return read_invitation(canonical({**whole, **changes}))


def practice(patient: str = "Patient/1") -> Invitation:
    return sandbox_invitation("http://127.0.0.1:8080/fhir", patient)
