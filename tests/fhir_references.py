"""HL7's own examples in their essentials, to see which judge can judge which profile.

A judge that refuses an example of HL7 is no judge of its profile. Only what the profile is about is
kept, as facts: codes, units, structure; no text, no identifiers, nobody's name.

Sources: HL7 FHIR R4 4.0.1; HL7 PHD 2.0.0; HL7 CGM 1.0.0; HL7/US-Core, input/examples (US Core
9.0.0); HL7/personal-health-record-format-ig, input/fsh/pghd/examples/Vitalsign (PHR
1.0.0-ballot2); IHE/ITI.BasicAudit, input/fsh/Disclose.fsh (BALP 1.1.4). The names of the examples
stand in `tests/fhir_published.py`.
"""

from __future__ import annotations

import json
from typing import Any

from fhir_mappings import systems

Json = dict[str, Any]
_BASE = systems.VITAL_SIGNS.removesuffix("vitalsigns")
_US = systems.US_CORE + "StructureDefinition/us-core-"
_PGHD = systems.PHR + "StructureDefinition/pghd-"


def _concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _measured(number: float, unit: str, words: str = "") -> Json:
    return {"value": number, "unit": words or unit, "system": systems.UCUM, "code": unit}


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


def _us_core(name: str, loinc: str, **rest: object) -> Json:
    return _vital(_US + name, loinc, **rest)


def _phone(name: str, loinc: str, pghd: str, measured: Json) -> Json:
    codings = [
        {"system": systems.LOINC, "code": loinc},
        {"system": systems.PGHD, "code": pghd},
    ]
    rest = {
        "code": {"coding": codings},
        "effectiveDateTime": "2023-12-01T05:33:42Z",
        "performer": [{"reference": "Patient/example"}],
        "device": {"reference": "Device/phone"},
        "valueQuantity": measured,
    }
    return _vital(_PGHD + name, loinc) | rest


def _agent(system: str, code: str, who: Json, **rest: object) -> Json:
    return {"type": _concept(system, code), "who": who, "requestor": False, **rest}


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
    codings = [{"system": systems.LOINC, "code": loinc}]
    codings += [{"system": systems.MDC, "code": mdc}] if mdc else []
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
    _US + "heart-rate": _us_core(
        "heart-rate", "8867-4", valueQuantity=_measured(44.0, "/min", "beats/min")
    ),
    _US + "respiratory-rate": _us_core(
        "respiratory-rate", "9279-1", valueQuantity=_measured(26.0, "/min", "breaths per minute")
    ),
    _US + "pulse-oximetry": _us_core("pulse-oximetry", "2708-6")
    | {
        "code": {
            "coding": [
                {"system": systems.LOINC, "code": "2708-6"},
                {"system": systems.LOINC, "code": "59408-5"},
            ]
        },
        "valueQuantity": _measured(99.0, "%", "%O2"),
    },
    _US + "body-temperature": _us_core(
        "body-temperature", "8310-5", valueQuantity=_measured(36.55556, "Cel")
    ),
    _US + "body-height": _us_core("body-height", "8302-2", valueQuantity=_measured(111.506, "cm")),
    _US + "body-weight": _us_core(
        "body-weight", "29463-7", valueQuantity=_measured(20.09414, "kg")
    ),
    _US + "bmi": _us_core("bmi", "39156-5", valueQuantity=_measured(16.2, "kg/m2")),
    _US + "blood-pressure": _us_core(
        "blood-pressure", "85354-9", component=[_part("8480-6", "", 109), _part("8462-4", "", 44)]
    ),
    _PGHD + "heartrate": _phone("heartrate", "8867-4", "heartRate", _measured(70, "/min")),
    _PGHD + "respiratoryrate": _phone(
        "respiratoryrate", "9279-1", "respiratoryRate", _measured(15, "/min")
    ),
    _PGHD + "oxygenSaturation": _phone(
        "oxygenSaturation", "2708-6", "oxygenSaturation", _measured(94, "%")
    ),
    _PGHD + "bodytemperature": _phone(
        "bodytemperature", "8310-5", "bodyTemperature", _measured(35.9, "Cel")
    ),
    _PGHD + "bodyheight": _phone("bodyheight", "8302-2", "height", _measured(165, "cm")),
    _PGHD + "bodyweight": _phone("bodyweight", "29463-7", "bodyMass", _measured(65.2, "kg")),
    _PGHD + "bmi": _phone("bmi", "39156-5", "bodyMassIndex", _measured(21, "kg/m2")),
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
        "valueQuantity": _measured(120, "mg/dL", "mg/dl"),
    },
    systems.BALP_DISCLOSURE: {
        "resourceType": "AuditEvent",
        "meta": {"profile": [systems.BALP_DISCLOSURE]},
        "type": {"system": systems.DICOM, "code": "110106"},
        "subtype": [
            {"system": systems.LIFECYCLE, "code": "disclose"},
            {"system": "http://hl7.org/fhir/restful-interaction", "code": "read"},
        ],
        "action": "R",
        "recorded": "2020-04-29T09:49:00.000Z",
        "outcome": "0",
        "purposeOfEvent": [_concept(systems.ACT_REASON, "PATRQT")],
        "agent": [
            _agent(
                systems.DICOM,
                "110153",
                {"display": "model number ABC"},
                network={"address": "myDevice.example.com", "type": "1"},
            ),
            _agent(
                systems.DICOM,
                "110152",
                {"display": "myMachine.example.org"},
                network={"address": "http://server.example.com/fhir", "type": "5"},
            ),
            _agent(systems.SNOMED, "429577009", {"reference": "Patient/ex-patient"})
            | {"requestor": True},
        ],
        "source": {
            "observer": {"display": "model number ABC"},
            "type": [{"system": systems.SECURITY_SOURCE, "code": "1"}],
        },
        "entity": [
            {
                "what": {"reference": "Patient/ex-patient"},
                "type": {"system": systems.AUDIT_ENTITY, "code": "1"},
                "role": {"system": systems.OBJECT_ROLE, "code": "1"},
            },
            {
                "what": {"reference": "DocumentReference/ex-documentreference"},
                "type": {"system": systems.AUDIT_ENTITY, "code": "2"},
                "role": {"system": systems.OBJECT_ROLE, "code": "3"},
            },
        ],
    },
}
"""By the profile that each is an example of."""


def text_of(profile: str) -> str:
    """An example as JSON."""
    return json.dumps(REFERENCES[profile])
