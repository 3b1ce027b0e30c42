"""Make a synthetic Apple Health export, and the truth about what an importer must find in it.

The same arguments give the same bytes. ``--offset`` and ``--pointer-seed`` print the same history
anew, as a phone does after a clock change: every date and every device pointer differs, and no
reading. Nothing of it was measured on anybody.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.export_history import History, at_midnight
from scripts.export_pieces import Export
from scripts.export_text import NASTY, Printer
from scripts.export_truth import Truth

BYTES_A_DAY = 420_000
_CDA = '<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"></ClinicalDocument>\n'

Write = Callable[[str, Iterator[str]], None]


def write(export: Export, path: Path, *, localised: bool = False) -> Truth:
    """Write an export as a zip, a bare XML (``.xml``) or a folder (anything else)."""
    main = "导出.xml" if localised else "export.xml"
    with _writer(path) as put:
        put(main, export.main())
        if path.suffix != ".xml":
            put("export_cda.xml", iter([_CDA]))
            for name, text in export.gpx():
                put(name, text)
            for name, text in export.files():
                put(name, text)
    return export.truth


@contextmanager
def _writer(path: Path) -> Iterator[Write]:
    root = "apple_health_export"
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped:

            def into_zip(name: str, pieces: Iterator[str]) -> None:
                member = zipfile.ZipInfo(f"{root}/{name}", (2026, 1, 1, 0, 0, 0))
                member.compress_type = zipfile.ZIP_DEFLATED
                with zipped.open(member, "w", force_zip64=True) as out:
                    for block in _joined(pieces):
                        out.write(block)

            yield into_zip
        return

    def into_file(name: str, pieces: Iterator[str]) -> None:
        target = path if path.suffix == ".xml" else path / root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            out.writelines(_joined(pieces))

    yield into_file


def _joined(pieces: Iterator[str]) -> Iterator[bytes]:
    waiting, size = [], 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size > 2**18:
            yield _bytes(waiting)
            waiting, size = [], 0
    yield _bytes(waiting)


def _bytes(pieces: list[str]) -> bytes:
    return "".join(pieces).encode("utf-8", "surrogateescape")


def _minutes(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    return sign * (int(digits[:2]) * 60 + int(digits[2:]))


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    asked = argparse.ArgumentParser(prog="make-export", description=__doc__)
    asked.add_argument("out", type=Path, help="a .zip, an .xml, or a folder to make")
    asked.add_argument("--seed", type=int, default=1, help="another history for each number")
    asked.add_argument("--days", type=int, default=30, help="how many days (default 30)")
    asked.add_argument("--size-mb", type=int, help="as many days as make about so many MB of XML")
    asked.add_argument("--small", action="store_true", help="a week, few kinds: for the demo")
    asked.add_argument("--until", default="2026-06-30", help="the day after the last, YYYY-MM-DD")
    asked.add_argument(
        "--offset",
        type=_minutes,
        default=_minutes("+0100"),
        help="e.g. +0100; west: --offset=-0500",
    )
    asked.add_argument("--pointer-seed", type=int, default=1, help="other device pointers")
    asked.add_argument("--truth", type=Path, help="write what an importer must count, as JSON")
    asked.add_argument(
        "--nasty", action="append", default=[], choices=sorted(NASTY), metavar="NAME",
        help="; ".join(f"{name}: {what}" for name, what in sorted(NASTY.items())),
    )  # fmt: skip
    chosen = asked.parse_args(arguments)
    days = 7 if chosen.small else chosen.days
    if chosen.size_mb:
        days = max(1, round(chosen.size_mb * 1e6 / BYTES_A_DAY))
    history = History(chosen.seed, days, at_midnight(chosen.until), small=chosen.small)
    nasty = frozenset(chosen.nasty)
    printer = Printer(chosen.offset, chosen.pointer_seed, nasty)
    export = Export(history, printer, bare=chosen.out.suffix == ".xml")
    truth = write(export, chosen.out, localised="localised" in nasty).as_dict()
    if chosen.truth:
        chosen.truth.write_text(json.dumps(truth, indent=2) + "\n", encoding="utf-8")
    print(f"{chosen.out}: {truth['entries']} entries of {days} days", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
