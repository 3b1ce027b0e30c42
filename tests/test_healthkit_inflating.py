"""A member unpacked by ours is what `zipfile` unpacks, and what it refuses is refused."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.healthkit.inflating import Inflated

TEXT = b"".join(b'<Record value="%d"/>\n' % (n * n % 9973) for n in range(20_000))


def made(path: Path, *contents: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for number, content in enumerate(contents):
            zipped.writestr(f"{number}.xml", content)
    return path


def read(opened: Callable[[], IO[bytes]], size: int) -> tuple[bytes, bool]:
    """What can be read, so many bytes at a time, and whether it ended well."""
    found = b""
    try:
        with opened() as stream:
            while piece := stream.read(size):
                assert len(piece) <= size
                found += piece
    except (zipfile.BadZipFile, EOFError, zlib.error):
        return found, False
    return found, True


def byte_by_byte(packed: bytes) -> bytes:
    """All that can be unpacked before a damage: zlib asked for each byte by itself."""
    unpacking, found = zlib.decompressobj(-15), bytearray()
    try:
        for byte in packed:
            found += unpacking.decompress(bytes((byte,)))
    except zlib.error:
        pass
    return bytes(found)


def both(path: Path, size: int, name: str = "0.xml") -> list[tuple[bytes, bool]]:
    with zipfile.ZipFile(path) as zipped:
        info = zipped.getinfo(name)
        return [
            read(lambda: Inflated(path, info), size),  # type: ignore[arg-type,return-value]
            read(lambda: zipped.open(info), size),
        ]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=5000), st.integers(0, 40), st.sampled_from([1, 37, 4096, 2**20]))
def test_any_member_is_unpacked_as_zipfile_does(
    tmp_path: Path, piece: bytes, times: int, size: int
) -> None:
    content = piece[: 200 if size == 1 else None] * (1 if size == 1 else times)
    ours, theirs = both(made(tmp_path / "a.zip", content, b"another"), size)
    assert ours == theirs == (content, True)


def test_the_second_member_is_found_behind_the_first(tmp_path: Path) -> None:
    ours, _ = both(made(tmp_path / "a.zip", TEXT, b"second"), 2**20, "1.xml")
    assert ours == (b"second", True)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 255))
def test_a_damaged_member_ends_badly(tmp_path: Path, where: float, byte: int) -> None:
    path = made(tmp_path / "a.zip", TEXT)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as zipped:
        packed = zipped.getinfo("0.xml").compress_size
    at = 35 + int(where * packed)
    content[at] = byte
    path.write_bytes(content)
    can_be = byte_by_byte(bytes(content[35 : 35 + packed]))[: len(TEXT)]
    for size in (2**20, 1000):
        ours, theirs = both(path, size)
        assert ours[1] == theirs[1]
        assert not ours[1] or ours[0] == theirs[0] == TEXT  # unused bits say nothing
        assert ours[0] == can_be


@pytest.mark.parametrize("size", [1, 1000, 2**16, 2**20])
def test_a_stored_member_gives_all_its_bytes_and_then_its_damage(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.zip"
    text = TEXT[: 2000 if size == 1 else None]
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("0.xml", text)
    assert both(path, size) == [(text, True)] * 2
    content = path.read_bytes().replace(b'"961"', b'"169"')
    path.write_bytes(content)
    with zipfile.ZipFile(path) as zipped:
        info = zipped.getinfo("0.xml")
    found, well = read(lambda: Inflated(path, info), size)  # type: ignore[arg-type,return-value]
    assert (found, well) == (text.replace(b'"961"', b'"169"'), False)


@pytest.mark.parametrize("said", [1, len(TEXT) - 1, len(TEXT) + 1, 2**31])
def test_no_more_is_read_than_the_directory_says(tmp_path: Path, said: int) -> None:
    path = made(tmp_path / "a.zip", TEXT)
    with zipfile.ZipFile(path) as zipped:
        info = zipped.getinfo("0.xml")
        info.file_size = said
        found, well = read(lambda: Inflated(path, info), 2**16)  # type: ignore[arg-type,return-value]
        assert len(found) <= min(said, len(TEXT))
        theirs = read(lambda: zipped.open(info), 2**16)
        assert well == theirs[1]
        assert found == TEXT[:said]  # where `zipfile` gives nothing of the last portion
        assert found.startswith(theirs[0])


def test_an_archive_that_ends_within_a_member(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", TEXT)
    with zipfile.ZipFile(path) as zipped:
        info = zipped.getinfo("0.xml")
    path.write_bytes(path.read_bytes()[:2000])
    packed = path.read_bytes()[info.header_offset + 35 :]
    with Inflated(path, info) as stream:
        assert stream.read(2**20) == byte_by_byte(packed)
        for _ in range(2):
            with pytest.raises(EOFError):
                stream.read(2**20)


def test_where_no_member_begins_nothing_is_read(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", TEXT)
    with zipfile.ZipFile(path) as zipped:
        info = zipped.getinfo("0.xml")
    info.header_offset = 3
    with pytest.raises(zipfile.BadZipFile):
        Inflated(path, info)
