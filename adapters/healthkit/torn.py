"""The members of an archive whose end is missing, as after a copy that was interrupted.

The directory of a zip stands at its end, but each member has a header of its own before it. They
are gone through from the first byte on, one behind the other, so none can lie on another; whoever
asks checks them like those of a directory.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 (header), 4.3.9 (data descriptor), 4.5.3 (zip64).
"""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from zlib_ng import zlib_ng

from adapters.healthkit.limits import Limits

_HEADER = struct.Struct("<4s2xHH4xLLLHH")
_LARGE = struct.Struct("<QQ")
_SIGNATURE = b"PK\x03\x04"
_TOLD = b"PK\x07\x08"
_SIZES_FOLLOW, _UTF_8 = 0x8, 0x800
_LARGE_SIZES = 1
_UNKNOWN = 0xFFFFFFFF
_PORTION = 2**16
_AT_ONCE = 2**20
_DESCRIPTORS = ((4, 16), (4, 24), (0, 12), (0, 20))
"""Where the checksum stands in a data descriptor, and how long that is: with its signature, or
without, and with sizes of four bytes or eight."""


def torn_members(path: Path, limits: Limits) -> list[zipfile.ZipInfo]:
    """Each member that begins in the file, in its order; the last may say more than is there.

    Where a header does not say how long its member is, that is found by unpacking it, until all
    of them together are more than ``limits`` allow of a whole archive.
    """
    found: list[zipfile.ZipInfo] = []
    with path.open("rb") as stream:
        for info in _members(stream, limits):
            found.append(info)
            if len(found) > limits.max_members:
                break
    return [info for info in found if not info.is_dir()]


def _members(stream: BinaryIO, limits: Limits) -> Iterator[zipfile.ZipInfo]:
    size = os.fstat(stream.fileno()).st_size
    at = packed = unpacked = 0
    while (info := _header(stream, at)) is not None:
        begins = stream.tell()
        if info.flag_bits & _SIZES_FOLLOW:
            if info.compress_type != zipfile.ZIP_DEFLATED:
                return  # nobody can say where it ends
            ends = _measured(stream, info, limits, before=(packed, unpacked))
        else:
            ends = begins + info.compress_size
            if ends > size:
                _bound(info, size - begins, limits)
        yield info
        if ends is None or ends > size:
            return
        at, packed, unpacked = ends, packed + info.compress_size, unpacked + info.file_size


def _bound(info: zipfile.ZipInfo, packed: int, limits: Limits) -> None:
    """Of a member that is not whole, believe no more than what is there of it may unpack to."""
    info.compress_size = packed
    most = max(limits.ratio_from, limits.max_ratio * packed)
    info.file_size = min(info.file_size, most)


def _header(stream: BinaryIO, at: int) -> zipfile.ZipInfo | None:
    """The member that begins there; behind it the stream stands at its bytes."""
    stream.seek(at)
    fixed = stream.read(_HEADER.size)
    if len(fixed) < _HEADER.size or not fixed.startswith(_SIGNATURE):
        return None
    _, flags, method, checksum, packed, unpacked, named, extra_size = _HEADER.unpack(fixed)
    name, extra = stream.read(named), stream.read(extra_size)
    if len(extra) < extra_size or not name:
        return None
    text = name.decode("utf-8" if flags & _UTF_8 else "cp437", errors="replace")
    info = zipfile.ZipInfo(text)
    info.header_offset, info.flag_bits, info.compress_type = at, flags, method
    info.CRC = checksum
    info.file_size, info.compress_size = _sizes(extra, unpacked, packed)
    return info


def _sizes(extra: bytes, unpacked: int, packed: int) -> tuple[int, int]:
    """The sizes of a header, or those that stand behind it where they are too large for it."""
    at = 0
    while _UNKNOWN in (unpacked, packed) and at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _LARGE_SIZES and length >= _LARGE.size and at + 4 + length <= len(extra):
            unpacked, packed = _LARGE.unpack_from(extra, at + 4)
            break
        at += 4 + length
    return unpacked, packed


def _measured(
    stream: BinaryIO, info: zipfile.ZipInfo, limits: Limits, *, before: tuple[int, int]
) -> int | None:
    """Unpack a member to find its sizes; where the next begins, or None if it does not end.

    ``before``: bytes of the members before it, packed and unpacked.
    """
    begins = stream.tell()
    unpacking, packed, unpacked, checksum = zlib_ng.decompressobj(-15), b"", 0, 0
    read = 0
    try:
        while not unpacking.eof and not _too_much(before[0] + read, before[1] + unpacked, limits):
            packed = unpacking.unconsumed_tail or stream.read(_PORTION)
            read += 0 if unpacking.unconsumed_tail else len(packed)
            piece = unpacking.decompress(packed, _AT_ONCE)
            unpacked += len(piece)
            checksum = zlib_ng.crc32(piece, checksum)
            if not (packed or piece):
                break
    except zlib_ng.error:  # type: ignore[misc]  # its stubs call it a function
        unpacked += _AT_ONCE  # as much at most may come before the damage
    if not unpacking.eof:
        info.file_size, info.compress_size = unpacked + 1, read + 1
        return None
    info.compress_size, info.file_size = read - len(unpacking.unused_data), unpacked
    ends = begins + info.compress_size
    stream.seek(ends)
    told = stream.read(28)
    info.CRC = checksum
    for at, length in _DESCRIPTORS:
        if told[length : length + 2] == b"PK" and told.startswith(_TOLD) == bool(at):
            info.CRC = int.from_bytes(told[at : at + 4], "little")
            return ends + length
    return None


def _too_much(packed: int, unpacked: int, limits: Limits) -> bool:
    tight = unpacked > limits.ratio_from + limits.max_ratio * packed
    return tight or unpacked > limits.max_inflated
