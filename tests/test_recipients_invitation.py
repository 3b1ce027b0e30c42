"""Invitations: what must stand in one, and what must never."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.sharing.errors import InvitationRefused
from gateway.sharing.invitation import Invitation, read_invitation
from gateway.sharing.origin import is_loopback, server_address, web_address
from tests.fakes_consent import clinic, practice, sha256


def changed(**changes: Any) -> str:
    return json.dumps({**json.loads(clinic().text), **changes})


def without(name: str) -> str:
    return json.dumps({key: part for key, part in json.loads(clinic().text).items() if key != name})


def test_an_invitation_reads_back_as_it_is_kept() -> None:
    for one in (clinic(), practice()):
        assert read_invitation(one.text) == one
        assert one.terms == sha256(one.text)
        with pytest.raises(Exception, match="frozen"):
            one.title = "x"  # type: ignore[misc]


def test_every_change_changes_the_terms() -> None:
    assert clinic().terms == clinic().terms
    assert clinic(title="Hill Clinic ").terms == clinic().terms
    assert clinic(retention="Eleven years").terms != clinic().terms


@pytest.mark.parametrize(
    "name",
    [name for name, field in Invitation.model_fields.items() if field.is_required()],
)
def test_what_a_person_needs_to_decide_must_be_there(name: str) -> None:
    with pytest.raises(InvitationRefused, match="missing") as error:
        read_invitation(without(name))
    assert error.value.field == name
    assert error.value.next_step


def test_the_obligatory_fields_are_these() -> None:
    required = {name for name, field in Invitation.model_fields.items() if field.is_required()}
    assert required >= {
        "fhir_base", "patient", "entity", "controller", "contacts", "legal_basis", "country",
        "transfer", "processors", "policy", "purposes", "retention", "sign_in",
    }  # fmt: skip


@pytest.mark.parametrize("purpose", ["HMARKT", "SALE", "treat", "*", ""])
def test_marketing_and_sale_cannot_be_said(purpose: str) -> None:
    with pytest.raises(InvitationRefused) as error:
        read_invitation(changed(purposes=["TREAT", purpose]))
    assert error.value.field == "purposes.1"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"purposes": []}, "purposes", id="no purpose"),
        pytest.param({"surprise": 1}, "surprise", id="a field nobody knows"),
        pytest.param({"retention": " "}, "retention", id="no retention"),
        pytest.param({"retention": "a\nYou agree to all"}, "retention", id="two lines"),
        pytest.param({"title": "a\u202eb"}, "title", id="text turned around"),
        pytest.param({"country": "Germany"}, "country", id="no country code"),
        pytest.param({"patient": "create"}, "", id="a clinic's record is not made from here"),
        pytest.param({"patient": "Patient/"}, "patient", id="no record"),
        pytest.param({"patient": "Patient/1/_history"}, "patient", id="more than a record"),
        pytest.param({"patient": 4711}, "patient", id="a number"),
        pytest.param({"server": "sandbox"}, "", id="a practice server elsewhere"),
        pytest.param({"format": "other"}, "format", id="another format"),
        pytest.param(
            {"transfer": {"mechanism": "explicit_consent", "risks": ""}}, "transfer", id="risks"
        ),
        pytest.param({"transfer": {"mechanism": "this_computer"}}, "", id="not on this computer"),
        pytest.param(
            {"sign_in": {"method": "smart_backend"}}, "sign_in", id="no client for sign-in"
        ),
        pytest.param(
            {"sign_in": {"method": "bearer", "secret": "x"}}, "sign_in.secret", id="a secret"
        ),
        pytest.param(
            {"sign_in": {"method": "bearer", "token_url": "http://clinic.example"}},
            "sign_in.token_url",
            id="tokens in the open",
        ),
        pytest.param(
            {"contacts": {"privacy_office": {"name": "x"}, "authority": {"name": "x"}}},
            "contacts.privacy_office",
            id="nobody can be reached",
        ),
        pytest.param(
            {"contacts": {"privacy_office": {"name": "x", "email": "a@b"}}},
            "contacts.authority",
            id="nowhere to complain",
        ),
        pytest.param(
            {"policy": {"url": "https://a", "version": "1", "sha256": sha256("a"), "text": "b"}},
            "policy",
            id="another text than its digest",
        ),
    ],
)
def test_what_cannot_stand_in_an_invitation(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvitationRefused) as error:
        read_invitation(changed(**change))
    assert error.value.field == field
    assert error.value.sentence.endswith(".")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', b"\xff"])
def test_what_is_no_invitation_at_all_is_refused(text: str | bytes) -> None:
    with pytest.raises(InvitationRefused):
        read_invitation(text)


@pytest.mark.parametrize(
    "url",
    [
        "https://fhir.clinic.example/r4",
        "https://fhir.clinic.example:8443",
        "http://127.0.0.1:8080/fhir",
        "http://127.9.9.9/",
        "http://[::1]:8080/fhir",
        "http://localhost:8080",
    ],
)
def test_addresses_that_may_be_sent_to(url: str) -> None:
    assert server_address(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://clinic.example/fhir",
        "http://10.0.0.1/fhir",
        "http://127.0.0.1.clinic.example/",
        "http://localhost.clinic.example/",
        "http://localhost@clinic.example/",
        "https://user:word@clinic.example/",
        "https://clinic.example/?a=b",
        "https://clinic.example/?",
        "https://clinic.example/#",
        "https://clinic.example:port/",
        "https://clinic.example/a b",
        "https://clinic.example\\@127.0.0.1/",
        "https://clinic.exämple/",
        "https:///fhir",
        "ftp://clinic.example/",
        "javascript:alert(1)",
        "fhir",
        "",
    ],
)
def test_addresses_that_may_not(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        server_address(url)


def test_loopback_is_judged_by_the_name_alone() -> None:
    assert is_loopback("http://[::1]/")
    assert not is_loopback("http://[::2]/")
    assert not is_loopback("https://clinic.example/")
    with pytest.raises(ValueError, match="https://"):
        web_address("javascript://clinic.example/%0aalert(1)")
