"""The scripts with numbers behind them say how they are used."""

from __future__ import annotations

import sys

import pytest

from scripts.benches.__main__ import NAMES as BENCHES
from scripts.benches.__main__ import main as bench
from scripts.soaks.__main__ import NAMES as SOAKS
from scripts.soaks.__main__ import main as soak
from scripts.soaks._words import WrongUse, numbers


@pytest.mark.parametrize("name", ["", *SOAKS])
def test_a_soak_says_its_usage(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["soak", *([name] if name else []), "--help"])
    assert soak() == 0
    assert "./scripts/soak" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["", *BENCHES])
def test_a_bench_says_its_usage(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", *([name] if name else []), "--help"])
    assert bench() == 0
    assert "./scripts/bench" in capsys.readouterr().out


@pytest.mark.parametrize("word", ["many", "-1", "nan", "0"])
def test_what_is_no_number_is_said_with_the_usage(
    word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["soak", "decode", word])
    assert soak() == 2
    assert f"{word!r} " in capsys.readouterr().err


def test_what_is_not_written_is_as_usual() -> None:
    assert numbers(["7"], 1, 2.5) == [7, 2.5]
    with pytest.raises(WrongUse, match="too many"):
        numbers(["7", "8"], 1)
