"""The same history exported again is the same readings, however its dates are printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.healthkit.source import HealthKitImport
from adapters.reading import ReadingBatch
from scripts.export_history import DAY
from scripts.make_export import main
from tests.fakes_healthkit import PERSON, UNTIL, device_key, make, run, source_key


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 999),
    quarter=st.integers(-48, 52),
    pointers=st.integers(0, 9999),
    seasons=st.booleans(),
)
def test_another_offset_and_other_pointers_change_no_row(
    tmp_path_factory: pytest.TempPathFactory, seed: int, quarter: int, pointers: int, seasons: bool
) -> None:
    folder = tmp_path_factory.mktemp("export")
    make(folder / "one.zip", seed=seed, small=True, days=4)
    nasty = ("two-offsets",) if seasons else ()
    make(
        folder / "two.zip",
        *nasty,
        seed=seed,
        small=True,
        days=4,
        offset=quarter * 15,
        pointers=pointers,
    )
    one, two = run(folder / "one.zip"), run(folder / "two.zip")
    assert one.rows == two.rows
    assert one.positions == two.positions
    assert {fact.device for fact in one.facts} == {fact.device for fact in two.facts}


def test_a_day_more_adds_exactly_its_own_rows(tmp_path: Path) -> None:
    for days in (4, 5):
        make(
            tmp_path / f"{days}.zip",
            days=days,
            offset=days * 60,
            pointers=days,
            until=UNTIL + DAY * (days - 4),
        )
    before, after = run(tmp_path / "4.zip"), run(tmp_path / "5.zip")
    added = set(after.rows) - set(before.rows)
    assert set(before.rows) < set(after.rows)
    assert len(added) == after.report.rows - before.report.rows
    assert min(row[3] for row in added) >= (UNTIL - 3600) * 1000


def test_a_second_import_of_the_same_file_gives_the_same_again(tmp_path: Path) -> None:
    make(tmp_path / "export.zip", small=True)
    source = HealthKitImport(tmp_path / "export.zip", PERSON, device_key, source_key)
    first = [arrival for arrival in source.arrivals() if isinstance(arrival, ReadingBatch)]
    again = [arrival for arrival in source.arrivals() if isinstance(arrival, ReadingBatch)]
    assert first == again
    assert source.report.rows == sum(len(batch) for batch in again)


def test_the_maker_gives_the_same_bytes_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        arguments = [str(tmp_path / f"{name}.zip"), "--small", "--truth", str(tmp_path / name)]
        assert main(arguments) == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
