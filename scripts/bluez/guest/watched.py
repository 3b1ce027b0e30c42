"""`python -m scripts.bluez.guest.watched FILE SECONDS WORD...`: the program, which can be counted.

At SIGUSR1 it writes down what it has open, a line of JSON, and it looks at what is allowed every so
many seconds; else it is `python -m gateway WORD...`.
"""

from __future__ import annotations

import dataclasses
import json
import runpy
import signal
import sys
import time
from pathlib import Path

from gateway.parts import collecting
from scripts.soaks._census import census


def main() -> None:
    """Be the program."""
    file, began = Path(sys.argv.pop(1)), time.monotonic()
    collecting.LOOK_EVERY = float(sys.argv.pop(1))

    def count(_number: int, _frame: object) -> None:
        line = json.dumps(dataclasses.asdict(census(time.monotonic() - began)))
        with file.open("a", encoding="utf-8") as lines:
            lines.write(line + "\n")

    signal.signal(signal.SIGUSR1, count)
    runpy.run_module("gateway", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
