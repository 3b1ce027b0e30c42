"""What the documents say of describing and adding devices is what the code says."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from adapters.ble.describing.description import AdvertisedText, CharacteristicText, Description
from adapters.ble.describing.description_fields import QUALITIES, FieldText, Strict, WhenText
from adapters.ble.describing.description_writes import WriteText
from adapters.ble.describing.layout_clock import WIDTHS
from adapters.ble.describing.layout_fields import CHECKS, NumberType
from adapters.ble.describing.layout_units import CONVERSIONS
from adapters.reading import Absence

ROOT = Path(__file__).parent.parent
DESCRIBE = (ROOT / "docs/describe-a-device.md").read_text(encoding="utf-8")
ADD = (ROOT / "docs/adding-a-device.md").read_text(encoding="utf-8")
PROFILES = ROOT / "adapters/ble/profiles"

SECTIONS: dict[str, type[Strict]] = {
    "### At the top": Description,
    "### `[advertised]`": AdvertisedText,
    "### `[[write]]`": WriteText,
    "### `[[characteristic]]`": CharacteristicText,
    "### A field": FieldText,
    "### `when`": WhenText,
}


def section(heading: str) -> str:
    """The text below a heading, up to the next."""
    _, _, behind = DESCRIBE.partition(f"\n{heading}")
    return behind.partition("\n### ")[0]


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_word_of_a_description_is_explained_and_no_other(heading: str) -> None:
    rows = [line for line in section(heading).splitlines() if line.startswith("| `")]
    explained = [row.split("`")[1] for row in rows]
    assert sorted(explained) == sorted(SECTIONS[heading].model_fields)


def test_every_type_time_unit_and_word_is_listed() -> None:
    numbers = section("### Numbers, times and words")
    words = [*get_args(NumberType), *WIDTHS, *(theirs for theirs, _ in CONVERSIONS)]
    for word in words:
        assert f'`"{word}"`' in numbers, word
    for word in [*(one.value for one in Absence), *QUALITIES]:
        assert f"`{word}`" in numbers, word
    for word in CHECKS:
        assert f'`"{word}"`' in section("### A field"), word


@pytest.mark.parametrize("name", ["polar_h7.py", "xiaomi_mi_scale.toml"])
def test_the_diffs_that_are_shown_are_the_files(name: str) -> None:
    lines = (PROFILES / name).read_text(encoding="utf-8").splitlines()
    shown = "\n".join([f"+++ adapters/ble/profiles/{name}", *(f"+{line}" for line in lines)])
    assert f"```diff\n{shown}\n```" in ADD


@pytest.mark.parametrize(("name", "most"), [("polar_h7.py", 15), ("xiaomi_mi_scale.toml", 30)])
def test_adding_a_device_takes_so_many_lines(name: str, most: int) -> None:
    assert len((PROFILES / name).read_text(encoding="utf-8").splitlines()) <= most
    recording = ROOT / "tests/recordings" / name.partition(".")[0]
    assert recording.with_suffix(".jsonl").exists()
    assert recording.with_suffix(".readings").exists()
