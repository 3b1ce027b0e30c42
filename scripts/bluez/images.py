"""The images that guests start from: outside the tree, named after what they are made of."""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parent.parent / "requirements" / "run.txt"
SUITES = ("bookworm", "trixie")
"""Debian 12 (BlueZ 5.66) and Debian 13 (BlueZ 5.82)."""

_UNUSED_DAYS = 14
_TOOLS = ("debootstrap", "busybox", "mke2fs", "cpio", "xz")


class CannotBuild(Exception):
    """This computer cannot make an image; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Image:
    """One image.

    Attributes:
        suite: Debian's name of it.
        folder: where its files are.
    """

    suite: str
    folder: Path

    @property
    def is_built(self) -> bool:
        """Whether it is whole."""
        return (self.folder / "built").is_file()


def image(suite: str) -> Image:
    """The image of this suite, made of what the tree says now; built or not."""
    made_of = hashlib.sha256()
    for file in (HERE / "build.sh", HERE / "boot.sh", REQUIREMENTS):
        made_of.update(file.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = f"{suite}-{made_of.hexdigest()[:12]}"
    return Image(suite, cache / "health-gateway" / "bluez-vm" / name)


def built(suite: str) -> Image:
    """The image of this suite, built now if it was not.

    Raises:
        CannotBuild: a tool is missing, or we are not root.
    """
    wanted = image(suite)
    wanted.folder.parent.mkdir(parents=True, exist_ok=True)
    with wanted.folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not wanted.is_built:
            _build(wanted)
    os.utime(wanted.folder / "built")
    return wanted


def _build(wanted: Image) -> None:
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        raise CannotBuild(f"missing: {', '.join(missing)}")
    if platform.machine() != "x86_64":
        raise CannotBuild("images are made on x86-64 alone")
    if os.geteuid() != 0:
        raise CannotBuild("only root can make an image (debootstrap)")
    _throw_out_unused(wanted.folder.parent)
    shutil.rmtree(wanted.folder, ignore_errors=True)
    wanted.folder.mkdir()
    began = time.monotonic()
    print(f"Making the image of {wanted.suite} in {wanted.folder} …", file=sys.stderr, flush=True)
    log = wanted.folder / "build.log"
    words = [HERE / "build.sh", wanted.suite, wanted.folder, sys.executable, REQUIREMENTS]
    with log.open("w") as said:
        done = subprocess.run([str(one) for one in words], stdout=said, stderr=said, check=False)
    if done.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise CannotBuild(f"{end}\n(all of it: {log})")
    (wanted.folder / "built").touch()
    size = (wanted.folder / "rootfs.img").stat().st_blocks * 512 >> 20
    took = time.monotonic() - began
    print(f"Made in {took:.0f} s: {size} MB.", file=sys.stderr, flush=True)


def _throw_out_unused(cache: Path) -> None:
    oldest = time.time() - _UNUSED_DAYS * 86400
    for mark in cache.glob("*/built"):
        if mark.stat().st_mtime < oldest:
            shutil.rmtree(mark.parent)
