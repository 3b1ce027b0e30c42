"""An Apple Health export as a source of readings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from adapters.healthkit.archive import Archive, CutShort, Member, fingerprint, open_archive
from adapters.healthkit.body import cleaned, without_head
from adapters.healthkit.devices import Devices
from adapters.healthkit.elements import Losses
from adapters.healthkit.entries import entries
from adapters.healthkit.limits import Limits
from adapters.healthkit.report import NOT_KEPT, ImportReport, peak_mib
from adapters.healthkit.routes import positions
from adapters.healthkit.taking import Taking
from adapters.local_events import LocalBatch
from adapters.reading import DeviceKey, PersonKey, SourceKey
from adapters.source import Arrival

Progress = Callable[[int, int], None]
"""Told how many bytes are read, unpacked, and of how many."""


class HealthKitImport:
    """One export of one person.

    Nothing is opened before `arrivals`, `listen` or `fingerprint` is asked for: whoever asks has
    made sure that the person allowed it.

    Args:
        path: a zip, a folder, or the XML alone.
        person: whose export it is.
        device_key: makes our key of a device's own identity.
        source_key: makes our key of an app's or phone's name.
        limits: bounds on size and memory.
        progress: told after each block; called from the thread that reads.
        keep_routes: whether places go to the local store; otherwise they are not even read.
        about_me: whether birth date, sex, blood and skin type are read.
        fast: take records by the thousand; this gives the same rows, and loads numpy.
        without_places: leave out what `places` gives.

    Attributes:
        report: counts, filled while the arrivals are taken; complete once they end.
    """

    def __init__(
        self,
        path: Path,
        person: PersonKey,
        device_key: Callable[[str], DeviceKey],
        source_key: Callable[[str], SourceKey],
        limits: Limits | None = None,
        *,
        progress: Progress | None = None,
        keep_routes: bool = True,
        about_me: bool = False,
        fast: bool = False,
        without_places: bool = False,
    ) -> None:
        self.report = ImportReport()
        self._path = path
        self._person = person
        self._device_key = device_key
        self._source_key = source_key
        self._limits = limits or Limits()
        self._progress = progress
        self._keep_routes = keep_routes
        self._about_me = about_me
        self._fast = fast
        self._without_places = without_places
        self._read = 0

    def fingerprint(self) -> bytes:
        """SHA-256 of the export as it lies on the disk.

        Raises:
            ArchiveRefused: a folder that is no export.
        """
        return fingerprint(self._path, self._limits)

    def arrivals(self) -> Generator[Arrival, None, None]:
        """Read the export from its beginning; yields batches, facts and what stays here.

        Raises:
            ArchiveRefused: not an export, or not one that may be read; nothing was yielded then.
        """
        self.report = report = ImportReport()
        self._read = 0
        started = time.perf_counter()
        with open_archive(self._path, self._limits) as archive:
            report.ecgs = len(archive.ecgs)
            report.passed_over = archive.passed_over
            report.torn = archive.torn
            yield from self._readings(archive)
            if not self._without_places:
                yield from self._places(archive)
        report.seconds = round(time.perf_counter() - started, 3)
        report.peak_mib = round(peak_mib(), 1)

    def places(self) -> Generator[LocalBatch, None, None]:
        """The places alone that stand in files of their own, for whoever reads the rest apart.

        Raises:
            ArchiveRefused: as `arrivals`.
        """
        self.report = ImportReport()
        self._read = 0
        with open_archive(self._path, self._limits) as archive:
            yield from self._places(archive)

    async def listen(self) -> AsyncIterator[Arrival]:
        """`arrivals`, read in another thread, one at a time.

        Raises:
            ArchiveRefused: as `arrivals`.
        """
        arrivals = self.arrivals()
        while (arrival := await asyncio.to_thread(next, arrivals, None)) is not None:
            yield arrival

    def _readings(self, archive: Archive) -> Iterator[Arrival]:
        report, limits, losses = self.report, self._limits, Losses()
        devices = Devices(self._person, self._device_key, self._source_key, limits.names)
        taking = Taking(
            self._person,
            devices,
            report,
            limits,
            keep_routes=self._keep_routes,
            about_me=self._about_me,
        )
        blocks = self._blocks(archive.main, archive.size)
        body = without_head(self._undamaged(blocks, archive.main.size), "HealthData")
        if self._fast:
            from adapters.healthkit.fast import FastPath  # numpy is loaded by no other path

            yield from FastPath(taking, losses, max_token=limits.max_token).read(body)
        else:
            blocks = cleaned(body, losses.replace)
            for entry in entries(blocks, losses, max_token=limits.max_token):
                yield from taking.take(entry)
        with suppress(CutShort):
            for _ in body:  # behind its root nothing is read, but the checksum is that of all
                continue
        yield from taking.end()
        yield from taking.files(
            self._counted(archive.ecgs, archive.size), self._counted(archive.clinical, archive.size)
        )
        report.cut_short = losses.cut_short
        if report.cut_short and report.damaged_at is not None:
            report.damaged_at = min(99, report.damaged_at)  # also where the size was told wrong
        report.damaged = losses.damaged
        report.replaced = losses.replaced

    def _undamaged(self, blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
        """The main file up to where its bytes are damaged, which the report tells."""
        read = 0
        try:
            for block in blocks:
                read += len(block)
                yield block
        except CutShort:
            self.report.damaged_at = 100 * read // max(size, 1)
            raise

    def _places(self, archive: Archive) -> Iterator[LocalBatch]:
        if not self._keep_routes:
            self.report.leave_out(NOT_KEPT, len(archive.routes))
            return
        for route in archive.routes:
            self.report.routes += 1
            missed: list[str] = []
            blocks = self._blocks(route, archive.size)
            found = positions(blocks, missed, fast=self._fast)
            while points := tuple(islice(found, self._limits.batch)):
                self.report.positions += len(points)
                yield LocalBatch(points)
            for reason in missed:
                self.report.leave_out(reason)

    def _counted(self, members: Iterable[Member], total: int) -> Iterator[Member]:
        """Members that are read whole; the progress is told after each."""
        for member in members:
            yield member
            self._read += member.size
            if self._progress is not None:
                self._progress(self._read, total)

    def _blocks(self, member: Member, total: int) -> Iterator[bytes]:
        for block in member.blocks(self._limits.block):
            self._read += len(block)
            if self._progress is not None:
                self._progress(self._read, total)
            yield block
