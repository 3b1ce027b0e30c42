"""`docs/bluetooth.md`: every characteristic and field, and what becomes of it, from the code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from adapters.ble.characteristic import Becomes, Characteristic, every
from adapters.kinds import Kind, row_of
from adapters.simulator.scenario import SENSORS
from adapters.simulator.sensor import Identity
from fhir_mappings import systems
from fhir_mappings.table import rows

_HEAD = """# Bluetooth: what is read, written, simulated and mapped

Made by `python -m scripts.documents` from `adapters/ble/characteristics/`, the simulated models,
`adapters/kinds.toml` and `fhir_mappings/observations.toml`.

Every class reads (`from_bytes`) and writes (`__bytes__`) its value, to the last byte. "Simulated
by" names the models of `adapters/simulator/models/` that offer it. A field makes readings of a
kind, or says why it makes none. "FHIR" is the first code of the kind's row; a kind
that is not about the person is never sent.
"""
_SYSTEMS = {
    systems.LOINC: "LOINC",
    systems.MDC: "MDC",
    systems.PGHD: "PGHD",
    systems.APPLE: "Apple",
}
_NAMED = 4
_ANYBODY = Identity("C0:00:00:00:00:01", "any", "any")


def page() -> str:
    """The whole page."""
    offered = simulated()
    parts = [_HEAD]
    service = ""
    for one in every():
        if one.service != service:
            service = one.service
            parts.append(f"\n## {service}\n")
        parts.append("\n".join(_characteristic(one, offered)) + "\n")
    return "\n".join(parts)


def simulated() -> Mapping[str, tuple[str, ...]]:
    """Which models offer each characteristic, by UUID."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key, sensor in SENSORS.items():
        for offers in sensor.services(_ANYBODY, b"\x64").values():
            for one in offers:
                for uuid in (one.uuid, *one.described):
                    found[uuid].add(key)
    return {uuid: tuple(sorted(models)) for uuid, models in found.items()}


def fhir_of(kind: Kind) -> str:
    """The code under which a kind is sent, or why it never is."""
    known = row_of(kind)
    if not known.shareable:
        return f"never sent: {known.stays or f'about the {known.about}'}"
    code = rows()[kind].code
    return f"{_SYSTEMS[code.system]} {code.code}"


def _characteristic(one: Characteristic, offered: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    yield f"### {one.name} (0x{one.uuid[4:8].upper()})"
    yield ""
    models = offered.get(one.uuid, ())
    named = ", ".join(models[:_NAMED])
    if len(models) > _NAMED:
        named += f" and {len(models) - _NAMED} more"
    yield f"Source: {one.source}. Simulated by: {named}."
    yield ""
    yield "| field | decoded | encoded | simulated | kind | FHIR |"
    yield "| --- | --- | --- | --- | --- | --- |"
    decoded = "yes" if hasattr(one.value, "from_bytes") else ""
    encoded = "yes" if hasattr(one.value, "__bytes__") else ""
    for name, becomes in one.fields.items():
        kinds, fhir = _cells(becomes)
        can = f"{decoded} | {encoded} | {'yes' if models else ''}"
        yield f"| {name.replace('_', ' ')} | {can} | {kinds} | {fhir} |"


def _cells(becomes: Becomes) -> tuple[str, str]:
    if not becomes.kinds:
        return f"none: {becomes.why}", "none"
    names = ", ".join(f"`{kind}`" for kind in becomes.kinds)
    return names, ", ".join(fhir_of(kind) for kind in becomes.kinds)
