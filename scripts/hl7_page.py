"""`docs/fhir-hl7-examples.md`: ours beside HL7's own examples, and why they differ."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hl7_examples import OURS_ALONE, THEIRS_ALONE, compare
from tests.hl7_facts import EXAMPLES

_HEAD = """# Beside HL7's own examples

Made by `python -m scripts.documents` from `tests/hl7_facts.py` and `tests/hl7_examples.py`: the
elements and codes of each example of the Personal Health Device guide (`HL7/phd`,
`input/examples`), of the Continuous Glucose Monitoring guide (`HL7/cgm`), of a vital sign of US
Core (`HL7/US-Core`, `input/examples`) and of the Personal Health Record guide
(`HL7/personal-health-record-format-ig`), and of IHE's audited disclosure (`IHE/ITI.BasicAudit`),
against what we write when we say the same thing. Some examples are written in the words of FHIR R5;
ours is R4.
"""


def page() -> str:
    """The whole page."""
    return "".join(_pieces())


def _pieces() -> Iterator[str]:
    yield _HEAD
    for example in EXAMPLES:
        ours, theirs = compare(example)
        yield f"\n## {example.file}\n\n"
        same = ", ".join(map(_code, sorted(example.theirs - theirs)))
        yield f"Ours: `{example.ours}`. The same in both: {same}.\n\n"
        yield "| element | only in | why |\n| --- | --- | --- |\n"
        for fact in sorted(theirs):
            yield f"| {_code(fact)} | theirs | {THEIRS_ALONE[fact]} |\n"
        for fact in sorted(ours):
            yield f"| {_code(fact)} | ours | {OURS_ALONE[fact]} |\n"


def _code(fact: str) -> str:
    return f"`{fact.replace('|', ' ')}`"
