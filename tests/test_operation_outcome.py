"""What a server says of what it refused, as one sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_mappings.operation_outcome import NOTHING_SAID, sentence


def _outcome(*issues: dict[str, Any]) -> bytes:
    return json.dumps({"resourceType": "OperationOutcome", "issue": issues}).encode()


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        pytest.param(
            _outcome(
                {"severity": "warning", "code": "x", "diagnostics": "Mind the gap"},
                {"severity": "error", "code": "invalid", "details": {"text": "No such patient."}},
            ),
            "No such patient.",
            id="the worst issue first",
        ),
        pytest.param(
            _outcome({"severity": "error", "code": "invalid", "diagnostics": "bad\n\tunit\x00"}),
            "bad unit.",
            id="diagnostics, on one line",
        ),
        pytest.param(
            _outcome({"severity": "error", "code": "too-costly"}), "too-costly.", id="code"
        ),
        pytest.param(_outcome(), NOTHING_SAID, id="no issue"),
        pytest.param(b"<html>502</html>", NOTHING_SAID, id="a page instead"),
        pytest.param(b"\xff\xfe", NOTHING_SAID, id="no text"),
        pytest.param(b'{"resourceType":"Patient"}', NOTHING_SAID, id="another resource"),
        pytest.param({"resourceType": "OperationOutcome", "issue": 5}, NOTHING_SAID, id="no list"),
        pytest.param(None, NOTHING_SAID, id="nothing"),
    ],
)
def test_an_outcome_is_one_sentence(outcome: object, said: str) -> None:
    assert sentence(outcome) == said


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["severity", "code", "details", "text", "x"]), inner)
        ),
        max_leaves=8,
    )
)
def test_any_outcome_is_one_short_line(issue: object) -> None:
    said = sentence({"resourceType": "OperationOutcome", "issue": [issue]})

    assert said
    assert len(said) <= 240
    assert said.isprintable()
