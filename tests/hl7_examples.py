"""HL7's own examples, element by element, beside what we write when we say the same thing.

Of each example the elements that it has and the codes in them are listed, as facts; `compare` says
what only one side has. Numbers, times, references and words for people belong to an instance and
are not compared; that they are there is. Every difference has its reason.

Sources: HL7/phd, input/examples, in its stored versions of 2018 to 2026 (for PHD 2.0.0);
HL7/cgm, input/fsh/examples.fsh (CGM 1.0.0).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fhir_mappings import systems
from tests.fhir_faults import whole

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
}


@dataclass(frozen=True)
class Example:
    """One example of HL7, and what we make of the same."""

    file: str
    ours: str
    theirs: frozenset[str]


def _facts(*lines: str) -> frozenset[str]:
    return frozenset(fact for line in lines for fact in line.split(", "))


_OBSERVATION = "status, subject, effectiveDateTime, device"
_GATEWAY = "extension observation-gatewayDevice"
_CLOCK = "extension CoincidentTimeStampReference"
_QUANTITY = "valueQuantity.value, valueQuantity.unit, valueQuantity.system, valueQuantity.code"

EXAMPLES: tuple[Example, ...] = (
    Example(
        "numeric-spotnumeric.json",
        "quantity-pulse",
        _facts(
            _OBSERVATION, _GATEWAY, _CLOCK, _QUANTITY, "performer, identifier.value",
            "extension Accuracy, category category|vital-signs, category PHD|phd",
            "code MDC|149530, code LOINC|8867-4, component.code MDC|68193",
            "component.valueCodeableConcept MDC|150588",
        ),
    ),
    Example(
        "compound-numeric-blood-pressure.json",
        "components-optional",
        _facts(
            _OBSERVATION, _GATEWAY, _CLOCK, "performer, category category|vital-signs",
            "category PHD|phd, category LOINC|85354-9, code MDC|150020, code LOINC|85354-9",
            "component.code LOINC|8480-6, component.code MDC|150021",
            "component.code LOINC|8462-4, component.code MDC|150022, component.code MDC|150023",
            "component.valueQuantity.value, component.valueQuantity.unit",
            "component.valueQuantity.system, component.valueQuantity.code",
        ),
    ),
    Example(
        "temperature-observation.json",
        "quantity-digits",
        _facts(
            _OBSERVATION, _GATEWAY, _CLOCK, _QUANTITY, "extension Accuracy",
            "extension Confidence95, category category|vital-signs, category PHD|phd",
            "code MDC|150364, code LOINC|8310-5",
        ),
    ),
    Example(
        "numeric-observation-not-a-number.json",
        "absent-not-a-number",
        _facts(
            _OBSERVATION, _GATEWAY, "category PHD|phd, code MDC|150320",
            "dataAbsentReason absent|not-a-number",
        ),
    ),
    Example(
        "meal-context-observation.json",
        "category-mdc",
        _facts(
            _OBSERVATION, _GATEWAY, _CLOCK, "identifier.value, category PHD|phd",
            "code MDC|8417864, valueCodeableConcept MDC|8417872",
        ),
    ),
    Example(
        "rtsa-example.json",
        "samples",
        _facts(
            _OBSERVATION, _GATEWAY, _CLOCK, "performer, category PHD|phd, code MDC|150452",
            "valueSampledData.origin.value, valueSampledData.origin.unit",
            "valueSampledData.origin.system, valueSampledData.origin.code",
            "valueSampledData.interval, valueSampledData.intervalUnit, valueSampledData.factor",
            "valueSampledData.dimensions, valueSampledData.data",
        ),
    ),
    Example(
        "coin-example-1.json",
        "clock",
        _facts("status, code MDC|67975, subject, effectiveDateTime, valueDateTime, device"),
    ),
    Example(
        "bp-devicemetric-example.json",
        "device-metric",
        _facts(
            "type MDC|150020, unit MDC|266016, unit UCUM|mm[Hg], device, category",
            "measurementFrequency",
        ),
    ),
    Example(
        "phd-74E8FFFEFF051C00.001C05FFE874.json",
        "device-phd",
        _facts(
            "identifier.type Continua|SYSID, identifier.type Continua|BTMAC, identifier.system",
            "identifier.value, manufacturer, modelNumber, serialNumber, type MDC|65573",
            "type MDC|528388, conformsTo, deviceVersion, property",
        ),
    ),
    Example(
        "phg-example.json",
        "gateway-phg",
        _facts(
            "identifier.type Continua|SYSID, identifier.system, identifier.value",
            "identifier.assigner, manufacturer, type MDC|531981, specialization.version",
            "specialization.systemType MDC|528457, version.type MDC|531975, version.value",
            "version.type MDC|532352, property.type MDC|68220, property.type MDC|532353",
            "property.type MDC|532355, property.type ASN1|532354.0",
            "property.valueCode v2-0136|Y",
        ),
    ),
    Example(
        "cgmSensorReadingMassPerVolumeExample",
        "quantity-glucose-sensor",
        _facts(
            "status, code LOINC|99504-3, subject, effectiveDateTime", _QUANTITY,
        ),
    ),
)  # fmt: skip

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
    elif path in ("meta", "") or path in _INSIDE or path.startswith("value"):
        for name, inner in node.items():
            if name not in ("resourceType", "profile", "display", "text"):
                inside = f"{path}.{name.removeprefix('_')}".lstrip(".")
                alone = inside == "meta.security" or name.startswith("_")
                yield from ([inside] if alone else facts(inner, inside))
    elif "coding" in node:
        yield from facts(node["coding"], f"{path}.coding")
    else:
        yield path


_INSIDE = {
    "component", "component.valueQuantity", "identifier", "version", "specialization",
    "effectivePeriod", "property",
}  # fmt: skip
