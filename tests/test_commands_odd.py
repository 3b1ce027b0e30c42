"""Commands used as nobody thought of: each answers with a sentence, never with a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.app import open_house
from gateway.clock import now
from tests.command_line import CommandLine, Ended, simulation_home

pytestmark = pytest.mark.process

WRONG_USE = 2
PRACTICE = "http://127.0.0.1:9/fhir"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """One simulation home for all: what is refused changes nothing in it."""
    return simulation_home(tmp_path_factory.mktemp("odd"))


def _in_a_sentence(ended: Ended, code: int) -> str:
    assert ended.code == code, ended.err
    assert "Traceback" not in ended.err
    assert ended.err.count("\n") == 1, "one sentence and what to do, in one line"
    return ended.err


@pytest.mark.parametrize("written", [b"\xff\xfe\x00binary"])
def test_a_passphrase_file_that_is_no_text_is_refused(tmp_path: Path, written: bytes) -> None:
    word = tmp_path / "word"
    word.write_bytes(written)
    command = CommandLine(tmp_path / "home")
    _in_a_sentence(command("setup", "--passphrase-file", str(word)), WRONG_USE)
    _in_a_sentence(command("--passphrase-file", str(word), "run"), WRONG_USE)


def test_a_passphrase_that_notepad_saved_is_the_same(tmp_path: Path) -> None:
    word = tmp_path / "word"
    word.write_text("four words make one\n")
    command = CommandLine(tmp_path / "home")
    assert command("setup", "--passphrase-file", str(word)).code == 0
    word.write_bytes(b"\xef\xbb\xbffour words make one\r\n")
    assert command("--passphrase-file", str(word), "status").code == 0


def test_people_and_devices_may_be_called_what_a_terminal_takes_for_a_command(
    home: CommandLine,
) -> None:
    assert home("people", "add", "[/red] [bold]Bob", "--born", "1990-01").code == 0
    house = open_house(home.home)
    house.people.add("esc\x1b[31m", "1990-01", now())
    house.close()
    listed = home("people", "list")
    assert listed.code == 0, listed.err
    assert "[/red] [bold]Bob" in listed.out
    assert "\x1b" not in listed.out


@pytest.mark.parametrize("name", ["   ", "esc\x1b[31m", "A" * 1000, "\udcff"])
def test_a_name_that_cannot_be_shown_is_refused(home: CommandLine, name: str) -> None:
    _in_a_sentence(home("people", "add", name, "--born", "1990-01"), WRONG_USE)


def test_a_table_is_not_cut_where_no_window_limits_it(home: CommandLine) -> None:
    home.answer("people", "add", "N" * 75, "--born", "1990-01")
    assert "N" * 75 in home("people", "list").out


@pytest.mark.parametrize("written", [b"\xff\xfe[\x00", b"[pages"])
def test_settings_that_cannot_be_read_are_told(home: CommandLine, written: bytes) -> None:
    config = home.home / "config.toml"
    before = config.read_bytes()
    config.write_bytes(written)
    _in_a_sentence(home("status"), WRONG_USE)
    _in_a_sentence(home("run"), WRONG_USE)
    config.write_bytes(before)


def test_a_variable_that_is_no_setting_is_told(home: CommandLine) -> None:
    _in_a_sentence(home("status", HEALTH_GATEWAY_CLOCK="trusted"), WRONG_USE)


def test_an_invitation_that_is_a_picture_is_refused(tmp_path: Path, home: CommandLine) -> None:
    (tmp_path / "code.png").write_bytes(b"\x89PNG\r\n\x1a\n\xff")
    _in_a_sentence(home("recipients", "add", str(tmp_path / "code.png")), WRONG_USE)


def test_what_cannot_be_written_is_told(tmp_path: Path, home: CommandLine) -> None:
    nowhere = str(tmp_path / "no" / "file")
    _in_a_sentence(home("recipients", "invitation", "--fhir", PRACTICE, "--out", nowhere), 2)
    ended = home("simulate", "rest", "--out", nowhere, "--json")
    assert "Traceback" not in ended.err
    assert ended.json["exit_code"] == ended.code == 1


def test_every_error_is_one_json_document_if_that_is_asked_for(
    tmp_path: Path, home: CommandLine
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('title = "x"\n[[device]]\nid = "s"\nmodel = "heart-rate-strap"\nevery_s = 0\n')
    for words in (
        ("simulate", "nosuch"),
        ("simulate", str(wrong)),
        ("simulate",),
        ("recipients", "invitation", "--sped", "2"),
        ("nosuch",),
    ):
        ended = home(*words, "--json")
        assert ended.code == ended.json["exit_code"] == WRONG_USE
        assert ended.json["error"]
    assert "Ctrl-C" not in home("simulate", str(wrong)).err  # nothing runs that could be stopped


def test_nobody_decides_about_the_readings_of_somebody_else(
    tmp_path: Path, home: CommandLine
) -> None:
    home.answer("people", "add", "Bob", "--born", "1990-01")
    invitation = tmp_path / "invitation.json"
    home.answer("recipients", "invitation", "--fhir", PRACTICE, "--out", str(invitation))
    clinic = home.answer("recipients", "add", str(invitation), "--person", "Ada")["recipient"]
    grant = ("consent", "grant", "share", clinic, "--kind", "heart_rate", "--script")
    refused = _in_a_sentence(home(*grant, "--person", "Bob"), WRONG_USE)
    assert "Ada's to decide" in refused
    home.answer(*grant)  # whose recipient it is says whose decision it is
    given = home.answer("consent", "list", "--person", "Ada")["share"]
    assert len(given) == 1
    back = ("consent", "withdraw", given[0]["grant"], "--script")
    _in_a_sentence(home(*back, "--person", "Bob"), WRONG_USE)
    home.answer(*grant)
    second = home.answer("consent", "list", "--person", "Ada")["share"][0]["grant"]
    taken = {"withdrawn": [given[0]["grant"]], "still_shared_under": [second]}
    assert home.answer(*back) == taken
