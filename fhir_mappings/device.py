"""Devices: a sensor by its make, and this gateway. Never an address, a serial number or a name.

Sources: HL7 FHIR R4 4.0.1, Device; HL7 PHD 2.0.0, PhdDevice, PhgDevice, and the value sets
MDCDeviceVersionTypes and DeviceTypes11073MDC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fhir.resources.R4B.device import Device

from adapters.kinds import Kind
from adapters.reading import DeviceFacts
from fhir_mappings import systems
from fhir_mappings.resource import Json, checked, coded, security
from fhir_mappings.shape import Adapter

_VERSIONS = {
    "hardware": ("531974", "MDC_ID_PROD_SPEC_HW"),
    "software": ("531975", "MDC_ID_PROD_SPEC_SW"),
    "firmware": ("531976", "MDC_ID_PROD_SPEC_FW"),
}
_HEART_RATE = ("528525", "MDC_DEV_SUB_SPEC_PROFILE_HR")
_BODY_COMPOSITION = ("528404", "MDC_DEV_SPEC_PROFILE_BCA")
_FITNESS = ("528425", "MDC_DEV_SPEC_PROFILE_HF_CARDIO")
_SPECIALIZATIONS = {
    "oxygen_saturation": ("528388", "MDC_DEV_SPEC_PROFILE_PULS_OXIM"),
    "blood_pressure": ("528391", "MDC_DEV_SPEC_PROFILE_BP"),
    "body_temperature": ("528392", "MDC_DEV_SPEC_PROFILE_TEMP"),
    "respiratory_rate": ("528397", "MDC_DEV_SPEC_PROFILE_RESP_RATE"),
    "body_weight": ("528399", "MDC_DEV_SPEC_PROFILE_SCALE"),
    "blood_glucose": ("528401", "MDC_DEV_SPEC_PROFILE_GLUCOSE"),
    "interstitial_glucose": ("528409", "MDC_DEV_SPEC_PROFILE_CGM"),
    "peak_expiratory_flow": ("528405", "MDC_DEV_SPEC_PROFILE_PEFM"),
    "body_fat_percentage": _BODY_COMPOSITION,
    "body_impedance": _BODY_COMPOSITION,
    "running_speed": _FITNESS,
    "cycling_cadence": _FITNESS,
    "power": _FITNESS,
    "machine_speed": _FITNESS,
    "machine_distance": _FITNESS,
    "machine_energy": _FITNESS,
    "step_count": ("528484", "MDC_DEV_SUB_SPEC_PROFILE_STEP_COUNTER"),
}
# The guide writes zeros where a device has no System ID (PhdDevice, identifier). Ours have one that
# stays here, since it tells one device from all others.
_NO_SYSTEM_ID: Json = {
    "type": coded(systems.DEVICE_IDENTIFIERS, "SYSID", "IEEE 11073 System Identifier"),
    "system": systems.EUI_64,
    "value": "00-00-00-00-00-00-00-00",
}
_UNKNOWN: Json = {"extension": [{"url": systems.ABSENT_EXTENSION, "valueCode": "unknown"}]}
_NOT_REGULATED: Json = {
    "type": coded(systems.ASN1, "532354.0", "negated-regulation-status"),
    "valueCode": [coded(systems.YES_OR_NO, "Y", "Yes")],
}
_LONGEST = 80
# Twelve or sixteen hexadecimal digits, with or without separators: some firmware prints its
# address in the model or version string. Eight digits in a row in a model may be a serial number,
# and so may eight or more hexadecimal digits that are its last word.
_ADDRESS = re.compile(r"(?i)(?<![0-9a-f])(?:[0-9a-f]{2}[-:._ ]?){5,7}[0-9a-f]{2}(?![0-9a-f])")
_SERIAL = re.compile(r"[0-9]{8}")
_LAST_WORD = re.compile(r"(?i)(?:^|[\W_])[0-9a-f]{8,}\W*$")


def device_resource(
    facts: DeviceFacts,
    identifier: str,
    *,
    system: str,
    adapter: Adapter,
    simulated: bool,
    kinds: Iterable[Kind] = (),
    profiles: tuple[str, ...] = (),
) -> bytes:
    """A sensor: maker, model and versions, as far as it says them.

    Args:
        facts: of its make; the title is not sent, since a person may have chosen it.
        identifier: our keyed id of the device for this recipient.
        system: the system of that identifier.
        adapter: Bluetooth devices are marked as personal health devices.
        simulated: marks it HTEST.
        kinds: what it measures, for its specializations; unknown ones are left out.
        profiles: what the recipient knows; PhdDevice is claimed only where maker, model and a
            specialization are known.

    Raises:
        MappingError: no valid Device can be made of this.
    """
    known = set(kinds)
    meant = sorted({code for kind, code in _SPECIALIZATIONS.items() if kind in known})
    if not meant and "heart_rate" in known:  # a cuff and a treadmill tell it too
        meant = [_HEART_RATE]
    bluetooth = adapter == "ble"
    maker, model = _make(facts.manufacturer), _make(facts.model)
    as_phd = bool(systems.PHD_DEVICE in profiles and bluetooth and maker and model and meant)
    unsaid = {"_version": _UNKNOWN} if as_phd else {}
    resource: Json = {
        "resourceType": "Device",
        "meta": _meta(systems.PHD_DEVICE, claimed=as_phd, simulated=simulated),
        "identifier": [
            {"system": system, "value": identifier},
            *([_NO_SYSTEM_ID] if as_phd else []),
        ],
        "manufacturer": maker,
        "modelNumber": model,
        "type": coded(systems.MDC, "65573", "MDC_MOC_VMS_MDS_SIMP") if bluetooth else {},
        "specialization": [
            {"systemType": coded(systems.MDC, *one)} | unsaid for one in meant if bluetooth
        ],
        "version": [
            {"type": coded(systems.MDC, *code), "value": value}
            for name, code in _VERSIONS.items()
            if (value := _plain(getattr(facts, name)))
        ],
    }
    return checked(Device, resource)


def gateway_device(
    identifier: str,
    *,
    system: str,
    version: str,
    simulated: bool,
    profiles: tuple[str, ...] = (),
) -> bytes:
    """This gateway, as the device that passes readings on; ``profiles`` as for a sensor.

    Raises:
        MappingError: no valid Device can be made of this.
    """
    software = coded(systems.MDC, *_VERSIONS["software"])
    as_phg = systems.PHG_DEVICE in profiles
    resource: Json = {
        "resourceType": "Device",
        "meta": _meta(systems.PHG_DEVICE, claimed=as_phg, simulated=simulated),
        "identifier": [
            {"system": system, "value": identifier},
            *([_NO_SYSTEM_ID] if as_phg else []),
        ],
        "modelNumber": "health-gateway",
        "type": coded(systems.MDC, "531981", "MDC_MOC_VMS_MDS_AHD"),
        "version": [{"type": software, "value": version}],
        "property": [_NOT_REGULATED] if as_phg else [],
    }
    return checked(Device, resource)


def _meta(profile: str, *, claimed: bool, simulated: bool) -> Json:
    return ({"profile": [profile]} if claimed else {}) | security(simulated=simulated)


def _make(text: str) -> str:
    return "" if _SERIAL.search(text) else _plain(_LAST_WORD.sub("", text))


def _plain(text: str) -> str:
    """The text on one line, not too long; nothing if it could tell one device from all others."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return "" if _ADDRESS.search(line) else line[:_LONGEST].strip()
