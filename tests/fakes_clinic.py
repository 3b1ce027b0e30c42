"""A FHIR server that nobody here wrote (sekmet-fhir), started on loopback and filled by hand."""

from __future__ import annotations

import asyncio
import json
import math
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import unused_port

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SECURITY = {
    "PATAST": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "HTEST": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
}
HEART_RATE = ("8867-4", "Heart rate")
WEIGHT = ("29463-7", "Body weight")
PRESSURE = ("85354-9", "Blood pressure panel")


def iso(at: int) -> str:
    from gateway.htmlkit.words import iso as written

    return written(at)


def observation(
    patient: str,
    code: tuple[str, str],
    at: int,
    value: str,
    unit: str,
    *,
    device: str = "",
    labels: tuple[str, ...] = ("PATAST",),
    note: str = "",
    parts: tuple[tuple[str, str, str], ...] = (),
) -> dict[str, Any]:
    """A final Observation as a gateway would send it; numbers keep their digits."""
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "meta": {"security": [{"system": SECURITY[label], "code": label} for label in labels]},
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [_coding(code)], "text": code[1]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": iso(at),
    }
    if parts:
        made["component"] = [
            {"code": {"coding": [_coding((number, title))]}, "valueQuantity": _quantity(v, unit)}
            for number, title, v in parts
        ]
    else:
        made["valueQuantity"] = _quantity(value, unit)
    if device:
        made["device"] = {"reference": f"Device/{device}"}
    if note:
        made["note"] = [{"text": note}]
    return made


def _coding(code: tuple[str, str]) -> dict[str, str]:
    return {"system": "http://loinc.org", "code": code[0], "display": code[1]}


def _quantity(value: str, unit: str) -> dict[str, Any]:
    number = json.loads(value)
    return {"value": number, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


class Server:
    """The running server, as somebody who fills it sees it."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:  # noqa: TID251
        self.base = base
        self._session = session

    async def create(self, resource: dict[str, Any]) -> str:
        """Store one resource; gives its id."""
        async with self._session.post(
            f"{self.base}/{resource['resourceType']}", json=resource
        ) as a:
            made = await a.json(content_type=None)
            assert a.status == 201, made
            return str(made["id"])

    async def create_all(self, resources: list[dict[str, Any]]) -> None:
        """Store many at once."""
        entry = [
            {"resource": r, "request": {"method": "POST", "url": r["resourceType"]}}
            for r in resources
        ]
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": entry}
        async with self._session.post(self.base, json=bundle) as a:
            assert a.status == 200, await a.text()

    async def patient(self, family: str, given: str, number: str) -> str:
        """Store a patient."""
        name = {"use": "official", "family": family, "given": [given]}
        identifier = {"system": "urn:example:mrn", "value": number}
        return await self.create(
            {
                "resourceType": "Patient",
                "name": [name],
                "identifier": [identifier],
                "birthDate": "1958-03-14",
            }
        )

    async def strap(self) -> str:
        """Store a chest strap."""
        return await self.create(
            {
                "resourceType": "Device",
                "manufacturer": "Polar",
                "modelNumber": "H10",
                "deviceName": [{"name": "Polar H10", "type": "user-friendly-name"}],
                "version": [{"value": "5.0.0"}],
            }
        )


async def a_week(server: Server, now: int) -> str:
    """A patient with a week of readings, with nights missing; gives the patient's id."""
    patient = await server.patient("Okafor", "Ada", "MRN-2041")
    strap = await server.strap()
    rows = []
    for minutes in range(0, 7 * 24 * 60, 20):
        at = now - minutes * MINUTE - 90_000
        hour = (at // HOUR) % 24
        if hour < 6 or (at // DAY) % 5 == 2:
            continue
        rate = 66 + 9 * math.sin(minutes / 190) + 7 * math.sin(minutes / 37)
        rows.append(observation(patient, HEART_RATE, at, str(round(rate)), "/min", device=strap))
    for day in range(0, 30, 2):
        at = now - day * DAY - 5 * HOUR
        top, low = 128 + day % 7, 79 + day % 5
        parts = (("8480-6", "Systolic", str(top)), ("8462-4", "Diastolic", str(low)))
        rows.append(observation(patient, PRESSURE, at, "", "mm[Hg]", parts=parts))
    rows.append(
        observation(patient, WEIGHT, now - 3 * DAY, "71.40", "kg", note="Clothes on, shoes off")
    )
    rows.append(
        observation(
            patient, ("59408-5", "Oxygen saturation"), now - HOUR, "97", "%",
            labels=("PATAST", "HTEST"),
        )
    )  # fmt: skip
    for begin in range(0, len(rows), 200):
        await server.create_all(rows[begin : begin + 200])
    return patient


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Server]:
    """Start sekmet-fhir in a folder, on a free port, and stop it again.

    Its own base address is left wrong on purpose: so are those of many servers behind a proxy,
    and the viewer must follow `next` links all the same.
    """
    port = unused_port()
    command = Path(sys.executable).with_name("sekmet")
    process = await asyncio.create_subprocess_exec(
        str(command), "serve", "--host", "127.0.0.1", "--port", str(port),
        cwd=folder, env={**os.environ, "SEKMET_DB": str(folder / "fhir.db")},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}/fhir"
    try:
        # A raw client: the tests fill the server the way any sender would.
        async with aiohttp.ClientSession() as session:  # noqa: TID251
            async with asyncio.timeout(60):
                while True:
                    try:
                        async with session.get(f"{base}/metadata") as answer:
                            if answer.status == 200:
                                break
                    except aiohttp.ClientError:
                        await asyncio.sleep(0.1)
            yield Server(base, session)
    finally:
        process.terminate()
        await process.wait()
