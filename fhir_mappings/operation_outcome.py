"""A server's OperationOutcome as one sentence for the person who looks at what was refused.

Source: HL7 FHIR R4 4.0.1, OperationOutcome.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

NOTHING_SAID = "The server gave no reason."
_LONGEST = 240
_WORST_FIRST = ("fatal", "error", "warning", "information")


def sentence(outcome: bytes | str | object) -> str:
    """What the server said of its worst issue, on one line; never raises.

    Args:
        outcome: the JSON, or what it was parsed to; anything else counts as nothing said.
    """
    if isinstance(outcome, bytes | str):
        try:
            outcome = json.loads(outcome)
        except ValueError:
            return NOTHING_SAID
    if not isinstance(outcome, Mapping) or outcome.get("resourceType") != "OperationOutcome":
        return NOTHING_SAID
    listed = outcome.get("issue")
    issues = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    said = [text for issue in sorted(issues, key=_badness) if (text := _said(issue))]
    return said[0] if said else NOTHING_SAID


def _badness(issue: Mapping[str, object]) -> int:
    severity = issue.get("severity")
    return _WORST_FIRST.index(severity) if severity in _WORST_FIRST else len(_WORST_FIRST)


def _said(issue: Mapping[str, object]) -> str:
    details = issue.get("details")
    words = details.get("text") if isinstance(details, Mapping) else ""
    for text in (words, issue.get("diagnostics"), issue.get("code")):
        if isinstance(text, str) and (line := _one_line(text)):
            return line
    return ""


def _one_line(text: str) -> str:
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    if len(line) > _LONGEST:
        line = line[: _LONGEST - 1].rstrip() + "…"
    return line if not line or line[-1] in ".!?…" else f"{line}."
