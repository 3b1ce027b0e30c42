"""Imports what waits: exports that a page received, and those in the watch folder.

In a thread and with a home of its own, so that a long import keeps nothing else waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from adapters.errors import ArchiveRefused
from adapters.healthkit.apart import ReaderFailed
from adapters.reading import Instant
from gateway import clock
from gateway.app import House
from gateway.errors import GatewayError
from gateway.importing import import_export
from gateway.inbox import clear_unfinished, offered, received
from gateway.log import Event, Log
from gateway.status_imports import import_state, import_words
from gateway.store.import_runs import ImportRun
from gateway.store.people import Person
from gateway.store.thread import StoreThread
from gateway.telling import Telling

LOOK_EVERY = 5.0
"""Seconds between two looks; a file is taken up once it was the same at two of them."""

TRIES = 3
"""How often a file is tried whose reading broke off, e.g. for want of memory; it is kept."""

_Stamp = tuple[int, int]


class Exports:
    """Looks for exports of one home, again and again."""

    def __init__(
        self,
        house: House,
        *,
        now: Callable[[], Instant] = clock.now,
        tell: Callable[[ImportRun], None] = lambda _run: None,
    ) -> None:
        self._house = house
        self._now = now
        self._tell = tell
        self._seen: dict[Path, _Stamp] = {}
        self._done: dict[Path, _Stamp] = {}
        self._broken_off: dict[Path, int] = {}

    def look(self) -> int:
        """Import what waits, and say how many exports that were."""
        clear_unfinished(self._house.path, self._now())
        people = self._house.people.list()
        folder = self._house.settings.import_.folder
        count = 0
        for person in people:
            if not self._house.may_collect(person.key, "healthkit", self._now()):
                for path in received(self._house.path, person.key):
                    self._let_go(path)  # it may not be read any more: nor kept
                continue
            for path in received(self._house.path, person.key):
                if self._may_be_tried(path):
                    called = self._house.file_names().waiting(path.stem)
                    count += self._take(path, person, called)
                    if not self._is_to_be_tried_again(path):
                        self._let_go(path)
            for path in offered(folder, person, alone=len(people) == 1):
                if self._may_be_tried(path) and self._is_new(path):
                    count += self._take(path, person)
                    if self._is_to_be_tried_again(path):
                        del self._done[path]
        return count

    def _take(self, path: Path, person: Person, called: str = "") -> bool:
        times = self._broken_off.pop(path, 0)
        before = {run.id for run in self._house.imports.list(person.key)}
        try:
            import_export(self._house, path, person, now=self._now, called=called)
        except ReaderFailed:
            self._broken_off[path] = times + 1
            return False
        except (ArchiveRefused, GatewayError):
            return False  # it is kept with its sentence, and shown with the other imports
        finally:
            for run in self._house.imports.list(person.key):
                if run.id not in before:
                    self._tell(run)
        return True

    def _let_go(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._house.file_names().forget_waiting(path.stem)

    def _may_be_tried(self, path: Path) -> bool:
        return self._broken_off.get(path, 0) < TRIES

    def _is_to_be_tried_again(self, path: Path) -> bool:
        return path in self._broken_off

    def _is_new(self, path: Path) -> bool:
        """Whether a file has come to rest and was not looked at since."""
        try:
            told = path.stat()
        except OSError:  # it is gone again
            return False
        stamp = told.st_size, told.st_mtime_ns
        if self._done.get(path) == stamp:
            return False
        if self._seen.get(path) != stamp:
            self._seen[path] = stamp
            return False
        self._done[path] = stamp
        return True


async def import_what_waits(house: House, thread: StoreThread, telling: Telling, log: Log) -> None:
    """Look until cancelled; one import after the other."""
    loop = asyncio.get_running_loop()

    def tell(run: ImportRun) -> None:
        at = clock.now()
        words = import_words(house, run, at)
        said = partial(telling.imported, words, **import_state(house, run, at))
        loop.call_soon_threadsafe(said)

    exports = Exports(house, tell=tell)
    while True:
        try:
            await thread.do(exports.look)
        except Exception as error:  # a file that cannot be read must not end the others
            log.note(Event.JOB_FAILED, job="exports", error=type(error).__name__)
        await asyncio.sleep(LOOK_EVERY)
