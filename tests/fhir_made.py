"""One of every resource beside Observations of readings, by name, as they leave."""

from __future__ import annotations

from dataclasses import replace

from adapters.kinds import kind
from adapters.reading import DeviceFacts, DeviceKey, PersonKey
from fhir_mappings import systems
from fhir_mappings.audit_event import Disclosure, audit_event
from fhir_mappings.bundle import Entry, batch_bundle, if_none_exist
from fhir_mappings.clock import NotSaid, coincident_time
from fhir_mappings.consent import Agreed, consent_resource
from fhir_mappings.device import device_resource, gateway_device
from fhir_mappings.device_metric import device_metric
from fhir_mappings.patient import patient_resource
from fhir_mappings.provenance import Origin, provenance_resource
from fhir_mappings.related_person import related_person
from fhir_mappings.render import render
from tests.fhir_shapes import AT, EXAMPLES

SYSTEM = "https://gateway.example/ids"
PHD = (systems.PHD_DEVICE, systems.PHG_DEVICE, systems.PHD_METRIC, systems.PHD_COINCIDENT)
FACTS = DeviceFacts(
    PersonKey("p"), DeviceKey("d"), "", "Nonin Medical, Inc.", "3230", "r1.0", "r2.1", "r1.5"
)
AGREED = Agreed(
    id="17",
    patient="Patient/p1",
    performer="Patient/p1",
    recipient=("urn:example:clinic", "The Clinic"),
    kinds=[kind("heart_rate"), kind("blood_pressure")],
    purpose="TREAT",
    given_at=AT,
    start=AT,
    end=AT + 31_536_000_000,
    measured_from=AT - 86_400_000,
    measured_to=AT + 31_536_000_000,
    policy="https://clinic.example/policy|3",
    text_sha256="0f" * 32,
)
DISCLOSURE = Disclosure(
    patient="Patient/p1",
    gateway_device="Device/gateway",
    recipient=("urn:example:clinic", "The Clinic"),
    address="https://fhir.clinic.example/r4",
    batch=("batch-9", "ab" * 32),
    rows=50,
    purpose="TREAT",
    consent=("17", SYSTEM),
    at=AT,
    outcome="0",
    author="Patient/p1",
)
ORIGIN = Origin(
    subject="Patient/p1",
    gateway_device="Device/gateway",
    devices=["Device/strap"],
    policy="https://clinic.example/policy|3",
    purpose="TREAT",
    consent="17",
    consent_system=SYSTEM,
)


def _device(*kinds: str, adapter: str = "ble", profiles: tuple[str, ...] = ()) -> bytes:
    return device_resource(
        FACTS,
        "keyed-id",
        system=SYSTEM,
        adapter="ble" if adapter == "ble" else "healthkit",
        simulated=False,
        kinds=map(kind, kinds),
        profiles=profiles,
    )


def _look(said: int | NotSaid, profiles: tuple[str, ...] = ()) -> bytes:
    return coincident_time(
        "look-1",
        system=SYSTEM,
        device="Device/strap",
        gateway_device="Device/gateway",
        said=said,
        at=AT,
        simulated=False,
        profiles=profiles,
    )


def _bundle() -> bytes:
    bodies = {name: render(*EXAMPLES[name])[0] for name in ("quantity-instant", "components")}
    return batch_bundle(
        [Entry(body, "Observation", if_none_exist(SYSTEM, name)) for name, body in bodies.items()]
    )


MADE: dict[str, bytes] = {
    "patient": patient_resource("keyed-id", system=SYSTEM, simulated=True),
    "related-person": related_person(
        "keyed-id", system=SYSTEM, patient="Patient/p1", relationship="GUARD", simulated=False
    ),
    "device": _device("oxygen_saturation", "pulse_rate"),
    "device-phd": _device("oxygen_saturation", "pulse_rate", profiles=PHD),
    "device-healthkit": _device("step_count", adapter="healthkit"),
    "gateway": gateway_device("g", system=SYSTEM, version="0.1.0", simulated=False),
    "gateway-phg": gateway_device(
        "g", system=SYSTEM, version="0.1.0", simulated=False, profiles=PHD
    ),
    "device-metric": device_metric(
        kind("blood_pressure"),
        "m",
        system=SYSTEM,
        device="Device/cuff",
        simulated=False,
        profiles=PHD,
    ),
    "clock": _look(AT - 5_000, PHD),
    "clock-lost": _look("unknown", PHD),
    "clock-masked": _look("masked", PHD),
    "provenance": provenance_resource(
        ["Observation/1", "Observation/2"], ORIGIN, recorded=AT, simulated=True
    ),
    "provenance-of-corrections": provenance_resource(
        ["Observation/1"], ORIGIN, recorded=AT, simulated=True, amended=True
    ),
    "provenance-by-a-guardian": provenance_resource(
        ["Observation/1"],
        replace(ORIGIN, consenter="RelatedPerson/r1"),
        recorded=AT,
        simulated=False,
    ),
    "consent": consent_resource(AGREED, system=SYSTEM, simulated=False),
    "consent-by-a-guardian": consent_resource(
        replace(AGREED, performer="RelatedPerson/r1", given_as="guardian"),
        system=SYSTEM,
        simulated=False,
    ),
    "consent-withdrawn": consent_resource(
        replace(AGREED, over_at=AT + 1000), system=SYSTEM, simulated=False
    ),
    "audit-event": audit_event(DISCLOSURE, simulated=False),
    "audit-event-before-anything-is-there": audit_event(
        replace(DISCLOSURE, patient="", gateway_device="", author="", outcome="4"), simulated=False
    ),
    "audit-event-by-a-guardian": audit_event(
        replace(DISCLOSURE, author="RelatedPerson/r1", given_as="guardian"), simulated=False
    ),
    "bundle": _bundle(),
}
