"""An archive with bytes before it is read as `zipfile` and Info-ZIP do, and checked the same."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.errors import ArchiveRefused
from adapters.healthkit.limits import Limits
from adapters.healthkit.zips import _directory_size
from tests.fakes_healthkit import document, make, record, run
from tests.test_healthkit_hostile import bomb

HEART = record("HKQuantityTypeIdentifierHeartRate", "61", "count/min")
OTHER = record("HKQuantityTypeIdentifierHeartRate", "99", "count/min")


def packed(*files: tuple[str | zipfile.ZipInfo, bytes], large: bool = False) -> bytearray:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files:
            zipped.writestr(name, content)
    made = bytearray(out.getvalue())
    return with_large_end(made) if large else made


def with_large_end(made: bytearray) -> bytearray:
    """The same archive, its end told by the zip64 record (APPNOTE 4.3.14) and not by the short."""
    end = made.rfind(b"PK\x05\x06")
    count, size, at = (
        int.from_bytes(made[end + low : end + high], "little")
        for low, high in ((10, 12), (12, 16), (16, 20))
    )
    record_ = b"PK\x06\x06" + (44).to_bytes(8, "little") + b"\x2d\0\x2d\0" + b"\0" * 8
    record_ += b"".join(number.to_bytes(8, "little") for number in (count, count, size, at))
    locator = b"PK\x06\x07" + b"\0" * 4 + end.to_bytes(8, "little") + (1).to_bytes(4, "little")
    made[end + 8 : end + 20] = b"\xff" * 12
    made[end:end] = record_ + locator
    return made


FAKE = packed(("export.xml", document(OTHER)))
PREFIXES = [
    pytest.param(b"MZ" + b"\x90\x00\x03" * 5000, id="a program that unpacks itself"),
    pytest.param(b"Content-Type: application/zip\r\n\r\n", id="the head of a mail"),
    pytest.param(b"\0", id="one byte"),
    pytest.param(b"PK\x07\x08", id="the mark of an archive in parts"),
    pytest.param(bytes(FAKE), id="another archive"),
    pytest.param(b"x" + bytes(FAKE), id="bytes, and another archive"),
    pytest.param(bytes(FAKE[: FAKE.rfind(b"PK\x01\x02")]), id="a member without a directory"),
    pytest.param(b"PK\x05\x06" + b"\0" * 18, id="an end of nothing"),
    pytest.param(document(OTHER)[:-9], id="an export that is cut"),
]


@pytest.mark.parametrize("before", PREFIXES)
@pytest.mark.parametrize("large", [False, True])
def test_bytes_before_an_archive_cost_nothing(tmp_path: Path, before: bytes, large: bool) -> None:
    path = tmp_path / "export.zip"
    files = packed(("a/export.xml", document(HEART)), ("a/ecg.csv", b"none"), large=large)
    path.write_bytes(before + files)
    with zipfile.ZipFile(path) as theirs:
        assert theirs.read("a/export.xml") == document(HEART)
    found = run(path)
    assert [row[5] for row in found.rows] == [61]
    assert (found.report.ecgs, found.report.cut_short) == (1, False)


def test_a_whole_export_behind_a_prefix_is_the_same_export(tmp_path: Path) -> None:
    make(tmp_path / "e.zip", small=True)
    path = tmp_path / "prefixed.zip"
    path.write_bytes(b"From: robin\r\n\r\n" + (tmp_path / "e.zip").read_bytes())
    for fast in (True, False):
        found, plain = run(path, fast=fast), run(tmp_path / "e.zip", fast=fast)
        assert (found.rows, found.positions) == (plain.rows, plain.positions)
        assert len(found.rows) > 100


def overlapping() -> bytearray:
    made = packed(("a.xml", document(HEART)), ("b.gpx", b"x" * 900))
    second = made.rfind(b"PK\x01\x02")
    made[second + 42 : second + 46] = (0).to_bytes(4, "little")
    return made


def into_the_directory() -> bytearray:
    """The member says that its packed bytes reach into the directory."""
    made = packed(("a.xml", document(HEART)))
    entry = made.rfind(b"PK\x01\x02")
    size = int.from_bytes(made[entry + 20 : entry + 24], "little")
    made[entry + 20 : entry + 24] = (size + 40).to_bytes(4, "little")
    return made


def with_password() -> bytearray:
    made = packed(("a.xml", document(HEART)))
    made[made.rfind(b"PK\x01\x02") + 8] |= 1
    return made


def tight() -> bytearray:
    return packed(("a.xml", document(HEART) + b" " * 70_000_000))


@pytest.mark.parametrize("before", PREFIXES)
@pytest.mark.parametrize(
    ("made", "told"),
    [
        (overlapping, "on top of each other"),
        (into_the_directory, "on top of each other"),
        (with_password, "password"),
    ],
)
def test_no_prefix_hides_what_is_refused(
    tmp_path: Path, before: bytes, made: Callable[[], bytearray], told: str
) -> None:
    (tmp_path / "e.zip").write_bytes(before + made())
    with pytest.raises(ArchiveRefused, match=told):
        run(tmp_path / "e.zip")


def test_a_bomb_behind_a_prefix_is_one(tmp_path: Path) -> None:
    path = bomb(tmp_path / "b.zip", 5_000, 5_000 * 2**20)
    path.write_bytes(b"prefix" + path.read_bytes())
    with pytest.raises(ArchiveRefused, match="zip bomb"):
        run(path)
    (tmp_path / "e.zip").write_bytes(b"prefix" * 1000 + tight())
    with pytest.raises(ArchiveRefused, match="zip bomb"):
        run(tmp_path / "e.zip")


def test_links_and_outside_names_behind_a_prefix_are_passed_over(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.gpx")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    made = packed(("export.xml", document(HEART)), ("../out.gpx", b""), (link, b"/etc/passwd"))
    (tmp_path / "e.zip").write_bytes(b"prefix" + made)
    found = run(tmp_path / "e.zip")
    assert (found.report.passed_over, len(found.rows)) == (2, 1)


@pytest.mark.parametrize("shift", [1, 40, 5000])
def test_places_moved_into_the_prefix_find_no_member(tmp_path: Path, shift: int) -> None:
    """The directory is said to lie further behind, so that all members lie before the archive."""
    made = packed(("export.xml", document(HEART)))
    end = made.rfind(b"PK\x05\x06")
    at = int.from_bytes(made[end + 16 : end + 20], "little")
    made[end + 16 : end + 20] = (at + shift).to_bytes(4, "little")
    (tmp_path / "e.zip").write_bytes(b"M" * 4999 + made)
    with pytest.raises(ArchiveRefused, match="damaged"):
        run(tmp_path / "e.zip")


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("before", [b"", b"prefix"])
def test_the_directory_is_as_large_as_zipfile_will_take_it(
    tmp_path: Path, large: bool, before: bytes
) -> None:
    """Its size is asked before it is read: what reads it must mean the same one."""
    made = packed(*((f"{number}.gpx", b"") for number in range(40)), large=large)
    size = made.rfind(b"PK\x05\x06") - made.find(b"PK\x01\x02") - 76 * large
    if large:  # the short end says less; it is the long one that counts
        end = made.rfind(b"PK\x05\x06")
        made[end + 12 : end + 16] = (1).to_bytes(4, "little")
    path = tmp_path / "e.zip"
    path.write_bytes(before + made)
    assert _directory_size(path) == size
    with zipfile.ZipFile(path) as theirs:
        assert len(theirs.infolist()) == 40
    with pytest.raises(ArchiveRefused, match="more than 2 files"):
        run(path, Limits(max_members=2))


def test_an_end_within_the_end_does_not_hide_how_large_the_directory_is(tmp_path: Path) -> None:
    made = packed(*((f"{number}.gpx", b"") for number in range(40)))
    end = made.rfind(b"PK\x05\x06")
    size = int.from_bytes(made[end + 12 : end + 16], "little")
    made[end + 4 : end + 8] = b"PK\x05\x06"  # numbers of parts, which nobody reads
    path = tmp_path / "e.zip"
    path.write_bytes(made)
    with zipfile.ZipFile(path) as theirs:
        assert len(theirs.infolist()) == 40
    assert _directory_size(path) == size
