"""`docs/fhir-judges.md`: who judges what, and what each notices; made from a run."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.judges import guides
from scripts.judges.asking import JUDGES
from tests.fhir_faults import FAULTS
from tests.fhir_judged import Judged, row_instances
from tests.fhir_made import MADE
from tests.fhir_published import EXAMPLES as PUBLISHED
from tests.fhir_published import guide_of
from tests.fhir_references import REFERENCES
from tests.fhir_servers import DIFFERENCES, SERVERS
from tests.fhir_shapes import EXAMPLES

_HEAD = """# Who judges our FHIR

Made by `python -m scripts.judges --write` from a run of every judge;
`tests/test_fhir_judges.py` runs them all again and holds this page against what they say. Nobody of
this project wrote one of them. `scripts/judges/install` installs them, checked by their hashes.

| judge | what it is |
| --- | --- |
"""
_DEFINITIONS = """
HAPI and Medplum have HL7's own definitions of R4, with the vital signs; US Core's blood pressure,
of US Core 5.0.1, and the gateway extension come with Medplum, whose newest version (5.2.13) has no
newer one. No registry has the packages of the Personal Health Device (PHD), Continuous Glucose
Monitoring (CGM) and Personal Health Record (PHR) guides, of IHE's Basic Audit Log Patterns (BALP)
and of US Core 9.0.0. Their rules are written down as constraints in `tests/fhir_profiles.py`, read
in the guides' sources in the versions of the table below, by which both judge with engines of
their own; what US Core 9.0.0 asks beyond 5.0.1 of a blood pressure, and of who writes vital signs,
`tests/test_fhir_profiles.py` holds every Observation against. Who has the guides'
StructureDefinitions in a folder gives it: `python -m scripts.judges --guides FOLDER`.

`fhir.resources`, by which this project makes its resources, and the server `sekmet-fhir`, which
uses it too, are no judges of a shape.
"""
_EXAMPLES = """
## Who can judge which profile

Every profile that is claimed. Asked about HL7's (or IHE's) own example of it, in its essentials,
by the rules that the judges hold: the publisher's definition with its version, or constraints of
ours from that of the guide. Who refuses the example is no judge of the profile, and its verdict on
ours is not counted.

"""
_SHAPES = """
## What we make

`yes`: accepted, claims and all. `–`: cannot judge it (see above). UCUM-LHC looks at units alone.

"""
_FAULTS = """
## Faults

Each is planted in a resource that is accepted without it. `yes`: the judge complains of it.

"""
_ROWS = """
## Rows

Every row of `fhir_mappings/observations.toml`, from Bluetooth (at every place that has a code of
its own, too) and from HealthKit, with every profile claimed that holds: {n} Observations, each
accepted by two judges of whole resources at least and refused by none.
"""


_SERVERS = """
## Two servers

`tests/test_fhir_contract.py` asks the same of both: conditional create twice, batch twice, search
by patient, code, date, category, status, label and identifier, amended, entered in error, Consent
with its withdrawal, Provenance, the whole road from a home. Both do all of it. Where they differ:

"""


def page(judged: Judged) -> str:
    """The whole page."""
    return "".join(_pieces(judged))


def _pieces(judged: Judged) -> Iterator[str]:
    yield _HEAD
    yield from (f"| {name} | {what} |\n" for name, what in JUDGES.items())
    yield _DEFINITIONS
    yield _EXAMPLES
    yield _line("profile", "guide", "its example", "rules", *JUDGES)
    yield _line(*["---"] * (len(JUDGES) + 4))
    for profile in REFERENCES:
        refused = [bool(judged.said[one][f"reference {profile}"].complaints) for one in JUDGES]
        known = (guide_of(profile), f"`{PUBLISHED[profile]}`", guides.whose(profile))
        yield _line(f"<{profile}>", *known, *("no" if one else "yes" for one in refused))
    yield _SHAPES
    yield _line("resource", *JUDGES) + _line(*["---"] * (len(JUDGES) + 1))
    names = [*(f"shape {name}" for name in EXAMPLES), *(f"made {name}" for name in MADE)]
    for name in names:
        answers = (judged.answer(judge, name) for judge in JUDGES)
        yield _line(
            f"`{name.partition(' ')[2]}`",
            *("–" if answer == "cannot judge" else answer for answer in answers),
        )
    yield _ROWS.format(n=len(list(row_instances())))
    yield _FAULTS
    yield _line("fault", *JUDGES, "judges") + _line(*["---"] * (len(JUDGES) + 2))
    found = missed = 0
    for fault in FAULTS:
        caught = [judged.caught(judge, fault.says) for judge in JUDGES]
        found += sum(caught) >= 2
        missed += not any(caught)
        yield _line(fault.says, *("yes" if one else "" for one in caught), str(sum(caught)))
    yield f"\nCaught by two or more: {found} of {len(FAULTS)}; by none: {missed}.\n"
    yield _SERVERS
    yield _line("what", *SERVERS.values(), "what the gateway makes of it")
    yield _line(*["---"] * (len(SERVERS) + 2))
    for one in DIFFERENCES:
        yield _line(one.says, one.sekmet, one.hapi, one.ours)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"
