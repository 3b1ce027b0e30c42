"""An archive whose end is missing: what is there of it is read, under the same bounds."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import cast

import pytest
from zlib_ng import zlib_ng

from adapters.errors import ArchiveRefused
from adapters.healthkit.archive import open_archive
from adapters.healthkit.limits import Limits
from gateway.web.import_words import on_the_page, sentences
from tests.fakes_healthkit import Imported, document, make, record, run
from tests.import_house import bring_in, importing_home, stored
from tests.test_healthkit_hostile import MIB, bomb
from tests.test_healthkit_inflating import byte_by_byte

HEART = record("HKQuantityTypeIdentifierHeartRate", "61", "count/min")
GPX = b"<gpx>" + b"<trkpt lat='1' lon='2'><time>2026-01-01T00:00:00Z</time></trkpt>" * 9 + b"</gpx>"


class OneWay(io.RawIOBase):
    """A stream that cannot go back: the sizes of each member are written behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, block: object) -> int:
        self.bytes += cast("bytes", block)
        return len(cast("bytes", block))


def zipped(files: dict[str, bytes], how: str) -> bytes:
    out: io.BytesIO | OneWay = OneWay() if how == "sizes behind" else io.BytesIO()
    pack = zipfile.ZIP_STORED if how == "stored" else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(cast("io.BytesIO", out), "w", pack) as archive:
        for name, content in files.items():
            if how == "large":
                with archive.open(name, "w", force_zip64=True) as member:
                    member.write(content)
            else:
                archive.writestr(name, content)
    return bytes(out.bytes) if isinstance(out, OneWay) else out.getvalue()


def directory_at(content: bytes) -> int:
    end = content.rfind(b"PK\x05\x06")
    return int.from_bytes(content[end + 16 : end + 20], "little")


HOW = pytest.mark.parametrize("how", ["sizes before", "sizes behind", "large", "stored"])


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("text") / "export.xml"
    make(path, days=2)
    return path.read_bytes()


def as_told(found: Imported) -> tuple[object, ...]:
    return sorted(map(repr, found.rows)), found.report.entries, found.report.refused


@HOW
@pytest.mark.parametrize("part", [0.05, 0.5, 0.9, 0.999])
def test_what_is_there_of_the_main_file_is_read(
    tmp_path: Path, text: bytes, how: str, part: float
) -> None:
    content = zipped({"export.xml": text, "ecg.csv": b""}, how)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        info = archive.infolist()[0]
    begins = 30 + 10 + 20 * (how == "large")
    cut = begins + int(info.compress_size * part)
    (tmp_path / "e.zip").write_bytes(content[:cut])
    there = content[begins:cut]
    (tmp_path / "e.xml").write_bytes(there if how == "stored" else byte_by_byte(there))
    for fast in (True, False):
        found = run(tmp_path / "e.zip", fast=fast)
        assert as_told(found) == as_told(run(tmp_path / "e.xml", fast=fast))
        assert (found.report.torn, found.report.cut_short) == (True, True)
        assert found.rows
        said = sentences(found.report, on_the_page())[1]
        assert "not whole" in said
        assert "export it again" in said


@HOW
def test_files_behind_the_main_one_are_read_as_far_as_they_are_there(
    tmp_path: Path, how: str
) -> None:
    files = {"export.xml": document(HEART * 300), "a.gpx": GPX, "b.gpx": GPX.replace(b"lat", b"la")}
    content = zipped(files, how)
    (tmp_path / "e.zip").write_bytes(content[: directory_at(content)])
    found = run(tmp_path / "e.zip")
    assert (found.report.torn, found.report.cut_short, found.report.entries) == (True, False, 300)
    assert (found.report.routes, len(found.positions)) == (2, 9)
    (tmp_path / "e.zip").write_bytes(content[: content.index(b"b.gpx") - 20])
    found = run(tmp_path / "e.zip")
    assert (found.report.torn, found.report.cut_short, len(found.positions)) == (True, False, 9)
    (tmp_path / "e.zip").write_bytes(content)
    assert not run(tmp_path / "e.zip").report.torn


