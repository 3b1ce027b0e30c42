"""HL7's own examples, element by element, beside what we write when we say the same thing.

`compare` says what only one side has. Every difference has its reason. The facts of HL7's stand in
`tests/hl7_facts.py`, with their sources.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fhir_mappings import systems
from tests.fhir_faults import whole
from tests.hl7_facts import Example

SHORT = {
    systems.MDC: "MDC",
    systems.LOINC: "LOINC",
    systems.UCUM: "UCUM",
    systems.CATEGORY: "category",
    systems.PHD_CATEGORY: "PHD",
    systems.ABSENT: "absent",
    systems.DEVICE_IDENTIFIERS: "Continua",
    systems.ASN1: "ASN1",
    systems.YES_OR_NO: "v2-0136",
    systems.PGHD: "PGHD",
    systems.DICOM: "DICOM",
    systems.SNOMED: "SNOMED",
    systems.ACT_REASON: "ActReason",
    systems.PARTICIPATION: "Participation",
}


OURS_ALONE: Mapping[str, str] = {
    "meta.security": "says that a patient's own device measured it (PATAST)",
    "identifier.system": "our own system, so that a conditional create makes it once",
    "identifier.value": "keyed: the guide's own form spells out device, person and time",
    "issued": "when it was made ready to be sent",
    "performer": "the patient measured it",
    "bodySite": "where the sensor is worn, where that is known",
    "category category|vital-signs": "wanted by R4 beside the guide's category",
    "category category|laboratory": "what R4 calls such a reading, beside the guide's category",
    "category category|exam": "what R4 calls such a reading, beside the guide's category",
    "category category|social-history": "what R4 calls such a reading, beside the guide's category",
    "category PHD|phd": "a personal health device measured it",
    "code LOINC|8889-8": "says how the pulse was measured",
    "code LOINC|2708-6": "the example is of another quality of oxygen saturation",
    "code LOINC|59408-5": "the example is of another quality of oxygen saturation",
    "code MDC|150456": "the example is of another quality of oxygen saturation",
    "code MDC|188424": "MDC has a code for the mouth, where this one was measured",
    "code MDC|131328": "the example is a pleth wave, ours an electrocardiogram",
    "code MDC|160212": "the code of MDC, for Bluetooth devices",
    "component.code LOINC|8478-0": "LOINC has a code for the mean too",
    "effectivePeriod.start": "samples are of a stretch of time",
    "effectivePeriod.end": "samples are of a stretch of time",
    "valueSampledData.period": "R4 writes milliseconds; the example is in the words of R5",
    "extension observation-gatewayDevice": "wanted by PHD; CGM does not ask for it",
    "device": "the sensor; CGM leaves it open",
    "source": "R4's name; the example is in the words of R5",
    "type LOINC|85354-9": "LOINC beside MDC",
    "specialization.systemType MDC|528388": "R4's place for it; the example is in the words of R5",
    "specialization.version": "unknown: Bluetooth devices do not tell it",
    "version.type MDC|531974": "R4's name; the example is in the words of R5",
    "version.type MDC|531975": "R4's name; the example is in the words of R5",
    "version.type MDC|531976": "R4's name; the example is in the words of R5",
    "version.value": "R4's name; the example is in the words of R5",
    "modelNumber": "the name of this program",
    "code MDC|147842": "the code of MDC, for Bluetooth devices",
    "meta.tag": "US Core wants it of who writes vital signs: the patient supplied it",
    "agent.type Participation|AUT": "on whose word, by a code that needs no licence",
    "entity.detail": "how many Observations went, and the SHA-256 of what went",
    "purposeOfEvent ActReason|TREAT": "the purpose that was agreed to",
}  # fmt: skip
"""Why ours has what the example has not."""

THEIRS_ALONE: Mapping[str, str] = {
    "extension CoincidentTimeStampReference": "only where the gateway set a time right",
    "extension Accuracy": "Bluetooth devices do not tell their accuracy",
    "extension Confidence95": "Bluetooth devices do not tell it",
    "component.code MDC|68193": "supplemental types: told of a spot check, but not beside a claim "
    "of vital signs, which wants a unit of every part",
    "component.valueCodeableConcept MDC|150588": "see supplemental types",
    "category LOINC|85354-9": "a code of what was measured is no category; it stands in code",
    "code MDC|150320": "the example is of another quality of oxygen saturation",
    "code MDC|150364": "the mouth has a code of its own, which says more",
    "code MDC|150452": "the example is a pleth wave, ours an electrocardiogram",
    "effectiveDateTime": "samples are of a stretch of time",
    "valueSampledData.interval": "R5's name; R4 has period",
    "valueSampledData.intervalUnit": "R5's; R4's period is in milliseconds",
    "unit MDC|266016": "UCUM alone, as everywhere else",
    "device": "R5's name; R4 has source",
    "measurementFrequency": "R5's; R4 has measurementPeriod, which is not told",
    "identifier.type Continua|BTMAC": "a Bluetooth address never leaves",
    "serialNumber": "it tells one device from all others, and never leaves",
    "type MDC|528388": "R5's place for it; R4 has specialization",
    "conformsTo": "R5's name; R4 has specialization",
    "deviceVersion": "R5's name; R4 has version",
    "property": "Bluetooth devices do not tell certificates and clocks like that",
    "identifier.assigner": "the program has no System ID that somebody assigned",
    "manufacturer": "the program is no manufacturer's",
    "specialization.version": "the gateway claims no specialization",
    "specialization.systemType MDC|528457": "the gateway claims no specialization",
    "version.type MDC|532352": "not certified by Continua",
    "property.type MDC|532353": "not certified by Continua",
    "property.type MDC|532355": "not certified by Continua",
    "property.type MDC|68220": "how the computer keeps its time is not the gateway's to say",
    "encounter": "a reading at home is of no visit",
    "contained": "the phone or watch is a Device of its own at the recipient",
    "agent.type SNOMED|429577009": "SNOMED only where the invitation allows it",
    "purposeOfEvent ActReason|PATRQT": "the purpose that was agreed to stands there",
    "meta.security": "HTEST, which ours bears where it is simulated alone",
    "source.site": "where the gateway stands is nobody's business",
}
"""Why ours has not what the example has."""


def compare(example: Example) -> tuple[set[str], set[str]]:
    """What ours has alone, and what theirs has alone."""
    ours = set(facts(json.loads(whole(example.ours))))
    return ours - example.theirs, set(example.theirs) - ours


def facts(node: Any, path: str = "") -> Iterator[str]:
    """The elements of a resource and the codes in them, as in `Example.theirs`."""
    if isinstance(node, list):
        for one in node:
            yield from facts(one, path)
    elif not isinstance(node, dict):
        yield path
    elif path.rpartition(".")[2] == "coding":
        system = str(node.get("system", ""))
        yield f"{path.removesuffix('.coding')} {SHORT.get(system, system)}|{node.get('code')}"
    elif path == "extension":
        yield f"extension {node['url'].rpartition('/')[2]}"
    elif _is_looked_into(path, node):
        for name, inner in node.items():
            if name not in ("resourceType", "profile", "display", "text"):
                inside = f"{path}.{name.removeprefix('_')}".lstrip(".")
                alone = inside == "meta.security" or name.startswith("_")
                yield from ([inside] if alone else facts(inner, inside))
    elif "coding" in node:
        yield from facts(node["coding"], f"{path}.coding")
    else:
        yield path


def _is_looked_into(path: str, node: Any) -> bool:
    inside = path in ("meta", "") or path in _INSIDE or path.startswith("value")
    return inside or (path == "source" and "observer" in node)


_INSIDE = {
    "component", "component.valueQuantity", "identifier", "version", "specialization",
    "effectivePeriod", "property", "agent", "entity",
}  # fmt: skip
