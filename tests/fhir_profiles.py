"""The rules of the profiles that are claimed, as FHIRPath, for an engine that nobody here wrote.

Sources: HL7 FHIR R4 4.0.1, Observation and the profiles of Vital Signs; HL7 PHD 2.0.0,
PhdNumericObservation, PhdCompoundNumericObservation, PhdCodedEnumerationObservation; HL7 CGM 1.0.0,
cgm-sensor-reading-mass-per-volume; HL7 PHR 1.0.0-ballot2; US Core 9.0.0, the profiles of vital
signs and "Writing Vital Signs"; IHE BALP 1.1.4, AuditPrivacyDisclosureSource. Invariants bear the
names that they have there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import fhirpathpy
from fhirpathpy.models import models

from fhir_mappings import systems

Rules = Mapping[str, str]
"""What a rule says, and its expression, which must be true of the whole resource."""

_BASE = systems.VITAL_SIGNS.removesuffix("vitalsigns")
_UCUM = f"system = '{systems.UCUM}'"

OBSERVATION: Rules = {
    "obs-6": "dataAbsentReason.empty() or value.empty()",
    "obs-7": "value.empty() or component.code.coding.code.intersect(code.coding.code).empty()",
    "a known status": "status in ('final' | 'preliminary' | 'amended' | 'entered-in-error')",
    "units are of UCUM": f"value.ofType(Quantity).all({_UCUM}) and "
    f"component.value.ofType(Quantity).all({_UCUM})",
}
_VITAL: Rules = {
    "one category of vital signs": "category.where(coding.where("
    f"system = '{systems.CATEGORY}' and code = 'vital-signs').exists()).count() = 1",
    "vs-1": "effective.toString().length() >= 8",
    "vs-2": "(component.empty() and hasMember.empty()) implies "
    "(dataAbsentReason.exists() or value.exists())",
    "vs-3": "component.all(value.exists() or dataAbsentReason.exists())",
    "a patient": "subject.reference.startsWith('Patient/')",
}
_PHD: Rules = {
    "one gateway device": f"extension.where(url = '{systems.GATEWAY_DEVICE}').count() = 1 and "
    "extension.value.ofType(Reference).reference.exists()",
    "one category of PHD": "category.where(coding.where("
    f"system = '{systems.PHD_CATEGORY}' and code = 'phd').exists()).count() = 1",
    "a code of MDC": f"code.coding.where(system = '{systems.MDC}').count() = 1",
    "a patient": "subject.reference.startsWith('Patient/')",
    "a time": "effective.exists()",
    "at most one identifier of a conditional create": "identifier.where("
    f"system = '{systems.PHD_CONDITIONAL_CREATE}').count() <= 1 and identifier.where("
    f"system = '{systems.PHD_CONDITIONAL_CREATE}').all(value.exists() and type.empty())",
    "a sensor": "device.reference.startsWith('Device/')",
    "one status an interpretation": "interpretation.all(coding.where("
    f"system = '{systems.MEASUREMENT_STATUS}').count() = 1)",
    "no status without a value": "interpretation.exists() implies "
    "(value.exists() or component.value.exists())",
}


def _coded(*loincs: str) -> Rules:
    return {
        f"one code {loinc}": f"code.coding.where(system = '{systems.LOINC}' and "
        f"code = '{loinc}').count() = 1"
        for loinc in loincs
    }


def _measured(*units: str) -> Rules:
    held = " | ".join(f"'{unit}'" for unit in units)
    return {
        f"in {' or '.join(units)}": "value.all(value.exists() and unit.exists() and "
        f"{_UCUM} and code in ({held}))"
    }


def _part(loinc: str) -> Rules:
    part = f"component.where(code.coding.where(code = '{loinc}').exists())"
    return {
        f"one part {loinc}": f"{part}.count() = 1",
        f"{loinc} in mm[Hg]": f"{part}.value.all(value.exists() and unit.exists() and {_UCUM} "
        "and code = 'mm[Hg]')",
    }


def _pghd(code: str, loinc: str, unit: str) -> Rules:
    """HL7 PHR 1.0.0-ballot2: a vital sign as a phone kept it."""
    return {
        **_VITAL,
        **_coded(loinc),
        **_measured(unit),
        "the words of the unit are its code": "value.all(unit = code)",
        "no other code of PGHD": f"code.coding.where(system = '{systems.PGHD}').all("
        f"code = '{code}')",
    }


_PHR = systems.PHR + "StructureDefinition/pghd-"
_US = systems.US_CORE + "StructureDefinition/us-core-"
_BP: Rules = {
    **_VITAL,
    **_coded("85354-9"),
    **_part("8480-6"),
    **_part("8462-4"),
    "no value of its own": "value.empty()",
}
_DEVICE: Rules = {
    "one System ID": "identifier.where(type.coding.where(code = 'SYSID' and "
    f"system = '{systems.DEVICE_IDENTIFIERS}').exists() and system = '{systems.EUI_64}' and "
    "value.matches('^([0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}$')).count() = 1",
    "versions by codes of MDC": "version.all(type.coding.where("
    f"system = '{systems.MDC}').count() = 1)",
}


def _role(code: str) -> str:
    """The agents of a role of DICOM, as FHIRPath."""
    return (
        f"agent.where(type.coding.where(system = '{systems.DICOM}' and code = '{code}').exists())"
    )


TYPES: Mapping[str, str] = {
    systems.PHD_DEVICE: "Device",
    systems.PHG_DEVICE: "Device",
    systems.PHD_METRIC: "DeviceMetric",
    systems.BALP_DISCLOSURE: "AuditEvent",
}
PROFILES: Mapping[str, Rules] = {
    _BASE + "heartrate": {**_VITAL, **_coded("8867-4"), **_measured("/min")},
    _BASE + "resprate": {**_VITAL, **_coded("9279-1"), **_measured("/min")},
    _BASE + "oxygensat": {**_VITAL, **_coded("2708-6"), **_measured("%")},
    _BASE + "bodytemp": {**_VITAL, **_coded("8310-5"), **_measured("Cel", "[degF]")},
    _BASE + "bodyweight": {**_VITAL, **_coded("29463-7"), **_measured("g", "kg", "[lb_av]")},
    _BASE + "bodyheight": {**_VITAL, **_coded("8302-2"), **_measured("cm", "[in_i]")},
    _BASE + "bmi": {**_VITAL, **_coded("39156-5"), **_measured("kg/m2")},
    _BASE + "bp": _BP,
    _US + "heart-rate": {**_VITAL, **_coded("8867-4"), **_measured("/min")},
    _US + "respiratory-rate": {**_VITAL, **_coded("9279-1"), **_measured("/min")},
    _US + "pulse-oximetry": {**_VITAL, **_coded("59408-5", "2708-6"), **_measured("%")},
    _US + "body-temperature": {**_VITAL, **_coded("8310-5"), **_measured("Cel", "[degF]")},
    _US + "body-weight": {**_VITAL, **_coded("29463-7"), **_measured("g", "kg", "[lb_av]")},
    _US + "body-height": {**_VITAL, **_coded("8302-2"), **_measured("cm", "[in_i]")},
    _US + "bmi": {**_VITAL, **_coded("39156-5"), **_measured("kg/m2")},
    _US + "blood-pressure": _BP,
    systems.PHD_NUMERIC: {
        **_PHD,
        "a number or none": "value.all($this is Quantity)",
        "parts that are supplemental types": "component.all(code.coding.where(system = "
        f"'{systems.MDC}' and code = '68193').exists() and value.all($this is CodeableConcept))",
    },
    systems.PHD_COMPOUND: {
        **_PHD,
        "parts that are numbers": "value.empty() and component.count() > 1 and "
        "component.value.all($this is Quantity)",
        "parts with codes of MDC": f"component.all(code.coding.where(system = '{systems.MDC}')"
        ".count() = 1)",
    },
    systems.PHD_CODED: {
        **_PHD,
        "a word of MDC or none": "value.all($this is CodeableConcept) and "
        f"value.coding.all(system = '{systems.MDC}')",
    },
    systems.PHD_RTSA: {
        **_PHD,
        "samples or none": "value.all($this is SampledData) and component.empty()",
        "a factor and a unit of UCUM": "value.ofType(SampledData).all(factor.exists() and "
        f"period.exists() and origin.value.exists() and origin.code.exists() and "
        f"origin.system = '{systems.UCUM}')",
        "no letters among the samples": "value.ofType(SampledData).data.all("
        "matches('^[-0-9. ]+$'))",
    },
    systems.PHD_COINCIDENT: {
        "final": "status = 'final'",
        "one clock of MDC": f"code.coding.where(system = '{systems.MDC}' and "
        "(code in ('67975' | '67983' | '68072' | '68074' | '68226'))).count() = 1",
        "a sensor's": "subject.reference.startsWith('Device/')",
        "looked at by a gateway": "device.reference.startsWith('Device/')",
        "no focus, specimen, members, sources": "focus.empty() and specimen.empty() and "
        "hasMember.empty() and derivedFrom.empty()",
    },
    systems.PHD_METRIC: {
        "a code of MDC": f"type.coding.where(system = '{systems.MDC}').count() = 1",
        "of a device": "source.reference.startsWith('Device/') and parent.empty()",
    },
    systems.PHD_DEVICE: {
        **_DEVICE,
        "maker and model": "manufacturer.exists() and modelNumber.exists()",
        "a simple MDS": f"type.coding.where(system = '{systems.MDC}' and code = '65573').exists()",
        "specializations with a version": "specialization.exists() and specialization.all("
        f"systemType.coding.where(system = '{systems.MDC}').count() = 1 and version.exists())",
    },
    systems.PHG_DEVICE: {
        **_DEVICE,
        "a gateway": f"type.coding.where(system = '{systems.MDC}' and code = '531981').exists()",
        "a version and a property": "version.exists() and property.exists()",
    },
    systems.BALP_DISCLOSURE: {
        "an export": f"type.where(system = '{systems.DICOM}' and code = '110106').exists()",
        "a disclosure": f"subtype.where(system = '{systems.LIFECYCLE}' and "
        "code = 'disclose').exists()",
        "a source": f"{_role('110153')}.count() = 1 and "
        f"{_role('110153')}.all(who.exists() and network.exists())",
        "val-audit-source": f"{_role('110153')}.who = source.observer",
        "a recipient": f"{_role('110152')}.count() = 1 and "
        f"{_role('110152')}.all(who.exists() and network.exists())",
        "data beside the patient": "entity.count() >= 2 and modifierExtension.empty()",
        "a patient": "entity.where(type.code = '1' and role.code = '1' and "
        "what.reference.startsWith('Patient/')).count() = 1",
        "read, with an outcome": "action = 'R' and outcome.exists()",
    },
    _PHR + "heartrate": _pghd("heartRate", "8867-4", "/min"),
    _PHR + "oxygenSaturation": _pghd("oxygenSaturation", "2708-6", "%"),
    _PHR + "respiratoryrate": _pghd("respiratoryRate", "9279-1", "/min"),
    _PHR + "bodytemperature": _pghd("bodyTemperature", "8310-5", "Cel"),
    _PHR + "bodyweight": _pghd("bodyMass", "29463-7", "kg"),
    _PHR + "bodyheight": _pghd("height", "8302-2", "cm"),
    _PHR + "bmi": _pghd("bodyMassIndex", "39156-5", "kg/m2"),
    systems.CGM_READING: {
        **_coded("99504-3"),
        "an instant": "effective.count() = 1 and effective.all($this is dateTime)",
        "a value as it is fixed": "value.count() = 1 and "
        f"value.all({_UCUM} and code = 'mg/dL' and unit = 'mg/dl')",
        "a patient": "subject.reference.startsWith('Patient/')",
    },
}
"""The rules of every profile that an Observation of ours may claim."""

WRITING: Rules = {
    "it says that the patient supplied it": f"meta.tag.where(system = '{systems.US_CORE_TAGS}' and "
    "code = 'patient-supplied').exists()",
    "the patient is who performed it": "performer.reference = subject.reference",
}
"""What US Core asks of who writes vital signs; not of the resource, so its own examples lack it."""


def type_of(profile: str) -> str:
    """The resource that a profile is of."""
    return TYPES.get(profile, "Observation")


def broken(document: dict[str, Any]) -> Iterator[str]:
    """Every rule that a resource breaks, of Observation and of what it claims."""
    claimed = document.get("meta", {}).get("profile", ())
    of_all = ["Observation"] if document["resourceType"] == "Observation" else []
    for profile in [*of_all, *claimed]:
        rules = OBSERVATION if profile == "Observation" else PROFILES[profile]
        if profile.startswith(systems.US_CORE):
            rules = {**rules, **WRITING}
        for says, rule in rules.items():
            if _compiled(rule)(document, None) != [True]:
                yield f"{profile.rpartition('/')[2]}: {says}"


@cache
def _compiled(rule: str) -> Callable[[Mapping[str, Any], Mapping[str, Any] | None], list[Any]]:
    return fhirpathpy.compile(f"iif({rule}, true, false)", models["r4"])
