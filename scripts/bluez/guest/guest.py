"""What a scenario has in its hands: bluetoothd, the air, and programs of ours."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from scripts.bluez.guest.bluetoothd import Bluetoothd
from scripts.bluez.guest.program import Program

_ADDRESS = "00:00:5E:00:53:{:02X}"
"""Of the n-th adapter: a block of addresses that is kept for documents. Source: RFC 7042, 2.1.2."""


class Guest:
    """The computer on which the scenario plays.

    Attributes:
        folder: where this scenario may leave files; they are kept with the logs.
        bluetoothd: the real one; it knows nothing at the start of a scenario.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bluetoothd = Bluetoothd(folder / "bluetoothd.log")
        self._programs: list[Program] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def fresh(cls, folder: Path) -> AsyncIterator[Guest]:
        """A guest with a bluetoothd of its own."""
        guest = cls(folder)
        Bluetoothd.forget_everything()
        await guest.bluetoothd.start()
        try:
            yield guest
        finally:
            for program in guest._programs:
                program.kill()
            await guest.bluetoothd.close()

    def say(self, *words: object) -> None:
        """A line in the scenario's log."""
        print(*words, flush=True)

    @staticmethod
    def tell(words: str) -> None:
        """A line on the console, `console.log` here, to be seen while a long scenario plays."""
        Path("/dev/console").write_text(f"{words}\n", encoding="utf-8")

    async def program(self, module: str, *words: str) -> Program:
        """Start `python -m MODULE WORDS` in a process of its own; it ends with the scenario."""
        program = Program.start(module, words, self.folder / f"{module}.log")
        self._programs.append(program)
        await program.open()
        return program

    @contextlib.asynccontextmanager
    async def air(self, scenario: str, adapters: int = 1) -> AsyncIterator[Air]:
        """Simulated devices, and adapters of this computer that hear them.

        Args:
            scenario: the text of one (docs/simulator.md).
            adapters: how many; they are there and switched on when the block begins.
        """
        words = (scenario, str(self.folder))
        air = Air(await self.program("scripts.bluez.guest.air", *words), self.bluetoothd)
        for number in range(adapters):
            await air.plug(number)
        yield air
        air.program.kill()


class Air:
    """The simulation in its process, and what can be done to it."""

    def __init__(self, program: Program, bluetoothd: Bluetoothd) -> None:
        self.program = program
        self._bluetoothd = bluetoothd
        self._turn = asyncio.Lock()

    async def plug(self, number: int = 0) -> int:
        """Plug in the adapter with this number of ours; return the number that the kernel gave."""
        index = int((await self._ask("plug", address=_ADDRESS.format(number)))["index"])
        await self._bluetoothd.adapter(index)
        return index

    async def unplug(self, index: int) -> None:
        """Pull out the adapter that the kernel calls by this number."""
        await self._ask("unplug", index=index)

    async def devices(self) -> dict[str, dict[str, str]]:
        """Address, name and model of each device, by its id; how it pairs, and its passkey."""
        return {one["id"]: one for one in (await self._ask("devices"))["devices"]}

    async def links(self, device: str) -> int:
        """How many peers it is connected to."""
        return int((await self._ask("links", device=device))["links"])

    async def visits(self, device: str) -> int:
        """How often a peer has connected to it since the beginning."""
        return int((await self._ask("links", device=device))["visits"])

    async def until_linked(self, device: str, links: int = 1, within: float = 60.0) -> None:
        """Return once it is connected to so many peers; 0 waits until it was left."""
        await until(partial(self._has, device, links), within)

    async def _has(self, device: str, links: int) -> bool:
        return await self.links(device) == links

    async def measure(self, device: str, times: int = 1, at_s: float | None = None) -> None:
        """Measure now, as when a button is pressed, so many times.

        Args:
            device: which, by its id.
            times: how often.
            at_s: as if it were this second of the scenario.
        """
        for _ in range(times):
            await self._ask("measure", device=device, at_s=at_s)

    async def fault(self, device: str, what: str, **more: float) -> None:
        """Let something go wrong now: drop-link, forget-bond, clock-step or clock-reset."""
        await self._ask("fault", device=device, what=what, **more)

    async def sent(self, device: str = "") -> list[dict[str, Any]]:
        """Every value that went out, in order; those that are to be confirmed, once they were."""
        lines = (await self._ask("sent"))["lines"]
        return [line for line in lines if device in ("", line["device"])]

    async def waiting(self) -> dict[str, int]:
        """How many records each device has that nobody has confirmed."""
        return dict((await self._ask("sent"))["waiting"])

    async def _ask(self, do: str, **more: object) -> dict[str, Any]:
        async with self._turn:
            self.program.write(json.dumps({"do": do, **more}))
            answer = json.loads(await self.program.line())
        if "error" in answer:
            raise RuntimeError(f"the air: {do} {more}: {answer['error']}")
        return dict(answer)


async def until(come: Callable[[], Awaitable[object]], within: float = 60.0) -> None:
    """Return once this is true; it is asked again and again."""
    async with asyncio.timeout(within):
        while not await come():  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.1)
