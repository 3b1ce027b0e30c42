"""An import shown again later: what it says then is what it said at the time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.errors import ArchiveRefused
from adapters.healthkit.archive import fingerprint
from adapters.healthkit.limits import Limits
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
