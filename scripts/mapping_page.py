"""`docs/mapping.md`: how each kind is written in FHIR, made from the tables that write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapters.kinds import all_kinds
from adapters.reading import SITUATIONS, Quality, as_flags
from fhir_mappings import systems, words
from fhir_mappings.table import Codes, Coding, Sited, rows
from scripts.mapping_elements import elements

_NAMES = {
    systems.LOINC: "LOINC",
    systems.MDC: "MDC",
    systems.PGHD: "PGHD",
    systems.SNOMED: "SNOMED CT",
    systems.ECG_LEAD: "ECG lead",
    systems.SLEEP: "Sleep",
    systems.TIMING: "TimingEvent",
    systems.SEVERITY: "Severity",
    systems.PRESENCE: "Presence",
    systems.APPETITE: "Appetite",
    systems.ECG: "ECG",
    systems.APPLE: "Apple",
}
_HEAD = """# How readings are written in FHIR

Made by `python -m scripts.documents` from `fhir_mappings/observations.toml` and
`fhir_mappings/words.py`. Every reading that is shared becomes one Observation of HL7 FHIR R4 4.0.1.
This material contains content from LOINC (<http://loinc.org>); see `NOTICE`.
"""
_KINDS = """
## Kinds

The codes before *Bluetooth* are sent to every recipient, whatever the source, with two exceptions:
where a Bluetooth device says where it measured, a code of the place or sample stands in the stead
of those of its system (see the next section), and a code of MDC is sent of Bluetooth devices alone,
so that a kind with no other code has no FHIR form from elsewhere. *Bluetooth* stands beside them
when a Bluetooth device measured it, *HealthKit* when it came from a HealthKit export, and what is
*if permitted* only where the invitation allows that system.

A profile is claimed where the recipient knows it; of Bluetooth readings with a code of MDC also the
one of the HL7 Personal Health Device guide. Evidence says how many independent sources agree on the
first code.
"""
_PLACES = """
## Codes by place or sample

Where a Bluetooth device says where it measured, this code is sent, in the stead of a general one of
its system. A place on the body is also the `bodySite`; a sample never is.
"""
_WORDS = """
## Words

The values of kinds that are no numbers.
"""
_DOUBTS = """
## What is doubtful

A value that a person wrote in place of the one that came has the note "Corrected by the patient."
Of what is below it has only what is not said of the value itself (decision 0025).

Each is a note in these words. One with a status is also an interpretation, by the measurement
status codes of the HL7 Point-of-Care Device guide, where there is a value; an early indication
makes the Observation preliminary.
"""
_SITUATIONS = """
## Situations

Each is a note in these words, where a reading says so.
"""
_SITES = """
## Places on the body

Sent as words, and with the code of SNOMED CT where the invitation permits it.
"""
_ABSENT = """
## Without a value

The reasons, by the codes of data-absent-reason.
"""
_HERE = """
## What has no FHIR form

Kinds that are not about the person are never shared, nor are those that stay for a reason. Data
of a test, a demonstration, a calibration
or a control solution are not the person's, and are never sent.
"""


def mapping() -> str:
    """Every kind with its codes, and all that can stand beside a value."""
    parts = [
        _HEAD,
        _table("short | code system", ((name, f"`{url}`") for url, name in _NAMES.items())),
        elements(),
        _KINDS,
        _table("kind | codes | unit | category | profiles | source | evidence", _kinds()),
        _PLACES,
        _table("kind | where | code", _places()),
        _WORDS,
        _table("kind | word | code", _words()),
        _DOUBTS,
        _table("quality | note | status", _doubts()),
        _SITUATIONS,
        _table("situation | note", _situations()),
        _SITES,
        _table("place | SNOMED CT", ((site, " ".join(c)) for site, c in words.BODY_SITES.items())),
        _ABSENT,
        _table("code | words", ((f"`{code}`", said) for code, said in words.ABSENT.items())),
        _HERE,
        _table(
            "kind | why",
            (
                (f"`{row.kind}`", row.stays or f"It is about the {row.about}")
                for row in all_kinds().values()
                if not row.shareable
            ),
        ),
    ]
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def _table(head: str, lines: Iterable[Iterable[str]]) -> str:
    rule = " | ".join("---" for _ in head.split(" | "))
    written = [" | ".join(cell or "–" for cell in line) for line in lines]
    return "\n" + "\n".join(f"| {line} |" for line in [head, rule, *written])


def _kinds() -> Iterator[tuple[str, ...]]:
    for kind, row in rows().items():
        unit = f"`{row.unit.code}` ({row.unit.words})" if row.unit else ""
        profiles = "<br>".join(f"<{one}>" for one in row.profiles)
        evidence = f"{row.verified} source{'s' if row.verified == 'two' else ''}"
        yield f"`{kind}`", codes_of(row), unit, row.category, profiles, row.source, evidence
        for name, codes in row.components.items():
            optional = ", if there" if name in all_kinds()[kind].optional else ""
            yield f"`{kind}`, {name}{optional}", codes_of(codes), unit, "", "", "", ""


def codes_of(codes: Codes) -> str:
    """Every code that says what was measured, a line each."""
    said = [_code(one) for one in (codes.code, *codes.also)]
    said += [f"Bluetooth: {_sited(one)}" for one in codes.bluetooth if not one.at]
    said += [f"HealthKit: {_code(one)}" for one in codes.healthkit]
    said += [f"if permitted: {_code(one)}" for one in codes.permitted]
    return "<br>".join(said)


def _code(coding: Coding) -> str:
    return f"{_NAMES[coding.system]} `{coding.code}` {coding.display}"


def _sited(sited: Sited) -> str:
    return _code(sited.code) + (" (one source)" if sited.verified == "one" else "")


def _places() -> Iterator[tuple[str, ...]]:
    for kind, row in rows().items():
        for one in row.bluetooth:
            if one.at:
                yield f"`{kind}`", ", ".join(one.at), _sited(one)


def _words() -> Iterator[tuple[str, ...]]:
    for kind, row in rows().items():
        for word, coding in row.values.items():
            yield f"`{kind}`", word, _code(coding)


def _doubts() -> Iterator[tuple[str, ...]]:
    for bit in Quality:
        if bit is Quality.NOT_A_MEASUREMENT:
            yield _bit(bit), "never sent", ""
        elif bit:
            said = words.DOUBTS[bit]
            yield _bit(bit), said.note, f"`{said.status}`" if said.status else ""


def _situations() -> Iterator[tuple[str, ...]]:
    for situation in SITUATIONS[1:]:
        yield situation, words.situation(as_flags(Quality.NONE, "", situation))


def _bit(bit: Quality) -> str:
    return (bit.name or "").lower().replace("_", " ")
