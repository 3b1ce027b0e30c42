"""Many sensors at once: `./scripts/soak radio [SENSORS] [SECONDS] [RATE]`.

So many simulated straps (100 unless told otherwise) send RATE values a second (4) for SECONDS (300)
to a running gateway; each value carries its number. In the end every number that went out must be
stored, but for what the ill-behaved among them lost themselves: one sends bad frames, one floods,
one lets its link go again and again. What `run` costs is shown beside a bare listener that hears
the same and keeps nothing. A test runs the same code with 20 sensors for 10 seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.ble.characteristics.heart_rate import UUID, HeartRateMeasurement
from adapters.kinds import kind
from gateway import clock
from gateway.app import open_house
from gateway.pairing import add_device
from gateway.store.nearby import LookedAround, Nearby
from scripts.demo_house import PERSON, Demo
from scripts.soaks._bare import pss_mib
from scripts.soaks._words import numbers

SENSORS, SECONDS, RATE = 100, 300.0, 4.0
BUDGET_PERCENT = 10.0
"""Of a core, above what the simulated host stack costs by itself (architecture.md, budgets)."""

ILL = ("bad-frames", "flood", "leaver")
_ADVERTISE_MS = 250
"""A hundred that call ten times a second would keep the simulated host stack busy with it alone."""

_NUMBER = kind("energy_expended")
_FOR_EVER = 1 << 62
_CONNECTED_WITHIN = 240.0
_AFTER = 3.0
_ON_ITS_WAY_MS = 500
"""Values of the last half second may still be on their way when the sensors are stopped."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one sensor's values: what went out well-formed, and what is stored."""

    sent: set[int]
    stored: set[int]

    @property
    def lost(self) -> list[int]:
        """What went out and is not stored."""
        return sorted(self.sent - self.stored)


def scenario(sensors: int, seconds: float, rate: float) -> str:
    """Well-behaved straps and the three that are not."""
    straps = f"""
title = "{sensors} straps, three of them ill-behaved"
seed = 100
[[device]]
id = "strap"
model = "heart-rate-strap"
copies = {sensors - len(ILL)}
rate_hz = {rate}
numbered = true
advertising_interval_ms = {_ADVERTISE_MS}
"""
    often = [10 + 10 * n for n in range(int(seconds / 10))]
    faults = {
        "bad-frames": [f'what = "bad-frame", at_s = {at}, count = 5' for at in often],
        "flood": [f'what = "flood", at_s = {at}, for_s = 1.0, rate_hz = 500.0' for at in often],
        "leaver": [f'what = "drop-link", at_s = {at}, for_s = 1.0' for at in often],
    }
    for name, those in faults.items():
        written = ", ".join(f"{{ {fault} }}" for fault in those)
        straps += f"""
[[device]]
id = "{name}"
model = "heart-rate-strap"
rate_hz = {rate}
numbered = true
advertising_interval_ms = {_ADVERTISE_MS}
faults = [{written}]
"""
    return straps


def run(
    sensors: int,
    seconds: float,
    rate: float,
    *,
    folder: Path,
    tell: Callable[[str], object] = lambda _text: None,
) -> dict[str, Any]:
    """Listen to so many sensors for so long, and judge.

    Returns:
        figures, and ``findings``: one sentence for each thing that is not as it must be.
    """
    file = folder / "scenario.toml"
    file.write_text(scenario(sensors, seconds, rate), encoding="utf-8")
    demo = Demo(folder, scenario=str(file), quiet=True)
    try:
        tell(f"{sensors} sensors at {rate} Hz: a bare listener, then the gateway")
        bare = _bare(folder, file, sensors, min(seconds, 30.0))
        demo.make_home(("ble",))
        demo.start_simulator()
        named = _pair(demo)
        demo.start_run()
        cost = _listen(demo, sensors, seconds)
        assert demo.simulator is not None
        demo.simulator.stop()
        demo.listen(_AFTER)
        demo.stop_run()
        numbers = _numbers(demo, named)
    finally:
        demo.stop()
    above = cost["cpu_percent"] - bare["cpu_percent"]
    return {
        "sensors": sensors,
        "seconds": seconds,
        "rate_hz": rate,
        "values_sent": sum(len(one.sent) for one in numbers.values()),
        "values_stored": sum(len(one.sent & one.stored) for one in numbers.values()),
        "bare": {name: round(figure, 1) for name, figure in bare.items()},
        "run": {name: round(figure, 1) for name, figure in cost.items()},
        "cpu_percent_above_bare": round(above, 1),
        "budget_percent": BUDGET_PERCENT,
        "findings": list(findings(numbers, sensors)),
    }


