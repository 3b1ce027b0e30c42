"""Files made to do harm: refused with a sentence, or harmless, and the rest of them is read."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from adapters.errors import ArchiveRefused
from adapters.healthkit.limits import Limits
from adapters.healthkit.source import HealthKitImport
from tests.fakes_healthkit import PERSON, device_key, document, record, run, source_key
from tests.test_healthkit_paths import LINES

HEART = record("HKQuantityTypeIdentifierHeartRate", "61", "count/min")
MIB = 2**20


def bomb(path: Path, megabytes: int, told: int) -> Path:
    """A zip whose one member inflates to so many MiB of spaces, and says ``told`` bytes of itself.

    The same compressed mebibyte again and again: a deflate stream may be put together of parts.
    """
    name, start = b"export.xml", document(LINES)[:-14]
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = [packed.compress(start) + packed.flush(zlib.Z_FULL_FLUSH)]
    again = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream += [again.compress(b" " * MIB) + again.flush(zlib.Z_FULL_FLUSH)] * megabytes
    data = b"".join([*stream, b"\x03\x00"])
    extra = struct.pack("<HHQQ", 1, 16, told, len(data))
    sizes = struct.pack("<LLL", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    fixed = struct.pack("<HHHHH", 45, 0, 8, 0, 0x5821)
    local = b"PK\x03\x04" + fixed + sizes + struct.pack("<HH", len(name), len(extra)) + name + extra
    entry = b"PK\x01\x02" + struct.pack("<H", 45) + fixed + sizes
    entry += struct.pack("<HHHHHLL", len(name), len(extra), 0, 0, 0, 0, 0) + name + extra
    at = len(local) + len(data)
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(entry), at, 0)
    path.write_bytes(local + data + entry + end)
    return path


def test_fifty_gigabytes_in_fifty_megabytes_are_refused_unopened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bomb(tmp_path / "bomb.zip", 50_000, 50_000 * MIB)
    assert path.stat().st_size < 60 * MIB
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(ArchiveRefused, match="zip bomb") as refused:
        run(path)
    assert "largest_ratio" in refused.value.next_step


def test_of_a_bomb_that_says_it_is_small_no_more_is_read_than_it_says(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.zip", 5_000, 20 * MIB)
    done: list[int] = []
    source = HealthKitImport(
        path,
        PERSON,
        device_key,
        source_key,
        fast=True,
        progress=lambda read, _: done.append(read),
    )
    for _ in source.arrivals():
        pass
    assert source.report.cut_short
    assert source.report.entries == len(LINES)
    assert done[-1] <= 20 * MIB


def test_raising_the_caps_lets_a_large_file_in(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.zip", 70, 70 * MIB)
    with pytest.raises(ArchiveRefused, match="200 times"):
        run(path)
    assert run(path, Limits(max_ratio=5000)).report.entries == len(LINES)


@pytest.mark.parametrize("fast", [True, False])
def test_memory_is_bounded_by_attributes_of_two_mebibytes(tmp_path: Path, fast: bool) -> None:
    """Names, devices, types, values, keys: each is as long as it can be, and there are many."""
    huge = "x" * (2 * MIB)
    path = tmp_path / "export.xml"
    with path.open("wb") as out:
        out.write(document(LINES)[: -len("</HealthData>\n")])
        for i in range(4):
            for told in (
                record(
                    "HKQuantityTypeIdentifierHeartRate", "61", "count/min", sourceName=huge + str(i)
                ),
                record(
                    "HKQuantityTypeIdentifierHeartRate", "61", "count/min", device=huge + str(i)
                ),
                record("HK" + huge, "61", "count/min"),
                record("HKQuantityTypeIdentifierHeartRate", "6" * 2 * MIB, "count/min"),
                record("HKQuantityTypeIdentifierHeartRate", "61", huge),
                HEART.replace("/>", f'><MetadataEntry key="{huge}" value="{huge}"/></Record>'),
            ):
                out.write(told.encode())
        out.write(HEART.encode() + b"</HealthData>\n")
    source = HealthKitImport(path, PERSON, device_key, source_key, fast=fast)
    tracemalloc.start()
    for _ in source.arrivals():
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert source.report.rows > len(LINES)
    assert not source.report.cut_short
    assert peak < 60 * MIB


@pytest.mark.parametrize("fast", [True, False])
def test_bytes_that_are_no_text_cost_nothing_but_themselves(tmp_path: Path, fast: bool) -> None:
    path = tmp_path / "export.xml"
    path.write_bytes(document(LINES).replace(b'"Watch"', b'"Wa\xff\xfetch"'))
    found = run(path, fast=fast)
    assert found.report.entries == len(LINES)
    assert found.report.replaced == 2 * len(LINES)


@pytest.mark.parametrize("fast", [True, False])
def test_nothing_is_written_and_nothing_outside_is_read(tmp_path: Path, fast: bool) -> None:
    outside = tmp_path / "secret.gpx"
    outside.write_bytes(
        b"<gpx><trkpt lat='1' lon='2'><time>2026-01-01T00:00:00Z</time></trkpt></gpx>"
    )
    link = zipfile.ZipInfo("workout-routes/link.gpx")
    link.external_attr = 0o120777 << 16
    folder = tmp_path / "there"
    folder.mkdir()
    with zipfile.ZipFile(folder / "e.zip", "w") as archive:
        archive.writestr("export.xml", document(LINES))
        archive.writestr("../secret.gpx", outside.read_bytes())
        archive.writestr(str(outside), outside.read_bytes())
        archive.writestr(link, str(outside))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    found = run(folder / "e.zip", fast=fast)
    assert (found.report.passed_over, found.positions) == (3, [])
    assert found.report.entries == len(LINES)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
