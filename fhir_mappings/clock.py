"""How far a sensor's clock was off: what it said, and when that was by the gateway's clock.

Readings whose time the gateway set right refer to it (`Shape.clock`). The sensor's own time says
nothing of where the person is: it is written as the same instant of UTC that the sensor meant, or
kept back (docs/decisions/0014-device-clocks.md).

Source: HL7 PHD 2.0.0, PhdCoincidentTimeStampObservation, CoincidentTimeStampReference; IEEE
11073-10101, MDC_ATTR_TIME_ABS; HL7 FHIR R4 4.0.1, data-absent-reason.
"""

from __future__ import annotations

from typing import Literal

from fhir.resources.R4B.observation import Observation

from adapters.reading import Instant
from fhir_mappings import systems
from fhir_mappings.instant import utc
from fhir_mappings.resource import Json, checked, coded, security

NotSaid = Literal["unknown", "masked"]
"""Why there is no time of the sensor's: it has lost its own, or it is not told."""


def coincident_time(
    identifier: str,
    *,
    system: str,
    device: str,
    gateway_device: str,
    said: Instant | NotSaid,
    at: Instant,
    simulated: bool,
    profiles: tuple[str, ...] = (),
) -> bytes:
    """One look at a sensor's clock.

    Args:
        identifier: our keyed id of this look for this recipient.
        system: the system of that identifier.
        device: the sensor at the recipient, ``"Device/1"``.
        gateway_device: this gateway at the recipient.
        said: the instant that the sensor's clock meant, ms UTC, or why there is none.
        at: when that was, ms UTC by the gateway's clock.
        simulated: marks it HTEST.
        profiles: what the recipient knows.

    Raises:
        MappingError: no valid Observation can be made of this.
    """
    known = systems.PHD_COINCIDENT in profiles
    meta: Json = {"profile": [systems.PHD_COINCIDENT]} if known else {}
    resource: Json = {
        "resourceType": "Observation",
        "meta": meta | security(simulated=simulated),
        "identifier": [{"system": system, "value": identifier}],
        "status": "final",
        "code": coded(systems.MDC, "67975", "MDC_ATTR_TIME_ABS"),
        "subject": {"reference": device},
        "effectiveDateTime": utc(at),
    }
    if isinstance(said, str):
        resource["dataAbsentReason"] = coded(systems.ABSENT, said, said.title())
    else:
        resource["valueDateTime"] = utc(said)
    resource["device"] = {"reference": gateway_device}
    return checked(Observation, resource)
