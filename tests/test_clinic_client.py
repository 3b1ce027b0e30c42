"""The viewer's only connection: what it follows, what it refuses, how it says so."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer, unused_port

from gateway.clinic.errors import FhirNotFound, FhirRefused, FhirUnreachable
from gateway.clinic.fhir_client import FhirClient
from gateway.clinic.observations import instant, observed
from gateway.clinic.serve import serving
from gateway.clinic.summary import frame_of, measurement
from tests.fakes_clinic import HEART_RATE, observation
from tests.fakes_web import NOW, OSLO

Page = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def server(page: Page) -> AsyncIterator[BaseTestServer]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", page)
    async with TestServer(app) as started:
        yield started


def bundle(*names: str, following: str = "") -> web.Response:
    entry = [{"resource": {"resourceType": "Patient", "id": name}} for name in names]
    link = [{"relation": "next", "url": following}] if following else []
    return web.json_response({"resourceType": "Bundle", "entry": entry, "link": link})


async def test_next_links_are_asked_at_our_own_server_whatever_host_they_name() -> None:
    asked: list[str] = []

    async def page(request: web.Request) -> web.StreamResponse:
        asked.append(request.path_qs)
        if "page" in request.query:
            return bundle("b")
        return bundle("a", following="https://elsewhere.example/fhir/Patient?page=2")

    async with server(page) as there, FhirClient(str(there.make_url("/fhir"))) as fhir:
        found = await fhir.search("Patient", [], at_most=100)
        assert [one["id"] for one in found.resources] == ["a", "b"]
        assert found.complete
        assert asked == ["/fhir/Patient", "/fhir/Patient?page=2"]


@pytest.mark.parametrize(
    "following",
    ["http://elsewhere.example/other/Patient?page=2", "/secrets", "file:///etc/passwd"],
)
async def test_a_link_out_of_the_base_is_not_followed(following: str) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        assert request.path == "/fhir/Patient"
        return bundle("a", following=following)

    async with server(page) as there, FhirClient(str(there.make_url("/fhir"))) as fhir:
        found = await fhir.search("Patient", [], at_most=100)
        assert len(found.resources) == 1


async def test_pages_end_where_enough_was_read_and_circles_are_left() -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        n = int(request.query.get("n", "0"))
        return bundle(*(f"p{n}-{i}" for i in range(10)), following=f"/fhir/Patient?n={(n + 1) % 5}")

    async with server(page) as there, FhirClient(str(there.make_url("/fhir"))) as fhir:
        some = await fhir.search("Patient", [], at_most=20)
        assert (len(some.resources), some.complete) == (20, False)
        assert some.further == "/fhir/Patient?n=2"
        rest = await fhir.search("Patient", [], at_most=10, further=some.further)
        assert rest.resources[0]["id"] == "p2-0"
        every = await fhir.search("Patient", [("n", "0")], at_most=1000)
        assert len(every.resources) == 50


async def test_no_redirect_is_followed_and_no_cookie_kept() -> None:
    seen: list[web.Request] = []

    async def page(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        answer = web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"})
        answer.set_cookie("track", "me")
        return answer

    async with server(page) as there, FhirClient(str(there.make_url("/fhir"))) as fhir:
        for _ in range(2):
            with pytest.raises(FhirRefused) as refused:
                await fhir.read("Patient/1")
            assert refused.value.status == 302
        assert len(seen) == 2
        assert all("Cookie" not in request.headers for request in seen)
        assert seen[0].headers["User-Agent"] == "health-gateway"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, "{}", FhirNotFound), (410, "{}", FhirNotFound), (401, "{}", FhirRefused),
        (500, "oops", FhirRefused), (200, "<html>", FhirRefused), (200, "[]", FhirRefused),
        (200, "{}", FhirRefused),
    ],
)  # fmt: skip
async def test_every_answer_that_is_no_resource_is_said_in_words(
    status: int, body: str, error: type[FhirRefused]
) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body, content_type="application/fhir+json")

    async with server(page) as there, FhirClient(str(there.make_url("/fhir"))) as fhir:
        with pytest.raises(error) as refused:
            await fhir.read("Patient/1")
        assert refused.value.next_step.endswith(".")


async def test_a_server_that_hangs_or_is_not_there_is_said_in_words() -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        return bundle()

    async with (
        server(page) as there,
        FhirClient(str(there.make_url("/fhir")), timeout=0.1) as fhir,
    ):
        with pytest.raises(FhirUnreachable):
            await fhir.read("Patient/1")
    async with (
        serving(f"http://127.0.0.1:{unused_port()}/fhir") as address,
        aiohttp.ClientSession() as session,  # noqa: TID251  # stands for the browser
        session.get(f"{address}patients") as answer,
    ):
        assert answer.status == 502
        assert "The FHIR server does not answer." in await answer.text()


@pytest.mark.parametrize("reference", ["Patient/../x", "Patient/", "x", "Patient/a/b", "Pa%2/x"])
async def test_a_reference_cannot_leave_its_place(reference: str) -> None:
    async with FhirClient("http://127.0.0.1:9/fhir") as fhir:
        with pytest.raises(FhirNotFound):
            await fhir.read(reference)


@pytest.mark.parametrize("base", ["ftp://x/fhir", "fhir", "http:///x", "http://x/fhir?y=1"])
def test_a_base_that_is_no_server_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="http"):
        FhirClient(base)


async def test_a_server_without_code_not_is_read_all_the_same() -> None:
    """Every search answers with everything, as a server does that ignores `code:not`."""
    from gateway.clinic.chart_room import ChartRoom

    rows = [
        {**observation("1", (code, code), NOW - n * 1000, "7", "/min"), "id": str(n)}
        for n, code in enumerate(["A", "B", "A", "C"])
    ]

    async def page(request: web.Request) -> web.StreamResponse:
        entry = [{"resource": row} for row in rows]
        return web.json_response({"resourceType": "Bundle", "entry": entry})

    async with server(page) as there, FhirClient(str(there.make_url("/fhir"))) as fhir:
        newest = await ChartRoom(fhir, OSLO).newest_of_each("1")
        assert [one.code.title for one in newest] == ["A", "B", "C"]


def test_digits_survive() -> None:
    text = json.dumps(observation("1", HEART_RATE, NOW, "1", "kg")).replace(
        '"value": 1,', '"value": 71.40,'
    )
    reading = observed(json.loads(text, parse_float=Decimal))
    assert reading is not None
    assert reading.parts[0].text == "71.40"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T00:00:01Z", 1000), ("1970-01-01T01:00:00.250+01:00", 250),
        ("1970-01-02", 86_400_000), ("1970-02", 31 * 86_400_000), ("1971", 365 * 86_400_000),
        ("soon", None),
    ],
)  # fmt: skip
def test_fhir_times_of_every_precision(text: str, at: int | None) -> None:
    assert instant(text) == at


def test_what_was_entered_in_error_is_not_shown() -> None:
    wrong = {**observation("1", HEART_RATE, NOW, "7", "/min"), "status": "entered-in-error"}
    assert observed(wrong) is None
    assert observed({"resourceType": "Observation", "code": {}}) is None


def test_no_value_is_said_with_its_reason() -> None:
    bare = observation("1", HEART_RATE, NOW, "7", "/min")
    del bare["valueQuantity"]
    bare["dataAbsentReason"] = {"coding": [{"code": "error", "display": "Error"}]}
    reading = observed(bare)
    assert reading is not None
    assert reading.parts[0].text == "no value (Error)"
    frame = frame_of(7, NOW)
    summed = measurement(reading, [reading], frame, complete=True, zone=OSLO)
    assert summed.ranges == []
    assert summed.drawing.empty
