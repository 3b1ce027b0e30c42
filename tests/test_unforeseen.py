"""What nobody foresaw ends in a sentence that tells the place, and nothing of what was in it."""

from __future__ import annotations

import json

import pytest

from gateway.cli import unforeseen
from tests import canary


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


@pytest.mark.parametrize("as_json", [False, True])
def test_an_unforeseen_error_tells_its_place_alone(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    error = raised(ExceptionGroup(canary.STRAP, [raised(ValueError(canary.STRAP))]))
    assert unforeseen(error, as_json=as_json) == 1
    said = capsys.readouterr()
    assert "ValueError in " + __name__ in said.err
    assert canary.find(said.out + said.err) == set()
    assert "Traceback" not in said.err
    assert bool(said.out) is as_json
    if as_json:
        assert json.loads(said.out)["exit_code"] == 1
