"""Faults, one at a time, in resources that every judge accepts: what each judge must notice.

A fault is planted in the JSON of a made resource; its name says what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fhir_mappings.render import render
from tests.fhir_made import MADE
from tests.fhir_shapes import EXAMPLES

Json = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """Something wrong with one resource."""

    says: str
    where: str
    spoil: Callable[[Json], object]

    def planted(self) -> str:
        """The spoilt resource."""
        document: Json = json.loads(whole(self.where))
        before = json.dumps(document)
        self.spoil(document)
        spoilt = json.dumps(document)
        assert spoilt != before, self.says
        return spoilt


def whole(name: str) -> bytes:
    """A resource without a fault."""
    return MADE[name] if name in MADE else render(*EXAMPLES[name])[0]


def _code(document: Json, **changes: str) -> None:
    document["code"]["coding"][0].update(changes)


def _value(document: Json, **changes: object) -> None:
    document["valueQuantity"].update(changes)


HR, BP, WAVE = "quantity-instant", "components", "samples"
FAULTS: tuple[Fault, ...] = (
    Fault("a status that is no code of it", HR, lambda one: one.update(status="done")),
    Fault("no status", HR, lambda one: one.pop("status")),
    Fault(
        "a time without a zone",
        HR,
        lambda one: one.update(effectiveDateTime="2026-11-21T23:40:15.250"),
    ),
    Fault(
        "a month that is none", HR, lambda one: one.update(effectiveDateTime="2026-13-21T23:40:15Z")
    ),
    Fault("two values", HR, lambda one: one.update(valueString="72")),
    Fault("two times", HR, lambda one: one.update(effectivePeriod={"start": "2026-11-21"})),
    Fault(
        "a value and a reason for none (obs-6)",
        HR,
        lambda one: one.update(dataAbsentReason={"text": "none"}),
    ),
    Fault("a unit that is none of UCUM", HR, lambda one: _value(one, code="bpm")),
    Fault("another code than the profile's", HR, lambda one: _code(one, code="8868-4")),
    Fault("no category", HR, lambda one: one.pop("category")),
    Fault("the number as text", HR, lambda one: _value(one, value="72")),
    Fault("neither a value nor a reason (vs-2)", HR, lambda one: one.pop("valueQuantity")),
    Fault("no time", HR, lambda one: one.pop("effectiveDateTime")),
    Fault("no code", HR, lambda one: one.pop("code")),
    Fault("no patient", HR, lambda one: one.pop("subject")),
    Fault("an element that is not of R4", HR, lambda one: one.update(pulse=72)),
    Fault("an id that is none", HR, lambda one: one.update(id="a/b c")),
    Fault("a list where one is wanted", HR, lambda one: one.update(device=[one["device"]])),
    Fault("one where a list is wanted", HR, lambda one: one.update(category=one["category"][0])),
    Fault("a comparator that is none", HR, lambda one: _value(one, comparator="about")),
    Fault(
        "a code of a unit without its system (qty-3)",
        HR,
        lambda one: one["valueQuantity"].pop("system"),
    ),
    Fault("an instant without a zone", HR, lambda one: one.update(issued="2026-11-21T23:41:16")),
    Fault("an empty text", HR, lambda one: one["bodySite"].update(text="")),
    Fault("no gateway (PHD)", HR, lambda one: one.pop("extension")),
    Fault("no code of MDC (PHD)", HR, lambda one: one["code"]["coding"].pop(1)),
    Fault("not of category phd (PHD)", HR, lambda one: one["category"].pop(1)),
    Fault("no sensor (PHD)", HR, lambda one: one.pop("device")),
    Fault(
        "a part without value or reason (vs-3)",
        BP,
        lambda one: one["component"][0].pop("valueQuantity"),
    ),
    Fault("a part without a code", BP, lambda one: one["component"][0].pop("code")),
    Fault(
        "a part with the code of the whole, and a value (obs-7)",
        BP,
        lambda one: one["component"][0].update(code=one["code"]) or one.update(valueString="x"),
    ),
    Fault("a panel with a value of its own", BP, lambda one: one.update(valueString="120/80")),
    Fault(
        "samples without their number of dimensions",
        WAVE,
        lambda one: one["valueSampledData"].pop("dimensions"),
    ),
    Fault("samples without an origin", WAVE, lambda one: one["valueSampledData"].pop("origin")),
    Fault(
        "samples with a letter that is none of theirs",
        WAVE,
        lambda one: one["valueSampledData"].update(data="1 x 2"),
    ),
    Fault(
        "a period that ends before it starts (per-1)",
        WAVE,
        lambda one: one["effectivePeriod"].update(end="2020-01-01T00:00:00Z"),
    ),
    Fault(
        "a period of a glucose sensor (CGM)",
        "quantity-glucose-sensor",
        lambda one: one.update(effectivePeriod={"start": one.pop("effectiveDateTime")}),
    ),
    Fault(
        "a glucose unit as it is not fixed (CGM)",
        "quantity-glucose-sensor",
        lambda one: _value(one, unit="milligrams"),
    ),
    Fault(
        "a part beside a number that is no supplemental type (PHD)",
        "quantity-spot-check",
        lambda one: one["component"][0]["code"]["coding"][0].update(code="68220"),
    ),
    Fault(
        "another code than US Core's",
        "quantity-us-core",
        lambda one: _code(one, code="8868-4"),
    ),
    Fault("a device without a System ID (PHD)", "device-phd", lambda one: one["identifier"].pop(1)),
    Fault("a device without a maker (PHD)", "device-phd", lambda one: one.pop("manufacturer")),
    Fault("a gateway without a version (PHD)", "gateway-phg", lambda one: one.pop("version")),
    Fault("a metric of no category", "device-metric", lambda one: one.pop("category")),
    Fault("a metric of an unknown category", "device-metric", lambda one: one.update(category="x")),
    Fault("a member that is nothing (ele-1)", "group", lambda one: one.update(hasMember=[{}])),
    Fault(
        "a time of a clock and a reason for none (obs-6)",
        "clock-masked",
        lambda one: one.update(valueDateTime="2026-11-21T23:40:10Z"),
    ),
    Fault("a look at the clock of no sensor (PHD)", "clock", lambda one: one.pop("subject")),
    Fault("a look at a clock by no gateway (PHD)", "clock", lambda one: one.pop("device")),
    Fault(
        "a look at a clock that names members (PHD)",
        "clock",
        lambda one: one.update(hasMember=[{"reference": "Observation/1"}]),
    ),
    Fault(
        "a reading that names as its look what is none",
        "group-of-a-session-set-right",
        lambda one: one["extension"][1].pop("valueReference"),
    ),
    Fault("a provenance of nothing", "provenance", lambda one: one.pop("target")),
    Fault("a provenance of nobody", "provenance", lambda one: one.pop("agent")),
    Fault(
        "a consenter who is nobody (Provenance)",
        "provenance-by-a-guardian",
        lambda one: one["agent"][-1].pop("who"),
    ),
    Fault("a consent without a scope", "consent", lambda one: one.pop("scope")),
    Fault("a consent that is 'revoked'", "consent", lambda one: one.update(status="revoked")),
    Fault(
        "a provision that neither permits nor denies",
        "consent",
        lambda one: one["provision"].update(type="maybe"),
    ),
    Fault(
        "a consent under no policy (ppc-1)",
        "consent",
        lambda one: one.pop("policy") and one.pop("policyRule"),
    ),
    Fault(
        "an actor without a role",
        "consent",
        lambda one: one["provision"]["provision"][0]["actor"][0].pop("role"),
    ),
    Fault("an audited event of no source", "audit-event", lambda one: one.pop("source")),
    Fault(
        "an audited event with an unknown action", "audit-event", lambda one: one.update(action="X")
    ),
    Fault(
        "an audited event without a recipient (BALP)",
        "audit-event",
        lambda one: one["agent"].pop(1),
    ),
    Fault(
        "an audited event without a place of its source (BALP)",
        "audit-event",
        lambda one: one["agent"][0].pop("network"),
    ),
    Fault(
        "an audited event that its source has not seen (val-audit-source)",
        "audit-event",
        lambda one: one["source"].update(observer={"reference": "Device/other"}),
    ),
    Fault("a guardian of nobody", "related-person", lambda one: one.pop("patient")),
    Fault("an unknown gender", "patient", lambda one: one.update(gender="x")),
    Fault(
        "an entry without a request (bdl-3)", "bundle", lambda one: one["entry"][0].pop("request")
    ),
    Fault("an unknown sort of bundle", "bundle", lambda one: one.update(type="pile")),
    Fault(
        "a fault inside a bundle", "bundle", lambda one: one["entry"][0]["resource"].pop("status")
    ),
)
