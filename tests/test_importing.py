"""The same history imported again, however it is exported: only what is new is added."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import gateway.importing
from adapters.errors import ArchiveRefused
from adapters.healthkit.apart import ImportApart
from adapters.healthkit.limits import Limits
from scripts.export_history import DAY
from tests.fakes_healthkit import UNTIL, document, make, record
from tests.fakes_web import Furnished
from tests.import_house import bring_in, importing_home, kept_here, stored

HEART = "HKQuantityTypeIdentifierHeartRate"


@pytest.fixture
def home(tmp_path: Path) -> Furnished:
    return importing_home(tmp_path / "home")


def settled(report: object) -> bool:
    """Whether every reading of an export is accounted for."""
    return bool(
        report.rows == report.new + report.known + report.changed + report.deleted_before  # type: ignore[attr-defined]
    )


def test_after_a_clock_change_exactly_the_new_readings_are_added(
    home: Furnished, tmp_path: Path
) -> None:
    make(tmp_path / "one.zip", days=3, offset=60, pointers=1)
    make(tmp_path / "two.zip", days=4, offset=120, pointers=2, until=UNTIL + DAY)
    first = bring_in(home, tmp_path / "one.zip")
    second = bring_in(home, tmp_path / "two.zip")
    assert first.new == first.rows == len(stored(home)) - second.new
    assert second.new == second.rows - first.rows > 0
    assert (second.renamed, second.changed, second.vanished) == (0, 0, 0)
    assert settled(second)


def test_of_the_very_same_file_no_byte_is_read(home: Furnished, tmp_path: Path) -> None:
    make(tmp_path / "one.zip", small=True)
    first = bring_in(home, tmp_path / "one.zip")
    told: list[int] = []
    again = bring_in(home, tmp_path / "one.zip", progress=lambda done, _: told.append(done))
    assert told == []
    assert (again.identical, again.new, again.known) == (True, 0, first.rows)
    series = next(one for one in home.house.readings.series() if one.n)
    home.house.readings.delete(series.id, 0, 2**60, home.clock.at + 10**9)
    once_more = bring_in(home, tmp_path / "one.zip", progress=lambda done, _: told.append(done))
    assert told
    assert (once_more.identical, once_more.deleted_before) == (False, series.n)


@pytest.mark.parametrize("how", ["written over", "replaced"])
def test_a_file_that_changes_while_it_is_read_is_not_taken_for_read(
    home: Furnished, tmp_path: Path, how: str
) -> None:
    make(tmp_path / "one.zip", days=4)
    make(tmp_path / "two.zip", days=5, until=UNTIL + DAY)
    newer = (tmp_path / "two.zip").read_bytes()

    def change(_done: int, _total: int) -> None:
        if how == "written over":
            (tmp_path / "one.zip").write_bytes(newer)
        elif (tmp_path / "two.zip").exists():
            (tmp_path / "two.zip").rename(tmp_path / "one.zip")

    with pytest.raises(ArchiveRefused, match="was changed while it was read") as changed:
        bring_in(home, tmp_path / "one.zip", progress=change)
    assert changed.value.next_step == "Import it again."
    [run] = home.house.imports.list()
    assert (run.finished_at, run.refused) == (None, False)
    again = bring_in(home, tmp_path / "one.zip")
    assert not again.identical
    assert again.rows == again.new + again.known
    assert bring_in(home, tmp_path / "one.zip").identical


def test_a_renamed_phone_stays_the_same(home: Furnished, tmp_path: Path) -> None:
    make(tmp_path / "one.xml", days=3)
    make(tmp_path / "two.xml", days=4, until=UNTIL + DAY, pointers=3)
    text = (tmp_path / "two.xml").read_text()
    renamed = text.replace("Robin\u2019s iPhone", "Robin\u2019s new phone").replace(
        '"Scale App"', '"Scales, anew"'
    )
    assert renamed != text
    (tmp_path / "three.xml").write_text(renamed)
    first = bring_in(home, tmp_path / "one.xml")
    sources = {row[2] for row in stored(home)}
    second = bring_in(home, tmp_path / "three.xml")
    assert second.new == second.rows - first.rows > 0
    assert second.renamed >= 2
    assert {row[2] for row in stored(home)} == sources
    third = bring_in(home, tmp_path / "two.xml")
    assert (third.new, third.renamed) == (0, 0)
    owners = {row[0] for row in kept_here(home) if row[1] == "source_name"}
    assert owners <= sources | {"healthkit"}


def test_a_second_phone_is_not_taken_for_the_first_renamed(home: Furnished, tmp_path: Path) -> None:
    """Both are in the export: an app that copies another one's readings is no new name of it."""
    one = [record(HEART, str(60 + i), "count/min", start=f"2026-01-15 22:56:{i:02} +0100")
           for i in range(20)]  # fmt: skip
    copied = [line.replace("Watch", "Copy") for line in one]
    (tmp_path / "one.xml").write_bytes(document(one))
    (tmp_path / "two.xml").write_bytes(document(copied + one))
    bring_in(home, tmp_path / "one.xml")
    report = bring_in(home, tmp_path / "two.xml")
    assert (report.new, report.known, report.renamed) == (20, 20, 0)


