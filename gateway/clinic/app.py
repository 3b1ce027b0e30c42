"""The clinician's viewer: pages over one FHIR R4 server, read only, on this machine only.

It knows nothing of the gateway: what the server has is what it shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from aiohttp import web
from babel.dates import get_timezone

from gateway.clinic.chart_room import DETAIL_READINGS, ChartRoom
from gateway.clinic.errors import FhirNotFound, FhirProblem
from gateway.clinic.fhir_client import FhirClient
from gateway.clinic.summary import STEPS
from gateway.htmlkit.guard import (
    AllowedHosts,
    Handler,
    in_their_language,
    only_for,
    strict_headers,
)
from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.pages import BrowserFiles, Templates

_HERE = Path(__file__).parent
_ROWS = 200


def _clock() -> int:
    return time.time_ns() // 1_000_000


def _digits(number: object) -> orjson.Fragment:
    """A Decimal with the digits that the server sent."""
    return orjson.Fragment(str(number))


class ClinicPages:
    """One method a page."""

    def __init__(
        self, room: ChartRoom, base: str, templates: Templates, now: Callable[[], int]
    ) -> None:
        self._room, self._base, self._templates, self._now = room, base, templates, now

    def _page(self, name: str, *, status: int = 200, **values: Any) -> web.Response:
        common = {"now": self._now(), "zone": self._room.zone, "base": self._base}
        return self._templates.page(name, status=status, **common, **values)

    def problem(self, problem: FhirProblem) -> web.Response:
        """What a clinician sees instead of a page."""
        status = 404 if isinstance(problem, FhirNotFound) else 502
        return self._page("problem.html", status=status, problem=problem)

    async def home(self, request: web.Request) -> web.StreamResponse:
        """Go to the list."""
        raise web.HTTPSeeOther("/patients")

    async def patients(self, request: web.Request) -> web.Response:
        """The patients of the server, searched by name or identifier."""
        asked = request.query.get("q", "").strip()[:100]
        rows, found = await self._room.patients(asked, request.query.get("further", ""))
        further = urlencode({"q": asked, "further": found.further}) if found.further else ""
        return self._page("patients.html", rows=rows, asked=asked, further=further)

    async def patient(self, request: web.Request) -> web.Response:
        """Every measurement of a patient."""
        key, (days, test) = request.match_info["patient"], _choice(request.query)
        patient = await self._room.patient(key)
        measurements, hidden = await self._room.overview(key, days, self._now(), test=test)
        devices = await self._room.devices([m.devices[0] for m in measurements if m.devices])
        return self._page(
            "patient.html",
            patient=patient,
            measurements=measurements,
            hidden=hidden,
            devices=devices,
            **_links(days, test),
        )

    async def measurement(self, request: web.Request) -> web.Response:
        """One measurement: its trend and its single readings."""
        key, (days, test) = request.match_info["patient"], _choice(request.query)
        token = request.query.get("code", "")
        patient = await self._room.patient(key)
        shown = await self._room.measurement(
            key, token, days, self._now(), at_most=DETAIL_READINGS, test=test
        )
        if shown is None:
            raise FhirNotFound(
                _("There is no such measurement for this patient."),
                _("Go back to the patient; test data may be hidden there."),
                404,
            )
        devices = await self._room.devices(shown.devices)
        return self._page(
            "measurement.html",
            patient=patient,
            shown=shown,
            devices=devices,
            rows=shown.readings[:_ROWS],
            **_links(days, test, token),
        )

    async def reading(self, request: web.Request) -> web.Response:
        """One observation as it is stored, with where it came from."""
        key = request.match_info["patient"]
        patient = await self._room.patient(key)
        resource, reading = await self._room.observation(request.match_info["observation"])
        if str(resource.get("subject", {}).get("reference", "")) != f"Patient/{key}":
            raise FhirNotFound(_("This record does not exist."), _("Go back to the list."), 404)
        raw = orjson.dumps(resource, default=_digits, option=orjson.OPT_INDENT_2).decode()
        return self._page(
            "reading.html",
            patient=patient,
            reading=reading,
            device=await self._room.device(reading.device) or reading.device_name,
            provenance=await self._room.provenance(reading.id),
            raw=raw,
        )


def _choice(query: Mapping[str, str]) -> tuple[int, bool]:
    days = query.get("days", "")
    return (int(days) if days in {str(d) for d in STEPS} else 7), query.get("test") == "1"


def _links(days: int, test: bool, token: str = "") -> dict[str, Any]:
    """The chosen days and test data, and the query of a link with one of them changed."""

    def link(days: int = days, test: bool = test, code: str = token) -> str:
        chosen = [("code", code)] if code else []
        return urlencode([*chosen, ("days", str(days)), *([("test", "1")] if test else [])])

    return {"days": days, "test": test, "link": link, "choices": list(STEPS)}


def make_app(
    fhir: FhirClient,
    hosts: AllowedHosts,
    *,
    zone: tzinfo | None = None,
    now: Callable[[], int] = _clock,
) -> web.Application:
    """Build the viewer.

    Args:
        fhir: an opened client.
        hosts: what may stand in `Host`; filled once the server listens.
        zone: in which times are shown; this computer's by default.
        now: the clock.
    """
    templates = Templates(_HERE / "templates")
    pages = ClinicPages(ChartRoom(fhir, zone or get_timezone()), fhir.base, templates, now)

    @web.middleware
    async def say_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except* FhirProblem as problems:
            first: BaseException = problems
            while isinstance(first, BaseExceptionGroup):
                first = first.exceptions[0]
            problem = first if isinstance(first, FhirProblem) else None
        if problem is None:
            raise web.HTTPInternalServerError
        return pages.problem(problem)

    app = web.Application(
        middlewares=[only_for(hosts), in_their_language, say_problems], client_max_size=0
    )
    app.on_response_prepare.append(strict_headers)
    app.router.add_get("/", pages.home)
    app.router.add_get("/patients", pages.patients)
    app.router.add_get("/patients/{patient}", pages.patient)
    app.router.add_get("/patients/{patient}/measurement", pages.measurement)
    app.router.add_get("/patients/{patient}/reading/{observation}", pages.reading)
    app.router.add_get("/static/{name}", BrowserFiles().answer)
    return app
