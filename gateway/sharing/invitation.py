"""An invitation: what a clinic says of itself before a person shares anything with it.

A JSON file, from the clinic by file, link or QR code. Every field that a person needs to decide
is obligatory; marketing and sale cannot be written as a purpose; a field that is not known here
is refused, since nobody would read it to the person.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from gateway.sharing.consent import Purpose
from gateway.sharing.errors import InvitationRefused
from gateway.sharing.origin import is_loopback, server_address, web_address
from gateway.sharing.spelling import canonical

_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
"""One line: no control characters and none that turn the direction of the text around."""

_Way = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=_LINE)]
_Text = Annotated[_Way, Field(min_length=1)]
_Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Patient = Annotated[str, StringConstraints(pattern=r"^(create|Patient/[A-Za-z0-9.\-]{1,64})$")]
_Server = Annotated[str, AfterValidator(server_address)]
_Page = Annotated[str, AfterValidator(web_address)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Party(_Part):
    """An organisation, by a name for people and an id that tells it from all others."""

    id: _Text
    name: _Text


class Contact(_Part):
    """Where a person can turn to; at least one way to reach somebody."""

    name: _Text
    email: _Way = ""
    phone: _Way = ""
    address: _Way = ""
    url: _Way = ""

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not any(way.strip() for way in (self.email, self.phone, self.address, self.url)):
            raise ValueError("say how to reach them: email, phone, address or url")
        return self


class Contacts(_Part):
    """The contact card.

    Attributes:
        privacy_office: whom to ask about one's readings there.
        authority: where to complain.
        representative: the representative in the person's region, where the law asks for one.
    """

    privacy_office: Contact
    authority: Contact
    representative: Contact | None = None


class Transfer(_Part):
    """How readings may be kept in the recipient's country, seen from the person's."""

    mechanism: Literal[
        "this_computer", "same_country", "adequacy", "standard_clauses", "explicit_consent"
    ]
    risks: _Way = ""

    @model_validator(mode="after")
    def _risks_named(self) -> Self:
        if self.mechanism == "explicit_consent" and not self.risks.strip():
            raise ValueError("consent to a transfer needs a text that names its risks")
        return self


class Processor(_Part):
    """Somebody who works for the recipient and can see readings."""

    name: _Text
    role: _Text
    country: _Country
    purpose: _Text


class Policy(_Part):
    """The recipient's privacy policy, whole: what is agreed to is kept here, not behind a link."""

    url: _Page
    version: _Text
    sha256: _Sha256
    text: Annotated[str, StringConstraints(min_length=1, max_length=500_000)]

    @model_validator(mode="after")
    def _is_that_text(self) -> Self:
        if hashlib.sha256(self.text.encode()).hexdigest() != self.sha256:
            raise ValueError("the text is not the one that its sha256 names")
        return self


class PolicyReference(_Part):
    """Another document that applies; where they differ, the one that is named earlier counts."""

    title: _Text
    url: _Page
    version: _Text


class SignIn(_Part):
    """How the gateway signs in there. Secrets are never in an invitation."""

    method: Literal["none", "bearer", "smart_backend", "smart_app_launch", "mutual_tls"]
    client_id: _Way = ""
    token_url: Annotated[str, AfterValidator(lambda url: server_address(url) if url else "")] = ""
    authorize_url: Annotated[
        str, AfterValidator(lambda url: server_address(url) if url else "")
    ] = ""
    scope: _Way = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.method in ("smart_backend", "smart_app_launch") and not self.client_id:
            raise ValueError("this way to sign in needs a client_id")
        return self


class Invitation(_Part):
    """Who asks, for what, under which terms, and which record to write to.

    Attributes:
        server: a ``clinic``'s, the person's ``own``, or a ``sandbox`` on this computer.
        fhir_base: address of its FHIR R4 server; https, or http on this computer.
        patient: the record to write to, ``Patient/…``; or ``create``, for a server of the
            person's own or a sandbox.
        retention: how long it keeps what it gets, in a sentence.
        profiles: FHIR profiles that it asks Observations to follow.
        also_applies: other documents, in their order of precedence after the policy.
        snomed: whether SNOMED CT codes may be sent there.
        wants_consent: whether it asks for a FHIR Consent beside the readings.
        change: what a later file with this version means to those who agreed before.
    """

    format: Literal["health-gateway-invitation-1"]
    title: _Text
    server: Literal["clinic", "own", "sandbox"] = "clinic"
    fhir_base: _Server
    patient: _Patient
    entity: Party
    controller: Party
    contacts: Contacts
    legal_basis: _Text
    country: _Country
    transfer: Transfer
    processors: tuple[Processor, ...]
    policy: Policy
    also_applies: tuple[PolicyReference, ...] = ()
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    retention: _Text
    profiles: tuple[_Page, ...] = ()
    sign_in: SignIn
    snomed: bool = False
    wants_consent: bool = False
    change: Literal["material", "editorial"] = "material"

    @model_validator(mode="after")
    def _honest(self) -> Self:
        if self.patient == "create" and self.server == "clinic":
            raise ValueError("a clinic names the record to write to; it is not made from here")
        here = self.server != "clinic" and is_loopback(self.fhir_base)
        if self.server == "sandbox" and not here:
            raise ValueError("a practice server is on this computer")
        if self.transfer.mechanism == "this_computer" and not here:
            raise ValueError("readings that are sent elsewhere do not stay on this computer")
        return self

    @property
    def terms(self) -> str:
        """SHA-256 (hex) over the whole invitation: what a grant says it agreed to."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def text(self) -> str:
        """The invitation as it is kept: canonical JSON."""
        return canonical(self.model_dump(mode="json"))


def read_invitation(text: str | bytes) -> Invitation:
    """An invitation from its JSON.

    Raises:
        InvitationRefused: something is missing, unknown or not allowed; says which field.
    """
    try:
        return Invitation.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise InvitationRefused(_sentence(first["type"], first["msg"]), where) from error


def _sentence(kind: str, message: str) -> str:
    match kind:
        case "missing":
            return "This is missing from the invitation."
        case "extra_forbidden":
            return "This is not known to the gateway, so nobody could explain it to you."
        case "string_too_short":
            return "This is empty."
        case "string_pattern_mismatch":
            return "This is not written as it has to be."
        case "json_invalid":
            return "This is not an invitation: it cannot be read as JSON."
        case "value_error":
            return message.removeprefix("Value error, ").capitalize() + "."
        case _:
            return message + "."
