"""What the gateway asks of a FHIR server, asked of two that nobody here wrote."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from adapters.reading import ClockLook, Quality
from fhir_mappings import systems
from fhir_mappings.bundle import Entry, batch_bundle, if_match, if_none_exist, with_id
from fhir_mappings.render import render
from fhir_mappings.shape import Shape
from gateway.sharing.answers import OTHER_VERSION, version_in
from scripts.judges import server as hapi_server
from tests.fakes_consent import NOON
from tests.fhir_made import MADE, SYSTEM
from tests.fhir_servers import DIFFERENCES, SERVERS, Difference, ask, running, token, total
from tests.fhir_shapes import EXAMPLES
from tests.sharing_home import SharingHome

pytestmark = pytest.mark.server
DAY = "2026-11-21"


@pytest.fixture(scope="module", params=SERVERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def base(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if name == "HAPI" and not hapi_server.installed():
        if os.environ.get("CI") == "true":
            pytest.fail("HAPI FHIR is not installed; run scripts/judges/install")
        pytest.skip("SKIPPED HAPI FHIR: run scripts/judges/install")
    with running(name, tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="module")
def place(base: str) -> dict[str, str]:
    """References of a Patient, a sensor and the gateway, made at the server."""
    made = {"subject": "patient", "device": "device-phd", "gateway_device": "gateway-phg"}
    references = {}
    for part, resource in made.items():
        answer = ask(base, f"/{json.loads(MADE[resource])['resourceType']}", MADE[resource])
        assert answer.status == 201
        references[part] = f"{answer.body['resourceType']}/{answer.body['id']}"
    return references


def _at(place: dict[str, str], example: str, id_: str, **changes: Any) -> bytes:
    """An example with references that are there, and an identifier of its own."""
    outgoing, shape = EXAMPLES[example]
    device = place["device"] if shape.device else ""
    status = changes.pop("status", shape.status)
    there: Shape = replace(shape, **place | {"device": device}, status=status)  # type: ignore[arg-type]  # references by name
    return render(replace(outgoing, ids=[id_], **changes), there)[0]


def _elsewhere(name: str, place: dict[str, str], **references: str) -> bytes:
    """A made resource with references that are there."""
    body = MADE[name].replace(b"Patient/p1", place["subject"].encode())
    for device in (b"Device/strap", b"Device/cuff"):
        body = body.replace(device, place["device"].encode())
    body = body.replace(b"Device/gateway", place["gateway_device"].encode())
    for old, new in references.items():
        body = body.replace(old.replace("_", "/").encode(), new.encode())
    return body


def test_a_conditional_create_makes_a_resource_once(base: str) -> None:
    body = MADE["patient"].replace(b"keyed-id", b"only-once")
    search = if_none_exist(SYSTEM, "only-once")
    first = ask(base, "/Patient", body, If_None_Exist=search)
    again = ask(base, "/Patient", body, If_None_Exist=search)

    assert (first.status, again.status) == (201, 200)
    assert f"Patient/{first.body['id']}" in again.headers["location"]
    assert total(base, f"Patient?{search}") == 1


def test_a_conditional_create_that_finds_two_says_so(base: str) -> None:
    body = MADE["patient"].replace(b"keyed-id", b"twice")
    for _ in range(2):
        assert ask(base, "/Patient", body).status == 201

    assert ask(base, "/Patient", body, If_None_Exist=if_none_exist(SYSTEM, "twice")).status == 412


def test_every_shape_is_made_once_however_often_it_is_sent(
    base: str, place: dict[str, str]
) -> None:
    entries = []
    for example, (outgoing, shape) in EXAMPLES.items():
        if outgoing.members or outgoing.derived or shape.clock:
            continue  # they refer to Observations; see below
        body = _at(place, example, example)
        entries.append(Entry(body, "Observation", if_none_exist(shape.identifier_system, example)))
    bundle = batch_bundle(entries)
    first, again = ask(base, "", bundle).body, ask(base, "", bundle).body

    assert {one["response"]["status"][:3] for one in first["entry"]} == {"201"}
    assert {one["response"]["status"][:3] for one in again["entry"]} == {"200"}
    assert total(base, f"Observation?patient={place['subject']}") == len(entries)
    for search, examples in {
        f"code={token('http://loinc.org', '85354-9')}": "components",
        f"date=ge{DAY}&date=le2026-11-22": "quantity-instant",
        "category=vital-signs": "quantity-instant",
        "status=amended": "quantity-amended",
        "status=entered-in-error": "quantity-entered-in-error",
        "_security=HTEST": "quantity-simulated",
    }.items():
        found = ask(base, f"/Observation?patient={place['subject']}&{search}&_count=500").body
        named = {one["resource"]["identifier"][0]["value"] for one in found["entry"]}
        assert examples in named, search
    assert total(base, f"Observation?patient={place['subject']}&date=gt2027-01-01") == 0


def test_digits_and_samples_come_back_as_they_went(base: str, place: dict[str, str]) -> None:
    for example, told in {"quantity-digits": b"36.60", "samples": b"12 -7 0 311 1024 -2"}.items():
        made = ask(base, "/Observation", _at(place, example, f"back-{example}")).body
        read = ask(base, f"/Observation/{made['id']}").body
        value = read.get("valueQuantity", {}).get("value") or read["valueSampledData"]["data"]
        assert str(value).rstrip("0") == told.decode().rstrip("0")


def test_a_group_refers_to_its_members(base: str, place: dict[str, str]) -> None:
    bodies = [_at(place, "quantity-instant", f"member-{number}") for number in range(2)]
    members = [f"Observation/{ask(base, '/Observation', body).body['id']}" for body in bodies]
    group = ask(base, "/Observation", _at(place, "group", "group", members=[members]))

    assert group.status == 201
    assert [one["reference"] for one in group.body["hasMember"]] == members
    assert total(base, f"Observation?has-member={members[0]}") == 1


def test_a_corrected_reading_replaces_the_first(base: str, place: dict[str, str]) -> None:
    sent = ask(base, "/Observation", _at(place, "quantity-instant", "to-correct")).body
    amended = _at(place, "quantity-instant", "to-correct", values=[74], status="amended")
    bundle = batch_bundle(
        [Entry(with_id(amended, sent["id"]), f"Observation/{sent['id']}", method="PUT")]
    )
    answer = ask(base, "", bundle)
    now = ask(base, f"/Observation/{sent['id']}").body

    assert answer.body["entry"][0]["response"]["status"][:3] == "200"
    assert (now["status"], now["valueQuantity"]["value"]) == ("amended", 74)
    assert now["meta"]["versionId"] != sent["meta"]["versionId"]
    search = f"Observation?identifier={token('https://gateway.example/readings', 'to-correct')}"
    assert total(base, search) == 1


def test_a_version_that_somebody_changed_is_not_replaced(base: str, place: dict[str, str]) -> None:
    """Of a batch, only that entry is refused; what was refused stands as somebody left it."""
    entries = []
    for id_ in ("changed-there", "as-it-was"):
        made = ask(base, "/Observation", _at(place, "quantity-instant", id_))
        corrected = _at(place, "quantity-instant", id_, values=[74], status="amended")
        at, seen = f"Observation/{made.body['id']}", made.headers["etag"]
        assert seen == if_match(made.body["meta"]["versionId"])
        if id_ == "changed-there":
            noted = made.body | {"note": [{"text": "Seen on the ward."}]}
            assert ask(base, f"/{at}", json.dumps(noted).encode(), "PUT").status == 200
        body = with_id(corrected, made.body["id"])
        entries.append(Entry(body, at, method="PUT", if_match=seen))
    changed, untouched = (one.url for one in entries)
    answer = ask(base, "", batch_bundle(entries))
    alone = ask(base, f"/{changed}", entries[0].body, "PUT", If_Match=entries[0].if_match)

    said = [one["response"] for one in answer.body["entry"]]
    assert int(said[0]["status"][:3]) in OTHER_VERSION
    assert alone.status in OTHER_VERSION
    assert (said[1]["status"][:3], version_in(said[1]["etag"])) == ("200", "2")
    assert ask(base, f"/{changed}").body["note"] == [{"text": "Seen on the ward."}]
    assert ask(base, f"/{untouched}").body["status"] == "amended"


def test_a_reading_taken_back_stays_as_entered_in_error(base: str, place: dict[str, str]) -> None:
    sent = ask(base, "/Observation", _at(place, "quantity-instant", "taken-back")).body
    gone = _at(
        place, "quantity-instant", "taken-back", values=["absent:error"], status="entered-in-error"
    )
    ask(base, f"/Observation/{sent['id']}", with_id(gone, sent["id"]), "PUT")
    now = ask(base, f"/Observation/{sent['id']}").body

    assert now["status"] == "entered-in-error"
    assert "valueQuantity" not in now
    assert ask(base, f"/Observation/{sent['id']}/_history").body["total"] == 2


def test_a_consent_is_made_and_withdrawn_but_never_deleted(
    base: str, place: dict[str, str]
) -> None:
    made = ask(base, "/Consent", _elsewhere("consent", place)).body
    active = f"Consent?patient={place['subject']}&status=active"
    before = total(base, active)
    withdrawn = with_id(_elsewhere("consent-withdrawn", place), made["id"])
    answer = ask(base, f"/Consent/{made['id']}", withdrawn, "PUT")

    assert before == 1
    assert (answer.status, answer.body["status"]) == (200, "inactive")
    assert total(base, active) == 0
    assert total(base, f"Consent?patient={place['subject']}") == 1


def test_a_provenance_is_found_by_what_it_is_about(base: str, place: dict[str, str]) -> None:
    sent = ask(base, "/Observation", _at(place, "quantity-instant", "provenance")).body
    target = f"Observation/{sent['id']}"
    body = _elsewhere("provenance", place, Observation_1=target, Observation_2=target)
    search = f"target={quote(target, safe='')}"
    first = ask(base, "/Provenance", body, If_None_Exist=search)
    again = ask(base, "/Provenance", body, If_None_Exist=search)

    assert (first.status, again.status) == (201, 200)
    assert total(base, f"Provenance?target={target}") == 1


def test_provenances_of_the_same_thing_are_told_apart_by_their_moment(
    base: str, place: dict[str, str]
) -> None:
    sent = ask(base, "/Observation", _at(place, "quantity-instant", "moments")).body
    target = f"Observation/{sent['id']}"
    made = []
    for moment in ("2026-11-21T23:40:15.250Z", "2026-11-21T23:40:16.250Z") * 2:
        body = _elsewhere("provenance-of-corrections", place, Observation_1=target)
        body = body.replace(b"2026-11-21T23:40:15.250Z", moment.encode())
        search = f"target={quote(target, safe='')}&recorded={quote(moment, safe='')}"
        made.append(ask(base, "/Provenance", body, If_None_Exist=search).status)

    assert made == [201, 201, 200, 200]


@pytest.mark.parametrize(
    "resource", ["audit-event", "related-person", "device-metric", "clock", "clock-masked"]
)
def test_the_other_resources_are_taken(base: str, place: dict[str, str], resource: str) -> None:
    body = _elsewhere(resource, place)

    assert ask(base, f"/{json.loads(body)['resourceType']}", body).status == 201


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: one.says)
def test_servers_differ_as_it_is_written_down(base: str, name: str, difference: Difference) -> None:
    expected = difference.hapi if name == "HAPI" else difference.sekmet

    assert difference.seen(base) == expected


async def test_a_metric_is_made_once_where_the_server_can_look_for_it(
    base: str, name: str, tmp_path: Path
) -> None:
    async with SharingHome(tmp_path, timeout=60) as home:  # a server that has just started is slow
        clinic = home.add_recipient(base, profiles=(systems.PHD_METRIC,))
        home.grant(clinic, "pulse_rate")
        for _round in range(2):
            home.take_in(3, start=home.now, kind="pulse_rate")
            home.now += 200_000
            assert (await home.upload()).sent == 3
        (where,) = [
            row[0]
            for row in home.db.execute(
                "SELECT reference FROM remote WHERE what LIKE 'metric:%'"
            ).fetchall()
        ]
    if name == "HAPI":
        metric = ask(base, f"/{where}").body
        assert metric["type"]["coding"][0]["code"] == "149530"
        assert total(base, f"DeviceMetric?source={metric['source']['reference']}") == 1
    else:
        assert where == "-"


async def test_a_look_at_a_clock_is_found_by_the_reading_that_it_set_right(
    base: str, tmp_path: Path
) -> None:
    async with SharingHome(tmp_path, timeout=60) as home:  # a server that has just started is slow
        clinic = home.add_recipient(base, profiles=(systems.PHD_COINCIDENT,))
        home.grant(clinic, "pulse_rate")
        for _round in range(2):
            look = ClockLook(NOON, -95_000)
            quality = Quality.CLOCK_CORRECTED
            home.take_in(2, start=home.now, kind="pulse_rate", flags=quality, look=look)
            home.now += 200_000
            assert (await home.upload()).sent == 2
        patient = home.recipients.get(clinic.key).patient
    readings = ask(base, f"/Observation?patient={patient}&_count=100").body["entry"]
    said = [
        one["valueReference"]["reference"]
        for entry in readings
        for one in entry["resource"]["extension"]
        if one["url"] == systems.COINCIDENT_REFERENCE
    ]
    made = ask(base, f"/{said[0]}").body
    named = made["identifier"][0]

    assert len(said) == len(readings) == 4
    assert len(set(said)) == 1
    assert made["valueDateTime"] < made["effectiveDateTime"]
    assert total(base, f"Observation?identifier={token(named['system'], named['value'])}") == 1


async def test_a_home_shares_with_it_from_first_to_last(base: str, tmp_path: Path) -> None:
    async with SharingHome(tmp_path, timeout=60) as home:  # a server that has just started is slow
        clinic = home.add_recipient(base)
        home.grant(clinic)
        home.take_in(60)
        home.now += 200_000
        report = await home.upload()
        patient = home.recipients.get(clinic.key).patient
        again = await home.upload()
        made = [row[0] for row in home.db.execute("SELECT provenance FROM batch").fetchall()]

    assert (report.sent, report.waiting, report.rejected, again.sent) == (60, 0, 0, 0)
    assert total(base, f"Observation?patient={patient}") == 60
    assert [len(ask(base, f"/{one}").body["target"]) for one in made] == [50, 10]
