"""Two FHIR servers that nobody here wrote, what is asked of them, and where they differ."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import (  # noqa: TID251  # a raw client: what is sent is what was rendered
    Request,
    urlopen,
)

from fhir_mappings.bundle import Entry, batch_bundle, if_none_exist
from scripts import sandbox_server
from scripts.judges import server as hapi_server
from tests.fhir_made import MADE, SYSTEM

SERVERS = {"sekmet-fhir": "sekmet-fhir 0.1.1 (SQLite)", "HAPI": "HAPI FHIR 8.4.0, JPA on H2"}
Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a server answered; ``body`` is {} where there was none."""

    status: int
    headers: Mapping[str, str]
    body: Json


@contextmanager
def running(name: str, home: Path) -> Iterator[str]:
    """The FHIR address of a server, for the length of a ``with``."""
    if name == "HAPI":
        with hapi_server.running(home) as base:
            yield base
    else:
        with sandbox_server.running(home) as sandbox:
            yield sandbox.base


def ask(
    base: str, path: str, body: bytes | None = None, method: str = "", **headers: str
) -> Answer:
    """One request; a refusal is an answer too. ``If_None_Exist`` names that header."""
    request = Request(  # noqa: S310  # loopback only, by the fixture
        f"{base}{path}",
        data=body,
        headers={"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
        | {key.replace("_", "-"): value for key, value in headers.items()},
        method=method or ("POST" if body else "GET"),
    )
    try:
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            told, status, found = answer.read(), answer.status, answer.headers
    except HTTPError as refused:
        told, status, found = refused.read(), refused.code, refused.headers
    named = {key.lower(): value for key, value in found.items()}
    return Answer(status, named, json.loads(told) if told else {})


def total(base: str, search: str) -> int:
    """How many resources a search finds."""
    joined = "&" if "?" in search else "?"
    return int(ask(base, f"/{search}{joined}_summary=count").body["total"])


def token(system: str, value: str) -> str:
    """A token of a search, encoded."""
    return quote(f"{system}|{value}", safe="")


@dataclass(frozen=True)
class Difference:
    """What one server does and the other does not; both by what was seen."""

    says: str
    seen: Callable[[str], str]
    sekmet: str
    hapi: str
    ours: str


def _half(base: str) -> str:
    broken = b'{"resourceType":"Observation","status":"done"}'
    bundle = batch_bundle([Entry(broken, "Observation"), Entry(MADE["patient"], "Patient")])
    answer = ask(base, "", bundle)
    if answer.status != 200:
        return f"{answer.status} for the whole batch"
    return ", ".join(one["response"]["status"][:3] for one in answer.body["entry"])


def _dangling(base: str) -> str:
    body = MADE["device-metric"].replace(b"Device/cuff", b"Device/nowhere-to-be-found")
    return str(ask(base, "/DeviceMetric", body).status)


def _unknown_parameter(base: str) -> str:
    return str(ask(base, "/Observation?nonsense=1&_summary=count").status)


def _by_no_device(base: str) -> str:
    found = ask(base, "/Observation?device=Device/nowhere&_summary=count").body
    return "looks" if found.get("total") == 0 else "finds all: the parameter is passed over"


def _the_same_again(base: str) -> str:
    made = ask(base, "/Patient", MADE["patient"]).body["id"]
    body = MADE["patient"].replace(b'"Patient",', f'"Patient","id":"{made}",'.encode(), 1)
    again = ask(base, f"/Patient/{made}", body, "PUT")
    return f"version {again.body['meta']['versionId']}"


def _metric_looked_for(base: str) -> str:
    device = ask(base, "/Device", MADE["device"]).body["id"]
    body = MADE["device-metric"].replace(b"Device/cuff", f"Device/{device}".encode())
    body = body.replace(b'"value":"m"', b'"value":"looked-for"')
    answer = ask(base, "/DeviceMetric", body, If_None_Exist=if_none_exist(SYSTEM, "looked-for"))
    return str(answer.status)


DIFFERENCES = (
    Difference(
        "a batch with one entry that cannot be read",
        _half,
        "400, 201",
        "400 for the whole batch",
        "a batch that is refused whole is halved until the one is alone",
    ),
    Difference(
        "a reference to what is not there",
        _dangling,
        "201",
        "400",
        "Patient and Devices are made first, and referred to by what the server called them",
    ),
    Difference(
        "a search parameter that does not exist",
        _unknown_parameter,
        "200",
        "400",
        "only parameters of R4 are used",
    ),
    Difference(
        "a search by a device of which there is none",
        _by_no_device,
        "finds all: the parameter is passed over",
        "looks",
        "what was sent is looked for by its identifier, never by its device",
    ),
    Difference(
        "a PUT of the very same content",
        _the_same_again,
        "version 2",
        "version 1",
        "the version that is to be replaced is named as the server told it, never counted",
    ),
    Difference(
        "a conditional create of a DeviceMetric",
        _metric_looked_for,
        "400",
        "201",
        "a DeviceMetric is asked for once; where it is not taken, readings go without it",
    ),
)
