"""Mistakes that would let out what stays here, made on purpose: the layer that must notice does.

Each `tests/leaks/NN-name.patch` is what a careless developer could have written. It begins with

    Layer: the layer that must notice it
    Caught by: the check that is that layer, or that tests it; run in a patched copy of the tree
    Says: words that must stand in what the check then says

and goes on with what the developer wanted, and the change. A check that fails for another reason
says something else, and a check that fails without the change proves nothing; so both are tested.

When the code beside a mistake has moved so far that the patch does not apply any more, make the
same mistake anew in a copy, and put its `git diff -U2` into the file.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.copies import ROOT, copy_of_the_tree, run_in

pytestmark = pytest.mark.process

LEAKS = sorted((ROOT / "tests" / "leaks").glob("*.patch"))
BESIDE_THE_SIX = {"pages", "identity"}
"""Layers that docs/architecture.md tells of elsewhere."""

_HEAD = re.compile(r"Layer: (?P<layer>.+)\nCaught by: (?P<check>.+)\nSays: (?P<says>.+)\n\n")
_REASON = re.compile(r"^E .*$", re.MULTILINE)
"""A line in which pytest says why, and not what stands in the test."""


@dataclass(frozen=True, slots=True)
class Leak:
    """One mistake, by its file."""

    path: Path
    layer: str
    check: tuple[str, ...]
    says: str


def read(path: Path) -> Leak:
    head = _HEAD.match(path.read_text(encoding="utf-8"))
    assert head is not None, f"{path.name} does not begin as it should"
    return Leak(path, head["layer"], tuple(head["check"].split()), head["says"])


def make_the_mistake(copy: Path, leak: Leak) -> None:
    subprocess.run(
        ["git", "apply", str(leak.path)],
        cwd=copy,
        check=True,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(copy.parent)},
    )


def run(copy: Path, check: tuple[str, ...]) -> tuple[int, str]:
    """The exit code of a check, and what it said without colours; in a zone that is like no other.

    A machine that lives in UTC would hide a local time.
    """
    quick = ("-p", "no:cacheprovider", "--no-header") if check[0] == "pytest" else ()
    done = run_in(copy, *check, *quick, TZ="Pacific/Chatham")
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


@pytest.mark.parametrize("path", LEAKS, ids=[path.stem for path in LEAKS])
def test_a_leak_is_caught_by_its_layer(tmp_path: Path, path: Path) -> None:
    leak = read(path)
    copy = copy_of_the_tree(tmp_path)
    make_the_mistake(copy, leak)
    code, said = run(copy, leak.check)
    assert code != 0, f"the layer {leak.layer!r} let it pass:\n{said}"
    reasons = _REASON.findall(said) if leak.check[0] == "pytest" else said.splitlines()
    assert [reason for reason in reasons if leak.says in reason], said


def test_every_check_passes_where_nothing_leaks(tmp_path: Path) -> None:
    copy = copy_of_the_tree(tmp_path)
    checks = {read(path).check for path in LEAKS}
    tests = sorted({check[1] for check in checks if check[0] == "pytest"})
    others = sorted(check for check in checks if check[0] != "pytest")
    for check in [*others, ("pytest", *tests)]:
        code, said = run(copy, check)
        assert code == 0, said


def test_every_layer_has_a_leak_that_it_catches() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    part = text.partition("## What stays here")[2].partition("\n## ")[0]
    layers = {name.lower() for name in re.findall(r"^\d\. \*\*(?:An? )?(.+?)\.\*\*", part, re.M)}
    assert len(layers) == 6
    broken = {read(path).layer.removeprefix("the ") for path in LEAKS}
    assert {layer for layer in layers if not any(layer.startswith(one) for one in broken)} == set()
    assert {one for one in broken if not any(layer.startswith(one) for layer in layers)} == (
        BESIDE_THE_SIX
    )
