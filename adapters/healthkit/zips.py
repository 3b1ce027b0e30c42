"""The members of a zip file, checked before one byte is unpacked.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16 (central directory, its zip64 record);
D. Fifield, "A better zip bomb" (WOOT 2019), for members that overlap.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from adapters.errors import ArchiveRefused
from adapters.healthkit.limits import Limits
from adapters.healthkit.torn import torn_members

_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
_LOCAL_HEADER = 30
_END, _LARGE_LOCATOR, _LARGE_END = 22, 20, 56
_TAIL = 65_536 + _END + _LARGE_LOCATOR + _LARGE_END
_BYTES_A_MEMBER = 1_024
_ENCRYPTED = 0x1
_UNREADABLE = 0x20 | 0x40
"""Flags of patches, and of strong encryption."""
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

COPY_AGAIN = "Copy the file from the phone once more, or export again."


def is_zip(path: Path) -> bool:
    """Whether a file is an archive: by how it begins, or else by how it ends.

    What a mail or a program that unpacks itself puts before an archive shifts every place in it;
    `zipfile` adds that length to each, as Info-ZIP does, and the checks here ask about the sums.
    """
    with path.open("rb") as stream:
        begins = stream.read(4)
    return begins in _BEGINNINGS or zipfile.is_zipfile(path)


@dataclass(frozen=True, slots=True)
class Members:
    """What may be read of an archive.

    Attributes:
        infos: its files.
        passed_over: how many there are beside: links, names that climb out of the archive, and a
            second file of one name.
        torn: its directory is missing, so nobody knows what else was in it.
    """

    infos: list[zipfile.ZipInfo]
    passed_over: int
    torn: bool


def checked_members(path: Path, limits: Limits) -> Members:
    """The members of a zip, each checked; also of one whose end is missing.

    Raises:
        ArchiveRefused: damaged, encrypted, or a bomb.
    """
    if _directory_size(path) > limits.max_members * _BYTES_A_MEMBER:
        raise _too_many(limits)
    torn = False
    try:
        with zipfile.ZipFile(path) as zipped:
            infos = [info for info in zipped.infolist() if not info.is_dir()]
            directory = zipped.start_dir
    except (zipfile.BadZipFile, OSError, ValueError) as damage:
        infos, torn = torn_members(path, limits), True
        if not infos:
            raise ArchiveRefused("This archive is damaged.", COPY_AGAIN) from damage
    except NotImplementedError as newer:
        raise _packed_otherwise() from newer
    if not torn:
        _check_places(infos, directory)
    _check(infos, limits)
    wanted = list(_wanted(infos))
    return Members(wanted, len(infos) - len(wanted), torn)


def _check_places(infos: list[zipfile.ZipInfo], directory: int) -> None:
    in_order = sorted(infos, key=lambda info: info.header_offset)
    if in_order and in_order[0].header_offset < 0:  # the directory lies about where it is
        raise ArchiveRefused("This archive is damaged.", COPY_AGAIN)
    nexts = [*(info.header_offset for info in in_order[1:]), directory]
    for info, following in zip(in_order, nexts, strict=False):
        if info.header_offset + _LOCAL_HEADER + info.compress_size > following:
            raise ArchiveRefused(
                "Parts of this archive lie on top of each other, as in a zip bomb.", COPY_AGAIN
            )


def _check(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.max_members:
        raise _too_many(limits)
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise ArchiveRefused(
            "This archive has a password.", "Unpack it with its password and import the folder."
        )
    if any(info.compress_type not in _READABLE or info.flag_bits & _UNREADABLE for info in infos):
        raise _packed_otherwise()
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if unpacked > limits.ratio_from and unpacked > limits.max_ratio * max(1, packed):
        raise ArchiveRefused(
            f"Unpacked this would be {limits.max_ratio} times as large or more, as in a zip bomb.",
            "If you trust this file, raise `largest_ratio` under `[import]` in config.toml.",
        )


def _wanted(infos: list[zipfile.ZipInfo]) -> Iterator[zipfile.ZipInfo]:
    names: set[str] = set()
    for info in infos:
        if info.filename not in names and not _outside(info):
            names.add(info.filename)
            yield info


def _outside(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    link = stat.S_ISLNK(info.external_attr >> 16)
    outside = not path.parts or path.is_absolute() or ".." in path.parts
    return link or outside or ":" in path.parts[0]


def _packed_otherwise() -> ArchiveRefused:
    return ArchiveRefused(
        "This archive is packed in a way that Apple Health does not use.",
        "Unpack it and import the folder.",
    )


def _too_many(limits: Limits) -> ArchiveRefused:
    return ArchiveRefused(
        f"This archive holds more than {limits.max_members} files.",
        "If you trust this file, unpack it and import the folder of the export alone.",
    )


def _directory_size(path: Path) -> int:
    """Bytes of the central directory as the archive states them, before it is read whole."""
    with path.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - _TAIL))
        tail = stream.read()
    end = len(tail) - _END  # where `zipfile` looks first, and where it stands without a comment
    if tail[max(0, end) :][:4] != b"PK\x05\x06" or tail[-2:] != b"\0\0":
        end = tail.rfind(b"PK\x05\x06")
    if end < 0:
        return 0
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    large = tail.rfind(b"PK\x06\x06", 0, end)
    if large >= 0 and tail[end - _LARGE_LOCATOR : end].startswith(b"PK\x06\x07"):
        size = max(size % 0xFFFFFFFF, int.from_bytes(tail[large + 40 : large + 48], "little"))
    return size
