"""Plays scenarios on one or several guests, and says how each went."""

from __future__ import annotations

import ast
import json
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.bluez import images
from scripts.bluez.machine import TREE, Result, started

SCENARIOS = Path(__file__).parent / "scenarios"
KEPT = TREE / ".cache" / "bluez-vm"
_KEPT_RUNS = 10
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """What its module says of itself, without importing it: it may need what only a guest has.

    Attributes:
        name: its module's.
        title: the first line of its docstring.
        short: whether it is played where none is named.
        seconds: how long it may take, by the clock of this computer.
        flies: whether it plays in a guest of its own, whose time goes as fast as it can.
    """

    name: str
    title: str
    short: bool
    seconds: float
    flies: bool = False


def scenarios() -> dict[str, Scenario]:
    """Every scenario there is, by name."""
    return {path.stem: scenario(path.stem) for path in sorted(SCENARIOS.glob("[a-z]*.py"))}


def scenario(name: str) -> Scenario:
    """One of them; one whose name begins with _ is played only where it is named.

    Raises:
        OSError: there is none.
    """
    path = SCENARIOS / f"{name}.py"
    module = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        target.id: ast.literal_eval(one.value)
        for one in module.body
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    title = (ast.get_docstring(module) or "").partition("\n")[0]
    seconds = float(said.get("SECONDS", _SECONDS))
    short, flies = bool(said.get("SHORT", False)), bool(said.get("FLIES", False))
    return Scenario(path.stem, title, short, seconds, flies)


def play(suite: str, chosen: Sequence[Scenario]) -> list[Result]:
    """Play scenarios on one suite and say how each went, as it ends.

    Raises:
        CannotBuild: there is no image, and none can be made.
    """
    image = images.built(suite)
    results = []
    for flies in (False, True):
        if some := [one for one in chosen if one.flies == flies]:
            results += _play(image, some, flies=flies)
    return results


def _play(image: images.Image, chosen: Sequence[Scenario], *, flies: bool) -> list[Result]:
    """Play scenarios in one guest."""
    began, suite = time.monotonic(), image.suite
    folder = KEPT / f"{time.strftime('%Y%m%d-%H%M%S')}-{suite}{'-flies' if flies else ''}"
    folder.mkdir(parents=True)
    say(f"{suite}: logs in {folder}")
    wanted = [(one.name, one.seconds) for one in chosen]
    results = []
    with started(image, folder, wanted, KEPT / f"pycache-{suite}", flies=flies) as machine:
        for result in machine.results():
            results.append({"suite": suite, **result})
            _tell(results[-1], folder)
    for name in sorted({one.name for one in chosen} - {one["scenario"] for one in results}):
        error = f"the guest ended before it, or took more than {machine.within:g} s"
        results.append({"suite": suite, "scenario": name, "ok": False, "error": error})
        _tell(results[-1], folder)
    minutes = (time.monotonic() - began) / 60
    say(f"{suite}: {_guest_says(machine.console())}; {minutes:.1f} min in all")
    return results


def _tell(result: Result, folder: Path) -> None:
    went = "ok    " if result["ok"] else "FAILED"
    said = json.dumps(result.get("figures", {}))
    if not result["ok"]:
        said = f"{result.get('why') or result['error']}\n    {folder / result['scenario']}"
    say(f"{result['suite']:9}{went} {result['scenario']} {result.get('seconds', 0):.0f} s {said}")


def _guest_says(console: str) -> str:
    lines = [line for line in console.splitlines() if line.startswith("GUEST")]
    return "; ".join(line.removeprefix("GUEST ").strip() for line in lines) or console[-2000:]


def run(suites: Sequence[str], chosen: Sequence[Scenario]) -> list[Result]:
    """Play scenarios on several suites, side by side."""
    results: list[Result] = []
    troubles: list[images.CannotBuild] = []

    def one(suite: str) -> None:
        try:
            results.extend(play(suite, chosen))
        except images.CannotBuild as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=one, args=(suite,)) for suite in suites]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]
    _throw_out_old()
    return results


def _throw_out_old() -> None:
    for folder in sorted(KEPT.glob("2*-*"))[:-_KEPT_RUNS]:
        shutil.rmtree(folder)


def say(text: str) -> None:
    """Beside the JSON, on stderr."""
    print(text, file=sys.stderr, flush=True)
