"""An export of any length out of a small one: its entries again and again, compressed once."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

_END = b"</HealthData>\n"
_NAME = b"apple_health_export/export.xml"


def lengthened(export: Path, to: Path, times: int) -> int:
    """Write a zip whose main file has the entries of another so many times; gives its bytes.

    A deflate stream may be put together of parts that end with a full flush, so ten gigabytes cost
    no more than a checksum.
    """
    with zipfile.ZipFile(export) as zipped:
        main = max(zipped.infolist(), key=lambda info: info.file_size)
        content = zipped.read(main)
    begin = content.index(b"\n <Record ")
    head, body = content[:begin], content[begin : content.rindex(_END)] + b"\n"
    once = _deflated(body)
    size, checksum = len(head) + times * len(body) + len(_END), zlib.crc32(head)
    for _ in range(times):
        checksum = zlib.crc32(body, checksum)
    checksum = zlib.crc32(_END, checksum)
    with to.open("wb") as out:
        parts = [_deflated(head), *[once] * times, _deflated(_END), b"\x03\x00"]
        packed = sum(map(len, parts))
        extra = struct.pack("<HHQQ", 1, 16, size, packed)
        told = struct.pack("<HHHHHLLL", 45, 0, 8, 0, 0x5821, checksum, 0xFFFFFFFF, 0xFFFFFFFF)
        named = struct.pack("<HH", len(_NAME), len(extra))
        out.write(b"PK\x03\x04" + told + named + _NAME + extra)
        for part in parts:
            out.write(part)
        at = out.tell()
        rest = struct.pack("<HHHLL", 0, 0, 0, 0, 0)
        entry = b"PK\x01\x02" + struct.pack("<H", 45) + told + named + rest + _NAME + extra
        out.write(entry)
        out.write(b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(entry), at, 0))
    return size


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)
