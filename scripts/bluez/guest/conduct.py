"""Plays the scenarios one after the other, each in a process and with a Bluetooth of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from scripts.bluez.guest import warm

OUT = Path("/mnt/out")


async def main() -> int:
    """Play what `asked.json` names; a line of `results.jsonl` says how each went."""
    asked = json.loads((OUT / "asked.json").read_text(encoding="utf-8"))
    failed = 0
    with (OUT / "results.jsonl").open("a", encoding="utf-8", buffering=1) as results:
        for name, seconds in asked["scenarios"]:
            result = await _play(name, seconds)
            failed += not result["ok"]
            results.write(json.dumps(result) + "\n")
    return 1 if failed else 0


async def _play(name: str, within: float) -> dict[str, object]:
    # In memory, where writing is quick; what it leaves is copied out afterwards.
    folder = Path("/run") / name
    folder.mkdir()
    began = time.monotonic()
    nothing = os.open(os.devnull, os.O_RDONLY)
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        process = warm.start("scripts.bluez.guest.play", [name, str(folder)], nothing, log, log)
    os.close(nothing)
    error = ""
    try:
        async with asyncio.timeout(within):
            code = await process.ended()
            error = f"it ended with {code}" if code else ""
    except TimeoutError:
        process.send(signal.SIGKILL)
        await process.ended()
        error = f"it did not end within {within:g} s"
    shutil.copytree(folder, OUT / name)
    told = folder / "told.json"
    figures = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
    seconds = round(time.monotonic() - began, 1)
    return {"scenario": name, "ok": not error, "seconds": seconds, "error": error, **figures}


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