def test_the_whole_export_afterwards_adds_the_rest_and_nothing_is_called_gone(
    tmp_path: Path,
) -> None:
    home = importing_home(tmp_path / "home")
    make(tmp_path / "e.zip", days=3)
    content = (tmp_path / "e.zip").read_bytes()
    (tmp_path / "half.zip").write_bytes(content[: len(content) // 2])
    half = bring_in(home, tmp_path / "half.zip")
    assert half.new == half.rows > 100
    whole = bring_in(home, tmp_path / "e.zip")
    assert (whole.known, whole.torn) == (half.new, False)
    assert len(stored(home)) == whole.rows
    again = bring_in(home, tmp_path / "half.zip")
    assert (again.identical, again.torn, again.vanished) == (True, True, 0)
    (tmp_path / "other.zip").write_bytes(content[: len(content) // 3])
    assert bring_in(home, tmp_path / "other.zip").vanished == 0


@pytest.mark.parametrize("length", [4, 30, 45])
def test_where_nothing_is_there_yet_that_is_said(tmp_path: Path, length: int) -> None:
    content = zipped({"export.xml": document(HEART * 300)}, "sizes before")
    (tmp_path / "e.zip").write_bytes(content[:length])
    with pytest.raises(ArchiveRefused, match=r"not whole|damaged") as refused:
        run(tmp_path / "e.zip")
    assert "export again" in refused.value.next_step


def test_a_torn_archive_of_something_else_is_not_called_an_export(tmp_path: Path) -> None:
    content = zipped({"holiday.txt": b"sea, sun" * 9000}, "sizes before")
    (tmp_path / "e.zip").write_bytes(content[:150])
    with pytest.raises(ArchiveRefused, match="its end is missing"):
        run(tmp_path / "e.zip")


@HOW
def test_names_and_numbers_are_checked_as_ever(tmp_path: Path, how: str) -> None:
    files = {"export.xml": document(HEART), "../a.gpx": GPX, "/b.gpx": GPX, "c.gpx": GPX, ".": GPX}
    content = zipped(files, how)
    content = content[: directory_at(content)] * 2  # every name a second time
    (tmp_path / "e.zip").write_bytes(content)
    found = run(tmp_path / "e.zip")
    assert (found.report.passed_over, len(found.positions), found.report.entries) == (8, 9, 1)
    with pytest.raises(ArchiveRefused, match="more than 4 files"):
        run(tmp_path / "e.zip", Limits(max_members=4))


def test_a_password_is_named_all_the_same(tmp_path: Path) -> None:
    content = bytearray(zipped({"export.xml": document(HEART * 300)}, "sizes before")[:120])
    content[6] |= 1
    (tmp_path / "e.zip").write_bytes(content)
    with pytest.raises(ArchiveRefused, match="password"):
        run(tmp_path / "e.zip")


def spaces(told: tuple[int, int] | None, megabytes: int) -> bytes:
    """A torn archive of one member that inflates to so many MiB of spaces; what it says of itself.

    None: that its sizes come behind it.
    """
    name = b"export.xml"
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packed.compress(document(HEART)[:-14]) + packed.flush(zlib.Z_FULL_FLUSH)
    again = zlib.compressobj(9, zlib.DEFLATED, -15)
    data += (again.compress(b" " * MIB) + again.flush(zlib.Z_FULL_FLUSH)) * megabytes
    fixed = struct.pack("<HHHHH", 45, 8 * (told is None), 8, 0, 0x5821)
    if told is None:
        return b"PK\x03\x04" + fixed + b"\0" * 12 + struct.pack("<HH", len(name), 0) + name + data
    extra = struct.pack("<HHQQ", 1, 16, *told)
    sizes = struct.pack("<LLL", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    return b"PK\x03\x04" + fixed + sizes + struct.pack("<HH", len(name), 20) + name + extra + data


@pytest.mark.parametrize("told", [None, (2**36, 2**30), (2**62, 2**62), (2**30, 2**62)])
def test_of_a_torn_bomb_no_more_is_read_than_its_bytes_may_unpack_to(
    tmp_path: Path, told: tuple[int, int] | None
) -> None:
    path = tmp_path / "e.zip"
    path.write_bytes(spaces(told, 1000))
    limits = Limits()
    most = max(limits.ratio_from, limits.max_ratio * path.stat().st_size)
    if told is None:  # unpacked to see where it ends, and found out
        with pytest.raises(ArchiveRefused, match="zip bomb"):
            run(path, limits, fast=True)
        return
    found = run(path, limits, fast=True)
    assert (found.report.torn, found.report.entries) == (True, 1)
    with open_archive(path, limits) as archive:
        assert archive.main.size <= most < 300 * MIB


def test_a_bomb_without_its_end_is_one(tmp_path: Path) -> None:
    path = bomb(tmp_path / "b.zip", 5_000, 5_000 * MIB)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(ArchiveRefused, match="zip bomb"):
        run(path)


def test_members_are_not_counted_for_ever(tmp_path: Path) -> None:
    one = zipped({"a": b""}, "stored")
    (tmp_path / "e.zip").write_bytes(one[: directory_at(one)] * 200_000)
    with pytest.raises(ArchiveRefused, match="more than 100000 files"):
        run(tmp_path / "e.zip")


def test_many_members_that_are_no_bombs_alone_are_one_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may unpack to so much whatever it weighs: not all of them, one after the other."""
    limits, unpacked = Limits(ratio_from=2**20), 0
    count = zlib_ng.crc32

    def counted(piece: bytes, before: int) -> int:
        nonlocal unpacked
        unpacked += len(piece)
        checksum: int = count(piece, before)
        return checksum

    files = {f"{number}.txt": b" " * (2**20 - 1) for number in range(60)}
    content = zipped({"export.xml": document(HEART), **files}, "sizes behind")
    (tmp_path / "e.zip").write_bytes(content[: directory_at(content)])
    monkeypatch.setattr(zlib_ng, "crc32", counted)
    with pytest.raises(ArchiveRefused, match="zip bomb"):
        run(tmp_path / "e.zip", limits)
    assert unpacked < 4 * 2**20
