"""Every shape against a file that was read by eye: whole Observations, byte for byte.

To write the files anew after a wanted change: ``python -m tests.test_fhir_golden``; then read the
difference.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fhir_mappings.render import render
from tests.fhir_shapes import EXAMPLES

GOLDEN = Path(__file__).parent / "golden" / "fhir"


def _readable(body: bytes) -> str:
    # Numbers as they are written: 36.60 must not become 36.6 on the way into the file.
    return (
        json.dumps(
            json.loads(body, parse_float=_Digits, parse_int=_Digits), indent=2, ensure_ascii=True
        )
        .replace('"digits:', "")
        .replace(':digits"', "")
        + "\n"
    )


class _Digits(str):
    def __new__(cls, text: str) -> _Digits:
        return super().__new__(cls, f"digits:{text}:digits")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_shape_is_written_as_its_golden_file(name: str) -> None:
    [body] = render(*EXAMPLES[name])

    assert _readable(body) == (GOLDEN / f"{name}.json").read_text(encoding="ascii")


def test_every_golden_file_belongs_to_a_shape() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(EXAMPLES)


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for example, made in EXAMPLES.items():
        (GOLDEN / f"{example}.json").write_text(_readable(render(*made)[0]), encoding="ascii")
