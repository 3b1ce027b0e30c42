"""The clinician's viewer, over a FHIR server that nobody here wrote."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from gateway.clinic.serve import serving
from gateway.htmlkit.guard import HEADERS
from tests.fakes_clinic import (
    DAY,
    HEART_RATE,
    HOUR,
    MINUTE,
    PRESSURE,
    WEIGHT,
    Server,
    a_week,
    observation,
    running,
)
from tests.web_visitor import Answer

pytestmark = pytest.mark.server


@dataclass
class Clinic:
    """A clinician's browser."""

    address: str
    session: aiohttp.ClientSession  # noqa: TID251  # stands for the browser
    server: Server

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        async with self.session.get(self.address.rstrip("/") + path, headers=headers) as answer:
            return Answer(answer.status, await answer.text(), answer.headers, str(answer.url))


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with (
        running(tmp_path) as server,
        serving(server.base) as address,
        aiohttp.ClientSession() as session,  # noqa: TID251  # stands for the browser
    ):
        yield Clinic(address, session, server)


def now() -> int:
    return time.time_ns() // 1_000_000


async def test_the_viewer_tells_the_story_of_a_patient(clinic: Clinic) -> None:
    """One long walk: the server costs some seconds to start."""
    empty = await clinic.get("/patients")
    assert "No patients yet" in empty.words

    moment = now()
    patient = await a_week(clinic.server, moment)
    for n in range(25):
        await clinic.server.patient("Lindqvist", f"Bo{n}", f"MRN-3{n:03}")

    first = await clinic.get("/patients")
    assert first.text.count('href="/patients/') == 20
    assert "More patients" in first.words
    further = first.text.partition('href="/patients?')[2].partition('"')[0].replace("&amp;", "&")
    second = await clinic.get(f"/patients?{further}")
    assert second.text.count('href="/patients/') == 6
    assert "More patients" not in second.words

    assert "Ada Okafor" in (await clinic.get("/patients?q=okafor")).words
    assert "Ada Okafor" in (await clinic.get("/patients?q=MRN-2041")).words
    assert "Nobody found" in (await clinic.get("/patients?q=nobody%20at%20all")).words

    page = await clinic.get(f"/patients/{patient}")
    for told in ("Heart rate", "Blood pressure", "Body weight", "born 1958-03-14", "MRN-2041"):
        assert told in page.words, told
    assert "Polar H10 (5.0.0)" in page.words
    assert "Patient supplied" in page.words
    assert "none in" in page.words
    assert "1 reading on 1 of 7 days" in page.words

    assert "Oxygen saturation" not in page.words
    assert "test data, which is hidden" in page.words
    tested = await clinic.get(f"/patients/{patient}?days=7&test=1")
    assert "Test data is shown." in tested.words
    assert "Oxygen saturation" in tested.words

    code = f"http%3A%2F%2Floinc.org%7C{HEART_RATE[0]}"
    trend = await clinic.get(f"/patients/{patient}/measurement?code={code}&days=30")
    assert "Time without readings" in trend.words
    assert 'role="img"' in trend.text
    assert "<table>" in trend.text
    assert "Single readings" in trend.words

    link = trend.text.partition("/reading/")[2].partition('"')[0]
    reading = await clinic.get(f"/patients/{patient}/reading/{link}")
    assert "As sent" in reading.words
    assert "Polar H10" in reading.words
    assert "the patient" in reading.words
    assert "no provenance record" in reading.words
    assert "&#34;resourceType&#34;: &#34;Observation&#34;" in reading.text
    provenance = {
        "resourceType": "Provenance",
        "target": [{"reference": f"Observation/{link}"}],
        "recorded": "2026-11-21T10:00:00Z",
        "policy": ["urn:uuid:6c6f7665-0000-4000-8000-000000000001"],
        "agent": [{"who": {"display": "Health gateway at home"}}],
    }
    await clinic.server.create(provenance)
    reading = await clinic.get(f"/patients/{patient}/reading/{link}")
    assert "Health gateway at home" in reading.words
    assert "urn:uuid:6c6f7665" in reading.words

    other = await clinic.server.patient("Else", "Somebody", "MRN-9")
    assert (await clinic.get(f"/patients/{other}/reading/{link}")).status == 404
    assert "No readings" in (await clinic.get(f"/patients/{other}")).words
    assert (await clinic.get("/patients/not-there")).status == 404
    assert (await clinic.get("/patients/..%2Fmetadata")).status == 404

    weight = observation(other, WEIGHT, moment - 40 * DAY, "68.2", "kg", note="<b>& so on</b>")
    await clinic.server.create_all([weight])
    words = (await clinic.get(f"/patients/{other}")).words
    assert "68.2" in words
    assert "No readings in the last 7 days." in words
    page = await clinic.get(
        f"/patients/{other}/measurement?code=http%3A%2F%2Floinc.org%7C{WEIGHT[0]}&days=90"
    )
    assert "&lt;b&gt;&amp; so on" in page.text

    # More readings than one page of the server, whose own idea of its address is wrong.
    many = [
        observation(other, HEART_RATE, moment - HOUR - n * MINUTE // 4, "70", "/min")
        for n in range(1200)
    ]
    for begin in range(0, len(many), 400):
        await clinic.server.create_all(many[begin : begin + 400])
    words = (await clinic.get(f"/patients/{other}")).words
    assert "1,200 readings" in words


async def test_only_its_own_names_are_answered_with_strict_headers(clinic: Clinic) -> None:
    port = int(clinic.address.rstrip("/").rpartition(":")[2])
    assert (await clinic.get("/patients", {"Host": f"evil.example:{port}"})).status == 421
    answer = await clinic.get("/patients", {"Host": f"localhost:{port}"})
    assert answer.status == 200
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Server" not in answer.headers
    assert "Set-Cookie" not in answer.headers


async def test_a_pressure_is_read_with_and_without_its_mean(clinic: Clinic) -> None:
    patient = await clinic.server.patient("Berg", "Kari", "77")
    systolic, diastolic, mean = ("8480-6", "Systolic"), ("8462-4", "Diastolic"), ("8478-0", "Mean")
    both = ((*systolic, "120"), (*diastolic, "80"))
    at, unit = now() - HOUR, "mm[Hg]"
    made = [
        observation(patient, PRESSURE, at - HOUR, "0", unit, parts=both),
        observation(patient, PRESSURE, at, "0", unit, parts=(*both, (*mean, "93"))),
    ]
    await clinic.server.create_all(made)
    page = await clinic.get(f"/patients/{patient}")
    assert page.status == 200
    assert "120/80mmHgMean93" in unescape(page.words).replace(" ", "")
    link = unescape(page.text).partition(f'href="/patients/{patient}/measurement')[2]
    rows = await clinic.get(f"/patients/{patient}/measurement{link.partition(chr(34))[0]}")
    assert "Systolic 120 mmHg, Diastolic 80 mmHg, Mean 93 mmHg" in rows.words
    assert "Systolic 120 mmHg, Diastolic 80 mmHg " in rows.words
