"""Commands, run as a user runs them: what they answer, and the code they end with."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from adapters.reading import PersonKey
from gateway.app import open_house
from gateway.commands.everything import main
from tests.command_line import CommandLine, simulation_home
from tests.copies import ROOT

pytestmark = pytest.mark.process

DONE, FAILED, WRONG_USE, REFUSED, DEVICE_FAILED = range(5)
COMMANDS = [
    *("setup", "run", "status", "people", "devices", "recipients", "import", "readings"),
    *(
        "consent",
        "upload",
        "sent",
        "stays",
        "simulate",
        "clinic",
        "doctor",
        "correct",
        "delete",
        "open",
        "passphrase",
    ),
]


@pytest.fixture
def real(tmp_path: Path) -> CommandLine:
    """A real home that opens by the passphrase in the file `word`."""
    (tmp_path / "word").write_text("four words make one\n")
    command = CommandLine(tmp_path / "home")
    ended = command("setup", "--passphrase-file", str(tmp_path / "word"), "--json")
    assert ended.code == DONE
    return command


def test_every_command_has_a_help_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == DONE
    helped = capsys.readouterr().out
    for name in COMMANDS:
        assert f" {name} " in helped, name
        assert main([name, "--help"]) == DONE, name
        assert len(capsys.readouterr().out) > 100, name
    assert "--only" in CommandLine(tmp_path)("run", "--help").out


def test_a_home_has_its_keys_and_files_for_its_owner_alone(real: CommandLine) -> None:
    assert stat.S_IMODE(real.home.stat().st_mode) == 0o700
    for file in real.home.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name


def test_a_wrong_passphrase_says_so_and_does_nothing(real: CommandLine, tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in real.home.iterdir()}
    (tmp_path / "wrong").write_text("not these words\n")
    ended = real(
        "--passphrase-file", str(tmp_path / "wrong"), "people", "add", "Eve", "--born", "1990-01"
    )
    assert ended.code == REFUSED
    assert "passphrase" in ended.err.lower()
    after = {file.name: file.read_bytes() for file in real.home.iterdir()}
    assert {name: data for name, data in after.items() if name in before} == before


def test_a_home_without_a_passphrase_at_hand_is_refused(real: CommandLine) -> None:
    assert real("status").code == REFUSED


def test_where_there_is_no_home_the_next_step_is_said(tmp_path: Path) -> None:
    ended = CommandLine(tmp_path / "nowhere")("status")
    assert ended.code == WRONG_USE
    assert "health-gateway setup" in ended.err


def test_a_second_set_up_changes_nothing(real: CommandLine, tmp_path: Path) -> None:
    before = (real.home / "keys.json").read_bytes()
    assert real("setup", "--passphrase-file", str(tmp_path / "word")).code == WRONG_USE
    assert (real.home / "keys.json").read_bytes() == before


def test_a_forgotten_passphrase_is_replaced_by_the_printed_code(tmp_path: Path) -> None:
    (tmp_path / "word").write_text("four words make one\n")
    command = CommandLine(tmp_path / "home")
    code = command.answer("setup", "--passphrase-file", str(tmp_path / "word"))["recovery_code"]
    (tmp_path / "code").write_text(code + "\n")
    (tmp_path / "new").write_text("four other words now\n")
    change = ("passphrase", "--new-file", str(tmp_path / "new"))
    assert command(*change).code == REFUSED
    command.answer(*change, "--recovery-code-file", str(tmp_path / "code"))
    assert command("--passphrase-file", str(tmp_path / "word"), "status").code == REFUSED
    assert command("--passphrase-file", str(tmp_path / "new"), "status").code == DONE
    (tmp_path / "new").write_text("short\n")
    ended = command(*change, "--recovery-code-file", str(tmp_path / "code"))
    assert ended.code == WRONG_USE


def test_a_home_opens_unattended_from_when_one_says_so_until(real: CommandLine) -> None:
    opened = ("--passphrase-file", str(real.home.parent / "word"))
    change = (*opened, "passphrase", "--new-file", str(real.home.parent / "word"))
    assert real.answer(*change, "--key-file")["key_file"] is True
    assert real("status").code == DONE
    assert real.answer(*change, "--no-key-file")["key_file"] is False
    assert real("status").code == REFUSED


def test_a_new_home_by_the_code_of_an_old_one_gives_devices_their_names(tmp_path: Path) -> None:
    (tmp_path / "code").write_text(
        CommandLine(tmp_path / "old").answer("setup", "--key-file")["recovery_code"]
    )
    CommandLine(tmp_path / "new").answer(
        "setup", "--key-file", "--recovery-code-file", str(tmp_path / "code")
    )
    names = set()
    for home in ("old", "new"):
        house = open_house(tmp_path / home)
        names.add(house.device_key("ble:C0:FF:EE:00:00:01"))
        house.close()
    assert len(names) == 1


def test_a_simulated_device_in_a_real_home_is_refused(real: CommandLine, tmp_path: Path) -> None:
    (real.home / "config.toml").write_text('[bluetooth]\nradio = "tcp-client:127.0.0.1:1"\n')
    opened = ("--passphrase-file", str(tmp_path / "word"))
    assert real(*opened, "people", "add", "Ada", "--born", "1985-04").code == DONE
    assert real(*opened, "run").code == REFUSED
    assert real(*opened, "run", "--only", "collect").code == REFUSED


def test_real_bluetooth_in_a_simulation_home_is_refused(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "ble")
    assert command("devices", "scan").code == REFUSED
    assert command("run").code == REFUSED


def test_a_scripted_decision_in_a_real_home_is_refused(real: CommandLine, tmp_path: Path) -> None:
    opened = ("--passphrase-file", str(tmp_path / "word"))
    real(*opened, "people", "add", "Ada", "--born", "1985-04")
    ended = real(*opened, "consent", "grant", "collect", "ble", "--script")
    assert ended.code == REFUSED


def test_a_recipient_elsewhere_is_refused_in_a_simulation_home(tmp_path: Path) -> None:
    command = simulation_home(tmp_path)
    near = tmp_path / "near.json"
    command.answer(
        "recipients", "invitation", "--fhir", "http://127.0.0.1:9/fhir", "--out", str(near)
    )
    far = tmp_path / "far.json"
    far.write_text(near.read_text().replace("http://127.0.0.1:9/", "https://fhir.example.org/"))
    assert command("recipients", "add", str(far), "--script").code == REFUSED
    assert command("recipients", "add", str(near), "--script").code == DONE


def test_nothing_is_scanned_without_permission(tmp_path: Path) -> None:
    command = simulation_home(tmp_path)
    (command.home / "config.toml").write_text('[bluetooth]\nradio = "tcp-client:127.0.0.1:1"\n')
    ended = command("devices", "scan")
    assert ended.code == REFUSED
    assert "consent grant collect ble" in ended.err


def test_a_radio_that_does_not_answer_is_a_failed_device(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "ble")
    (command.home / "config.toml").write_text('[bluetooth]\nradio = "tcp-client:127.0.0.1:1"\n')
    assert command("devices", "scan").code == DEVICE_FAILED


def test_wrong_use_is_said_on_stderr(tmp_path: Path) -> None:
    command = simulation_home(tmp_path)
    for words in (
        ["frobnicate"],
        ["people", "add", "Bo", "--born", "soon"],
        ["people", "add", "Bo", "--born", "1990-01", "--zone", "Nowhere/Land"],
        ["readings", "--kind", "aura"],
    ):
        ended = command(*words)
        assert ended.code == WRONG_USE
        assert ended.err
        assert not ended.out


def test_where_somebody_lives_is_asked_once_and_stays_here(tmp_path: Path) -> None:
    command = simulation_home(tmp_path)
    added = command.answer("people", "add", "Bo", "--born", "1990-01", "--zone", "Asia/Kathmandu")
    house = open_house(command.home)
    assert house.local.zone_at(PersonKey(added["person"]), 0) == "Asia/Kathmandu"
    house.close()


def test_what_was_forbidden_is_not_shared_until_it_is_lifted(tmp_path: Path) -> None:
    command, invitation = simulation_home(tmp_path), tmp_path / "near.json"
    command.answer(
        "recipients", "invitation", "--fhir", "http://127.0.0.1:9/fhir", "--out", str(invitation)
    )
    key = command.answer("recipients", "add", str(invitation), "--script")["recipient"]
    heart = ("--kind", "heart_rate", "--script")
    command.answer("consent", "grant", "share", key, *heart, "--grain", "hour")
    no = command.answer("consent", "forbid", key, *heart)["denial"]
    told = command.answer("consent", "list")
    assert told["forbidden"] == [{"denial": no, "recipient": key, "kinds": ["heart_rate"]}]
    assert [one["standing"] for one in told["share"]] != ["active"]
    command.answer("consent", "lift", no, "--script")
    told = command.answer("consent", "list")
    assert told["forbidden"] == []
    assert [one["standing"] for one in told["share"]] == ["active"]


def test_an_access_token_is_kept_for_its_recipient_alone(tmp_path: Path) -> None:
    command, invitation = simulation_home(tmp_path), tmp_path / "near.json"
    command.answer(
        "recipients", "invitation", "--fhir", "http://127.0.0.1:9/fhir", "--out", str(invitation)
    )
    (tmp_path / "token").write_text("opensesame\n")
    added = command.answer(
        "recipients", "add", str(invitation), "--script", "--token-file", str(tmp_path / "token")
    )
    kept = command.home / "tokens" / added["recipient"]
    assert kept.read_text() == "opensesame\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_what_a_recipient_did_not_take_beside_readings_is_counted(tmp_path: Path) -> None:
    command, invitation = simulation_home(tmp_path), tmp_path / "near.json"
    command.answer(
        "recipients", "invitation", "--fhir", "http://127.0.0.1:9/fhir", "--out", str(invitation)
    )
    key = command.answer("recipients", "add", str(invitation), "--script")["recipient"]
    house = open_house(command.home)
    for what, where in (("look:s:1", "-"), ("look:s:2", "-"), ("look:s:3", "Observation/3")):
        house.opened.gateway.execute("INSERT INTO remote VALUES (?, ?, ?)", [key, what, where])
    house.close()

    (told,) = command.answer("sent")["without"]
    assert (told["recipient"], told["what"], told["count"]) == (key, "look", 2)
    (line,) = [one for one in command("sent").out.splitlines() if one.startswith("Also not taken")]
    assert "2 at " in line
    assert "There is nothing to do" in line


def test_who_looks_at_readings_leaves_a_trace(tmp_path: Path) -> None:
    command = simulation_home(tmp_path)
    for words in (["readings"], ["consent", "list"], ["sent"], ["status"]):
        assert command(*words).code == DONE
    house = open_house(command.home)
    acts = [entry.act for entry in house.audit.entries()]
    house.close()
    assert acts[-3:] == ["command.readings", "command.consent.list", "command.sent"]


def test_an_export_is_imported_once_however_often(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "healthkit")
    for name, more in (("a", []), ("b", ["--offset", "+1030", "--pointer-seed", "77"])):
        subprocess.run(
            [
                str(ROOT / "scripts" / "make-export"),
                "--small",
                *more,
                str(tmp_path / f"{name}.zip"),
            ],
            check=True,
            capture_output=True,
        )
    first = command.answer("import", str(tmp_path / "a.zip"))
    assert first["new"] == first["rows"] > 1000
    assert command.answer("import", str(tmp_path / "a.zip"))["new"] == 0
    assert command.answer("import", str(tmp_path / "b.zip"))["new"] == 0
    weights = first["kinds"]["body_weight"]["rows"]
    assert command.answer("delete", "--kind", "body_weight", "--yes") == {"deleted": weights}
    again = command.answer("import", str(tmp_path / "b.zip"))
    assert (again["new"], again["deleted_before"]) == (0, weights)
    kinds = {
        one["kind"] for one in command.answer("readings", "--summary")["series"] if one["count"]
    }
    assert "body_weight" not in kinds


def test_an_import_without_permission_reads_nothing(tmp_path: Path) -> None:
    command = simulation_home(tmp_path)
    (tmp_path / "x.zip").write_bytes(b"not even a zip")
    assert command("import", str(tmp_path / "x.zip")).code == REFUSED


def test_a_file_that_is_no_export_is_refused_with_a_sentence(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "healthkit")
    (tmp_path / "x.zip").write_bytes(b"not even a zip")
    ended = command("import", str(tmp_path / "x.zip"))
    assert ended.code == FAILED
    assert "Traceback" not in ended.err


def test_a_flipped_bit_is_reported_by_the_doctor(tmp_path: Path) -> None:
    command = simulation_home(tmp_path)
    assert command.answer("doctor")["good"] is True
    file = command.home / "gateway.db"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(bytes(data))
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
    ended = command("doctor")
    assert ended.code == FAILED
    assert "damaged" in ended.out + ended.err
