"""The soak of killed imports runs, with three of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.soaks import imports


@pytest.mark.process
def test_an_import_that_is_killed_ends_as_one_that_is_not(tmp_path: Path) -> None:
    result = imports.run(3, seed=7, megabytes=17, folder=tmp_path)
    assert result["findings"] == []
    assert result["readings"] > 30_000
    assert result["live_commits"] > 1