def findings(numbers: dict[str, Numbers], sensors: int) -> Iterator[str]:
    """What is not as it must be."""
    if len(numbers) != sensors:
        yield f"{sensors} sensors were asked for, {len(numbers)} were heard"
    for name, one in sorted(numbers.items()):
        if not one.sent:
            yield f"{name} sent nothing"
        if one.lost and name not in ("flood", "leaver"):
            yield f"{name}: {len(one.lost)} of {len(one.sent)} values are lost, e.g. {one.lost[:3]}"
        if strange := sorted(one.stored - one.sent):
            yield f"{name}: {len(strange)} values are stored that it never sent, e.g. {strange[:3]}"


def _bare(folder: Path, file: Path, sensors: int, seconds: float) -> dict[str, float]:
    """What it costs to hear them all and keep nothing, with a simulator of its own."""
    (folder / "bare").mkdir()
    demo = Demo(folder / "bare", scenario=str(file), quiet=True)
    demo.home.mkdir()
    try:
        demo.start_simulator()
        assert demo.simulator is not None
        transport = demo.simulator.until("ready")["transport"]
        words = [sys.executable, "-m", "scripts.soaks._bare", transport, str(sensors), str(seconds)]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=600)
    finally:
        demo.stop()
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _pair(demo: Demo) -> dict[str, str]:
    """All of them at once: a command for each would take longer than the soak.

    Returns:
        the name of each in the scenario, by its address.
    """
    assert demo.simulator is not None
    told = demo.simulator.until("ready")["devices"]
    house = open_house(demo.home)
    try:
        now = clock.now()
        person = next(one for one in house.people.list() if one.name == PERSON)
        found = [
            Nearby(n, one["address"], one["id"], "heart-rate-strap", "near", now)
            for n, one in enumerate(told, 1)
        ]
        LookedAround(house.local.db).replace(found)
        for one in told:
            add_device(house, one["address"], person, at=now)
    finally:
        house.close()
    return {one["address"]: one["id"] for one in told}


def _listen(demo: Demo, sensors: int, seconds: float) -> dict[str, float]:
    """Wait until all are connected, then so long; what the gateway used meanwhile."""
    assert demo.run is not None
    began = time.monotonic()
    while len(_connected(demo)) < sensors:
        if time.monotonic() - began > _CONNECTED_WITHIN:
            break
        demo.listen(0.2)
    connected_after, before, began = time.monotonic() - began, _cpu(demo), time.monotonic()
    demo.listen(seconds)
    took = time.monotonic() - began
    return {
        "connected_after_s": connected_after,
        "cpu_percent": 100 * (_cpu(demo) - before) / took,
        "pss_mib": pss_mib(demo.run.pid),
    }


def _connected(demo: Demo) -> set[str]:
    assert demo.run is not None
    told = [one for one in demo.run.events if one.get("event") == "device"]
    return {one["device"] for one in told if one["state"] == "connected"}


def _cpu(demo: Demo) -> float:
    assert demo.run is not None
    said = Path(f"/proc/{demo.run.pid}/stat").read_text()
    fields = said.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _numbers(demo: Demo, named: dict[str, str]) -> dict[str, Numbers]:
    """By the sensor's name in the scenario."""
    sent: defaultdict[str, set[int]] = defaultdict(set)
    with demo.emitted.open(encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    end = max(told["at_ms"] for told in lines) - _ON_ITS_WAY_MS
    late: defaultdict[str, set[int]] = defaultdict(set)
    for told in lines:
        if told["characteristic"] == UUID and not told["bad"]:
            value = HeartRateMeasurement.from_bytes(bytes.fromhex(told["data"]))
            (sent if told["at_ms"] <= end else late)[told["device"]].add(value.energy or 0)
    stored: defaultdict[str, set[int]] = defaultdict(set)
    house = open_house(demo.home)
    try:
        keys = {key: named[address] for address, key in house.local.known_addresses().items()}
        for series in house.readings.series(kind=_NUMBER):
            rows = house.readings.window(series.id, -_FOR_EVER, _FOR_EVER, _FOR_EVER)
            stored[keys[series.device]].update(int(row.value) for row in rows)
    finally:
        house.close()
    return {name: Numbers(sent[name], stored[name] - late[name]) for name in named.values()}


def main(arguments: Sequence[str]) -> int:
    """Listen and print one JSON document; 1 if something did not hold."""
    sensors, seconds, rate = numbers(arguments, SENSORS, SECONDS, RATE)
    with tempfile.TemporaryDirectory(prefix="health-gateway-radio-") as folder:
        result = run(
            int(sensors),
            seconds,
            rate,
            folder=Path(folder),
            tell=lambda text: print(text, file=sys.stderr),
        )
    print(json.dumps(result, indent=1))
    return 1 if result["findings"] else 0
