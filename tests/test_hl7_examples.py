"""Ours and HL7's own examples, element by element: every difference has its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.hl7_page import page
from tests.hl7_examples import OURS_ALONE, THEIRS_ALONE, compare
from tests.hl7_facts import EXAMPLES, Example

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.file)
def test_every_difference_has_its_reason(example: Example) -> None:
    ours, theirs = compare(example)

    assert {one for one in ours if one not in OURS_ALONE} == set()
    assert {one for one in theirs if one not in THEIRS_ALONE} == set()
    assert len(example.theirs - theirs) >= 3


def test_every_reason_is_one_of_a_difference() -> None:
    ours, theirs = (set().union(*sides) for sides in zip(*map(compare, EXAMPLES), strict=True))

    assert set(OURS_ALONE) - ours == set()
    assert set(THEIRS_ALONE) - theirs == set()


def test_the_page_says_it() -> None:
    assert (DOCS / "fhir-hl7-examples.md").read_text(encoding="utf-8") == page()
