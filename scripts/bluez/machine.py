"""One virtual machine, from its start to its end, and what it left behind."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.bluez.images import Image

TREE = Path(__file__).parent.parent.parent
QEMU = "qemu-system-x86_64"
BOOT_SECONDS = 120.0
"""What a slow computer may need until the first scenario begins."""

_AS_IT_IS = ("-accel", os.environ.get("BLUEZ_VM_ACCEL", "tcg,thread=multi"), "-smp", "2")
_FLIES = (
    "-accel", "tcg,thread=single", "-smp", "1",
    "-icount", "shift=2,sleep=off", "-rtc", "clock=vm",
)  # fmt: skip
"""An instruction takes 4 ns of the guest's time; where all wait, that jumps to the next timer.

Source: QEMU 7.2, docs/devel/tcg-icount.rst, and `-icount` of its manual.
"""

_NO_END = 1e9
"""Seconds: a guest whose time flies is given up by the time of this computer alone."""

Result = dict[str, Any]
"""One line of `results.jsonl`: scenario, ok, seconds, error, why, figures."""


@dataclass
class Machine:
    """A guest that runs.

    Attributes:
        folder: what it leaves: `console.log`, `results.jsonl`, a folder a scenario.
        process: qemu.
        within: so long it may take, seconds.
    """

    folder: Path
    process: subprocess.Popen[bytes]
    within: float
    began: float

    def results(self) -> Iterator[Result]:
        """Each result as it comes, until the guest has ended or its time is over."""
        file, seen = self.folder / "results.jsonl", 0
        while True:
            running = self.process.poll() is None
            lines = (
                file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
            )
            for line in lines[seen:]:
                if line.endswith("\n"):
                    seen += 1
                    yield json.loads(line)
            if not running or time.monotonic() - self.began > self.within:
                return
            time.sleep(0.2)

    def console(self) -> str:
        """What it said on its console."""
        return (self.folder / "console.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def started(
    image: Image,
    folder: Path,
    scenarios: list[tuple[str, float]],
    pycache: Path,
    *,
    flies: bool = False,
) -> Iterator[Machine]:
    """Start a guest that plays these scenarios; it is stopped with the block.

    Args:
        image: what it starts from; nothing is written to it.
        folder: an empty one, for what it leaves.
        scenarios: their names, and how many seconds each may take.
        pycache: where the bytecode of the tree is kept from one guest to the next.
        flies: time in it goes as fast as it can, not as here.
    """
    asked = {"scenarios": [(name, _NO_END) for name, _ in scenarios] if flies else scenarios}
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    pycache.mkdir(parents=True, exist_ok=True)
    words = [
        QEMU, "-M", "q35", "-cpu", "max", "-m", "1536", *(_FLIES if flies else _AS_IT_IS),
        "-display", "none", "-no-reboot", "-nodefaults",
        "-serial", f"file:{folder / 'console.log'}",
        "-kernel", str(image.folder / "vmlinuz"), "-initrd", str(image.folder / "initrd.img"),
        "-append", "console=ttyS0 loglevel=4 mitigations=off panic=-1",
        "-drive", f"file={image.folder / 'rootfs.img'},format=raw,if=virtio,snapshot=on",
        *_share(TREE, "tree", "readonly=on"), *_share(folder, "out"), *_share(pycache, "pycache"),
    ]  # fmt: skip
    with (folder / "qemu.log").open("wb") as log:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    within = BOOT_SECONDS + sum(seconds for _, seconds in scenarios)
    try:
        yield Machine(folder, process, within, time.monotonic())
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _share(path: Path, tag: str, more: str = "") -> list[str]:
    text = f"local,path={path},mount_tag={tag},security_model=none,multidevs=remap"
    return ["-virtfs", f"{text},{more}" if more else text]
