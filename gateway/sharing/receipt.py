"""A signed receipt of one grant: machine-readable, and a page to print.

Made from the ledger alone, so it can be made again for a grant of years ago, with the invitation
and the text as they were then.

Source: ISO/IEC TS 27560:2023, consent record information structure, in the words of the Data
Privacy Vocabulary 2 (https://w3id.org/dpv/guides/consent-27560, dpv-27560 receipt and record).
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.kinds import all_kinds
from adapters.reading import Instant
from gateway.sharing.agreement import day, text_hash
from gateway.sharing.chain import Entry
from gateway.sharing.consent import ROLES
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import Invited, Permit, PolicyChanged, Withdraw
from gateway.sharing.invitation import Contact, Invitation
from gateway.sharing.ledger import Ledger
from gateway.sharing.spelling import canonical
from gateway.sharing.words import N_, PURPOSE_WORDS, said

Json = dict[str, Any]  # JSON-LD, open by nature

DOMAIN: Final = b"gw-receipt-v1\0"

_CONTEXT: Final = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "gw": "urn:health-gateway:receipt:1:",
    "schema": "https://schema.org/",
}
_PURPOSE_CODES: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason#"


def receipt(ledger: Ledger, grant: str) -> Json:
    """The receipt of a grant, signed.

    Raises:
        NotAllowed: there is no such grant.
        LedgerBroken: the ledger cannot be believed.
    """
    entries = ledger.entries()
    for entry in entries:
        if isinstance(entry.event, Permit) and entry.event.id == grant:
            invitation = invitation_of(entries, entry.event.terms)
            made = _receipt(entry, entry.event, invitation, _withdrawals(entries, grant))
            made["gw:publicKey"] = _base64(ledger.public_key)
            signature = ledger.sign(DOMAIN + canonical(made).encode())
            return {**made, "gw:signature": _base64(signature)}
    raise NotAllowed(f"There is no grant {grant}.", "Look at the list and try again.")


def is_genuine(made: Json, public_key: bytes) -> bool:
    """Whether a receipt is as this gateway made it, and its text the one that was hashed.

    Args:
        made: the receipt.
        public_key: the gateway's own; the one on the receipt proves nothing.
    """
    unsigned = {name: value for name, value in made.items() if name != "gw:signature"}
    try:
        signature = urlsafe_b64decode(made["gw:signature"] + "==")
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            signature, DOMAIN + canonical(unsigned).encode()
        )
        notice = made["dpv:hasRecordOfActivity"]["dpv:hasNotice"]
        same: bool = text_hash(notice["schema:text"]) == notice["gw:sha256"]
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return False
    return same


def printable(made: Json, language: str = "en") -> str:
    """The receipt as plain text, to print and keep."""
    record = made["dpv:hasRecordOfActivity"]
    notice = record["dpv:hasNotice"]
    ledger = record["gw:ledger"]

    def line(text: str, **facts: object) -> str:
        return said(text, language).format(**facts)

    lines = [
        line(N_("Receipt of your consent")),
        "",
        line(N_("Receipt: {id}"), id=made["dct:identifier"]),
        line(N_("You agreed on {when}"), when=record["gw:givenOn"]),
        "",
        notice["schema:text"],
        *(
            line(
                N_("Taken back on {when}: {kinds}"),
                when=event["dct:date"],
                kinds=", ".join(event["gw:kinds"]),
            )
            for event in record["dpv:hasConsentStatus"][1:]
        ),
        line(N_("Text, SHA-256: {digest}"), digest=notice["gw:sha256"]),
        line(N_("Ledger entry {seq}: {hash}"), seq=ledger["gw:seq"], hash=ledger["gw:hash"]),
        line(N_("Signed by the key {key}:"), key=made["gw:publicKey"]),
        made["gw:signature"],
    ]
    return "\n".join(lines) + "\n"


def _receipt(entry: Entry, permit: Permit, invitation: Invitation, taken_back: list[Json]) -> Json:
    controller = _party(invitation.controller.id, invitation.controller.name, "dpv:DataController")
    return {
        "@context": _CONTEXT,
        "@id": f"urn:health-gateway:receipt:{permit.id}",
        "@type": "dpv:ConsentReceipt",
        "dct:identifier": permit.id,
        "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#receipt-record",
        "dct:created": _moment(entry.at),
        "schema:recipient": "dpv:DataSubject",
        "dpv:hasRecordOfActivity": {
            "@id": f"urn:health-gateway:consent:{permit.id}",
            "@type": "dpv:ConsentRecord",
            "dct:identifier": permit.id,
            "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#record",
            "dpv:hasDataSubject": permit.person,
            "dpv:hasDataController": controller,
            "dpv:hasDataProcessor": [
                {"schema:name": one.name, "dpv:hasRole": one.role, "dpv:hasCountry": one.country}
                for one in invitation.processors
            ],
            "dpv:hasLegalBasis": invitation.legal_basis,
            "dpv:hasJurisdiction": invitation.country,
            "dpv:hasAuthority": _contact(invitation.contacts.authority),
            "dpv:hasContact": _contact(invitation.contacts.privacy_office),
            "dpv:hasRepresentative": (
                _contact(invitation.contacts.representative)
                if invitation.contacts.representative
                else None
            ),
            "dpv:hasProcess": _process(permit, invitation),
            "dpv:hasNotice": {
                "@type": "dpv:ConsentNotice",
                "dct:language": permit.language,
                "schema:text": permit.text,
                "gw:sha256": permit.text_hash,
            },
            "gw:policies": _policies(invitation),
            "dpv:hasConsentStatus": [
                {
                    "@type": "dpv:ConsentGiven",
                    "dct:date": _moment(entry.at),
                    "dpv:isIndicatedBy": entry.recorded.actor,
                    "dpv:hasIndicationMethod": "dpv:ExplicitlyExpressedConsent",
                    "gw:session": entry.recorded.session,
                },
                *taken_back,
            ],
            "gw:givenOn": day(entry.at, permit.language),
            "gw:ledger": {"gw:seq": entry.seq, "gw:hash": entry.hash.hex()},
        },
    }


def _process(permit: Permit, invitation: Invitation) -> Json:
    rows = all_kinds()
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {
            "@id": _PURPOSE_CODES + permit.purpose,
            "dct:title": PURPOSE_WORDS[permit.purpose],
        },
        "dpv:hasPersonalData": [
            {
                "dct:identifier": kind,
                "dct:title": rows[kind].title if kind in rows else kind,
                "dpv:hasDataSource": "dpv:DataSubject",
            }
            for kind in permit.kinds
        ],
        "dpv:hasProcessing": "dpv:Transfer",
        "dpv:hasRecipient": _party(invitation.entity.id, invitation.entity.name, "dpv:Recipient"),
        "dpv:hasLocation": {
            "dct:identifier": invitation.fhir_base,
            "gw:transfer": invitation.transfer.mechanism,
        },
        "dpv:hasStorageCondition": {
            "@type": "dpv:StorageDuration",
            "dct:description": invitation.retention,
        },
        "dpv:hasDuration": {"gw:from": _moment(permit.start), "gw:before": _moment(permit.end)},
        "gw:measured": {
            "gw:from": _moment(permit.history_from),
            "gw:before": _moment(permit.history_to),
        },
        "gw:grain": permit.grain,
        **({"gw:zone": permit.zone} if permit.zone else {}),
        **({"gw:givenAs": ROLES[permit.relationship]} if permit.relationship else {}),
        "dpv:hasConsentControl": "health-gateway consent withdraw " + permit.id,
    }


def _policies(invitation: Invitation) -> list[Json]:
    """Every document that applies, with its precedence: 1 counts before 2."""
    policy = invitation.policy
    first = {
        "gw:precedence": 1,
        "dct:title": invitation.title,
        "@id": policy.url,
        "schema:version": policy.version,
        "gw:sha256": policy.sha256,
    }
    others = (
        {
            "gw:precedence": place,
            "dct:title": one.title,
            "@id": one.url,
            "schema:version": one.version,
        }
        for place, one in enumerate(invitation.also_applies, start=2)
    )
    return [first, *others]


def invitation_of(entries: Sequence[Entry], terms: str) -> Invitation:
    """The invitation that was agreed to, as it was then; ``terms`` are those of a grant."""
    text = next(
        entry.event.invitation
        for entry in entries
        if isinstance(entry.event, Invited | PolicyChanged) and entry.event.terms == terms
    )
    return Invitation.model_validate_json(text)


def _withdrawals(entries: Sequence[Entry], grant: str) -> list[Json]:
    return [
        {
            "@type": "dpv:ConsentWithdrawn",
            "dct:date": _moment(entry.at),
            "dpv:isIndicatedBy": entry.recorded.actor,
            "gw:kinds": list(entry.event.kinds),
        }
        for entry in entries
        if isinstance(entry.event, Withdraw) and entry.event.grant == grant
    ]


def _party(id: str, name: str, role: str) -> Json:
    return {"@type": role, "dct:identifier": id, "schema:name": name}


def _contact(contact: Contact) -> Json:
    return {f"schema:{name}": way for name, way in contact.model_dump().items() if way}


def _moment(at: Instant) -> str:
    return (
        datetime.fromtimestamp(at / 1000, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def _base64(some: bytes) -> str:
    return urlsafe_b64encode(some).rstrip(b"=").decode()
