"""Plays one scenario: `play(guest)` of a module in `scripts/bluez/scenarios`."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import traceback
from pathlib import Path

from scripts.bluez.guest.guest import Guest


async def main(name: str, folder: Path) -> int:
    """Play it with a Bluetooth that knows nothing yet; write down its figures, or why it failed."""
    scenario = importlib.import_module(f"scripts.bluez.scenarios.{name}")
    told: dict[str, object] = {}
    try:
        async with Guest.fresh(folder) as guest:
            told["figures"] = await scenario.play(guest)
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        told["why"] = f"{type(error).__name__}: {error}"
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
    return 1 if "why" in told else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], Path(sys.argv[2]))))
