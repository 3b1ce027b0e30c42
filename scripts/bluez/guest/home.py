"""A real home on the guest, driven by the same commands that a person types."""

from __future__ import annotations

import asyncio
import json
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.bluez.guest.guest import Guest
from scripts.bluez.guest.program import Program

NAME = "Ada Example"
PATIENCE = 120.0

Event = dict[str, Any]


class Home:
    """One home with one person, who allows Bluetooth.

    Attributes:
        path: its folder.
    """

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self.path = Path(tempfile.mkdtemp(prefix="health-", dir="/var/lib")) / "home"

    @classmethod
    async def made(cls, guest: Guest, **bluetooth: float | str) -> Home:
        """Make one, and write these settings of `[bluetooth]` into its `config.toml`."""
        home = cls(guest)
        await home.command("setup", "--key-file")
        lines = [f"{key} = {json.dumps(value)}" for key, value in bluetooth.items()]
        text = "\n".join(("[bluetooth]", *lines, ""))
        (home.path / "config.toml").write_text(text, encoding="utf-8")
        await home.command("people", "add", NAME, "--born", "1985-04")
        await home.command("consent", "grant", "collect", "ble")
        return home

    async def command(self, *words: str, code: int = 0) -> Any:
        """Run one command and return what it answers with `--json`; it must end with this code."""
        program = await self._guest.program("gateway", *self._about(*words), "--json")
        text = await program.rest()
        ended = await program.ended()
        assert ended == code, f"{' '.join(words)} ended with {ended}: {text}"
        return json.loads(text) if text else None

    async def add(self, told: dict[str, str], profile: str = "") -> str:
        """Look around until this device of the air is heard, and add it; return its key."""
        async with asyncio.timeout(PATIENCE):
            while not await self._hears(told["address"]):
                pass
        more = ("--profile", profile) if profile else ()
        return str((await self.command("devices", "add", told["address"], *more))["device"])

    async def _hears(self, address: str) -> bool:
        found = await self.command("devices", "scan", "--seconds", "3")
        return address.upper() in {str(one["address"]).upper() for one in found}

    async def run(
        self, module: str = "gateway", *before: str, parts: tuple[str, ...] = ("collect",)
    ) -> Run:
        """Start `run`, collecting alone unless told otherwise (``()``: with all its parts).

        By another module, with words before its own.
        """
        only = [word for part in parts for word in ("--only", part)]
        words = self._about("run", *only, "--json")
        run = Run(await self._guest.program(module, *before, *words))
        await run.until(lambda event: event["event"] == "ready")
        return run

    async def values(self, kind: str) -> list[str]:
        """Every stored value of this kind, in the order of time."""
        return [value for _, value in await self.readings(kind)]

    async def readings(self, kind: str) -> list[tuple[str, str]]:
        """The time and the value of every stored reading of this kind, in their order."""
        answer = await self.command("readings", "--kind", kind, "--limit", "100000")
        return [(str(one["start"]), str(one["value"])) for one in answer["readings"]]

    def _about(self, *words: str) -> tuple[str, ...]:
        return ("--home", str(self.path), *words)


class Run:
    """A `run` that is under way.

    Attributes:
        events: all that it has told.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.events: list[Event] = []

    async def until(self, come: Callable[[Event], object], within: float = PATIENCE) -> Event:
        """The next event of which this is true.

        Raises:
            EOFError: it ended before.
        """
        async with asyncio.timeout(within):
            while True:
                event: Event = json.loads(await self.program.line())
                self.events.append(event)
                if come(event):
                    return event

    async def stored(self, kind: str, count: int, within: float = PATIENCE) -> None:
        """Return once so many more readings of a kind were acknowledged."""
        before = len(self._keys(kind))
        await self.until(lambda _: len(self._keys(kind)) >= before + count, within)

    def _keys(self, kind: str) -> set[str]:
        told = (one for event in self.events for one in event.get("readings", ()))
        return {one["key"] for one in told if one["kind"] == kind}

    async def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.program.kill(signal.SIGTERM)
        code = await self.program.ended()
        assert code == 0, f"run ended with {code}"
