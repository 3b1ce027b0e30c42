"""An export read in a process of its own, so that reading and storing use two processors.

The other process gets no key of the home: it names devices and apps by what it read of them, and
the names become keys here. numpy is loaded there alone. It ends when nobody listens any more,
whatever became of whoever started it.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, cast

from adapters.errors import ArchiveRefused
from adapters.healthkit.limits import Limits
from adapters.healthkit.reader import taken
from adapters.healthkit.report import ImportReport
from adapters.local_events import LocalBatch, Position
from adapters.reading import DeviceKey, PersonKey, ReadingBatch, SourceKey
from adapters.source import Arrival

if sys.platform == "linux":
    import fcntl

if TYPE_CHECKING:
    from adapters.healthkit.source import HealthKitImport, Progress

_LENGTH = struct.Struct("<I")
_WAITING = 2
"""Portions that lie ready while one is being stored."""

_PIPE = 1 << 20
"""Bytes that lie ready at most; Linux gives no more to those who are not root."""

_DEVICE, _SOURCE = "\x02d", "\x02s"
_KEYED = ("device", "source", "owner")
_TOGETHER = 5_000
_LARGE = 100
"""Bytes of a curve or document that count as much as a reading."""


@dataclass(frozen=True, slots=True)
class _Asked:
    path: Path
    person: PersonKey
    limits: Limits
    keep_routes: bool
    about_me: bool


@dataclass(frozen=True, slots=True)
class _Portion:
    arrivals: list[Arrival]
    read: int
    size: int


@dataclass(frozen=True, slots=True)
class _Refused:
    what: str
    next_step: str


class ReaderFailed(ArchiveRefused):
    """The process that reads ended before the export did; what came before is stored."""


class ImportApart:
    """As `HealthKitImport`, with the readings read in another process, and the places in this.

    Files of places are read while there is nothing to store: this process waits more.

    Attributes:
        report: complete once the arrivals end.
    """

    def __init__(
        self,
        path: Path,
        person: PersonKey,
        device_key: Callable[[str], DeviceKey],
        source_key: Callable[[str], SourceKey],
        limits: Limits,
        *,
        progress: Progress | None = None,
        keep_routes: bool = True,
        about_me: bool = False,
    ) -> None:
        self.report = ImportReport()
        self._asked = _Asked(path.absolute(), person, limits, keep_routes, about_me)
        self._given = device_key, source_key
        self._keys = _Keys(device_key, source_key)
        self._progress = progress
        self._read = {"readings": 0, "places": 0}

    def arrivals(self) -> Generator[Arrival, None, None]:
        """As `HealthKitImport.arrivals`; the other process reads from now on, asked for or not.

        Raises:
            ArchiveRefused: as there.
            ReaderFailed: the other process was ended, or met something unforeseen.
        """
        arrivals = self._arrivals()
        next(arrivals)
        return cast("Generator[Arrival, None, None]", arrivals)

    def _arrivals(self) -> Generator[Arrival | None, None, None]:
        """None as soon as the other process is asked, then what it reads."""
        child = _started(self._asked)
        portions: queue.Queue[Any] = queue.Queue(_WAITING)
        given_up = threading.Event()
        reading = threading.Thread(
            target=_read_on, args=(child.stdout, portions, given_up), daemon=True
        )
        places: Generator[LocalBatch, None, None] | None = None
        accepted = ended = False  # of a file that is refused nothing is given
        try:
            reading.start()
            yield None
            export_of_places = self._export_of_places()
            places = export_of_places.places()
            while True:
                if accepted and not ended and portions.empty():
                    if (batch := next(places, None)) is not None:
                        yield batch
                        continue
                    ended = True
                match portions.get():
                    case _Portion(arrivals, read, size):
                        for arrival in arrivals:
                            yield self._keys.keyed(arrival)
                        self._told("readings", read, size)
                        accepted = True
                    case ImportReport() as report:
                        yield from places
                        self.report = report
                        self._add(export_of_places.report)
                        return
                    case _Refused(what, next_step):
                        raise ArchiveRefused(what, next_step)
                    case _:
                        raise ReaderFailed(
                            "The export could not be read to its end.",
                            "Import the same file again to go on.",
                        )
        finally:
            given_up.set()
            if places is not None:
                places.close()
            child.kill()
            while reading.is_alive():
                _emptied(portions)
                reading.join(0.05)
            child.communicate()

    def _export_of_places(self) -> HealthKitImport:
        from adapters.healthkit.source import HealthKitImport  # while the other reads already

        asked = self._asked
        return HealthKitImport(
            asked.path,
            asked.person,
            *self._given,
            asked.limits,
            progress=lambda read, size: self._told("places", read, size),
            keep_routes=asked.keep_routes,
            fast=True,
        )

    def _told(self, what: str, read: int, size: int) -> None:
        self._read[what] = read
        if self._progress is not None:
            self._progress(sum(self._read.values()), size)

    def _add(self, places: ImportReport) -> None:
        """Add what was counted here to what the other process counted."""
        self.report.routes += places.routes
        self.report.positions += places.positions
        for what, count in places.left_out.items():
            self.report.leave_out(what, count)


class _Keys:
    """Turns what was read of devices and apps into their keys."""

    def __init__(
        self, device_key: Callable[[str], DeviceKey], source_key: Callable[[str], SourceKey]
    ) -> None:
        self._make = {_DEVICE: device_key, _SOURCE: source_key}
        self._known: dict[str, str] = {}

    def keyed(self, arrival: Arrival) -> Arrival:
        if isinstance(arrival, LocalBatch):
            if isinstance(arrival.events[0], Position):  # by the thousand, and of no device
                return arrival
            return LocalBatch([self._one(event) for event in arrival.events])
        made: Arrival = self._one(arrival)
        return made

    def _one(self, told: Any) -> Any:
        changed = {
            name: self._key(text)
            for name in _KEYED
            if isinstance(text := getattr(told, name, None), str) and text[:2] in self._make
        }
        return replace(told, **changed) if changed else told

    def _key(self, text: str) -> str:
        key = self._known.get(text)
        if key is None:
            key = self._known[text] = self._make[text[:2]](text[2:])
        return key


def _started(asked: _Asked) -> subprocess.Popen[bytes]:
    child = taken()
    assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018  # asked for above
    _widen(child.stdout)
    with suppress(BrokenPipeError), child.stdin:  # it was ended: its silence will tell
        child.stdin.write(pickle.dumps(asked))
    child.stdin = None
    return child


def _widen(pipe: IO[bytes]) -> None:
    """Let a portion pass at once where the system can; else whoever writes waits for each part."""
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _read_on(stream: IO[bytes], portions: queue.Queue[Any], given_up: threading.Event) -> None:
    """Put what the other process tells into the queue; None if it ended, even within a word."""
    while not given_up.is_set():
        length = stream.read(_LENGTH.size)
        size = _LENGTH.unpack(length)[0] if len(length) == _LENGTH.size else 0
        packed = stream.read(size)
        if not size or len(packed) < size:
            portions.put(None)
            return
        try:
            told: Any = pickle.loads(packed)  # noqa: S301  # our own process
        except Exception:  # whoever waits for a word must not wait for ever
            told = None
        portions.put(told)
        if not isinstance(told, _Portion):
            return


def _emptied(portions: queue.Queue[Any]) -> None:
    try:
        while True:
            portions.get_nowait()
    except queue.Empty:
        return


def _tell(stream: IO[bytes], what: object) -> None:
    told = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(told)))
    stream.write(told)
    stream.flush()


def weight(arrival: Arrival) -> int:
    """How many readings or local events an arrival holds; what is large counts for many."""
    if isinstance(arrival, LocalBatch):
        return len(arrival.events)
    if not isinstance(arrival, ReadingBatch):
        return 1
    return len(arrival) + sum(len(one.samples) for one in arrival.waveforms.values()) // _LARGE


def _portions(export: HealthKitImport, at: list[int]) -> Iterator[_Portion]:
    arrivals: list[Arrival] = []
    rows = 0
    for arrival in export.arrivals():
        arrivals.append(arrival)
        rows += weight(arrival)
        if rows >= _TOGETHER:
            yield _Portion(arrivals, *at)
            arrivals, rows = [], 0
    yield _Portion(arrivals, *at)


def _only_where(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    """Say of what nobody foresaw where it was, and nothing of what was in it."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_globals.get("__name__", "?") if trace is not None else "?"
    line = trace.tb_lineno if trace is not None else 0
    print(f"The reader stopped: {kind.__name__} in {name}, line {line}.", file=sys.stderr)