@pytest.mark.parametrize("name", ["us-units", "us-units-rounded"])
def test_another_unit_of_the_phone_adds_nothing(home: Furnished, tmp_path: Path, name: str) -> None:
    """Printed with all their digits they come back to the very numbers that are here."""
    make(tmp_path / "metric.zip", days=6)
    make(tmp_path / "us.zip", name, days=6)
    first = bring_in(home, tmp_path / "metric.zip")
    second = bring_in(home, tmp_path / "us.zip")
    assert second.new == 0
    assert (second.changed > 100) == (name == "us-units-rounded")
    assert settled(second)
    assert second.vanished == 0
    assert bring_in(home, tmp_path / "metric.zip").identical
    assert len(stored(home)) == first.rows


def test_what_is_gone_is_reported_and_an_older_export_does_no_harm(
    home: Furnished, tmp_path: Path
) -> None:
    lines = [
        record(HEART, "61", "count/min", start=f"2026-01-15 22:56:{i:02} +0100") for i in range(9)
    ]
    later = document(lines[2:]).replace(b"2026-02-01 08", b"2026-03-01 08")
    (tmp_path / "old.xml").write_bytes(document(lines[:5]))
    (tmp_path / "all.xml").write_bytes(document(lines))
    (tmp_path / "less.xml").write_bytes(later)
    assert bring_in(home, tmp_path / "all.xml").vanished == 0
    less = bring_in(home, tmp_path / "less.xml")
    assert less.vanished == less.kinds["heart_rate"]["vanished"] == 2
    old = bring_in(home, tmp_path / "old.xml")
    assert (old.new, old.vanished) == (0, 0)
    assert len(stored(home)) == 9


def test_what_was_not_asked_for_or_lies_in_no_file_is_not_gone(
    home: Furnished, tmp_path: Path
) -> None:
    """Birth date and the like are read on request; curves and records of clinics lie beside."""
    make(tmp_path / "whole.zip")
    make(tmp_path / "later", pointers=2)
    first = bring_in(home, tmp_path / "whole.zip", about_me=True)
    kinds = {row[0] for row in stored(home)}
    assert {"date_of_birth", "ecg", "ecg_classification"} <= kinds
    [alone] = (tmp_path / "later").glob("*/export.xml")
    second = bring_in(home, alone)
    assert second.new == 0
    assert second.rows < first.rows
    assert (second.vanished, [kind for kind, n in second.kinds.items() if "vanished" in n]) == (
        0,
        [],
    )


def test_in_two_processes_the_store_holds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "export.zip", days=4)
    homes = []
    for name, apart_from in (("one", 2**60), ("two", 0)):
        monkeypatch.setattr(gateway.importing, "APART_FROM", apart_from)
        home = importing_home(tmp_path / name)
        report = bring_in(home, tmp_path / "export.zip").as_dict()
        del report["seconds"], report["peak_mib"]
        homes.append(
            (report, len(stored(home)), [row[3:] for row in sorted(stored(home), key=str)])
        )
        assert report["new"] == len(stored(home))
    assert homes[0][:2] == homes[1][:2]
    assert sorted(map(str, homes[0][2])) == sorted(map(str, homes[1][2]))


def test_a_refusal_of_the_other_process_is_said_here(
    home: Furnished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.importing, "APART_FROM", 0)
    bomb = "<!DOCTYPE HealthData [<!ENTITY a 'ha'>]>\n"
    (tmp_path / "x.xml").write_bytes(document("", head=bomb))
    with pytest.raises(ArchiveRefused, match="entities"):
        bring_in(home, tmp_path / "x.xml")
    kept = home.house.imports.list()[0]
    assert (kept.finished_at, kept.report["stopped"]) == (None, True)


def test_numpy_is_loaded_by_nothing_that_runs_for_months() -> None:
    code = (
        "import sys, gateway.commands.run, gateway.store.driver, gateway.importing;"
        "sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_reader_that_ends_unforeseen_is_said_without_what_was_in_it(
    home: Furnished, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.xml").write_bytes(document(record(HEART, "61", "count/min")))
    odd = Limits(names="many")  # type: ignore[arg-type]  # the other process stops at that
    keys = home.house.device_key, home.house.source_key
    export = ImportApart(tmp_path / "x.xml", home.person, *keys, odd)
    with pytest.raises(ArchiveRefused, match="not be read to its end") as refused:
        list(export.arrivals())
    assert refused.value.next_step == "Import the same file again to go on."
    said = capfd.readouterr().err
    assert said.startswith("The reader stopped: TypeError in adapters.healthkit.")
    assert "Traceback" not in said
