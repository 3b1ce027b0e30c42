"""An Apple Health export into the encrypted store, beside two public importers and the floor.

`./scripts/bench healthkit [--mb=1000]` makes an export of so many MB of XML, and imports it side
by side, on the disk of this checkout and on a RAM disk where there is one: with `health-gateway
import` (encrypted, everything kept), with healthkit-to-sqlite and with apple-health-export-mcp,
which are installed from PyPI into an environment of their own under `.cache`, and with the floor:
inflate, split into lines and insert as many rows, alone. Then the same history after a clock
change with 0.1 % new, and the very same file. Memory is the sum of PSS of all processes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from scripts import make_export
from scripts.benches._home import numbers
from scripts.benches._measured import Measured, measured

CACHE = Path(__file__).resolve().parent.parent.parent / ".cache" / "bench-healthkit"
RAM = Path("/dev/shm")  # noqa: S108  # where Linux has one; nothing secret lies there
PEERS = ("healthkit-to-sqlite==1.0.1", "apple-health-export-mcp==0.1.1")
BUDGETS = {
    "disk": {"healthkit-to-sqlite": 15.0},
    "RAM disk": {"healthkit-to-sqlite": 6.0},
}
BUDGET_MIB = 150
UNTIL = date(2026, 6, 30)

_FLOOR = """
import secrets, sys, zipfile
from pathlib import Path
from gateway.store.driver import open_database
rows, zipped, folder = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
lines = 0
with zipfile.ZipFile(zipped) as archive:
    main = max(archive.infolist(), key=lambda info: info.file_size)
    with archive.open(main) as stream:
        while block := stream.read(1 << 20):
            lines += len(block.split(b"\\n"))
db = open_database(folder / "floor.db", secrets.token_bytes(32), create=True)
db.conn.execute(
    "CREATE TABLE r (series INT, start INT, duration INT, value ANY, nth INT, decimals INT,"
    " flags INT, intake INT, PRIMARY KEY (series, start, duration, value, nth)) STRICT,"
    " WITHOUT ROWID"
)
many = "INSERT INTO r VALUES " + ", ".join(["(1, ?, 0, ?, 0, 0, 0, 1)"] * 250)
for low in range(0, rows, 10_000):
    db.conn.execute("BEGIN")
    for first in range(low, low + 10_000, 250):
        marks = [part for at in range(first, first + 250) for part in (at * 1000, at % 90)]
        db.conn.execute(many, marks)
    db.conn.execute("COMMIT")
"""


def run(mb: int, tell: Callable[[str], object] = print) -> list[dict[str, Any]]:
    """Measure all, and give a row for each."""
    first, second = _export(mb, 0), _export(mb, 3)
    peers = _peers()
    rows: list[dict[str, Any]] = []
    for place, root in (("disk", CACHE), ("RAM disk", RAM)):
        if not root.is_dir():
            continue
        with tempfile.TemporaryDirectory(dir=root) as made:
            folder = Path(made)
            here = [Path(shutil.copy(one, folder)) for one in (first, second)]
            for row in _at(place, folder, *here, mb=mb, peers=peers):
                rows.append(row)
                tell(_line(row))
    return rows


def _at(
    place: str, folder: Path, first: Path, second: Path, *, mb: int, peers: Path
) -> list[dict[str, Any]]:
    home = _home(folder / "home")
    os.sync()  # or the first would wait for the copies to be written
    gateway = [sys.executable, "-m", "gateway", "--home", str(home), "import"]
    ours = measured([*gateway, first, "--json"])
    readings = json.loads(ours.out)["rows"]
    theirs: dict[str, list[str | Path]] = {
        "healthkit-to-sqlite": [peers / "healthkit-to-sqlite", first, folder / "a.db", "-s"],
        "apple-health-export-mcp": [
            peers / "apple-health-export-mcp-ingest", first, "--db", folder / "b.db"
        ],
        "floor": [sys.executable, "-c", _FLOOR, str(readings), first, folder],
    }  # fmt: skip
    rows = [_row(place, "health-gateway", ours, ours, mb)]
    for name, command in theirs.items():
        rows.append(_row(place, name, measured(command), ours, mb))
        os.sync()
    after = measured([*gateway, second, "--json"])
    rows.append(_row(place, "after a clock change, 0.1 % new", after, ours, mb))
    rows.append(_row(place, "the very same file", measured([*gateway, second, "--json"]), ours, mb))
    rows[0]["new"] = json.loads(ours.out)["new"]
    report = json.loads(after.out)
    rows[-2]["new"], rows[-2]["more"] = report["new"], report["rows"] - readings
    return rows


def _row(place: str, name: str, one: Measured, ours: Measured, mb: int) -> dict[str, Any]:
    return {
        "place": place,
        "name": name,
        "wall": round(one.wall, 2),
        "cpu": round(one.cpu, 2),
        "mb_a_second": round(mb / one.wall, 1),
        "peak_mib": round(one.peak_mib),
        "times_ours": round(one.wall / ours.wall, 2),
        "times_our_cpu": round(one.cpu / ours.cpu, 2),
        "budget": BUDGETS[place].get(name),
    }


def _line(row: dict[str, Any]) -> str:
    budget = f" (budget {row['budget']:.0f})" if row["budget"] else ""
    more = f"; {row['new']:,} new" if "new" in row else ""
    more += f" of {row['more']:,} more in the export" if "more" in row else ""
    return (
        f"| {row['place']} | {row['name']} | {row['wall']} | {row['cpu']} | {row['mb_a_second']} |"
        f" {row['peak_mib']} | {row['times_ours']}{budget} | {row['times_our_cpu']} |{more}"
    )


def _export(mb: int, days_more: int) -> Path:
    """The export of a history, or of the same some days later, after a clock change."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"export-{mb}-{days_more}.zip"
    if not path.exists():
        days = max(1, round(mb * 1e6 / make_export.BYTES_A_DAY)) + days_more
        until = UNTIL + timedelta(days=days_more)
        words = ["--days", str(days), "--until", until.isoformat()]
        words += ["--offset", "+0200", "--pointer-seed", "2"] if days_more else []
        unfinished = path.with_name("unfinished.zip")
        make_export.main([str(unfinished), *words])
        unfinished.rename(path)
    return path


def _peers() -> Path:
    """The folder of the other importers' programs; installed once."""
    made = CACHE / "venv"
    if not (made / "bin" / "healthkit-to-sqlite").exists():
        venv.create(made, with_pip=True, clear=True)
        subprocess.run([made / "bin" / "pip", "-q", "install", *PEERS], check=True)
    return made / "bin"


def _home(home: Path) -> Path:
    for words in (
        ["setup", "--simulation", "--key-file"],
        ["people", "add", "Ada", "--born", "1985-04"],
        ["consent", "grant", "collect", "healthkit", "--script"],
        ["consent", "grant", "collect", "routes", "--script"],
    ):
        command = [sys.executable, "-m", "gateway", "--home", str(home), *words]
        subprocess.run(command, check=True, capture_output=True)
    return home


def main(words: Sequence[str] = ()) -> None:
    """Print the figures as a table."""
    print(
        "| where | what | seconds | of processor | MB/s | most memory, MiB | times our wall |",
        end="",
    )
    print(f" times our processor |\n{'| --- ' * 8}|")
    run(numbers(words, "mb").get("mb", 1000), lambda line: print(line, flush=True))
    print(f"memory budget: {BUDGET_MIB} MiB")


if __name__ == "__main__":
    main(sys.argv[1:])
