"""The page of the mapping says all that the tables hold, and is the one that stands in `docs`."""

from __future__ import annotations

import json

from adapters.kinds import all_kinds
from adapters.reading import SITUATIONS, Quality
from fhir_mappings import words
from fhir_mappings.render import render
from fhir_mappings.table import rows
from scripts.documents import DOCS
from scripts.mapping_page import mapping
from tests.fhir_shapes import EXAMPLES


def test_the_page_is_what_the_tables_say() -> None:
    written = (DOCS / "mapping.md").read_text(encoding="utf-8")

    assert written == mapping(), "run: python -m scripts.documents"


def test_the_page_has_every_kind_code_doubt_and_place() -> None:
    page = mapping()
    codes = [
        coding.code
        for row in rows().values()
        for part in (row, *row.components.values())
        for coding in (
            part.code, *part.also, *part.healthkit, *part.permitted,
            *(sited.code for sited in part.bluetooth), *row.values.values(),
        )
    ]  # fmt: skip

    assert all(f"`{kind}`" in page for kind in all_kinds())
    assert all(f"`{code}`" in page for code in codes)
    assert all(doubt.note in page for doubt in words.DOUBTS.values())
    assert all(f"| {bit.name.lower().replace('_', ' ')} |" in page for bit in Quality if bit.name)
    assert all(f"| {site} |" in page for site in words.BODY_SITES)
    assert all(f"| {situation} |" in page for situation in SITUATIONS[1:])


def test_the_page_has_every_element_that_is_ever_written() -> None:
    page = mapping()
    written = {
        name
        for example in EXAMPLES.values()
        for name in json.loads(render(*example)[0])
        if not name.startswith(("resourceType", "meta", "effective", "value"))
    }

    assert {name for name in written if f"`{name}" not in page} == set()
    assert all(name in page for name in ("meta.profile", "meta.security", "meta.tag"))


def test_no_table_of_the_page_has_an_empty_cell() -> None:
    lines = [line for line in mapping().splitlines() if line.startswith("|")]

    assert all(cell.strip() for line in lines for cell in line.strip("|").split("|"))
