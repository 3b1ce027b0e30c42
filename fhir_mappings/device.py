"""Devices: a sensor by its make, and this gateway. Never an address, a serial number or a name.

Sources: HL7 FHIR R4 4.0.1, Device; HL7 PHD 2.0.0, PhdDevice, PhgDevice, and the value sets
MDCDeviceVersionTypes and DeviceTypes11073MDC. The profiles themselves are not claimed: they want
the System ID, which tells one device from all others and stays here.
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
_LONGEST = 80
# Twelve or sixteen hexadecimal digits, with or without separators: some firmware prints its
# address in the model or version string. Eight digits in a row in a model may be a serial number.
_ADDRESS = re.compile(r"(?i)(?<![0-9a-f])(?:[0-9a-f]{2}[-:. ]?){5,7}[0-9a-f]{2}(?![0-9a-f])")
_SERIAL = re.compile(r"[0-9]{8}")


def device_resource(
    facts: DeviceFacts,
    identifier: str,
    *,
    system: str,
    adapter: Adapter,
    simulated: bool,
    kinds: Iterable[Kind] = (),
) -> bytes:
    """A sensor: maker, model and versions, as far as it says them.

    Args:
        facts: of its make; the title is not sent, since a person may have chosen it.
        identifier: our keyed id of the device for this recipient.
        system: the system of that identifier.
        adapter: Bluetooth devices are marked as personal health devices.
        simulated: marks it HTEST.
        kinds: what it measures, for its specializations; unknown ones are left out.

    Raises:
        MappingError: no valid Device can be made of this.
    """
    known = set(kinds)
    meant = sorted({code for kind, code in _SPECIALIZATIONS.items() if kind in known})
    if not meant and "heart_rate" in known:  # a cuff and a treadmill tell it too
        meant = [_HEART_RATE]
    bluetooth = adapter == "ble"
    resource: Json = {
        "resourceType": "Device",
        "meta": security(simulated=simulated),
        "identifier": [{"system": system, "value": identifier}],
        "manufacturer": _make(facts.manufacturer),
        "modelNumber": _make(facts.model),
        "type": coded(systems.MDC, "65573", "MDC_MOC_VMS_MDS_SIMP") if bluetooth else {},
        "specialization": [{"systemType": coded(systems.MDC, *one)} for one in meant if bluetooth],
        "version": [
            {"type": coded(systems.MDC, *code), "value": value}
            for name, code in _VERSIONS.items()
            if (value := _plain(getattr(facts, name)))
        ],
    }
    return checked(Device, resource)


def gateway_device(identifier: str, *, system: str, version: str, simulated: bool) -> bytes:
    """This gateway, as the device that passes readings on.

    Raises:
        MappingError: no valid Device can be made of this.
    """
    software = coded(systems.MDC, *_VERSIONS["software"])
    resource: Json = {
        "resourceType": "Device",
        "meta": security(simulated=simulated),
        "identifier": [{"system": system, "value": identifier}],
        "modelNumber": "health-gateway",
        "type": coded(systems.MDC, "531981", "MDC_MOC_VMS_MDS_AHD"),
        "version": [{"type": software, "value": version}],
    }
    return checked(Device, resource)


def _make(text: str) -> str:
    return "" if _SERIAL.search(text) else _plain(text)


def _plain(text: str) -> str:
    """The text on one line, not too long; nothing if it could tell one device from all others."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return "" if _ADDRESS.search(line) else line[:_LONGEST].strip()
