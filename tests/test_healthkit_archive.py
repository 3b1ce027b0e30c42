"""What lies on the disk is an export, or it is refused with a sentence that helps."""

from __future__ import annotations

import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.errors import ArchiveRefused
from adapters.healthkit.archive import fingerprint, open_archive
from adapters.healthkit.limits import Limits
from adapters.healthkit.source import HealthKitImport
from tests.fakes_healthkit import PERSON, device_key, document, make, record, run, source_key

HEART = record("HKQuantityTypeIdentifierHeartRate", "61", "count/min")


def zipped(path: Path, files: dict[str, bytes], pack: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", pack) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def refused(path: Path, limits: Limits | None = None) -> ArchiveRefused:
    with pytest.raises(ArchiveRefused) as caught:
        run(path, limits)
    assert str(caught.value).endswith(".")
    assert caught.value.next_step.endswith(".")
    return caught.value


@pytest.mark.parametrize("name", ["export.xml", "vienti.xml", "dışa aktarılan.xml", "x/y/导出.bin"])
def test_the_main_file_is_known_by_what_it_begins_with(tmp_path: Path, name: str) -> None:
    files = {"export.xml" if name[0] != "e" else "other.xml": b"<other/>", name: document(HEART)}
    assert len(run(zipped(tmp_path / "e.zip", files)).rows) == 1


def test_a_file_without_a_dtd_is_an_export_too(tmp_path: Path) -> None:
    path = tmp_path / "any name"
    path.write_bytes(b"\xef\xbb\xbf" + document(HEART, head=""))
    assert len(run(path).rows) == 1


@pytest.mark.parametrize("content", [b"", b"<ClinicalDocument/>", b"\0" * 4096, b"PK\x05\x06"])
def test_any_other_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "holiday.xml"
    path.write_bytes(content)
    refused(path)


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "e.zip").touch()
    assert "empty" in str(refused(tmp_path / "e.zip"))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "no file" in str(refused(tmp_path / "gone.zip"))


def test_what_begins_as_a_zip_and_is_none_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "e.zip").write_bytes(b"PK\x03\x04" + b"\xff" * 20_000)
    assert "damaged" in str(refused(tmp_path / "e.zip"))


def test_a_zip_with_a_broken_member_keeps_what_came_before(tmp_path: Path) -> None:
    make(tmp_path / "e.zip", days=8)
    whole = bytearray((tmp_path / "e.zip").read_bytes())
    half = zipfile.ZipFile(tmp_path / "e.zip").infolist()[0].compress_size // 2
    whole[half : half + 64] = b"\xff" * 64
    (tmp_path / "e.zip").write_bytes(whole)
    found = run(tmp_path / "e.zip")
    assert found.report.cut_short
    assert found.report.rows > 100


def test_two_exports_in_one_archive_are_refused(tmp_path: Path) -> None:
    files = {"a.xml": document(HEART), "b.xml": document(HEART)}
    assert "2" in str(refused(zipped(tmp_path / "e.zip", files)))


def test_a_zip_in_a_zip_or_in_a_folder_is_pointed_to(tmp_path: Path) -> None:
    """As a cloud makes one of what is downloaded from it."""
    (tmp_path / "in").mkdir()
    make(tmp_path / "in" / "e.zip", small=True)
    inner = (tmp_path / "in" / "e.zip").read_bytes()
    outer = zipped(tmp_path / "outer.zip", {"Health/export.zip": inner, "read me.txt": b"hello"})
    for path in (outer, tmp_path / "in"):
        assert "There is a zip in here" in str(refused(path))
    beside = zipped(tmp_path / "b.zip", {"photos.zip": b"PK", "export.xml": document(HEART)})
    assert len(run(beside).rows) == 1


def test_of_two_files_of_one_name_the_second_is_passed_over(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("a.xml", document(HEART))
        archive.writestr("b.xml", b"other")
    content = (tmp_path / "e.zip").read_bytes().replace(b"b.xml", b"a.xml")
    (tmp_path / "e.zip").write_bytes(content)
    found = run(tmp_path / "e.zip")
    assert (found.report.passed_over, len(found.rows)) == (1, 1)


def test_members_that_overlap_are_refused(tmp_path: Path) -> None:
    """Two entries of the central directory point at the same bytes."""
    zipped(tmp_path / "e.zip", {"a.xml": document(HEART), "b.gpx": b"x" * 900})
    content = bytearray((tmp_path / "e.zip").read_bytes())
    second = content.rfind(b"PK\x01\x02")
    content[second + 42 : second + 46] = (0).to_bytes(4, "little")
    (tmp_path / "e.zip").write_bytes(content)
    assert "on top of each other" in str(refused(tmp_path / "e.zip"))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = document(HEART) + b" " * 70_000_000
    path = zipped(tmp_path / "e.zip", {"export.xml": bomb})
    error = refused(path)
    assert "zip bomb" in str(error)
    assert "largest_ratio" in error.next_step


def test_what_would_be_too_large_says_how_to_allow_it(tmp_path: Path) -> None:
    make(tmp_path / "e.zip", small=True)
    assert "largest_gib" in refused(tmp_path / "e.zip", Limits(max_inflated=1000)).next_step


def test_a_size_that_lies_gives_no_more_than_it_says(tmp_path: Path) -> None:
    zipped(tmp_path / "e.zip", {"export.xml": document(HEART * 1000)})
    content = bytearray((tmp_path / "e.zip").read_bytes())
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (20_000).to_bytes(4, "little")
    (tmp_path / "e.zip").write_bytes(content)
    found = run(tmp_path / "e.zip", Limits(block=2**12))
    assert found.report.cut_short
    assert 0 < found.report.entries < 200


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    files = {f"{number}.gpx": b"" for number in range(9)}
    limits = Limits(max_members=8)
    refused(zipped(tmp_path / "e.zip", {"export.xml": document(HEART), **files}), limits)
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    refused(folder, limits)


def test_a_password_is_named(tmp_path: Path) -> None:
    zipped(tmp_path / "e.zip", {"export.xml": document(HEART)})
    content = bytearray((tmp_path / "e.zip").read_bytes())
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 8] |= 1
    (tmp_path / "e.zip").write_bytes(content)
    assert "password" in str(refused(tmp_path / "e.zip"))


