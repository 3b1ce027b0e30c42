"""Every shape against a FHIR server that nobody here wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import (  # noqa: TID251  # a raw client: what is sent is what was rendered
    Request,
    urlopen,
)

import pytest

from adapters.kinds import kind
from adapters.reading import DeviceFacts, DeviceKey, PersonKey
from fhir_mappings.bundle import Entry, batch_bundle, if_none_exist, with_id
from fhir_mappings.device import device_resource, gateway_device
from fhir_mappings.patient import patient_resource
from fhir_mappings.provenance import Origin, provenance_resource
from fhir_mappings.render import render
from fhir_mappings.shape import Shape
from scripts import sandbox_server
from tests.fhir_shapes import AT, EXAMPLES

pytestmark = pytest.mark.server
SYSTEM = "https://gateway.example/readings"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home: Path = tmp_path_factory.mktemp("sandbox")
    server = sandbox_server.start(home, validation="strict")
    yield server.base
    server.stop()


def _ask(base: str, path: str, body: bytes | None = None, method: str = "POST") -> Any:
    request = Request(  # noqa: S310  # loopback only, by the fixture
        f"{base}{path}",
        data=body,
        headers={"Content-Type": "application/fhir+json"},
        method=method if body else "GET",
    )
    with urlopen(request, timeout=20) as answer:  # noqa: S310
        return json.loads(answer.read())


@pytest.fixture(scope="module")
def place(base: str) -> dict[str, str]:
    """References of a Patient, a sensor and the gateway, made at the server."""
    facts = DeviceFacts(PersonKey("p"), DeviceKey("d"), "", "Polar Electro Oy", "H10", "", "5.0.0")
    strap = device_resource(
        facts, "s", system=SYSTEM, adapter="ble", simulated=True, kinds=[kind("heart_rate")]
    )
    made = {
        "subject": patient_resource("p", system=SYSTEM, simulated=True),
        "device": strap,
        "gateway_device": gateway_device("g", system=SYSTEM, version="0.1.0", simulated=True),
    }
    references = {}
    for name, body in made.items():
        answer = _ask(base, f"/{json.loads(body)['resourceType']}", body)
        references[name] = f"{answer['resourceType']}/{answer['id']}"
    return references


def _bodies(place: dict[str, str]) -> list[tuple[bytes, str]]:
    """Every example with real references and an identifier of its own, and the search for it."""
    made = []
    for number, (outgoing, shape) in enumerate(EXAMPLES.values()):
        device = place["device"] if shape.device else ""
        at_server: Shape = replace(shape, **place | {"device": device})  # type: ignore[arg-type]
        name = f"example-{number}"
        [body] = render(replace(outgoing, ids=[name]), at_server)
        made.append((body, if_none_exist(shape.identifier_system, name)))
    return made


def test_every_shape_is_created_once_however_often_it_is_sent(
    base: str, place: dict[str, str]
) -> None:
    entries = [Entry(body, "Observation", search) for body, search in _bodies(place)]
    bundle = batch_bundle(entries)

    first, second = _ask(base, "", bundle), _ask(base, "", bundle)

    def statuses(answer: Any) -> set[str]:
        return {entry["response"]["status"][:3] for entry in answer["entry"]}

    assert statuses(first) == {"201"}
    assert statuses(second) == {"200"}
    found = _ask(base, f"/Observation?patient={place['subject']}&_summary=count")
    assert found["total"] == len(EXAMPLES)


def test_a_corrected_reading_replaces_the_first_and_a_provenance_names_it(
    base: str, place: dict[str, str]
) -> None:
    outgoing, shape = EXAMPLES["quantity-simulated"]
    at_server: Shape = replace(shape, **place)  # type: ignore[arg-type]  # references by name
    [body] = render(replace(outgoing, ids=["to-correct"]), at_server)
    sent = _ask(base, "/Observation", body)

    amended = replace(at_server, status="amended")
    [again] = render(replace(outgoing, ids=["to-correct"], values=[74]), amended)
    now = _ask(base, f"/Observation/{sent['id']}", with_id(again, sent["id"]), method="PUT")
    origin = Origin(place["subject"], place["gateway_device"], [place["device"]], consent="1")
    said = provenance_resource([f"Observation/{sent['id']}"], origin, recorded=AT, simulated=True)

    assert now["status"] == "amended"
    assert now["valueQuantity"]["value"] == 74
    assert now["meta"]["versionId"] != sent["meta"]["versionId"]
    assert _ask(base, "/Provenance", said)["id"]
