"""The code systems and canonical addresses that are written into resources.

Sources: HL7 FHIR R4 4.0.1 and HL7 Terminology (THO) for the first block; HL7 Personal Health
Device guide 2.0.0 (STU2) for PHD and POCD; HL7 Personal Health Record guide 1.0.0-ballot2 for PGHD
and the codes of symptoms and electrocardiograms; Apple, where no guide has a code (the address that
HealthKitOnFHIR uses too).
"""

from __future__ import annotations

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
MDC = "urn:iso:std:iso:11073:10101"
SNOMED = "http://snomed.info/sct"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
STATISTICS = "http://terminology.hl7.org/CodeSystem/observation-statistics"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
DATA_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
GATEWAY_DEVICE = "http://hl7.org/fhir/StructureDefinition/observation-gatewayDevice"

PGHD = "http://hl7.org/fhir/uv/phr/CodeSystem/observation-pghd-codes"
ECG_LEAD = "http://hl7.org/fhir/uv/phr/CodeSystem/ecg-lead-codes"
SEVERITY = "http://hl7.org/fhir/uv/phr/CodeSystem/symptom-severity-codes"
PRESENCE = "http://hl7.org/fhir/uv/phr/CodeSystem/presence-codes"
APPETITE = "http://hl7.org/fhir/uv/phr/CodeSystem/appetite-changes-codes"
ECG = "http://hl7.org/fhir/uv/phr/CodeSystem/ecg-classification-codes"
APPLE = "http://developer.apple.com/documentation/healthkit"
SLEEP = "http://hl7.org/fhir/uv/phr/CodeSystem/sleep-analysis-codes"
TIMING = "http://terminology.hl7.org/CodeSystem/v3-TimingEvent"

PHD_CATEGORY = "http://hl7.org/fhir/uv/phd/CodeSystem/PhdObservationCategories"
PHD_NUMERIC = "http://hl7.org/fhir/uv/phd/StructureDefinition/PhdNumericObservation"
PHD_CODED = "http://hl7.org/fhir/uv/phd/StructureDefinition/PhdCodedEnumerationObservation"
PHD_COMPOUND = "http://hl7.org/fhir/uv/phd/StructureDefinition/PhdCompoundNumericObservation"
MEASUREMENT_STATUS = "http://hl7.org/fhir/uv/pocd/CodeSystem/measurement-status"

CGM_READING = "http://hl7.org/fhir/uv/cgm/StructureDefinition/cgm-sensor-reading-mass-per-volume"

US_CORE = "http://hl7.org/fhir/us/core/"
US_CORE_TAGS = "http://hl7.org/fhir/us/core/CodeSystem/us-core-tags"
VITAL_SIGNS = "http://hl7.org/fhir/StructureDefinition/vitalsigns"

# Consent, AuditEvent, RelatedPerson, DeviceMetric: HL7 FHIR R4 4.0.1 and HL7 Terminology; DICOM for
# the types of audited events; IHE Basic Audit Log Patterns (BALP) 1.1.
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
CONSENT_ACTION = "http://terminology.hl7.org/CodeSystem/consentaction"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
RESOURCE_TYPES = "http://hl7.org/fhir/resource-types"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
LIFECYCLE = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
AUDIT_ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
SECURITY_SOURCE = "http://terminology.hl7.org/CodeSystem/security-source-type"
URI = "urn:ietf:rfc:3986"

PHD = "http://hl7.org/fhir/uv/phd/StructureDefinition/"
PHD_CONDITIONAL_CREATE = "http://hl7.org/fhir/uv/phd/StructureDefinition/PhdBaseObservation"
"""The system of the identifier of a conditional create. Its value in the guide spells out device,
patient and time; ours is the keyed identity, which tells as much to us and nothing to others."""
PHD_DEVICE = "http://hl7.org/fhir/uv/phd/StructureDefinition/PhdDevice"
PHG_DEVICE = "http://hl7.org/fhir/uv/phd/StructureDefinition/PhgDevice"
PHD_METRIC = "http://hl7.org/fhir/uv/phd/StructureDefinition/PhdDeviceMetric"
PHD_RTSA = "http://hl7.org/fhir/uv/phd/StructureDefinition/PhdRtsaObservation"
PHD_COINCIDENT = "http://hl7.org/fhir/uv/phd/StructureDefinition/PhdCoincidentTimeStampObservation"
COINCIDENT_REFERENCE = "http://hl7.org/fhir/uv/phd/StructureDefinition/CoincidentTimeStampReference"
DEVICE_IDENTIFIERS = "http://hl7.org/fhir/uv/phd/CodeSystem/ContinuaDeviceIdentifiers"
ASN1 = "http://hl7.org/fhir/uv/phd/CodeSystem/ASN1ToHL7"
EUI_64 = "urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680"
YES_OR_NO = "http://terminology.hl7.org/CodeSystem/v2-0136"
ABSENT_EXTENSION = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
PHR = "http://hl7.org/fhir/uv/phr/"
BALP_DISCLOSURE = (
    "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PrivacyDisclosure.Source"
)
