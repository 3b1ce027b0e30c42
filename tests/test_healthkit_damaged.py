"""Damage within an archive costs what lies behind it, and nothing before; the report says so."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from adapters.errors import ArchiveRefused
from adapters.healthkit.limits import Limits
from adapters.healthkit.routes import DAMAGED_ROUTE
from gateway.web.import_words import on_the_page, sentences
from tests.fakes_healthkit import Imported, document, make, record, run
from tests.import_house import bring_in, importing_home, stored
from tests.test_healthkit_inflating import byte_by_byte

HEART = record("HKQuantityTypeIdentifierHeartRate", "61", "count/min")
MAIN = "apple_health_export/export.xml"


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of which only the main file is there: 2 MB, in two portions."""
    folder = tmp_path_factory.mktemp("export")
    make(folder / "export.xml", days=5)
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.write(folder / "export.xml", MAIN)
    return path


def packed_at(path: Path) -> tuple[int, int, int]:
    """Where the packed bytes of the main file begin and end, and how many they are unpacked."""
    with zipfile.ZipFile(path) as zipped:
        info = zipped.getinfo(MAIN)
    begins = info.header_offset + 30 + len(MAIN)
    return begins, begins + info.compress_size, info.file_size


def damaged(export: Path, to: Path, seed: int) -> tuple[bytes, bytes]:
    """Write a damaged copy; gives what an inflater that goes byte by byte makes of it, and before.

    A byte is changed, or some are overwritten; the last seeds damage the last bytes.
    """
    chance, content = random.Random(seed), bytearray(export.read_bytes())
    begins, ends, size = packed_at(export)
    whole = byte_by_byte(bytes(content[begins:ends]))
    at = chance.randrange(begins, ends) if seed < 10 else ends - 1 - chance.randrange(1000)
    if seed % 2:
        content[at : at + 32] = bytes(chance.randrange(256) for _ in content[at : at + 32])
    else:
        content[at] ^= 1 << chance.randrange(8)
    to.write_bytes(content)
    return byte_by_byte(bytes(content[begins:ends]))[:size], whole


def as_told(found: Imported) -> tuple[object, ...]:
    report = found.report
    return sorted(map(repr, found.rows)), report.entries, report.refused, report.damaged


def entries_in(text: bytes) -> int:
    """How many measurements are whole, as ElementTree reads it; not the date, nor who it is of."""
    tree: ElementTree.XMLPullParser[ElementTree.Element] = ElementTree.XMLPullParser(
        ["start", "end"]
    )
    tree.feed(text[text.index(b"<HealthData") :])
    depth = complete = 0
    for event in tree.read_events():
        depth += 1 if event[0] == "start" else -1
        complete += event[0] == "end" and depth == 1
    return complete - 2


@pytest.mark.parametrize("seed", range(14))
def test_all_readings_before_the_damage_are_read(tmp_path: Path, export: Path, seed: int) -> None:
    text, whole = damaged(export, tmp_path / "e.zip", seed)
    (tmp_path / "e.xml").write_bytes(text)
    same = next(
        (at for at, pair in enumerate(zip(text, whole, strict=False)) if len({*pair}) > 1), 0
    )
    before = text[: same or len(text)]
    complete = entries_in(before)
    for fast in (True, False):
        found = run(tmp_path / "e.zip", fast=fast)
        assert as_told(found) == as_told(run(tmp_path / "e.xml", fast=fast))
        assert found.report.entries + found.report.damaged >= complete
        assert found.report.damaged_at is not None
        assert found.report.damaged_at <= 100 * len(text) // len(whole)
        if text == before:
            assert found.report.entries == complete


def test_what_is_stored_is_what_came_before_the_damage(tmp_path: Path, export: Path) -> None:
    text, _ = damaged(export, tmp_path / "e.zip", 3)
    (tmp_path / "e.xml").write_bytes(text)
    one, two = importing_home(tmp_path / "one"), importing_home(tmp_path / "two")
    report = bring_in(one, tmp_path / "e.zip")
    other = bring_in(two, tmp_path / "e.xml")
    kinds = sorted(repr([row[0], *row[3:]]) for row in stored(one))  # keys differ between homes
    assert kinds == sorted(repr([row[0], *row[3:]]) for row in stored(two))
    assert len(kinds) == report.new == other.new > 100
    assert report.damaged_at is not None
    said = sentences(report, on_the_page())[1]
    assert f"damaged after {report.damaged_at} % of it" in said
    assert "export it again" in said
    assert "ends in the middle" not in " ".join(sentences(report, on_the_page()))
    whole = bring_in(one, export)
    assert whole.damaged_at is None
    assert (
        whole.known + whole.changed + whole.new == whole.rows == len(stored(one)) - whole.vanished
    )


def with_other_checksum(path: Path, name: str) -> None:
    content = bytearray(path.read_bytes())
    at = content.rfind(name.encode())
    entry = content.rfind(b"PK\x01\x02", 0, at)
    content[entry + 16] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("block", [2**20, 2**9, 7])
@pytest.mark.parametrize("behind", [b"", b"\n" * 3000])
def test_a_wrong_checksum_loses_nothing_and_is_told(
    tmp_path: Path, fast: bool, block: int, behind: bytes
) -> None:
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("export.xml", document(HEART * 20) + behind)
    assert run(path, Limits(block=block), fast=fast).report.damaged_at is None
    with_other_checksum(path, "export.xml")
    report = run(path, Limits(block=block), fast=fast).report
    assert (report.entries, report.cut_short, report.damaged_at) == (20, False, 100)
    assert "some of it may be wrong" in sentences(report, on_the_page())[1]


@pytest.mark.parametrize("at", [0, 1, 40])
def test_an_export_that_is_damaged_where_it_begins_is_called_damaged(
    tmp_path: Path, export: Path, at: int
) -> None:
    content = bytearray(export.read_bytes())
    begins, _, _ = packed_at(export)
    content[begins + at : begins + at + 200] = b"\xff" * 200
    (tmp_path / "e.zip").write_bytes(content)
    with pytest.raises(ArchiveRefused, match="damaged"):
        run(tmp_path / "e.zip")


def test_of_a_damaged_export_nothing_is_called_gone(tmp_path: Path, export: Path) -> None:
    home = importing_home(tmp_path / "home")
    assert bring_in(home, export).vanished == 0
    make(tmp_path / "less.zip", small=True)
    with_other_checksum(tmp_path / "less.zip", MAIN)
    less = bring_in(home, tmp_path / "less.zip")
    assert (less.damaged_at, less.vanished) == (100, 0)


def test_a_route_with_a_wrong_checksum_keeps_its_places_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    point = b"<trkpt lat='1' lon='2'><time>2026-01-01T00:00:00Z</time></trkpt>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("export.xml", document(HEART))
        zipped.writestr("route.gpx", b"<gpx>" + point + b"</gpx>")
    assert run(path).report.left_out == {}
    with_other_checksum(path, "route.gpx")
    found = run(path)
    assert (len(found.positions), found.report.left_out) == (1, {DAMAGED_ROUTE: 1})
    assert found.report.damaged_at is None
