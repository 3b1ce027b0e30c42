"""What a sensor can measure, and in which unit: one DeviceMetric a sensor and kind.

Source: HL7 FHIR R4 4.0.1, DeviceMetric; HL7 PHD 2.0.0, PhdDeviceMetric.
"""

from __future__ import annotations

from fhir.resources.R4B.devicemetric import DeviceMetric

from adapters.kinds import Kind
from fhir_mappings import systems, words
from fhir_mappings.errors import MappingError
from fhir_mappings.resource import Json, checked, concept, security
from fhir_mappings.table import Coding, row_of


def has_metric(kind: Kind, body_site: str = "") -> bool:
    """Whether a code of MDC says what is measured by a sensor that is worn there."""
    return any(coding.system == systems.MDC for coding in _codings(kind, body_site))


def _codings(kind: Kind, body_site: str) -> tuple[Coding, ...]:
    return row_of(kind).codings("ble", words.site(body_site), frozenset())


def device_metric(
    kind: Kind,
    identifier: str,
    *,
    system: str,
    device: str,
    simulated: bool,
    body_site: str = "",
    profiles: tuple[str, ...] = (),
) -> bytes:
    """One kind of measurement of one sensor.

    Args:
        kind: what it measures; it has to have a code of MDC.
        identifier: our keyed id for this recipient.
        system: the system of that identifier.
        device: the sensor at the recipient, ``"Device/1"``.
        simulated: marks it HTEST.
        body_site: where the sensor is worn, as in `Shape`.
        profiles: what the recipient knows.

    Raises:
        MappingError: the kind has no code of MDC, or no valid DeviceMetric can be made of this.
    """
    row = row_of(kind)
    codings = _codings(kind, body_site)
    if not has_metric(kind, body_site):
        raise MappingError("no code of MDC says what it measures", kind)
    meta: Json = {"profile": [systems.PHD_METRIC]} if systems.PHD_METRIC in profiles else {}
    unit: Json = {}
    if row.unit is not None:
        unit = concept(Coding(system=systems.UCUM, code=row.unit.code, display=row.unit.words))
    resource: Json = {
        "resourceType": "DeviceMetric",
        "meta": meta | security(simulated=simulated),
        "identifier": [{"system": system, "value": identifier}],
        "type": concept(*sorted(codings, key=lambda coding: coding.system != systems.MDC)),
        "unit": unit,
        "source": {"reference": device},
        "category": "measurement",
    }
    return checked(DeviceMetric, resource)
