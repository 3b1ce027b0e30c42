"""The shipped `config.toml` is the truth about every setting."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gateway.errors import WrongSettings
from gateway.settings import Settings, load, shipped


def test_the_shipped_file_names_every_setting_with_its_default() -> None:
    assert tomllib.loads(shipped()) == Settings().model_dump(by_alias=True)


def test_every_setting_has_a_comment() -> None:
    lines = shipped().splitlines()
    for number, line in enumerate(lines):
        if "=" in line and not line.startswith("#"):
            before = [text for text in lines[max(0, number - 4) : number] if text.startswith("#")]
            assert before, f"{line} stands without a comment"


def test_a_home_may_change_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[pages]\nport = 9001\n")
    assert load(tmp_path / "config.toml").pages.port == 9001


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text("[pages]\nport = 9001\n")
    monkeypatch.setenv("HEALTH_GATEWAY_PAGES__PORT", "9002")
    monkeypatch.setenv("HEALTH_GATEWAY_HOME", str(tmp_path))
    assert load(tmp_path / "config.toml").pages.port == 9002


@pytest.mark.parametrize(
    ("text", "word"),
    [("[pages", "read"), ("[pages]\nprot = 1\n", "prot"), ('[pages]\nhost = "0.0.0.0"\n', "host")],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(WrongSettings, match=word):
        load(tmp_path / "config.toml")
