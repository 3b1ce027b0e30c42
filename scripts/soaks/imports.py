"""`kill -9` of an import, again and again, beside a live strap: in the end it is one whole import.

`./scripts/soak imports [N] [SEED] [MB] [LARGE]` kills an import of an export of so many MB of XML
(20) N times (50) at seeded moments, each in a home that begins empty, one third of them while it
begins to read and the others while it stores, goes on to the end, and compares every reading, name
and place with those of an import that nobody disturbed. Meanwhile another process commits a reading
every quarter of a second, and says how long each commit took. A test runs the same code with three
kills. The last figures are of an export of LARGE MB (10,000), the same entries again and again: the
most memory (PSS) that its import held, beside the small one.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.app import open_house
from gateway.store.import_runs import file_of_imports
from scripts import make_export
from scripts.benches._measured import measured
from scripts.soaks._long_export import lengthened
from scripts.soaks._words import numbers

KILLS = 50
SEED = 50
MEGABYTES = 20
LARGE = 10_000
WRITTEN = 2**18
"""Bytes of the write-ahead log by which it is seen that readings are being stored."""

_TABLES = {
    "gateway": (
        "SELECT s.kind, s.device, s.source, r.start, r.duration, r.value, r.nth, r.decimals,"
        " r.flags FROM reading r JOIN series s ON s.id = r.series WHERE s.source <> 'radio'",
        "SELECT s.kind, s.device, s.source, s.n FROM series s WHERE s.source <> 'radio'",
    ),
    "local": (
        "SELECT owner, what, name FROM local_name WHERE what <> 'file_name'",  # one an attempt
        "SELECT route, at, latitude, longitude, altitude FROM position",
    ),
}
_LIVE = """
import pathlib, sys, time
from adapters.kinds import kind
from adapters.reading import DeviceKey, ReadingBatch, SourceKey
from gateway.app import open_house
from gateway.store.courtesy import announced
house = open_house(pathlib.Path(sys.argv[1]))
person = house.people.list()[0].key
with announced(house.opened.home.live):
    at = 0
    while True:
        at += 1000
        batch = ReadingBatch(
            person, kind("heart_rate"), DeviceKey("strap"), SourceKey("radio"),
            [at], [0], [60], [0], [0], [0], live=True,
        )
        begun = time.perf_counter()
        with announced(house.opened.home.turn):
            house.readings.take_in([batch], at=at, source="ble", simulated=True)
        print(round((time.perf_counter() - begun) * 1000, 1), flush=True)
        time.sleep(0.25)
