"""A day on the whole road, with every local value marked, as a user's commands walk it."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection  # noqa: TID251  # a browser of the tests, on loopback
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from adapters.kinds import all_kinds
from gateway.app import House, open_house
from scripts.demo_house import Demo
from tests import canary
from tests.loopback_proxy import LoopbackProxy

SCENARIO = f"""
title = "A marked day"
seed = 7

[[device]]
id = "strap"
model = "heart-rate-strap"
address = "{canary.STRAP}"
name = "{canary.MARKED["advertised name"]}"
serial = "{canary.MARKED["serial number"]}"
rssi = {canary.RSSI}
rate_hz = 2.0

[[device]]
id = "breath"
model = "breath-monitor"
address = "{canary.MONITOR}"
name = "{canary.MARKED["monitor's name"]}"
serial = "{canary.MARKED["serial number"]}"
rssi = {canary.RSSI}
rate_hz = 0.5

[[device]]
id = "neighbour"
model = "wrist-tracker"
address = "{canary.NEIGHBOUR}"
name = "{canary.MARKED["neighbour's name"]}"
rssi = {canary.RSSI}
"""

_DEVICE = (
    "&lt;&lt;HKDevice: 0x66aaba640&gt;, name:{device name}, manufacturer:Apple Inc., model:Watch, "
    "hardware:Watch6,12, software:26.2, localIdentifier:{local identifier}&gt;"
).format(**canary.MARKED)

EXPORT = f"""<?xml version="1.0" encoding="UTF-8"?>
<HealthData locale="en_NZ">
 <ExportDate value="2026-03-15 09:00:00 +1345"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1985-04-01"/>
 <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="{canary.MARKED["watch name"]}"
  sourceVersion="26.2" device="{_DEVICE}" unit="count/min"
  creationDate="2026-03-14 07:20:01 +1345" startDate="2026-03-14 07:20:00 +1345"
  endDate="2026-03-14 07:20:00 +1345" value="61">
  <MetadataEntry key="HKTimeZone" value="{canary.MARKED["zone"]}"/>
  <MetadataEntry key="HKWeatherTemperature" value="{canary.MARKED["weather"]}"/>
  <MetadataEntry key="HomeNetwork" value="{canary.MARKED["wireless network"]}"/>
  <MetadataEntry key="HKExternalUUID" value="{canary.MARKED["account in metadata"]}"/>
 </Record>
 <Correlation type="HKCorrelationTypeIdentifierFood" sourceName="{canary.MARKED["source name"]}"
  startDate="2026-03-14 07:00:00 +1345" endDate="2026-03-14 07:00:00 +1345">
  <MetadataEntry key="HKFoodType" value="{canary.MARKED["what was eaten"]}"/>
  <Record type="HKQuantityTypeIdentifierDietaryEnergyConsumed" unit="kcal" value="250"
   sourceName="{canary.MARKED["source name"]}" startDate="2026-03-14 07:00:00 +1345"
   endDate="2026-03-14 07:00:00 +1345"/>
 </Correlation>
 <Record type="HKQuantityTypeIdentifierStepCount" sourceName="{canary.MARKED["source name"]}"
  unit="count" creationDate="2026-03-14 08:00:00 +1345" startDate="2026-03-14 07:00:00 +1345"
  endDate="2026-03-14 08:00:00 +1345" value="812"/>
 <Workout workoutActivityType="HKWorkoutActivityTypeWalking" duration="30" durationUnit="min"
  sourceName="{canary.MARKED["watch name"]}" device="{_DEVICE}"
  creationDate="2026-03-14 07:50:00 +1345" startDate="2026-03-14 07:17:00 +1345"
  endDate="2026-03-14 07:47:00 +1345">
  <MetadataEntry key="HKTimeZone" value="{canary.MARKED["zone"]}"/>
  <WorkoutActivity uuid="{canary.MARKED["part of a workout"]}"
   startDate="2026-03-14 07:17:00 +1345" endDate="2026-03-14 07:47:00 +1345"/>
  <WorkoutRoute sourceName="{canary.MARKED["watch name"]}"
   startDate="2026-03-14 07:17:00 +1345" endDate="2026-03-14 07:47:00 +1345">
   <FileReference path="/workout-routes/{canary.MARKED["route"]}.gpx"/>
  </WorkoutRoute>
 </Workout>
 <VisionPrescription type="Glasses" dateIssued="2026-03-14 07:17:00 +1345"
  brand="{canary.MARKED["brand of glasses"]}"><RightEye sphere="-1" sphereUnit="D"/>
 </VisionPrescription>
 <ClinicalRecord type="HKClinicalTypeIdentifierLabResultRecord" identifier="1"
  sourceName="{canary.MARKED["clinic's name"]}" sourceURL="https://clinic.invalid"
  fhirVersion="4.0.1" receivedDate="2026-03-14 07:17:00 +1345"
  resourceFilePath="/clinical-records/Observation-1.json"/>
