"""An import shown again later: what it says then is what it said at the time."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from adapters.errors import ArchiveRefused
from adapters.healthkit.archive import fingerprint
from adapters.healthkit.limits import Limits
from gateway.app import open_house
from gateway.clock import now
from gateway.store.import_runs import ImportRun
from tests.command_line import simulation_home
from tests.fakes_healthkit import document, record

REFUSED = "This is not an Apple Health export."
HEART = record("HKQuantityTypeIdentifierHeartRate", "61", "count/min")


def test_a_refused_file_is_shown_later_with_its_reason_and_not_as_interrupted(
    tmp_path: Path,
) -> None:
    command = simulation_home(tmp_path, "healthkit")
    (tmp_path / "photos.zip").write_bytes(b"no export")
    assert REFUSED in command("import", str(tmp_path / "photos.zip")).err
    listed = command("import", "--list").out
    assert "refused" in listed
    assert "interrupted" not in listed
    shown = command("import", "--show", "1").out
    assert REFUSED in shown
    assert "On the phone open Health" in shown
    assert "interrupted" not in shown
    assert command.answer("import", "--list")["imports"][0]["said"] == REFUSED


def test_an_import_that_was_killed_before_it_had_counted_does_not_say_that_it_brought_nothing(
    tmp_path: Path,
) -> None:
    command = simulation_home(tmp_path, "healthkit")
    house = open_house(command.home)
    (person,) = house.people.list()
    house.imports.begin(now(), person.key, "healthkit", b"of a file")
    house.close()
    shown = command("import", "--show", "1").out
    assert "before its readings were counted" in shown
    assert "new" not in shown


def test_a_file_that_is_refused_again_and_again_is_shown_once(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "healthkit")
    (tmp_path / "export.xml").write_bytes(document([HEART]))
    (tmp_path / "photos.zip").write_bytes(b"no export")
    command("import", str(tmp_path / "export.xml"))
    for _ in range(3):
        assert REFUSED in command("import", str(tmp_path / "photos.zip")).err
    told = command.answer("import", "--list")["imports"]
    assert [one["said"] for one in told] == [REFUSED, None]


def test_a_finished_import_is_shown_later_as_it_was(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "healthkit")
    (tmp_path / "export.xml").write_bytes(document([HEART]))
    told = command("import", str(tmp_path / "export.xml")).out
    assert command("import", "--show", "1").out == told


def test_an_import_that_was_killed_is_not_taken_for_one_that_is_read(tmp_path: Path) -> None:
    at = now()
    run = ImportRun(1, at, "p", "healthkit", b"", None, {"noted_at": at})  # type: ignore[arg-type]
    assert run.goes_on(at + 1_000)
    assert not run.goes_on(at + 61_000)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ArchiveRefused, match="no file"):
            fingerprint(path, Limits())


def test_where_several_live_the_next_step_names_whose_permission(tmp_path: Path) -> None:
    command = simulation_home(tmp_path)
    command("people", "add", "Bo Berg", "--born", "1990-01")
    (tmp_path / "export.xml").write_bytes(document([HEART]))
    said = command("import", str(tmp_path / "export.xml"), "--person", "Bo Berg").err
    assert 'consent grant collect healthkit --person "Bo Berg"' in " ".join(said.split())


def test_reports_and_the_list_name_the_file(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "healthkit")
    (tmp_path / "of May.xml").write_bytes(document([HEART]))
    told = command("import", str(tmp_path / "of May.xml")).out
    assert told.startswith("of May.xml: 1 new reading, 0 known before, in ")
    assert "of May.xml" in command("import", "--list").out
    assert command.answer("import", "--list")["imports"][0]["file"] == "of May.xml"
    assert command.answer("import", "--show", "1")["file"] == "of May.xml"


def test_what_matters_most_stands_before_the_table_of_kinds(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "healthkit")
    odd = record("HKQuantityTypeIdentifierHeartRate", "fast", "count/min")
    me = ' <Me HKCharacteristicTypeIdentifierDateOfBirth="1969-07-21"/>\n'
    (tmp_path / "e.xml").write_bytes(document([me, HEART, odd]))
    lines = command("import", str(tmp_path / "e.xml")).out.splitlines()
    assert lines[1].startswith("Not taken in, 1: the value is not a number (for example HKQuantity")
    assert lines[2].endswith("To read it too: health-gateway import FILE --about-me")
    assert lines[-1].split() == ["Heart", "rate", "1", "1"]


def test_a_file_that_was_refused_and_may_be_read_now_is_not_called_interrupted(
    tmp_path: Path,
) -> None:
    command = simulation_home(tmp_path, "healthkit")
    padding = f" <!-- {'x' * 1000} -->\n" * 70_000
    (tmp_path / "e.xml").write_bytes(document([HEART, padding]))
    with zipfile.ZipFile(tmp_path / "e.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.write(tmp_path / "e.xml", "export.xml")
    (tmp_path / "home" / "config.toml").write_text("[import]\nlargest_ratio = 20\n")
    refused = command("import", str(tmp_path / "e.zip"))
    assert "as in a zip bomb. If you trust this file, raise" in refused.err
    (tmp_path / "home" / "config.toml").write_text("[import]\nlargest_ratio = 2000\n")
    told = command("import", str(tmp_path / "e.zip")).out
    assert "This file was refused before; now it was read." in told
    assert "interrupted" not in told
    assert "refused before" not in command("import", str(tmp_path / "e.zip")).out


def test_status_says_how_the_last_import_went(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "healthkit")
    assert command.answer("status")["last_import"] is None
    (tmp_path / "secret name.xml").write_bytes(document([HEART]))
    command("import", str(tmp_path / "secret name.xml"))
    told = command.answer("status")
    assert told["last_import"] == {"number": 1, "state": "done", "new": 1, "rows": 1}
    assert told["folder_of_exports"] is None
    (tmp_path / "home" / "config.toml").write_text(f"[import]\nfolder = '{tmp_path / 'gone'}'\n")
    said = command("status").out
    assert "Apple Health export imported: 1 new of 1 readings" in said
    assert "is not there, or may not be read" in said
    assert "secret name" not in said
    assert str(tmp_path) not in said


def test_an_import_in_part_is_called_so_wherever_it_is_named(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "healthkit")
    (tmp_path / "e.xml").write_bytes(document([HEART] * 3)[:-20])
    told = command("import", str(tmp_path / "e.xml")).out
    assert "The file ends in the middle" in told
    assert command.answer("status")["last_import"]["state"] == "done in part"
    assert "imported as far as it could be read: 1 new of 1 readings" in command("status").out
    assert ", in part" in command("import", "--list").out
    (tmp_path / "e.xml").write_bytes(document([HEART]))
    command("import", str(tmp_path / "e.xml"))
    assert ", in part" not in command("import", "--list").out.splitlines()[1]


def test_a_kind_that_is_none_is_answered_with_what_may_be_meant(tmp_path: Path) -> None:
    command = simulation_home(tmp_path)
    for told, meant in (("hart_rate", "heart_rate"), ("Body weight", "body_weight")):
        said = command("readings", "--kind", told).err
        assert f"Did you mean {meant}" in said
        assert len(said) < 250
    assert "See all: health-gateway readings --kinds" in command("readings", "--kind", "xx").err
    assert "Did you mean" not in command("readings", "--kind", "qqqqqq").err
    assert "heart_rate" in command("readings", "--kinds").out
