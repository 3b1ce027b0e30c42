"""The shipped `config.toml` is the truth about every setting."""

from __future__ import annotations

import os
import subprocess
import sys
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


@pytest.mark.parametrize("section", [*Settings().model_dump(by_alias=True)])
@pytest.mark.parametrize("lower", [False, True])
def test_the_environment_is_heard_of_every_section_and_named_where_it_is_wrong(
    section: str, lower: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"HEALTH_GATEWAY_{section.upper()}__NO_SUCH_KEY"
    monkeypatch.setenv(name.lower() if lower else name, "1")
    with pytest.raises(WrongSettings, match=f"^{name}: Extra inputs"):
        load()


def test_only_names_that_begin_with_the_program_s_are_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IMPORT__LARGEST_GIB", "PAGES__PORT", "import", "IMPORT"):
        monkeypatch.setenv(name, "3")
    assert load() == Settings()
    monkeypatch.setenv("HEALTH_GATEWAY_HOME", str(tmp_path))
    assert load() == Settings()
    monkeypatch.setenv("HEALTH_GATEWAY_IMPORT__LARGEST_GIB", "5")
    assert load().import_.largest_gib == 5


def test_a_section_may_be_said_at_once_and_keeps_what_the_file_says_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text("[import]\nlargest_gib = 9\nlargest_ratio = 300\n")
    monkeypatch.setenv("HEALTH_GATEWAY_IMPORT", '{"largest_gib": 7}')
    monkeypatch.setenv("HEALTH_GATEWAY_BLUETOOTH__POLAR_STREAMS", '["ecg", "ppi"]')
    found = load(tmp_path / "config.toml")
    assert (found.import_.largest_gib, found.import_.largest_ratio) == (7, 300)
    assert found.bluetooth.polar_streams == ["ecg", "ppi"]


@pytest.mark.parametrize(
    ("name", "said", "word"),
    [
        ("PAGES__PORT", "", "^HEALTH_GATEWAY_PAGES__PORT: "),
        ("PAGES__PORT", "many", "^HEALTH_GATEWAY_PAGES__PORT: "),
        ("BLUETOOTH__POLAR_STREAMS", '["eeg"]', "^HEALTH_GATEWAY_BLUETOOTH__POLAR_STREAMS: "),
        ("BLUETOOTH__POLAR_STREAMS", "[", "name a section and a key"),
        ("PAGES", "[1]", "^HEALTH_GATEWAY_PAGES: "),
        ("PAGES", "9000", "^HEALTH_GATEWAY_PAGES: "),
        ("PAGES", "port", "name a section and a key"),
    ],
)
def test_a_wrong_variable_is_refused_by_name(
    name: str, said: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"HEALTH_GATEWAY_{name}", said)
    with pytest.raises(WrongSettings, match=word) as wrong:
        load()
    assert wrong.value.next_step == "Change that variable, or unset it."


def test_a_wrong_file_is_not_put_down_to_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text("[pages]\nport = 99999\n")
    monkeypatch.setenv("HEALTH_GATEWAY_PAGES__HOST", "::1")
    with pytest.raises(WrongSettings, match=r"^config\.toml, pages\.port: ") as wrong:
        load(tmp_path / "config.toml")
    assert "config.toml" in wrong.value.next_step


@pytest.mark.parametrize(
    ("name", "loaded"),
    [("HEALTH_GATEWAY_HOME", False), ("PAGES__PORT", False), ("health_gateway_pages__port", True)],
)
def test_what_reads_the_environment_is_loaded_where_it_says_a_setting(
    name: str, loaded: bool
) -> None:
    code = (
        "import sys, gateway.settings as settings; settings.load();"
        "sys.exit('pydantic_settings' in sys.modules)"
    )
    words = [sys.executable, "-c", code]
    ended = subprocess.run(words, env={**os.environ, name: "9000"}, check=False)
    assert ended.returncode == loaded