def main() -> int:
    """Read what is asked for on stdin; tell on stdout."""
    from adapters.healthkit import fast  # noqa: F401  # takes longest to load: before it is asked
    from adapters.healthkit.source import HealthKitImport

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this decides when it ends
    gc.set_threshold(100_000, 20, 100)  # rows by the million make no circles to be looked for
    sys.excepthook = _only_where
    question = sys.stdin.buffer.read()
    if not question:  # there was nothing to read after all
        return 0
    asked: _Asked = pickle.loads(question)  # noqa: S301  # from our own parent
    # Not `sys.stdout.buffer`: with PYTHONUNBUFFERED that writes as much as it likes.
    out, at = open(sys.stdout.fileno(), "wb", closefd=False), [0, 0]  # noqa: SIM115  # until the end

    def progress(read: int, size: int) -> None:
        at[:] = read, size

    export = HealthKitImport(
        asked.path,
        asked.person,
        lambda text: DeviceKey(_DEVICE + text),
        lambda text: SourceKey(_SOURCE + text),
        asked.limits,
        progress=progress,
        keep_routes=asked.keep_routes,
        about_me=asked.about_me,
        fast=True,
        without_places=True,
    )
    try:
        for portion in _portions(export, at):
            _tell(out, portion)
        _tell(out, export.report)
    except ArchiveRefused as refused:
        _tell(out, _Refused(str(refused), refused.next_step))
    except BrokenPipeError:
        os._exit(1)
    return 0


if __name__ == "__main__":
    # The classes must be those that the other side knows, not those of `__main__`.
    from adapters.healthkit import apart

    sys.exit(apart.main())
