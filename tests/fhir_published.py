"""Where the profiles come from that are claimed, and what the example of each is called there.

Sources: HL7 FHIR R4 4.0.1, examples of Observation; HL7/phd, input/examples; HL7/cgm,
input/fsh/examples.fsh; HL7/US-Core, input/examples; HL7/personal-health-record-format-ig,
input/fsh/pghd/examples/Vitalsign; IHE/ITI.BasicAudit, input/fsh/Disclose.fsh.
"""

from __future__ import annotations

from collections.abc import Mapping

from fhir_mappings import systems

_R4 = systems.VITAL_SIGNS.removesuffix("vitalsigns")
_US = systems.US_CORE + "StructureDefinition/us-core-"
_PGHD = systems.PHR + "StructureDefinition/pghd-"

GUIDES: Mapping[str, str] = {
    _R4: "R4 4.0.1",
    systems.US_CORE: "US Core 9.0.0",
    systems.PHR: "PHR 1.0.0-ballot2",
    systems.PHD_NUMERIC.removesuffix("PhdNumericObservation"): "PHD 2.0.0",
    systems.CGM_READING.removesuffix("cgm-sensor-reading-mass-per-volume"): "CGM 1.0.0",
    systems.BALP_DISCLOSURE: "BALP 1.1.4",
}
"""The guide and its version, by the start of the addresses of its profiles."""

EXAMPLES: Mapping[str, str] = {
    _R4 + "heartrate": "heart-rate",
    _R4 + "resprate": "respiratory-rate",
    _R4 + "oxygensat": "satO2",
    _R4 + "bodytemp": "body-temperature",
    _R4 + "bodyheight": "body-height",
    _R4 + "bodyweight": "body-weight",
    _R4 + "bmi": "bmi",
    _R4 + "bp": "blood-pressure",
    _US + "heart-rate": "heart-rate",
    _US + "respiratory-rate": "respiratory-rate",
    _US + "pulse-oximetry": "oxygen-saturation",
    _US + "body-temperature": "temperature",
    _US + "body-height": "height",
    _US + "body-weight": "weight",
    _US + "bmi": "bmi",
    _US + "blood-pressure": "blood-pressure",
    _PGHD + "heartrate": "pghd-heartrate",
    _PGHD + "respiratoryrate": "pghd-respiratoryrate",
    _PGHD + "oxygenSaturation": "pghd-oxygenSaturation",
    _PGHD + "bodytemperature": "pghd-bodytemperature",
    _PGHD + "bodyheight": "pghd-bodyheight",
    _PGHD + "bodyweight": "pghd-bodyweight",
    _PGHD + "bmi": "pghd-bmi",
    systems.PHD_NUMERIC: "numeric-spotnumeric",
    systems.PHD_COMPOUND: "compound-numeric-blood-pressure",
    systems.PHD_CODED: "meal-context-observation",
    systems.PHD_RTSA: "rtsa-example",
    systems.PHD_COINCIDENT: "coin-example-1",
    systems.PHD_METRIC: "bp-devicemetric-example",
    systems.PHD_DEVICE: "phd-74E8FFFEFF051C00.001C05FFE874",
    systems.PHG_DEVICE: "phg-example",
    systems.CGM_READING: "cgmSensorReadingMassPerVolumeExample",
    systems.BALP_DISCLOSURE: "ex-auditPrivacyDisclosure-source",
}
"""The published example, by the profile that it is of."""


def guide_of(profile: str) -> str:
    """The guide that a profile is of, with the version that was read."""
    return max((start, name) for start, name in GUIDES.items() if profile.startswith(start))[1]
