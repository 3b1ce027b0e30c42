"""A new kind of measurement is one row in each of two tables, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.copies import copy_of_the_tree, run_in

pytestmark = pytest.mark.process
KIND = """
[grip_strength]
title = "Strength of grip"
shape = "quantity"
unit = "kg"
aggregation = "latest"
consent = "body"
about = "person"
stale_after = 86400
"""
ROW = """
[grip_strength]
code = ["http://loinc.org", "8346-9", "Grip strength Hand - right Dynamometer"]
category = "exam"
unit = ["kg", "kg"]
source = "a made-up row for this test"
verified = "one"
"""
USE = """
import json
from dataclasses import replace
from fhir_mappings.render import render
from gateway.sharing.consent import shareable_kinds
from scripts.documents import PAGES
from tests.fhir_shapes import STRAP, one
from adapters.kinds import kind

name = kind("grip_strength")
[body] = render(*one(replace(STRAP, kind=name, adapter="healthkit"), 41.5, decimals=1))
pages = [file for file, make in PAGES.items() if "grip_strength" in make()]
print(json.dumps({"body": body.decode(), "offered": name in shareable_kinds(), "pages": pages}))
"""


def test_one_row_in_each_of_two_tables_is_enough(tmp_path: Path) -> None:
    copy = copy_of_the_tree(tmp_path)
    for table, row in (
        (copy / "adapters" / "kinds.toml", KIND),
        (copy / "fhir_mappings" / "observations.toml", ROW),
    ):
        with table.open("a", encoding="utf-8") as file:
            file.write(row)
    done = run_in(copy, "python", "-c", USE)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    observation = json.loads(told["body"], parse_float=str)

    assert observation["code"]["coding"][0]["code"] == "8346-9"
    assert observation["valueQuantity"]["value"] == "41.5"
    assert told["offered"]
    assert set(told["pages"]) >= {"kinds.md", "mapping.md"}


def test_a_row_in_one_table_alone_is_noticed(tmp_path: Path) -> None:
    copy = copy_of_the_tree(tmp_path)
    with (copy / "fhir_mappings" / "observations.toml").open("a", encoding="utf-8") as file:
        file.write(ROW)
    done = run_in(copy, "python", "-c", USE)

    assert done.returncode != 0
    assert "grip_strength is not a kind" in done.stderr
