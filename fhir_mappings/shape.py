"""What is the same for all readings of a series on their way to one recipient."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from adapters.kinds import Kind
from fhir_mappings.errors import MappingError

Status = Literal["final", "amended", "entered-in-error"]
Adapter = Literal["ble", "healthkit"]
Grain = Literal["raw", "minute", "hour", "day", "local_day"]

_PATIENT = re.compile(r"Patient/[A-Za-z0-9.-]{1,64}")
_OBSERVATION = re.compile(r"Observation/[A-Za-z0-9.-]{1,64}")
_DEVICE = re.compile(r"Device/[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything in an Observation but its identifier, times, value and flags.

    Attributes:
        kind: what was measured.
        subject: the patient at the recipient, ``"Patient/123"``; nothing but a Patient.
        device: the sensor at the recipient, ``"Device/abc"``; empty when there is none.
        gateway_device: this gateway at the recipient; empty when there is none.
        identifier_system: the system of the identifiers in `Outgoing.ids`.
        adapter: where the reading came in: MDC codes only for "ble", PGHD for "healthkit".
        simulated: marks it HTEST, test data, wherever it goes.
        body_site: where the sensor is worn, one of `words.BODY_SITES`; others are left out. A
            reading that says where it was taken is believed before this.
        profiles: what the recipient's invitation claims; only these stand in `meta.profile`.
            The address of R4's vitalsigns stands for all the profiles made from it.
        permits: code systems that the invitation allows beyond the free ones (SNOMED CT).
        status: "amended" for a corrected value, "entered-in-error" for one taken back; the
            value is then the original one, or ``absent:error``.
        grain: "raw" for readings as they came, else over what time they were put together.
        clock: where the look at the sensor's clock stands at the recipient, ``"Observation/1"``,
            for readings whose time was set right by it; empty when there is none.
        also_counted: whether another device of the person may have counted some of the same, so
            that sums of both are not to be added.
        corrected: whether the values are not what the device measured but what the person says.
    """

    kind: Kind
    subject: str
    device: str
    gateway_device: str
    identifier_system: str
    adapter: Adapter
    simulated: bool
    body_site: str = ""
    profiles: tuple[str, ...] = ()
    permits: frozenset[str] = frozenset()
    status: Status = "final"
    grain: Grain = "raw"
    clock: str = ""
    also_counted: bool = False
    corrected: bool = False

    def __post_init__(self) -> None:
        if not _PATIENT.fullmatch(self.subject):
            raise MappingError("the subject is not a Patient", self.kind)
        if any(one and not _DEVICE.fullmatch(one) for one in (self.device, self.gateway_device)):
            raise MappingError("a device is not a Device", self.kind)
        if self.clock and not _OBSERVATION.fullmatch(self.clock):
            raise MappingError("the look at the clock is not an Observation", self.kind)
