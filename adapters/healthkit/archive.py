"""An export as it lies on the disk: a zip, a folder, or the XML alone; read without unpacking.

Names and folders carry the language of the phone (eksport.xml, 导出.xml), so the main file is
known by what it begins with. Nothing is ever written, and no path of the archive is ever opened
as a path: names that climb out of the archive can do no harm, and are passed over.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from adapters.errors import ArchiveRefused
from adapters.healthkit.inflating import Inflated
from adapters.healthkit.limits import Limits
from adapters.healthkit.zips import COPY_AGAIN, checked_members, is_zip

_HEAD = 1024
_BEGINNING = re.compile(rb"<!DOCTYPE\s+HealthData|<HealthData[\s>/]")

EXPORT_AGAIN = "On the phone open Health, tap your picture, then Export All Health Data."


class CutShort(Exception):
    """The bytes end or break before the file does: what came before stands."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the export; ``open()`` gives its bytes unpacked."""

    name: str
    size: int
    open: Callable[[], BinaryIO]

    def blocks(self, size: int) -> Iterator[bytes]:
        """The bytes, ``size`` at a time.

        Raises:
            CutShort: after the last readable block, if there should have been more.
        """
        try:
            with self.open() as stream:
                while block := stream.read(size):
                    yield block
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as damage:
            raise CutShort(str(damage)) from damage


@dataclass(frozen=True, slots=True)
class Archive:
    """What an import reads of an export.

    Attributes:
        main: the file that holds the readings.
        routes: the GPX files; they stay here.
        ecgs: the electrocardiogram files.
        clinical: the files of clinics.
        passed_over: links, and names that climb out of the archive.
        torn: the end of the archive is missing.
    """

    main: Member
    routes: tuple[Member, ...]
    ecgs: tuple[Member, ...]
    clinical: tuple[Member, ...]
    passed_over: int
    torn: bool = False

    @property
    def size(self) -> int:
        """Unpacked bytes of all that is read."""
        return self.main.size + sum(
            member.size for member in (*self.routes, *self.ecgs, *self.clinical)
        )


@contextmanager
def open_archive(path: Path, limits: Limits) -> Iterator[Archive]:
    """Open an export and find its parts.

    Raises:
        ArchiveRefused: not an export, damaged, or larger than ``limits`` allow.
    """
    try:
        if path.is_dir():
            yield _archive(*_in_folder(path, limits), limits)
        elif path.is_file() and not path.stat().st_size:
            raise ArchiveRefused("This file is empty.", COPY_AGAIN)
        elif path.is_file() and is_zip(path):
            found = checked_members(path, limits)
            members = [_zipped(path, info) for info in found.infos]
            yield _archive(members, found.passed_over, limits, torn=found.torn)
        elif path.is_file():
            yield _archive([_file(path)], 0, limits)
        else:
            raise _no_file()
    except PermissionError as refused:
        raise _not_allowed() from refused


def _no_file() -> ArchiveRefused:
    return ArchiveRefused("There is no file here.", "Check where the export was saved.")


def _not_allowed() -> ArchiveRefused:
    return ArchiveRefused(
        "This file may not be read by the gateway.", "Allow reading it, or copy it."
    )


def fingerprint(path: Path, limits: Limits) -> bytes:
    """SHA-256 of the file's bytes; of a folder, of all that is read of it, in order of name.

    Raises:
        ArchiveRefused: a folder that is no export, or what is no file: a pipe may never end.
    """
    digest = hashlib.sha256()
    if not path.is_dir():
        if not path.is_file():
            raise _no_file()
        try:
            with path.open("rb") as stream:
                while block := stream.read(limits.block):
                    digest.update(block)
        except PermissionError as refused:
            raise _not_allowed() from refused
        return digest.digest()
    with open_archive(path, limits) as archive:
        others = (*archive.routes, *archive.ecgs, *archive.clinical)
        for member in (archive.main, *sorted(others, key=lambda each: each.name)):
            digest.update(f"{member.size} {Path(member.name).name}\n".encode())
            for block in member.blocks(limits.block):
                digest.update(block)
    return digest.digest()


def _archive(
    members: Iterable[Member], passed_over: int, limits: Limits, *, torn: bool = False
) -> Archive:
    mains: list[Member] = []
    zips = 0
    by_suffix: dict[str, list[Member]] = {".gpx": [], ".csv": [], ".json": []}
    damaged = 0
    for member in members:
        path = PurePosixPath(member.name)
        if path.name.startswith("._"):  # what macOS puts beside each file of a zip
            continue
        suffix = path.suffix.lower()
        if suffix in by_suffix:
            by_suffix[suffix].append(member)
        else:
            head = _head(member)
            begins = head is not None and _BEGINNING.search(head) is not None
            damaged += head is None
            zips += head is not None and head.startswith(b"PK\x03\x04")
            if begins:
                mains.append(member)
    if not mains and (damaged or torn):
        raise ArchiveRefused(
            "This archive is not whole: its end is missing."
            if torn
            else "This archive is damaged.",
            COPY_AGAIN,
        )
    if not mains and zips:
        raise ArchiveRefused(
            "There is a zip in here, and no Apple Health export beside it.",
            "Take that zip out, and import it.",
        )
    if not mains:
        raise ArchiveRefused("This is not an Apple Health export.", EXPORT_AGAIN)
    if len(mains) > 1:
        raise ArchiveRefused(
            f"There are {len(mains)} Apple Health exports in here.", "Import them one by one."
        )
    routes, ecgs, clinical = map(tuple, by_suffix.values())
    archive = Archive(mains[0], routes, ecgs, clinical, passed_over, torn)
    if archive.size > limits.max_inflated:
        raise ArchiveRefused(
            f"Unpacked this would be more than {limits.max_inflated / 2**30:.0f} GiB.",
            "If you trust this file, raise `largest_gib` under `[import]` in config.toml.",
        )
    return archive


def _head(member: Member) -> bytes | None:
    """What it begins with; None if it cannot be read."""
    try:
        with member.open() as stream:
            head = stream.read(_HEAD)
            whole = len(head) == min(_HEAD, member.size)
            return head if whole or _BEGINNING.search(head) else None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return None


def _file(path: Path) -> Member:
    return Member(path.name, path.stat().st_size, lambda: path.open("rb"))


def _zipped(path: Path, info: zipfile.ZipInfo) -> Member:
    def unpack() -> BinaryIO:
        return Inflated(path, info)  # type: ignore[return-value]  # read as BinaryIO

    return Member(info.filename, info.file_size, unpack)


def _in_folder(root: Path, limits: Limits) -> tuple[list[Member], int]:
    members: list[Member] = []
    passed_over = 0
    for folder, _, names in os.walk(root, followlinks=False):
        for name in sorted(names):
            path = Path(folder, name)
            if not stat.S_ISREG(path.lstat().st_mode):
                passed_over += 1
                continue
            members.append(_file(path))
            if len(members) > limits.max_members:
                raise ArchiveRefused(
                    f"There are more than {limits.max_members} files in this folder.",
                    "Choose the folder of the export itself.",
                )
    return members, passed_over