"""


def run(
    kills: int,
    seed: int = SEED,
    megabytes: int = MEGABYTES,
    *,
    folder: Path,
    tell: Callable[[str], object] = lambda _text: None,
) -> dict[str, Any]:
    """Kill so many times and judge.

    Returns:
        the figures; ``findings`` is empty if everything held.
    """
    chance = random.Random(seed)  # noqa: S311  # no secret
    export = folder / "export.zip"
    days = str(max(1, round(megabytes * 1e6 / make_export.BYTES_A_DAY)))
    make_export.main([str(export), "--days", days, "--seed", str(seed)])
    empty = _home(folder / "empty")
    undisturbed = _import(_copied(empty, folder / "undisturbed"), export)
    lasting = undisturbed["seconds"]
    wanted = _dump(folder / "undisturbed")
    findings, waits, over, midway = [], [], 0, 0
    for number in range(kills):
        home = _copied(empty, folder / f"home-{number}")
        live = _live(home)
        storing = number % 3 > 0
        after = chance.uniform(0.0, lasting / (2 if storing else 1))
        while not _killed_after(after, home, export, storing=storing):  # it was over before: sooner
            over += 1
            after /= 2
            if over > 10 * kills:
                raise RuntimeError("imports are over before they can be killed: take a larger one")
            live.kill()
            live.communicate()
            shutil.rmtree(home)
            home = _copied(empty, folder / f"home-{number}")
            live = _live(home)
        midway += 0 < _readings(home) < undisturbed["new"]
        report = _import(home, export)
        live.kill()
        told, _ = live.communicate()
        waits += [float(line) for line in told.splitlines()[1:-1]]
        if _dump(home) != wanted:
            findings.append(f"after kill {number + 1} the home is another one")
        tell(f"{number + 1} of {kills}: {report['new']} new at last")
        shutil.rmtree(home)
    return {
        "kills": kills,
        "over_before": over,
        "with_some_but_not_all_stored": midway,
        "seed": seed,
        "readings": undisturbed["new"],
        "seconds_undisturbed": round(lasting, 1),
        "live_commits": len(waits),
        "live_wait_ms_median": sorted(waits)[len(waits) // 2] if waits else None,
        "live_wait_ms_p99": sorted(waits)[len(waits) * 99 // 100] if waits else None,
        "live_wait_ms_most": max(waits, default=None),
        "peak_mib": undisturbed["peak_mib"],
        "findings": findings,
    }


def memory(folder: Path, megabytes: int) -> dict[str, Any]:
    """Memory and time of an import of the export in a folder, and of a much longer one."""
    export, told = folder / "export.zip", dict[str, Any]()
    size = max(info.file_size for info in zipfile.ZipFile(export).infolist())
    for name, times in (("once", 1), ("long", max(1, round(megabytes * 1e6 / size)))):
        long = folder / f"{name}.zip"
        told[f"{name}_mb"] = round(lengthened(export, long, times) / 1e6)
        home = _copied(folder / "empty", folder / f"home-{name}")
        one = measured(_command(home, "import", str(long), "--json"))
        report = json.loads(one.out)
        told |= {f"{name}_peak_mib": round(one.peak_mib), f"{name}_cpu": round(one.cpu, 1)}
        told |= {f"{name}_entries": report["entries"], f"{name}_new": report["new"]}
        if report["cut_short"] or report["damaged"]:
            told["findings"] = [f"the export of {name} was not read to its end"]
    return told


def _command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "gateway", "--home", str(home), *words]


def _home(home: Path) -> Path:
    for words in (
        ["setup", "--simulation", "--key-file"],
        ["people", "add", "Ada", "--born", "1985-04"],
        ["consent", "grant", "collect", "healthkit", "--script"],
        ["consent", "grant", "collect", "routes", "--script"],
    ):
        subprocess.run(_command(home, *words), check=True, capture_output=True)
    return home


def _copied(home: Path, to: Path) -> Path:
    """The same home with the same keys, so that every name of a device is the same."""
    shutil.copytree(home, to)
    return to


def _import(home: Path, export: Path) -> dict[str, Any]:
    done = subprocess.run(
        _command(home, "import", str(export), "--json"), check=True, capture_output=True
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _killed_after(seconds: float, home: Path, export: Path, *, storing: bool) -> bool:
    """Start an import and kill it so long after it began to read, or to store; whether it ran."""
    log, begun = home / "gateway.db-wal", file_of_imports(home)
    importing = subprocess.Popen(
        _command(home, "import", str(export), "--again", "--json"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while importing.poll() is None:
        if storing and log.exists() and log.stat().st_size > WRITTEN:
            break
        if not storing and begun.exists():
            break
        time.sleep(0.005)
    try:
        importing.wait(seconds)
    except subprocess.TimeoutExpired:
        importing.kill()
        importing.wait()
        return True
    if importing.returncode:
        raise subprocess.CalledProcessError(importing.returncode, importing.args)
    return False


def _readings(home: Path) -> int:
    house = open_house(home)
    try:
        return sum(one.n for one in house.readings.series() if one.source != "radio")
    finally:
        house.close()


def _live(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _LIVE, str(home)], stdout=subprocess.PIPE, text=True
    )


def _dump(home: Path) -> dict[str, list[Any]]:
    house = open_house(home)
    try:
        databases = {"gateway": house.opened.gateway, "local": house.local.db}
        return {
            query: sorted(map(repr, databases[name].conn.execute(query)))
            for name, queries in _TABLES.items()
            for query in queries
        }
    finally:
        house.close()


def main(arguments: list[str]) -> int:
    """Kill N times and print one JSON document; 1 if something did not hold."""
    kills, seed, megabytes, large = map(int, numbers(arguments, KILLS, SEED, MEGABYTES, LARGE))
    with tempfile.TemporaryDirectory(prefix="health-gateway-imports-") as folder:

        def tell(text: str) -> None:
            print(text, file=sys.stderr)

        result = run(kills, seed, megabytes, folder=Path(folder), tell=tell)
        result |= memory(Path(folder), large)
    json.dump(result, sys.stdout, indent=1)
    print()
    return 1 if result["findings"] else 0
