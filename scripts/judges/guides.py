"""Definitions of guides for judges that can hold them: HL7's own where a registry has them.

R4 comes with HAPI and with Medplum, US Core's blood pressure and the gateway extension with
Medplum. No registry has the packages of the Personal Health Device, Continuous Glucose Monitoring
and Personal Health Record guides, nor the other vital signs of US Core: their rules are written
down in `tests/fhir_profiles.py`, and are given to the judges as constraints, which they evaluate
with engines of their own. A folder of the guides' own definitions can be given in their stead.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fhir_mappings import systems
from fhir_mappings.table import rows
from tests.fhir_profiles import PROFILES, type_of

Json = dict[str, Any]
_HERE = Path(__file__).parent
DEFINITIONS = _HERE / "node" / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir" / "r4"
_GATEWAY = "http://hl7.org/fhir/StructureDefinition/observation-gatewayDevice"
_SYSTEMS = {
    "http://hl7.org/fhir/us/core/CodeSystem/us-core-tags": ["patient-supplied"],
    "http://hl7.org/fhir/uv/phd/CodeSystem/PhdObservationCategories": ["phd"],
}
"""Code systems that stand where an unknown one is an error, with the codes that are sent."""


def write(folder: Path, instead: Path | None = None) -> None:
    """Put every definition into an empty folder.

    Args:
        folder: made anew.
        instead: a folder of StructureDefinitions; each replaces ours of its address.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    given = {one["url"]: one for one in _given(instead)}
    made = {one["url"]: one for one in (*_ours(), *_from_medplum())} | given
    for number, one in enumerate(made.values()):
        (folder / f"{number:03}-{one['id']}.json").write_text(json.dumps(one))


def whose(profile: str) -> str:
    """Whose rules the judges hold of a profile, and of which version."""
    if profile.startswith("http://hl7.org/fhir/StructureDefinition/"):
        return "HL7's, R4 4.0.1"
    held = {one["url"]: one["version"] for one in _from_medplum()}
    return f"HL7's, {held[profile]}" if profile in held else "constraints"


def _given(folder: Path | None) -> Iterator[Json]:
    for file in sorted(folder.glob("*.json")) if folder else ():
        yield json.loads(file.read_text(encoding="utf-8"))


def _from_medplum() -> Iterator[Json]:
    if not DEFINITIONS.is_dir():
        return
    file = DEFINITIONS / "extension-definitions.json"
    entries = json.loads(file.read_text(encoding="utf-8"))["entry"]
    extensions = [one["resource"] for one in entries]
    yield from (one for one in extensions if one.get("url") == _GATEWAY)
    file = DEFINITIONS / "testing" / "uscore-v5.0.1-structuredefinitions.json"
    for one in json.loads(file.read_text(encoding="utf-8")):
        if one["id"] == "us-core-blood-pressure":
            yield one


def _ours() -> Iterator[Json]:
    for url, rules in PROFILES.items():
        if url.startswith("http://hl7.org/fhir/StructureDefinition/"):
            continue  # R4's own are the judges' own
        type_ = type_of(url)
        yield {
            "resourceType": "StructureDefinition",
            "id": url.rpartition("/")[2],
            "url": url,
            "name": "".join(part.title() for part in url.rpartition("/")[2].split("-")),
            "status": "active",
            "fhirVersion": "4.0.1",
            "kind": "resource",
            "abstract": False,
            "type": type_,
            "baseDefinition": f"http://hl7.org/fhir/StructureDefinition/{type_}",
            "derivation": "constraint",
            "differential": {
                "element": [
                    {
                        "id": type_,
                        "path": type_,
                        "constraint": [
                            {"key": f"rule-{number}", "severity": "error", "human": says,
                             "expression": rule}
                            for number, (says, rule) in enumerate(rules.items(), 1)
                        ],
                    }
                ]
            },
        }  # fmt: skip
    yield _extension(systems.COINCIDENT_REFERENCE, "Reference")
    pghd = {
        coding.code
        for row in rows().values()
        for codes in (row, *row.components.values())
        for coding in (codes.code, *codes.also, *codes.healthkit)
        if coding.system == systems.PGHD
    }
    for system, codes in (_SYSTEMS | {systems.PGHD: sorted(pghd)}).items():
        yield {
            "resourceType": "CodeSystem",
            "id": system.rpartition("/")[2],
            "url": system,
            "status": "active",
            "content": "fragment",
            "concept": [{"code": code} for code in codes],
        }


def _extension(url: str, type_: str) -> Json:
    """An extension with one value of one type."""
    name = url.rpartition("/")[2]
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": url,
        "name": name,
        "status": "active",
        "fhirVersion": "4.0.1",
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": "Observation"}],
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "differential": {
            "element": [
                {"id": "Extension", "path": "Extension", "max": "1"},
                {"id": "Extension.extension", "path": "Extension.extension", "max": "0"},
                {"id": "Extension.url", "path": "Extension.url", "fixedUri": url},
                {"id": "Extension.value[x]", "path": "Extension.value[x]", "min": 1,
                 "type": [{"code": type_}]},
            ]
        },
    }  # fmt: skip
