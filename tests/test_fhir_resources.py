"""Devices, Provenance, Patient, Bundle as they are written."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.device import Device
from fhir.resources.R4B.patient import Patient
from fhir.resources.R4B.provenance import Provenance
from hypothesis import given
from hypothesis import strategies as st

from adapters.kinds import kind
from adapters.reading import DeviceFacts, DeviceKey, PersonKey
from fhir_mappings import systems
from fhir_mappings.bundle import Entry, batch_bundle, entry_bytes, if_none_exist, with_id
from fhir_mappings.device import device_resource, gateway_device
from fhir_mappings.errors import MappingError
from fhir_mappings.patient import patient_resource
from fhir_mappings.provenance import Origin, provenance_resource
from fhir_mappings.render import render
from tests.fhir_shapes import AT, EXAMPLES

SYSTEM = "https://gateway.example/devices"
FACTS = DeviceFacts(
    person=PersonKey("person-key"),
    device=DeviceKey("device-key"),
    title="Anna's strap",
    manufacturer="Polar Electro Oy",
    model="H10",
    hardware="00760690.03",
    firmware="5.0.0",
    body_site="chest",
)
ORIGIN = Origin(
    subject="Patient/p1",
    gateway_device="Device/gateway",
    devices=["Device/strap"],
    policy="https://clinic.example/policy/v3",
    consent="17",
    consent_system="https://gateway.example/consents",
)


def _strap(facts: DeviceFacts = FACTS, *, simulated: bool = False) -> dict[str, Any]:
    body = device_resource(
        facts,
        "keyed-id",
        system=SYSTEM,
        adapter="ble",
        simulated=simulated,
        kinds=[kind("heart_rate"), kind("battery_level")],
    )
    Device.model_validate_json(body)
    made: dict[str, Any] = json.loads(body)
    return made


def _tested(resource: dict[str, Any]) -> bool:
    return any(one["code"] == "HTEST" for one in resource.get("meta", {}).get("security", ()))


def test_a_sensor_is_known_by_its_make_and_our_keyed_id() -> None:
    strap = _strap()

    assert strap["identifier"] == [{"system": SYSTEM, "value": "keyed-id"}]
    assert strap["manufacturer"] == "Polar Electro Oy"
    assert strap["modelNumber"] == "H10"
    assert strap["type"]["coding"][0]["code"] == "65573"
    assert [one["systemType"]["coding"][0]["code"] for one in strap["specialization"]] == ["528525"]
    versions = {one["type"]["coding"][0]["code"]: one["value"] for one in strap["version"]}
    assert versions == {"531974": "00760690.03", "531976": "5.0.0"}


@pytest.mark.parametrize(
    ("kinds", "codes"),
    [
        # HL7 PHD 2.0.0, DeviceTypes11073MDC.
        pytest.param(["heart_rate", "rr_interval"], ["528525"], id="strap"),
        pytest.param(["blood_pressure", "heart_rate"], ["528391"], id="cuff"),
        pytest.param(["oxygen_saturation", "pulse_rate"], ["528388"], id="oximeter"),
        pytest.param(["blood_glucose", "hba1c"], ["528401"], id="glucose meter"),
        pytest.param(["interstitial_glucose", "glucose_trend"], ["528409"], id="glucose sensor"),
        pytest.param(
            ["body_weight", "body_fat_percentage", "body_impedance"],
            ["528399", "528404"],
            id="scale",
        ),
        pytest.param(["machine_speed", "heart_rate", "power"], ["528425"], id="treadmill"),
        pytest.param(["peak_expiratory_flow"], ["528405"], id="peak flow meter"),
        pytest.param(["breath_carbon_monoxide"], [], id="no specialization"),
    ],
)
def test_a_sensor_is_of_the_sort_that_measures_such_kinds(
    kinds: list[str], codes: list[str]
) -> None:
    body = device_resource(
        FACTS,
        "i",
        system=SYSTEM,
        adapter="ble",
        simulated=False,
        kinds=[kind(one) for one in kinds],
    )
    Device.model_validate_json(body)
    said = json.loads(body).get("specialization", [])

    assert [one["systemType"]["coding"][0]["code"] for one in said] == codes


def test_a_sensor_has_no_name_no_serial_number_and_no_place() -> None:
    strap = _strap()

    assert not {"deviceName", "serialNumber", "udiCarrier", "patient", "location"} & set(strap)
    assert "Anna" not in json.dumps(strap)
    assert "person-key" not in json.dumps(strap)
    assert "device-key" not in json.dumps(strap)


@pytest.mark.parametrize(
    "text",
    [
        "H10 A0:9E:1A:12:34:56",
        "a09e1a123456",
        "A0-9E-1A-FF-FE-12-34-56",
        "rev 1.0 (a0 9e 1a 12 34 56)",
        "AA_BB_CC_DD_EE_FF",
        "H10_A0_9E_1A_12_34_56",
    ],
)
def test_a_make_that_could_tell_one_device_from_all_others_is_left_out(text: str) -> None:
    strap = _strap(replace(FACTS, model=text, firmware=text, hardware=text, manufacturer=text))

    assert not {"modelNumber", "manufacturer", "version"} & set(strap)


def test_a_model_that_holds_a_serial_number_is_left_out() -> None:
    assert "modelNumber" not in _strap(replace(FACTS, model="H10 sn 12345678"))


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("Polar H10 1A2B3C4D", "Polar H10"),
        ("Polar H10_1a2b3c4d5e\x00 ", "Polar H10"),
        ("Polar H10 (1A2B3C4D)", "Polar H10"),
        ("1A2B3C4D", None),
        ("1A2B3C4D H10", "1A2B3C4D H10"),
        ("Accu-Chek Facade", "Accu-Chek Facade"),
        ("BM57A2B3C4D9", "BM57A2B3C4D9"),
    ],
)
def test_a_serial_number_at_the_end_of_a_model_is_not_sent(said: str, sent: str | None) -> None:
    assert _strap(replace(FACTS, model=said)).get("modelNumber") == sent


def test_a_make_is_one_line_of_ascii_json_and_not_too_long() -> None:
    strap = _strap(replace(FACTS, model="Wä\x00ge\n" + "x" * 200))

    assert strap["modelNumber"].startswith("Wä ge xxx")
    assert len(strap["modelNumber"]) == 80


def test_a_phone_is_not_called_a_personal_health_device() -> None:
    body = device_resource(FACTS, "keyed", system=SYSTEM, adapter="healthkit", simulated=False)

    assert not {"type", "specialization", "meta"} & set(json.loads(body))


def test_the_gateway_is_a_device_that_hosts_applications() -> None:
    body = gateway_device("keyed", system=SYSTEM, version="0.1.0", simulated=False)
    Device.model_validate_json(body)
    gateway = json.loads(body)

    assert gateway["type"]["coding"][0]["code"] == "531981"
    assert gateway["version"][0]["value"] == "0.1.0"


def test_a_patient_is_an_identifier_and_nothing_else() -> None:
    body = patient_resource("keyed", system=SYSTEM, simulated=False)
    Patient.model_validate_json(body)

    assert json.loads(body) == {
        "resourceType": "Patient",
        "identifier": [{"system": SYSTEM, "value": "keyed"}],
    }


def test_everything_simulated_is_marked_as_test_data() -> None:
    assert _tested(_strap(simulated=True))
    for body in (
        gateway_device("keyed", system=SYSTEM, version="0", simulated=True),
        patient_resource("keyed", system=SYSTEM, simulated=True),
        provenance_resource(["Observation/1"], ORIGIN, recorded=AT, simulated=True),
    ):
        assert _tested(json.loads(body))
    assert not _tested(_strap())


def test_a_provenance_says_who_measured_who_sent_and_under_which_consent() -> None:
    targets = ["Observation/1", "Observation/2"]
    body = provenance_resource(targets, ORIGIN, recorded=AT, simulated=False)
    Provenance.model_validate_json(body)
    said = json.loads(body)

    assert [target["reference"] for target in said["target"]] == targets
    assert said["recorded"] == "2026-11-21T23:40:15.250Z"
    assert said["activity"]["coding"][0]["code"] == "CREATE"
    assert [one["coding"][0]["code"] for one in said["reason"]] == ["PATRQT"]
    assert said["policy"] == ["https://clinic.example/policy/v3"]
    assembler, author = said["agent"]
    assert assembler["type"]["coding"][0]["code"] == "assembler"
    assert assembler["who"] == {"reference": "Device/gateway"}
    assert assembler["onBehalfOf"] == {"reference": "Patient/p1"}
    assert author["type"]["coding"][0]["code"] == "author"
    assert author["who"] == {"reference": "Device/strap"}
    [entity] = said["entity"]
    assert entity["role"] == "source"
    assert entity["what"]["type"] == "Consent"
    assert entity["what"]["identifier"]["value"] == "17"


def test_a_provenance_of_amendments_alone_says_that_nothing_was_created() -> None:
    body = provenance_resource(
        ["Observation/1"], ORIGIN, recorded=AT, simulated=False, amended=True
    )

    assert json.loads(body)["activity"]["coding"][0]["code"] == "UPDATE"


def test_another_purpose_is_said_beside_the_patients_request() -> None:
    origin = replace(ORIGIN, purpose="TREAT", consent="", policy="")
    body = provenance_resource(["Observation/1"], origin, recorded=AT, simulated=False)
    said = json.loads(body)

    assert [one["coding"][0]["code"] for one in said["reason"]] == ["PATRQT", "TREAT"]
    assert "entity" not in said
    assert "policy" not in said


def test_a_provenance_of_nothing_is_refused() -> None:
    with pytest.raises(MappingError, match="Provenance"):
        provenance_resource([], ORIGIN, recorded=AT, simulated=False)


def test_a_batch_holds_each_resource_as_it_was_and_asks_before_it_creates() -> None:
    bodies = [body for example in EXAMPLES.values() for body in render(*example)]
    search = if_none_exist("https://gateway.example/readings", "a_b-c")
    entries = [Entry(body, "Observation", search) for body in bodies]

    made = batch_bundle(entries)

    bundle = json.loads(made)
    assert bundle["type"] == "batch"
    assert [one["resource"] for one in bundle["entry"]] == [json.loads(body) for body in bodies]
    names = [one["fullUrl"] for one in bundle["entry"]]
    assert len(set(names)) == len(set(bodies))
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", name) for name in names)
    assert not any(name.encode() in body for name in names for body in bodies)
    request = {"method": "POST", "url": "Observation", "ifNoneExist": search}
    assert all(one["request"] == request for one in bundle["entry"])
    assert all(body in made for body in bodies)
    Bundle.model_validate_json(made)
    assert (
        len(made)
        == len(batch_bundle([])) + sum(len(entry_bytes(entry)) + 1 for entry in entries) - 1
    )


def test_a_transaction_and_an_update_can_be_asked_for() -> None:
    [body] = render(*EXAMPLES["quantity-amended"])
    made = batch_bundle(
        [Entry(with_id(body, "o-1"), "Observation/o-1", method="PUT")], kind="transaction"
    )

    Bundle.model_validate_json(made)
    [entry] = json.loads(made)["entry"]
    assert json.loads(made)["type"] == "transaction"
    assert entry["request"] == {"method": "PUT", "url": "Observation/o-1"}
    assert entry["resource"] == json.loads(body) | {"id": "o-1"}


@given(st.text(), st.text())
def test_the_search_for_an_identifier_survives_any_text(system: str, value: str) -> None:
    made = if_none_exist(system, value)

    assert made.isascii()
    assert unquote(made) == f"identifier={system}|{value}"
    assert not set(made.removeprefix("identifier=")) & set("|&=+# /:?")
    assert parse_qs(made, keep_blank_values=True) == {"identifier": [f"{system}|{value}"]}


_STANDARDS = ("http://", "https://profiles.ihe.net/", "urn:iso:", "urn:ietf:", "urn:oid:")


def test_nothing_of_the_system_tables_points_outside_the_standards() -> None:
    addresses = [
        value for name, value in vars(systems).items() if name.isupper() and isinstance(value, str)
    ]

    assert all(one.startswith(_STANDARDS) for one in addresses)
    assert len(set(addresses)) == len(addresses)
