"""HL7's own examples as facts: which elements each has, and which codes stand in them.

Nothing else of them is kept: numbers, times, references and words for people belong to an instance.
As `tests.hl7_examples.facts` writes them.

Sources: HL7/phd, input/examples, in its stored versions of 2018 to 2026 (for PHD 2.0.0);
HL7/cgm, input/fsh/examples.fsh (CGM 1.0.0); HL7/US-Core, input/examples (US Core 9.0.0);
HL7/personal-health-record-format-ig, input/fsh/pghd/examples/Vitalsign (PHR 1.0.0-ballot2);
IHE/ITI.BasicAudit, input/fsh/Disclose.fsh (BALP 1.1.4).
"""

from __future__ import annotations

from dataclasses import dataclass


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
    Example(
        "Observation-heart-rate.json",
        "quantity-us-core",
        _facts(
            "status, subject, effectiveDateTime, encounter, category category|vital-signs",
            "code LOINC|8867-4", _QUANTITY,
        ),
    ),
    Example(
        "pghd-heartrate",
        "quantity-phone-pghd",
        _facts(
            _OBSERVATION, _QUANTITY, "identifier.system, identifier.value, performer, contained",
            "category category|vital-signs, code LOINC|8867-4, code PGHD|heartRate",
        ),
    ),
    Example(
        "ex-auditPrivacyDisclosure-source",
        "audit-event",
        _facts(
            "meta.security, type, subtype, action, recorded, outcome",
            "purposeOfEvent ActReason|PATRQT, agent.type DICOM|110153, agent.type DICOM|110152",
            "agent.type SNOMED|429577009, agent.who, agent.requestor, agent.network",
            "source.site, source.observer, source.type, entity.what, entity.type, entity.role",
        ),
    ),
)  # fmt: skip
