"""HL7's own examples in their essentials, to see which judge can judge which profile.

A judge that refuses an example of HL7 is no judge of its profile. Only what the profile is about is
kept: codes, units, structure; no text, no identifiers.

Sources: HL7 FHIR R4 4.0.1, examples heart-rate, respiratory-rate, satO2, body-temperature,
body-height, body-weight, bmi, blood-pressure; HL7 PHD 2.0.0, examples of numeric, compound, coded,
rtsa and coincident time Observations, PhdDevice, PhgDevice, PhdDeviceMetric; HL7 CGM
1.0.0; HL7 PHR 1.0.0-ballot2.
"""

from __future__ import annotations

import json
from typing import Any

from fhir_mappings import systems

Json = dict[str, Any]
_BASE = systems.VITAL_SIGNS.removesuffix("vitalsigns")


def _concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _measured(number: float, unit: str) -> Json:
    return {"value": number, "unit": unit, "system": systems.UCUM, "code": unit}


def _vital(profile: str, loinc: str, **rest: object) -> Json:
    return {
        "resourceType": "Observation",
        "meta": {"profile": [profile]},
        "status": "final",
        "category": [_concept(systems.CATEGORY, "vital-signs")],
        "code": _concept(systems.LOINC, loinc),
        "subject": {"reference": "Patient/example"},
        "effectiveDateTime": "1999-07-02",
        **rest,
    }


def _phd(profile: str, mdc: str, **rest: object) -> Json:
    return {
        "resourceType": "Observation",
        "meta": {"profile": [profile]},
        "extension": [
            {"url": systems.GATEWAY_DEVICE, "valueReference": {"reference": "Device/phg"}}
        ],
        "status": "final",
        "category": [_concept(systems.PHD_CATEGORY, "phd")],
        "code": _concept(systems.MDC, mdc),
        "subject": {"reference": "Patient/example"},
        "effectiveDateTime": "2018-11-13T17:59:02-05:00",
        "device": {"reference": "Device/phd"},
        **rest,
    }


def _part(loinc: str, mdc: str, number: int) -> Json:
    codings = [
        {"system": systems.LOINC, "code": loinc},
        {"system": systems.MDC, "code": mdc},
    ]
    return {"code": {"coding": codings}, "valueQuantity": _measured(number, "mm[Hg]")}


_SYSID = {
    "type": _concept(systems.DEVICE_IDENTIFIERS, "SYSID"),
    "system": systems.EUI_64,
    "value": "74-E8-FF-FE-FF-05-1C-00",
}
_PARTS = [_part("8480-6", "150021", 107), _part("8462-4", "150022", 60)]
_WAVE = {
    "origin": _measured(-3.4, "1"),
    "period": 2000,
    "factor": 3.0,
    "dimensions": 1,
    "data": "123 110 97 99 112 118",
}

REFERENCES: dict[str, Json] = {
    _BASE + "heartrate": _vital(_BASE + "heartrate", "8867-4", valueQuantity=_measured(44, "/min")),
    _BASE + "resprate": _vital(_BASE + "resprate", "9279-1", valueQuantity=_measured(26, "/min")),
    _BASE + "oxygensat": _vital(_BASE + "oxygensat", "2708-6", valueQuantity=_measured(95, "%")),
    _BASE + "bodytemp": _vital(_BASE + "bodytemp", "8310-5", valueQuantity=_measured(36.5, "Cel")),
    _BASE + "bodyheight": _vital(
        _BASE + "bodyheight", "8302-2", valueQuantity=_measured(66.9, "[in_i]")
    ),
    _BASE + "bodyweight": _vital(
        _BASE + "bodyweight", "29463-7", valueQuantity=_measured(185, "[lb_av]")
    ),
    _BASE + "bmi": _vital(_BASE + "bmi", "39156-5", valueQuantity=_measured(16.2, "kg/m2")),
    _BASE + "bp": _vital(_BASE + "bp", "85354-9", component=_PARTS),
    systems.PHR + "StructureDefinition/pghd-heartrate": _vital(
        systems.PHR + "StructureDefinition/pghd-heartrate",
        "8867-4",
        valueQuantity=_measured(72, "/min"),
    ),
    systems.PHD_NUMERIC: _phd(systems.PHD_NUMERIC, "149530", valueQuantity=_measured(48.0, "/min")),
    systems.PHD_COMPOUND: _phd(systems.PHD_COMPOUND, "150020", component=_PARTS),
    systems.PHD_CODED: _phd(
        systems.PHD_CODED, "8417864", valueCodeableConcept=_concept(systems.MDC, "8417872")
    ),
    systems.PHD_RTSA: _phd(systems.PHD_RTSA, "150452", valueSampledData=_WAVE),
    systems.PHD_COINCIDENT: {
        "resourceType": "Observation",
        "meta": {"profile": [systems.PHD_COINCIDENT]},
        "status": "final",
        "code": _concept(systems.MDC, "67975"),
        "subject": {"reference": "Device/phd"},
        "effectiveDateTime": "2017-06-02T18:02:35-04:00",
        "valueDateTime": "2017-06-02T18:02:30-04:00",
        "device": {"reference": "Device/phg"},
    },
    systems.PHD_METRIC: {
        "resourceType": "DeviceMetric",
        "meta": {"profile": [systems.PHD_METRIC]},
        "type": _concept(systems.MDC, "150020"),
        "unit": _concept(systems.UCUM, "mm[Hg]"),
        "source": {"reference": "Device/phd"},
        "category": "measurement",
    },
    systems.PHD_DEVICE: {
        "resourceType": "Device",
        "meta": {"profile": [systems.PHD_DEVICE]},
        "identifier": [_SYSID],
        "manufacturer": "Nonin_Medical_Inc.",
        "modelNumber": "Model 3230",
        "type": _concept(systems.MDC, "65573"),
        "specialization": [{"systemType": _concept(systems.MDC, "528388"), "version": "1"}],
        "version": [{"type": _concept(systems.MDC, "531976"), "value": "r2.1"}],
    },
    systems.PHG_DEVICE: {
        "resourceType": "Device",
        "meta": {"profile": [systems.PHG_DEVICE]},
        "identifier": [_SYSID],
        "type": _concept(systems.MDC, "531981"),
        "version": [{"type": _concept(systems.MDC, "531975"), "value": "1.0.0"}],
        "property": [
            {
                "type": _concept(systems.MDC, "68220"),
                "valueCode": [_concept(systems.MDC, "532233")],
            }
        ],
    },
    systems.CGM_READING: {
        "resourceType": "Observation",
        "meta": {"profile": [systems.CGM_READING]},
        "status": "final",
        "code": _concept(systems.LOINC, "99504-3"),
        "subject": {"reference": "Patient/example"},
        "effectiveDateTime": "2024-05-02T10:15:00Z",
        "valueQuantity": _measured(120, "mg/dL") | {"unit": "mg/dl"},
    },
}
"""By the profile that each is an example of."""


def text_of(profile: str) -> str:
    """An example as JSON."""
    return json.dumps(REFERENCES[profile])
