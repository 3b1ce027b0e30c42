"""RelatedPerson, DeviceMetric, Consent, AuditEvent, looks at clocks, and what devices claim."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from adapters.kinds import Kind, kind
from fhir_mappings import systems
from fhir_mappings.audit_event import audit_event
from fhir_mappings.consent import consent_resource
from fhir_mappings.device_metric import device_metric
from fhir_mappings.errors import MappingError
from fhir_mappings.table import row_of, rows
from gateway.sharing.consent import GRAINS
from tests.fhir_judged import of_row
from tests.fhir_made import AGREED, DISCLOSURE, MADE, SYSTEM

ZEROS = "00-00-00-00-00-00-00-00"


def _made(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(MADE[name])
    return document


@pytest.mark.parametrize("name", MADE)
def test_every_resource_is_one_of_r4b_in_ascii(name: str) -> None:
    get_fhir_model_class(_made(name)["resourceType"]).model_validate_json(MADE[name])

    MADE[name].decode("ascii")


def test_a_device_claims_the_guide_with_zeros_in_place_of_its_system_id() -> None:
    for name in ("device-phd", "gateway-phg"):
        keyed, system_id = _made(name)["identifier"]
        assert (keyed["value"], system_id["value"]) == (
            "keyed-id" if name == "device-phd" else "g",
            ZEROS,
        )
        assert _made(name)["meta"]["profile"][0].endswith(("PhdDevice", "PhgDevice"))
    for name in ("device", "gateway", "device-healthkit"):
        assert ZEROS not in MADE[name].decode()
        assert "profile" not in _made(name).get("meta", {})


def test_a_consent_is_closed_but_for_one_opening() -> None:
    provision = _made("consent")["provision"]
    (opening,) = provision["provision"]
    codes = [one["coding"][0]["code"] for one in opening["code"]]

    assert (provision["type"], opening["type"]) == ("deny", "permit")
    assert {"8867-4", "85354-9"} <= set(codes)
    assert len(codes) == len(set(codes))
    assert opening["actor"][0]["role"]["coding"][0]["code"] == "IRCP"
    assert opening["class"] == [{"system": systems.RESOURCE_TYPES, "code": "Observation"}]
    assert _made("consent")["policy"] == [{"uri": "https://clinic.example/policy|3"}]


@pytest.mark.parametrize("name", rows())
def test_a_consent_has_every_code_that_a_reading_of_the_kind_is_sent_with(name: Kind) -> None:
    permits = frozenset(coding.system for coding in row_of(name).permitted)
    agreed = replace(AGREED, kinds=[name], permits=permits)
    consent = json.loads(consent_resource(agreed, system=SYSTEM, simulated=False))
    (opening,) = consent["provision"]["provision"]
    listed = [coding for one in opening["code"] for coding in one["coding"]]
    sent = [
        coding for body in of_row(name).values() for coding in json.loads(body)["code"]["coding"]
    ]

    assert [coding for coding in sent if coding not in listed] == []
    assert {coding["code"] for coding in listed} == {coding["code"] for coding in sent}


def test_a_code_that_needs_a_permit_is_in_a_consent_only_with_it() -> None:
    agreed = replace(AGREED, kinds=[kind("breath_carbon_monoxide")])
    with_it = replace(agreed, permits=frozenset({systems.SNOMED}))
    without, there = (
        consent_resource(one, system=SYSTEM, simulated=False) for one in (agreed, with_it)
    )

    assert b"251900003" not in without
    assert b"251900003" in there


def test_a_withdrawn_consent_is_the_same_one_and_permits_nothing() -> None:
    given, gone = _made("consent"), _made("consent-withdrawn")

    assert given["identifier"] == gone["identifier"]
    assert (gone["status"], gone["provision"]) == ("inactive", {"type": "deny"})
    assert gone["dateTime"] > given["dateTime"]


def test_a_guardian_is_named_as_who_agreed() -> None:
    consent = _made("consent-by-a-guardian")

    assert consent["performer"] == [{"reference": "RelatedPerson/r1"}]
    assert consent["verification"][0]["verifiedWith"] == consent["performer"][0]
    assert "name" not in _made("related-person")


def test_before_anybody_stands_at_the_recipient_no_reference_is_made_up() -> None:
    by_themselves, by_a_proxy = (
        json.loads(
            consent_resource(
                replace(AGREED, patient="", performer="", given_as=role),
                system=SYSTEM,
                simulated=False,
            )
        )
        for role in ("", "proxy")
    )

    assert by_themselves["patient"] == {"type": "Patient", "display": "The patient"}
    assert by_themselves["performer"] == [by_themselves["patient"]]
    assert by_a_proxy["performer"] == [
        {"type": "RelatedPerson", "display": "The proxy of the patient"}
    ]
    assert by_a_proxy["verification"][0]["verifiedWith"] == by_a_proxy["performer"][0]


def test_a_consent_says_in_words_how_finely_is_shared() -> None:
    said = {
        grain: json.loads(
            consent_resource(replace(AGREED, grain=grain), system=SYSTEM, simulated=False)
        )["text"]
        for grain in GRAINS
    }

    assert {one["status"] for one in said.values()} == {"additional"}
    assert len({one["div"] for one in said.values()}) == len(GRAINS)
    assert "of the patient&#x27;s own" in said["local_day"]["div"]


def test_a_consent_to_what_has_no_fhir_form_is_refused() -> None:
    with pytest.raises(MappingError):
        consent_resource(
            replace(AGREED, kinds=[kind("battery_level")]), system=SYSTEM, simulated=False
        )


def test_a_metric_of_what_mdc_has_no_code_for_is_refused() -> None:
    with pytest.raises(MappingError, match="no code of MDC"):
        device_metric(
            kind("breath_carbon_monoxide"), "m", system=SYSTEM, device="Device/1", simulated=False
        )


def test_a_clock_that_lost_its_time_or_is_not_told_has_a_reason_and_no_value() -> None:
    right, lost, kept_back = _made("clock"), _made("clock-lost"), _made("clock-masked")

    assert right["valueDateTime"] < right["effectiveDateTime"]
    assert "valueDateTime" not in lost
    assert lost["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert "valueDateTime" not in kept_back
    assert kept_back["dataAbsentReason"]["coding"] == [
        {"system": systems.ABSENT, "code": "masked", "display": "Masked"}
    ]
    assert right["subject"] == {"reference": "Device/strap"}


def test_a_disclosure_is_on_the_word_of_who_agreed() -> None:
    there = _made("audit-event-by-a-guardian")
    nowhere = json.loads(
        audit_event(replace(DISCLOSURE, author="", given_as="guardian"), simulated=False)
    )

    assert there["agent"][2]["who"] == {"reference": "RelatedPerson/r1"}
    assert nowhere["agent"][2]["who"] == {
        "type": "RelatedPerson",
        "display": "The guardian of the patient",
    }
    assert there["entity"][0]["what"] == {"reference": "Patient/p1"}


def test_a_disclosure_says_to_whom_under_which_consent_and_what() -> None:
    event = _made("audit-event")
    source, recipient, person = event["agent"]
    patient, data, consent = event["entity"]

    # IHE BALP 1.1.4 wants a place of the source in the network; which one stays in the house.
    assert list(source["network"]) == ["extension"]
    assert source["network"]["extension"][0]["valueCode"] == "masked"

    assert recipient["who"]["display"] == "The Clinic"
    assert recipient["network"]["address"] == "https://fhir.clinic.example/r4"
    assert person["requestor"] is True
    assert patient["what"] == {"reference": "Patient/p1"}
    assert data["detail"][1] == {"type": "sha256", "valueString": "ab" * 32}
    assert consent["what"]["identifier"] == {"system": SYSTEM, "value": "17"}
    assert event["recorded"].startswith("2026-11-21T23:40:15")
