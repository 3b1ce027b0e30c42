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
