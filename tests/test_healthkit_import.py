"""A whole export becomes readings: all of them, once, however it is printed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from adapters.healthkit.source import HealthKitImport
from adapters.healthkit.types import all_types
from adapters.local_events import LocalBatch
from adapters.reading import Quality
from scripts.export_text import NASTY
from scripts.export_truth import Truth
from tests.fakes_healthkit import (
    PERSON,
    UNTIL,
    Imported,
    device_key,
    make,
    record,
    run,
    run_entries,
    source_key,
)

US = ("us-units", "us-units-rounded")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """What an export of three days without accidents gives."""
    path = tmp_path_factory.mktemp("plain") / "export.zip"
    make(path)
    return run(path)


def agrees(found: Imported, truth: Truth) -> None:
    report = found.report
    assert {kind: count["rows"] for kind, count in report.kinds.items()} == dict(truth.kinds)
    assert len(found.rows) == report.rows == truth.kinds.total()
    assert (report.entries, report.beside) == (truth.entries, truth.beside)
    assert report.entries + report.beside == (
        report.rows + report.duplicate + report.parts + sum(report.refused.values())
    )
    assert (report.duplicate, report.parts) == (truth.duplicate, truth.parts)
    assert sum(report.unknown_types.values()) == truth.unknown_types
    assert report.refused == truth.refused
    left = {what: n for what, n in report.left_out.items() if "birth date" not in what}
    assert left == +truth.left_out
    assert (report.workouts, report.ecgs) == (truth.workouts, truth.ecgs)
    assert report.clinical == truth.clinical
    assert (report.routes, report.positions) == (truth.routes, truth.positions)
    assert len(found.positions) == truth.positions
    assert (report.damaged, report.cut_short) == (truth.damaged, truth.cut_short)


def test_an_export_becomes_exactly_the_readings_that_the_truth_counts(tmp_path: Path) -> None:
    truth = make(tmp_path / "export.zip", days=10)
    found = run(tmp_path / "export.zip")
    agrees(found, truth)
    by_hand = [row for row in found.rows if row[8] & Quality.ENTERED_BY_HAND]
    assert len(by_hand) == truth.by_hand > 0
    assert len(set(found.rows)) == len(found.rows)


@pytest.mark.parametrize("offset", [-720, 840])
def test_the_truth_holds_wherever_the_phone_is(tmp_path: Path, offset: int) -> None:
    truth = make(tmp_path / "export.zip", offset=offset)
    agrees(run(tmp_path / "export.zip"), truth)


@pytest.mark.parametrize("where", ["export.zip", "export.xml", "folder"])
def test_zip_folder_and_bare_file_give_the_same_readings(tmp_path: Path, where: str) -> None:
    make(tmp_path / "first.zip", small=True, days=7)
    make(tmp_path / where, small=True, days=7)
    assert run(tmp_path / where).rows == run(tmp_path / "first.zip").rows


@pytest.mark.parametrize("name", sorted(set(NASTY) - {"truncated", *US}))
def test_each_accident_changes_no_reading(tmp_path: Path, plain: Imported, name: str) -> None:
    truth = make(tmp_path / "nasty.zip", name)
    nasty = run(tmp_path / "nasty.zip")
    agrees(nasty, truth)
    if name not in ("spaced-attribute", "files-missing"):
        assert _without_sources(nasty) == _without_sources(plain)


def test_an_entry_that_no_parser_reads_costs_itself_alone(tmp_path: Path, plain: Imported) -> None:
    make(tmp_path / "nasty.zip", "spaced-attribute")
    nasty = run(tmp_path / "nasty.zip")
    assert nasty.report.damaged == 1
    assert len(set(plain.rows) - set(nasty.rows)) == 1
    assert set(nasty.rows) < set(plain.rows)


def test_the_dtd_of_ios_16_stops_other_parsers_and_not_this_one(tmp_path: Path) -> None:
    truth = make(tmp_path / "export.xml", "ios16-dtd")
    with pytest.raises(ElementTree.ParseError):
        ElementTree.parse(tmp_path / "export.xml")  # noqa: S314  # made above
    assert run(tmp_path / "export.xml").report.rows == truth.kinds.total()


def test_control_bytes_are_replaced_and_counted(tmp_path: Path) -> None:
    make(tmp_path / "export.xml", "control-bytes", small=True, days=7)
    count = (tmp_path / "export.xml").read_bytes().count(b"\x0b")
    assert run(tmp_path / "export.xml").report.replaced == count > 0


def test_a_file_that_ends_in_the_middle_keeps_what_came_before(tmp_path: Path) -> None:
    truth = make(tmp_path / "export.zip", "truncated")
    found = run(tmp_path / "export.zip")
    agrees(found, truth)
    assert found.report.cut_short


@pytest.mark.parametrize(("name", "off"), [("us-units", 0.0), ("us-units-rounded", 6e-6)])
def test_other_units_of_the_phone_are_the_same_measurements(
    tmp_path: Path, name: str, off: float
) -> None:
    make(tmp_path / "metric.zip", days=5)
    truth = make(tmp_path / "us.zip", name, days=5)
    metric, us = run(tmp_path / "metric.zip"), run(tmp_path / "us.zip")
    agrees(us, truth)
    for here, there in zip(metric.rows, us.rows, strict=True):
        assert here[:5] == there[:5]
        if not isinstance(here[5], str):
            assert float(str(there[5])) == pytest.approx(float(here[5]), rel=off, abs=18 * off)  # type: ignore[arg-type]


def test_an_independent_parser_finds_the_same_records(tmp_path: Path) -> None:
    """ElementTree and strptime read the same file; each number must be a reading, and no more."""
    make(tmp_path / "export.xml", days=4, offset=-210)
    found = run(tmp_path / "export.xml")
    wanted: dict[str, set[tuple[int, int, Decimal]]] = {}
    judge = ElementTree.parse(tmp_path / "export.xml")  # noqa: S314  # made above
    for element in judge.getroot().findall("Record"):
        row = all_types().get(element.get("type", ""))
        unit = element.get("unit", "")
        plain = row is not None and (unit == "%" or (unit in row.units and row.units[unit].same))
        if row is not None and plain:
            times = 100 if unit == "%" else 1
            start, end = (_judged(element.get(name, "")) for name in ("startDate", "endDate"))
            number = Decimal(element.get("value", "")) * times
            wanted.setdefault(row.kind, set()).add((start, end - start, number))
    got = {
        kind: {(row[3], row[4], Decimal(str(row[5]))) for row in found.of(kind)} for kind in wanted
    }
    assert got == wanted


def _judged(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").timestamp()) * 1000


def test_batches_stay_small_and_keep_one_series_each(tmp_path: Path) -> None:
    make(tmp_path / "export.zip", days=10)
    for batch in run(tmp_path / "export.zip").batches:
        assert 0 < len(batch) <= 5_000
        assert not batch.live


def test_equal_readings_are_parted_by_their_creation_alone(tmp_path: Path) -> None:
    kind = "HKQuantityTypeIdentifierStepCount"
    first = record(kind, "12", "count", creationDate="2026-01-15 23:00:00 +0100")
    copy = record(kind, "12.0", "count", creationDate="2026-01-15 22:00:00 +0000")
    later = record(kind, "12", "count", creationDate="2026-01-15 23:00:01 +0100")
    found = run_entries(tmp_path, [first, copy, later, copy, later])
    assert [row[6] for row in found.rows] == [0, 1]
    assert found.report.duplicate == 3


def test_the_offset_of_the_export_goes_to_the_local_store(tmp_path: Path) -> None:
    make(tmp_path / "export.zip", small=True, offset=330)
    offsets = run(tmp_path / "export.zip").offsets
    assert [(offset.minutes, offset.at) for offset in offsets] == [(330, UNTIL * 1000)]


def test_what_is_not_understood_is_counted_with_an_example_and_no_value(tmp_path: Path) -> None:
    found = run_entries(
        tmp_path,
        [
            record("Another type", "250", "mL"),
            record("My secret type", "1", "x"),
            record("HKQuantityTypeIdentifierHeartRate", "many", "count/min"),
            record("HKQuantityTypeIdentifierHeartRate", "NaN", "count/min"),
            record("HKQuantityTypeIdentifierHeartRate", "60", "furlong"),
            record("HKQuantityTypeIdentifierOxygenSaturation", "97", "%"),
            record("HKQuantityTypeIdentifierHeartRate", "60", "count/min", start="yesterday"),
            record(
                "HKQuantityTypeIdentifierHeartRate",
                "60",
                "count/min",
                endDate="2026-01-15 22:56:08 +0100",
            ),
            " <Audiogram type='HKDataTypeIdentifierAudiogram'/>\n",
            " <Something/>\n",
            " <Record/>\n",
        ],
    )
    report = found.report
    assert found.rows == []
    assert report.refused == {
        "type not known to this version": 2,
        "the value is not a number": 2,
        "unit not known to this version": 1,
        "a percentage above 100": 1,
        "a date cannot be read": 1,
        "it ends before it starts": 1,
        "an entry of a sort not known to this version": 1,
        "an entry without type, source, value or date": 2,
    }
    assert report.examples["type not known to this version"] == "an entry without Apple's name"
    assert report.unknown_types == {}  # those are kept, and these are not
    assert "secret" not in str(report.as_dict())


def test_nothing_is_opened_before_somebody_asks(tmp_path: Path) -> None:
    HealthKitImport(tmp_path / "nowhere.zip", PERSON, device_key, source_key)


async def test_listening_gives_what_the_arrivals_are(tmp_path: Path) -> None:
    make(tmp_path / "export.zip", small=True)
    source = HealthKitImport(tmp_path / "export.zip", PERSON, device_key, source_key)
    heard = [arrival async for arrival in source.listen()]
    assert heard == list(source.arrivals())
    assert any(isinstance(arrival, LocalBatch) for arrival in heard)


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    make(tmp_path / "export.zip", small=True)
    told: list[tuple[int, int]] = []
    source = HealthKitImport(
        tmp_path / "export.zip",
        PERSON,
        device_key,
        source_key,
        progress=lambda done, whole: told.append((done, whole)),
    )
    list(source.arrivals())
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_the_store_s_answer_completes_the_report(tmp_path: Path) -> None:
    make(tmp_path / "export.zip", small=True)
    report = run(tmp_path / "export.zip").report
    for kind, count in list(report.kinds.items()):
        report.stored(kind, new=count["rows"] - 1, known=1)
    answer = report.as_dict()
    assert answer["new"] + answer["known"] == answer["rows"]
    assert answer["kinds"]["workout"] == {"rows": 1, "new": 0}


def _without_sources(found: Imported) -> list[tuple[object, ...]]:
    return sorted((row[0], *row[3:]) for row in found.rows)
