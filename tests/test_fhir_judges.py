"""Every Observation and every other resource before judges that nobody here wrote."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fhir_mappings.table import rows
from scripts.judges.asking import JUDGES, missing
from scripts.judges.page import page
from tests.fhir_faults import FAULTS
from tests.fhir_judged import Judged, judge_all, row_instances
from tests.fhir_made import MADE
from tests.fhir_references import REFERENCES
from tests.fhir_shapes import EXAMPLES

PAGE = Path(__file__).parents[1] / "docs" / "fhir-judges.md"
COMPLETE = ("HAPI", "Medplum", "Schema", "fhirkit")
"""Those that judge a whole resource; the UCUM library judges its units alone."""


@pytest.fixture(scope="module")
def judged() -> Judged:
    gone = missing()
    if gone and os.environ.get("CI") == "true":
        pytest.fail(f"not installed: {', '.join(gone)}; run scripts/judges/install")
    if gone:
        pytest.skip(f"SKIPPED judges: {', '.join(gone)}; run scripts/judges/install")
    return judge_all()


def _refusals(judged: Judged, case: str) -> dict[str, tuple[str, ...]]:
    return {
        judge: judged.said[judge][case].complaints
        for judge in JUDGES
        if judged.answer(judge, case) == "no"
    }


def test_every_shape_is_accepted_by_every_judge_that_can_judge_it(judged: Judged) -> None:
    names = [*(f"shape {name}" for name in EXAMPLES), *(f"made {name}" for name in MADE)]
    refused = {name: said for name in names if (said := _refusals(judged, name))}

    assert refused == {}


def test_every_row_is_accepted_by_two_judges_and_refused_by_none(judged: Judged) -> None:
    names = [f"row {name}" for name, _ in row_instances()]
    refused = {name: said for name in names if (said := _refusals(judged, name))}
    weakly = [
        name for name in names if sum(judged.answer(judge, name) == "yes" for judge in COMPLETE) < 2
    ]

    assert refused == {}
    assert weakly == []
    assert {name.split()[1] for name in names} == set(rows())


def test_every_profile_has_a_judge_that_knows_it_and_accepts_its_example(judged: Judged) -> None:
    for profile in REFERENCES:
        able = [
            judge for judge in COMPLETE if not judged.said[judge][f"reference {profile}"].complaints
        ]
        assert "HAPI" in able, profile
        assert len(able) >= 3, profile


def test_every_fault_is_caught_and_nearly_all_twice(judged: Judged) -> None:
    caught = {
        fault.says: [judge for judge in JUDGES if judged.caught(judge, fault.says)]
        for fault in FAULTS
    }

    assert [says for says, judges in caught.items() if not judges] == []
    assert sum(len(judges) >= 2 for judges in caught.values()) >= 0.95 * len(FAULTS)


def test_the_page_shows_what_the_judges_say(judged: Judged) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(judged), "python -m scripts.judges --write"