def test_names_that_climb_out_are_passed_over_and_nothing_is_written(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    gpx = b"<gpx><trkpt lat='1' lon='2'><time>2026-01-01T00:00:00Z</time></trkpt></gpx>"
    files = {
        "export.xml": document(HEART),
        "../../evil.gpx": gpx,
        "/etc/evil.gpx": gpx,
        "C:\\evil.gpx": gpx,
        "a/../evil.gpx": gpx,
        ".": gpx,
    }
    before = sorted(tmp_path.rglob("*"))
    path = zipped(home / "e.zip", files)
    found = run(path)
    assert (found.report.passed_over, found.positions) == (5, [])
    assert len(found.rows) == 1
    assert sorted(tmp_path.rglob("*")) == [*before, path]


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.xml").write_bytes(document(HEART))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "export.xml").symlink_to(tmp_path / "secret.xml")
    (folder / "more").symlink_to(tmp_path, target_is_directory=True)
    assert "not an Apple Health export" in str(refused(folder))
    link = zipfile.ZipInfo("link.gpx")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("export.xml", document(HEART))
        archive.writestr(link, "../secret.xml")
    assert run(tmp_path / "e.zip").report.passed_over == 1


def test_a_pipe_in_the_folder_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gpx")
    (tmp_path / "export.xml").write_bytes(document(HEART))
    assert run(tmp_path).report.passed_over == 1


def test_the_fingerprint_is_that_of_the_bytes(tmp_path: Path) -> None:
    make(tmp_path / "one.zip", small=True)
    make(tmp_path / "two.zip", small=True)
    make(tmp_path / "other.zip", small=True, pointers=2)
    make(tmp_path / "folder", small=True)
    one, two, other, folder = (
        fingerprint(tmp_path / name, Limits())
        for name in ("one.zip", "two.zip", "other.zip", "folder")
    )
    assert one == two
    assert len({one, other, folder}) == 3
    assert len(folder) == 32


def test_members_are_told_apart_without_reading_more_than_their_heads(tmp_path: Path) -> None:
    files = {"export.xml": document(HEART), "r.GPX": b"<gpx/>", "electrocardiograms/e.csv": b"1"}
    with open_archive(zipped(tmp_path / "e.zip", files), Limits()) as archive:
        assert archive.main.name == "export.xml"
        assert [route.name for route in archive.routes] == ["r.GPX"]
        assert len(archive.ecgs) == 1


def records(count: int) -> bytes:
    return "".join(
        record("HKQuantityTypeIdentifierHeartRate", f"{60 + number / 1000}", "count/min")
        for number in range(count)
    ).encode()


@pytest.mark.parametrize(
    ("many", "rows"),
    [
        pytest.param(lambda: records(8_000), 8_001, id="records"),
        pytest.param(lambda: b" <!--" + b"- >" * 4_000_000, 1, id="a comment without end"),
        pytest.param(lambda: b' <Record type="' + b"x" * 12_000_000, 1, id="an endless attribute"),
        pytest.param(lambda: b" <Record>" + b"<a>" * 3_000_000, 1, id="elements in elements"),
        pytest.param(lambda: b" <Record>" + b"<MetadataEntry/>" * 80_000, 1, id="metadata"),
        pytest.param(lambda: b" <Correlation>" + b"<Record/>" * 80_000, 1, id="children"),
        pytest.param(lambda: b" <Workout>" + b"<Location/>" * 80_000, 1, id="places"),
    ],
)
def test_memory_is_flat_whatever_the_file_holds(
    tmp_path: Path, many: Callable[[], bytes], rows: int
) -> None:
    path = tmp_path / "export.xml"
    path.write_bytes(document(HEART).replace(b"</HealthData>\n", many()))
    limits = Limits(block=2**15, max_token=2**18, twins=200, batch=200)
    source = HealthKitImport(path, PERSON, device_key, source_key, limits)
    tracemalloc.start()
    for _ in source.arrivals():
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert source.report.rows == rows
    assert source.report.cut_short
    assert peak < 2 * 2**20


@pytest.mark.parametrize(
    ("where", "what", "told"),
    [
        (8, b"\x20\0", "packed in a way"),  # patched data
        (8, b"\x40\0", "packed in a way"),  # strong encryption
        (6, b"\x63\0", "packed in a way"),  # made for a newer version
        (None, b"", "damaged"),  # the directory is said to lie behind where it lies
    ],
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_no_reader_of_zips_reads_is_refused_with_a_sentence(
    tmp_path: Path, where: int | None, what: bytes, told: str, method: int
) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", method) as zipped:
        zipped.writestr("export.xml", document([]))
    content = bytearray(path.read_bytes())
    if where is None:
        content[content.rfind(b"PK\5\6") + 16] += 40
    else:
        at = content.rfind(b"PK\1\2") + where
        content[at : at + 2] = what
    path.write_bytes(content)
    with pytest.raises(ArchiveRefused, match=told):
        run(path)
