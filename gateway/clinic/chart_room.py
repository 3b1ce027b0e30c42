"""What the viewer asks of the FHIR server, in a clinician's words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from gateway.clinic.errors import FhirNotFound, FhirProblem
from gateway.clinic.fhir_client import FhirClient, Found, Resource
from gateway.clinic.observations import Observed, observed
from gateway.clinic.summary import Measurement, frame_of, measurement
from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.words import iso

_PAGE = 20
_MOST_KINDS = 60
_FALLBACK_READINGS = 1_000
OVERVIEW_READINGS, DETAIL_READINGS = 2_000, 10_000
"""How many readings a measurement may cost on the overview and on its own page."""


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient in the list."""

    id: str
    name: str
    identifiers: Sequence[str]
    born: str
    gender: str


def patient_row(resource: Resource) -> PatientRow:
    """Name, identifiers and birth date of a Patient; a patient without a name is called so."""
    names = resource.get("name", ())
    name = next((n for n in names if n.get("use") == "official"), names[0] if names else {})
    spoken = name.get("text") or " ".join((*name.get("given", ()), name.get("family", ""))).strip()
    return PatientRow(
        str(resource.get("id", "")),
        str(spoken or _("No name given")),
        [str(i["value"]) for i in resource.get("identifier", ()) if i.get("value")],
        str(resource.get("birthDate", "")),
        str(resource.get("gender", "")),
    )


class ChartRoom:
    """Patients and their measurements, as one server has them."""

    def __init__(self, fhir: FhirClient, zone: tzinfo) -> None:
        self._fhir = fhir
        self.zone = zone

    async def patients(self, asked: str, further: str) -> tuple[Sequence[PatientRow], Found]:
        """One page of the list.

        Args:
            asked: part of a name, or a whole identifier; "" for everybody.
            further: where the page before ended.
        """
        count = ("_count", str(_PAGE))
        query = [("name", asked), count] if asked else [count]
        found = await self._fhir.search("Patient", query, at_most=_PAGE, further=further)
        if asked and not further and not found.resources:
            query = [("identifier", asked), count]
            found = await self._fhir.search("Patient", query, at_most=_PAGE)
        return [patient_row(resource) for resource in found.resources], found

    async def patient(self, key: str) -> PatientRow:
        """One patient; raises `FhirNotFound`."""
        return patient_row(await self._fhir.read(f"Patient/{key}"))

    async def newest_of_each(self, patient: str) -> list[Observed]:
        """The newest observation of each measurement that this patient has.

        Asks for the newest one whose code is none of those seen so far (`code:not`), so a stream
        of millions hides nothing. A server without that modifier is asked for the newest thousand.
        """
        newest: dict[str, Observed] = {}
        base = [("patient", patient), ("_sort", "-date"), ("_count", "1")]
        try:
            while len(newest) < _MOST_KINDS:
                query = [*base, *(("code:not", token) for token in newest)]
                found = await self._fhir.search("Observation", query, at_most=1)
                seen = observed(found.resources[0]) if found.resources else None
                if not found.resources:
                    return list(newest.values())
                if seen is None or not seen.code.token or seen.code.token in newest:
                    break
                newest[seen.code.token] = seen
        except FhirNotFound:
            raise
        except FhirProblem:
            if not newest:
                raise
        query = [*base[:2], ("_count", "200")]
        found = await self._fhir.search("Observation", query, at_most=_FALLBACK_READINGS)
        for resource in found.resources:
            reading = observed(resource)
            if reading is not None:
                newest.setdefault(reading.code.token, reading)
        return list(newest.values())

    async def measurement(
        self, patient: str, token: str, days: int, now: int, *, at_most: int, test: bool
    ) -> Measurement | None:
        """One measurement over the last days; None if there is nothing but hidden test data."""
        frame = frame_of(days, now)
        base = [("patient", patient), ("code", token), ("_sort", "-date")]
        window = [*base, ("date", f"ge{iso(frame.since)}"), ("_count", "500")]
        found = await self._fhir.search("Observation", window, at_most=at_most)
        readings = [r for r in map(observed, found.resources) if r and (test or not r.test)]
        readings = [r for r in readings if frame.since <= r.at < frame.until]
        latest = readings[0] if readings else await self._latest(base, test=test)
        if latest is None:
            return None
        return measurement(latest, readings, frame, complete=found.complete, zone=self.zone)

    async def _latest(self, query: list[tuple[str, str]], *, test: bool) -> Observed | None:
        found = await self._fhir.search("Observation", [*query, ("_count", "50")], at_most=50)
        readings = (observed(resource) for resource in found.resources)
        return next((r for r in readings if r is not None and (test or not r.test)), None)

    async def overview(
        self, patient: str, days: int, now: int, *, test: bool
    ) -> tuple[list[Measurement], bool]:
        """Every measurement over the last days, and whether test data was left out."""
        newest = await self.newest_of_each(patient)
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(
                    self.measurement(
                        patient, each.code.token, days, now, at_most=OVERVIEW_READINGS, test=test
                    )
                )
                for each in newest
            ]
        shown = [task.result() for task in asked]
        hidden = not test and any(reading.test for reading in newest)
        return sorted((m for m in shown if m), key=lambda m: m.code.title.lower()), hidden

    async def observation(self, key: str) -> tuple[Resource, Observed]:
        """One observation as it is stored; raises `FhirNotFound`."""
        resource = await self._fhir.read(f"Observation/{key}")
        reading = observed(resource)
        if reading is None:
            raise FhirNotFound(
                _("This reading was withdrawn by its sender."), _("Go back to the patient."), 404
            )
        return resource, reading

    async def provenance(self, key: str) -> Sequence[Resource]:
        """Where an observation came from, as far as the server was told."""
        query = [("target", f"Observation/{key}"), ("_count", "10")]
        try:
            return (await self._fhir.search("Provenance", query, at_most=10)).resources
        except FhirProblem:
            return ()

    async def device(self, reference: str) -> str:
        """A device in words: its name, maker, model and firmware; "" if the server has none."""
        if not reference.startswith("Device/"):
            return reference
        try:
            resource = await self._fhir.read(reference)
        except FhirProblem:
            return ""
        names = [str(name.get("name", "")) for name in resource.get("deviceName", ())]
        told = names[0] if names else ""
        if (model := str(resource.get("modelNumber", ""))) and model not in told:
            told = f"{told} {model}".strip()
        if (maker := str(resource.get("manufacturer", ""))) and maker not in told:
            told = f"{maker} {told}".strip()
        versions = [str(v.get("value", "")) for v in resource.get("version", ())]
        return f"{told} ({versions[0]})" if versions and versions[0] else told

    async def devices(self, references: Sequence[str]) -> dict[str, str]:
        """Several devices in words."""
        wanted = list(dict.fromkeys(references))
        told = await asyncio.gather(*(self.device(reference) for reference in wanted))
        return dict(zip(wanted, told, strict=True))
