"""What `run` says on stdout: events for a program, one JSON line each, or words for a person."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import orjson

from adapters.kinds import Kind


class Telling:
    """Says what happens. An acknowledged reading is named by its key, never by its value."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def tell(self, event: str, **facts: object) -> None:
        """One event; without `--json` only what a person must act on is said."""
        if self._as_json:
            sys.stdout.write(orjson.dumps({"event": event, **facts}).decode() + "\n")
            sys.stdout.flush()

    def stored(self, acknowledged: Sequence[tuple[str, Kind]]) -> None:
        """These readings are durable."""
        if acknowledged:
            self.tell("stored", readings=[{"key": key, "kind": kind} for key, kind in acknowledged])

    def pages(self, url: str, minutes: int, name: str) -> None:
        """Where somebody's pages are; the link opens once."""
        self.tell("pages", url=url)
        if not self._as_json:
            print(f"{name}'s pages: {url}")
            print(f"The link opens once, within {minutes} minutes.", flush=True)

    def nobody(self) -> None:
        """Nobody lives here, so nobody can sign in."""
        self.tell("nobody")
        if not self._as_json:
            print('Nobody lives here yet: health-gateway people add "Your name" --born 1985-04')

    def imported(self, words: str, **facts: object) -> None:
        """An export that waited was read, or refused."""
        self.tell("import", **facts)
        if not self._as_json:
            print(words, flush=True)

    def ready(self, parts: Sequence[str]) -> None:
        """All parts are up."""
        self.tell("ready", parts=list(parts))