</HealthData>
"""

ECG = f"""Name,{canary.MARKED["name in an electrocardiogram"]}
Date of Birth,"{canary.MARKED["birth date in an electrocardiogram"]}"
Recorded Date,2026-03-14 07:20:00 +1345
Classification,Sinus Rhythm
Symptoms,
Software Version,2.0
Device,"Watch6,12"
Sample Rate,512 hertz

Lead,Lead I
Unit,µV

12.5
-3.25
"""

ROUTE = f"""<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Apple Health Export" xmlns="http://www.topografix.com/GPX/1/1">
 <trk><name>{canary.MARKED["route"]}</name><trkseg>
  <trkpt lon="{canary.MARKED["longitude"]}" lat="{canary.MARKED["latitude"]}">
   <ele>{canary.MARKED["altitude"]}</ele><time>2026-03-13T17:32:00Z</time></trkpt>
 </trkseg></trk>
</gpx>
"""

PAGES = (
    "readings", "readings?span=day", "readings/heart_rate", "readings/breath_carbon_monoxide",
    "readings/step_count?day=2026-03-14", "readings/dietary_energy", "readings/ecg",
    "share", "sent", "stays", "exports",
)  # fmt: skip


@dataclass
class Walked:
    """What could be seen from outside of this house after the day.

    Attributes:
        requests: every byte of every request that reached the recipient.
        said: stdout, stderr and answers of every command but `stays` and `devices scan`.
        tables: every row of every table of `gateway.db`, by table.
        pages: the patient's pages, by path.
        here: how much is in `local.db`, and what: it must be there, or nothing was put to test.
    """

    requests: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    tables: dict[str, list[str]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    here: set[str] = field(default_factory=set)
    on_server: int = 0
    sent: int = 0
    held: dict[str, str] = field(default_factory=dict)


def write_export(folder: Path) -> Path:
    """The marked export, as a folder of a marked name in ``folder``."""
    folder = folder / canary.MARKED["file of an export"]
    routes = folder / "apple_health_export" / "workout-routes"
    routes.mkdir(parents=True)
    (routes.parent / "export.xml").write_text(EXPORT, encoding="utf-8")
    (routes / f"{canary.MARKED['route']}.gpx").write_text(ROUTE, encoding="utf-8")
    for name, text in (
        ("electrocardiograms/ecg_2026-03-14.csv", ECG),
        ("clinical-records/Observation-1.json", '{"resourceType": "Observation"}'),
    ):
        file = routes.parent / name
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
    return folder


def walk(folder: Path, seconds: float = 6.0) -> Walked:
    """Walk the road once, every shareable kind agreed to."""
    walked = asyncio.run(_walk(folder, seconds))
    for log in folder.glob("*.log"):
        walked.said.append(log.read_text(encoding="utf-8"))
    _look_inside(folder / "home", walked)
    return walked


async def _walk(folder: Path, seconds: float) -> Walked:
    walked = Walked()
    scenario = folder / "marked.toml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    demo = Demo(folder, scenario=str(scenario), quiet=True)
    try:
        await asyncio.to_thread(_prepare, demo, folder)
        async with LoopbackProxy(demo.fhir) as proxy:
            await asyncio.to_thread(_live, demo, proxy.base, seconds, walked)
            walked.requests = [seen.raw for seen in proxy.seen]
    finally:
        await asyncio.to_thread(demo.stop)
    return walked


def _prepare(demo: Demo, folder: Path) -> None:
    demo.make_home()
    demo.start_server()
    demo.start_simulator()
    found = demo.command("devices", "scan", "--seconds", "1.5")
    for one in found:
        if one["address"] != canary.NEIGHBOUR:
            demo.command("devices", "add", one["address"])
    demo.import_export(write_export(folder / "export"))


def _live(demo: Demo, fhir: str, seconds: float, walked: Walked) -> None:
    demo.agree([row.kind for row in all_kinds().values() if row.shareable], fhir)
    demo.start_run()
    demo.listen(seconds)
    walked.pages = _visit(demo.patient_pages)
    demo.stop_run()
    demo.confirm_times()
    answer: dict[str, Any] = {"waiting": 1}
    for _ in range(50):
        answer = demo.command("upload")
        if not answer["waiting"] or answer["held"]:
            break
    walked.held = answer["held"]
    for words in (["sent", "--readings"], ["status"], ["readings"], ["people", "list"],
                  ["devices", "list"], ["consent", "list"], ["recipients", "list"]):  # fmt: skip
        walked.said.append(str(demo.command(*words)))
    report = demo.report()
    walked.sent, walked.on_server = report["sent"], report["on_server"]
    assert demo.run is not None
    walked.said += [str(event) for event in demo.run.events]


def _visit(link: str) -> dict[str, str]:
    """Every page, as a browser of this person gets it."""
    where = urlsplit(link)
    with closing(HTTPConnection(where.hostname or "", where.port, timeout=30)) as browser:
        return _browse(browser, f"{where.path}?{where.query}", f"http://{where.netloc}")


def _browse(browser: HTTPConnection, entrance: str, origin: str) -> dict[str, str]:
    browser.request("GET", entrance)
    answer = browser.getresponse()
    answer.read()
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    pages = {}
    for path in ("first", *PAGES):
        browser.request("GET", f"/{path}", headers={"Cookie": cookie})
        answer = browser.getresponse()
        text = answer.read().decode()
        pages[path] = "\n".join(f"{name}: {value}" for name, value in answer.getheaders()) + text
        if path == "first":
            _read_the_notice(browser, text, cookie, origin)
        else:
            assert answer.status == 200, (path, answer.status)
    return pages


def _read_the_notice(browser: HTTPConnection, page: str, cookie: str, origin: str) -> None:
    fields: dict[str, str] = {}

    class Form(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            told = dict(attrs)
            if tag == "input" and told.get("name"):
                fields[str(told["name"])] = told.get("value") or "on"

    Form().feed(page)
    browser.request(
        "POST", "/first", urlencode(fields),
        {"Cookie": cookie, "Origin": origin, "Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    browser.getresponse().read()


def _look_inside(home: Path, walked: Walked) -> None:
    house = open_house(home)
    try:
        walked.tables = tables_of(house)
        walked.here = canary.find_in(house.local.all_values())
    finally:
        house.close()


def tables_of(house: House) -> dict[str, list[str]]:
    """Every row of every table of `gateway.db`, as text."""
    db = house.opened.gateway
    names = db.conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    tables = {}
    for (name,) in names:
        rows = db.conn.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
        tables[name] = [" ".join(map(_as_text, row)) for row in rows]
    return tables


def _as_text(cell: object) -> str:
    return cell.hex() if isinstance(cell, bytes) else str(cell)
