"""One reading as an Observation: the slow way, through the models, for previews and tests.

It is also where the templates of `template.py` come from, so the two cannot drift apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from fhir.resources.R4B.observation import Observation
from pydantic import ValidationError

from adapters.kinds import row_of as kind_row_of
from adapters.reading import (
    Instant,
    Reading,
    canonical,
    flags_of,
    situation_of,
    text_of,
)
from fhir_mappings import sampled, systems, words
from fhir_mappings.claims import claims, is_vital_sign
from fhir_mappings.errors import MappingError
from fhir_mappings.instant import utc
from fhir_mappings.resource import Json, coded, concept, security
from fhir_mappings.shape import Shape
from fhir_mappings.statistics import COUNT_UNIT, beside
from fhir_mappings.table import Codes, Coding, Row, row_of
from fhir_mappings.values import is_there, parts_of, quantity, value
from fhir_mappings.words import Doubt


@dataclass(frozen=True, slots=True)
class Slots:
    """What differs from reading to reading, in the order in which it stands in the JSON.

    ``parts`` are one number, a number a component (without the optional ones that are not there),
    or ``absent:<reason>``, or one word, or samples (`sampled.text`). ``members`` and ``derived``
    are as in `Outgoing`.
    """

    identifier: str
    start: str
    end: str
    issued: str
    parts: tuple[str, ...]
    flags: int
    members: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()


def to_observation(
    reading: Reading, shape: Shape, *, identifier: str, issued: Instant
) -> Observation:
    """Map one reading.

    Args:
        reading: of the shape's kind.
        shape: patient, device and claims.
        identifier: the keyed identity for this recipient, so that a conditional create makes the
            Observation once however often it is sent.
        issued: when it was made ready to be sent, ms UTC.

    Raises:
        MappingError: the kind has no row, or the reading is not of the shape's kind.
        ReadingRefused: the value is not of its kind's shape or unit.

    Source: HL7 FHIR R4 4.0.1, Observation and Vital Signs Profile; HL7 PHD 2.0.0.
    """
    if reading.kind != shape.kind:
        raise MappingError("the reading is not of the shape's kind", reading.kind)
    stored, decimals = canonical(reading)
    told = sampled.text(reading.waveform) if reading.waveform else text_of(stored, decimals)
    end = reading.start + reading.duration
    slots = Slots(
        identifier=identifier,
        start=utc(reading.start),
        end=utc(end) if reading.duration else "",
        issued=utc(issued),
        parts=parts_of(told, kind_row_of(shape.kind)),
        flags=flags_of(reading),
    )
    return build(content(shape, slots))


def build(resource: Json) -> Observation:
    """Let the R4B model check a resource.

    Raises:
        MappingError: it is not an Observation.
    """
    try:
        return Observation.model_validate(resource)
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors()[0]["loc"])
        raise MappingError(f"not a valid Observation: {where}") from error


def content(shape: Shape, slots: Slots) -> Json:
    """The Observation as JSON, in the order of the R4 definition."""
    row = row_of(shape.kind)
    worn, said = words.site(shape.body_site), words.place(slots.flags)
    place, site = said or worn, said if said in words.BODY_SITES else worn
    doubts = words.doubts(slots.flags, corrected=shape.corrected)
    codings = _codings(row, shape, place)
    profiles = claims(shape, row, codings, slots.parts, period=bool(slots.end))
    if row.unit is not None and any(one.startswith(systems.PHR) for one in profiles):
        # HL7 PHR fixes the words of a unit to its code.
        code = row.unit.code
        row = row.model_copy(update={"unit": row.unit.model_copy(update={"words": code})})
    resource: Json = {"resourceType": "Observation", "meta": _meta(shape, profiles)}
    if extensions := _extensions(shape):
        resource["extension"] = extensions
    known_as = [shape.identifier_system]
    if any(one.startswith(systems.PHD) for one in profiles):
        known_as.append(systems.PHD_CONDITIONAL_CREATE)
    resource["identifier"] = [{"system": one, "value": slots.identifier} for one in known_as]
    resource["status"] = _status(shape, doubts)
    resource["category"] = _categories(shape, row)
    resource["code"] = concept(*codings)
    resource["subject"] = {"reference": shape.subject}
    if slots.end:
        resource["effectivePeriod"] = {"start": slots.start, "end": slots.end}
    else:
        resource["effectiveDateTime"] = slots.start
    resource["issued"] = slots.issued
    resource["performer"] = [{"reference": shape.subject}]
    if not row.components:
        resource |= value(row, slots.parts[0])
    notes = [doubt.note for doubt in doubts] + [words.situation(slots.flags)]
    if shape.corrected:
        notes.append(words.CORRECTED)
    if shape.also_counted and shape.grain != "raw":
        notes.append(words.ALSO_COUNTED)
    resource |= _quality(doubts, notes, there=any(map(is_there, slots.parts)))
    if site:
        resource["bodySite"] = _body_site(site, shape.permits)
    if shape.grain != "raw" and (method := _method(shape)):
        resource["method"] = method
    if shape.device:
        resource["device"] = {"reference": shape.device}
    for name, links in (("hasMember", slots.members), ("derivedFrom", slots.derived)):
        if links:
            resource[name] = [{"reference": link} for link in links]
    if len(slots.parts) > 1 and not row.components and row.unit is not None:
        resource["component"] = [
            {"code": concept(coding)}
            | quantity(COUNT_UNIT if coding.code == "count" else row.unit, part)
            for coding, part in zip(beside(shape), slots.parts[1:], strict=True)
        ]
    if row.components:
        resource["component"] = [
            {"code": concept(*_codings(codes, shape, place))} | value(row, part)
            for codes, part in zip(row.components.values(), slots.parts, strict=False)
        ]
    if supplemental := _supplemental(shape, slots.flags, profiles):
        resource["component"] = [*resource.get("component", ()), *supplemental]
    return resource


def _supplemental(shape: Shape, flags: int, profiles: list[str]) -> list[Json]:
    """What PHD's supplemental types say of a reading: that an oximeter looked once.

    R4's vital signs bind every part of one to a unit: where such a profile is claimed, the note
    alone says it.
    """
    if shape.adapter != "ble" or shape.grain != "raw" or situation_of(flags) != words.SPOT_CHECK:
        return []
    if any(map(is_vital_sign, profiles)):
        return []
    return [
        {
            "code": coded(systems.MDC, "68193", "MDC_ATTR_SUPPLEMENTAL_TYPES"),
            "valueCodeableConcept": coded(systems.MDC, "150588", "MDC_MODALITY_SPOT"),
        }
    ]


def _extensions(shape: Shape) -> list[Json]:
    """The gateway, and the look at the sensor's clock that set this reading's time right."""
    gateway = shape.gateway_device if shape.adapter == "ble" else ""
    named = {systems.GATEWAY_DEVICE: gateway, systems.COINCIDENT_REFERENCE: shape.clock}
    return [
        {"url": url, "valueReference": {"reference": reference}}
        for url, reference in named.items()
        if reference
    ]


def _codings(codes: Codes, shape: Shape, place: str) -> tuple[Coding, ...]:
    true = codes.codings(shape.adapter, place, shape.permits)
    if shape.adapter != "ble":
        true = tuple(coding for coding in true if coding.system != systems.MDC)
    if not true:
        raise MappingError("only a Bluetooth device measures this", shape.kind)
    return true


def _meta(shape: Shape, profiles: list[str]) -> Json:
    meta: Json = {"profile": profiles} if profiles else {}
    meta |= security(simulated=shape.simulated, patient_asserted=True)
    if any(one.startswith(systems.US_CORE) for one in shape.profiles):
        meta["tag"] = [{"system": systems.US_CORE_TAGS, "code": "patient-supplied"}]
    return meta


def _status(shape: Shape, doubts: tuple[Doubt, ...]) -> str:
    """Preliminary where the device had not finished (PHD 2.0.0, Observation.status).

    What we put together ourselves is finished, whatever is doubtful of a part of it.
    """
    early = any(doubt.status == "early-indication" for doubt in doubts)
    raw = shape.status == "final" and shape.grain == "raw"
    return "preliminary" if early and raw else shape.status


def _categories(shape: Shape, row: Row) -> list[Json]:
    made = [coded(systems.CATEGORY, row.category, row.category.replace("-", " ").title())]
    if shape.adapter == "ble":
        made.append(coded(systems.PHD_CATEGORY, "phd", "PHD generated Observation"))
    return made


def _quality(doubts: tuple[Doubt, ...], notes: list[str], *, there: bool) -> Json:
    """Each status once, and only beside a value (Point-of-Care Device guide); each note."""
    made: Json = {}
    statuses = dict.fromkeys(doubt.status for doubt in doubts if doubt.status and there)
    if statuses:
        made["interpretation"] = [
            coded(systems.MEASUREMENT_STATUS, status, words.STATUSES[status]) for status in statuses
        ]
    said = [{"text": note} for note in notes if note]
    return made | ({"note": said} if said else {})


def _body_site(site: str, permits: frozenset[str]) -> Json:
    snomed = coded(systems.SNOMED, *words.BODY_SITES[site])
    return (snomed if systems.SNOMED in permits else {}) | {"text": site}


def _method(shape: Shape) -> Json:
    statistics = {"mean": ("average", "Average"), "sum": ("sum", "Sum")}
    found = statistics.get(kind_row_of(shape.kind).aggregation)
    if found is None:
        return {}
    return coded(systems.STATISTICS, *found)


def to_json(observation: Observation) -> Json:
    """The content of a model as plain JSON, in its order."""
    made: Json = json.loads(observation.model_dump_json())
    return made
