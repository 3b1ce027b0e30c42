"""`./scripts/bluez-vm`: makes images, starts guests, and says how their scenarios went."""

from __future__ import annotations

import argparse
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
from scripts.bluez.machine import QEMU, TREE, Result, started

SCENARIOS = Path(__file__).parent / "scenarios"
KEPT = TREE / ".cache" / "bluez-vm"
_KEPT_RUNS = 10
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """What its module says of itself, without importing it: it may need what only a guest has.

    Attributes:
        name: its module's.
        title: the first line of its docstring.
        short: whether it is played where none is named.
        seconds: how long it may take.
    """

    name: str
    title: str
    short: bool
    seconds: float


def scenarios() -> dict[str, Scenario]:
    """Every scenario there is, by name."""
    return {path.stem: _scenario(path) for path in sorted(SCENARIOS.glob("[a-z]*.py"))}


def _scenario(path: Path) -> Scenario:
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
    return Scenario(path.stem, title, bool(said.get("SHORT", False)), seconds)


def play(suite: str, chosen: Sequence[Scenario]) -> list[Result]:
    """Play scenarios on one suite and say how each went, as it ends.

    Raises:
        CannotBuild: there is no image, and none can be made.
    """
    began = time.monotonic()
    image = images.built(suite)
    folder = KEPT / f"{time.strftime('%Y%m%d-%H%M%S')}-{suite}"
    folder.mkdir(parents=True)
    say(f"{suite}: logs in {folder}")
    wanted = [(one.name, one.seconds) for one in chosen]
    results = []
    with started(image, folder, wanted, KEPT / f"pycache-{suite}") as machine:
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


def main(words: Sequence[str]) -> int:
    """Do as the words say; the exit code is 0 if all went well, 3 if this computer cannot."""
    parser = argparse.ArgumentParser(prog="scripts/bluez-vm", description=__doc__)
    doing = parser.add_subparsers(dest="do", required=True)
    building = doing.add_parser("build", help="make images")
    building.add_argument("suite", nargs="*", choices=[*images.SUITES, []], default=[])
    playing = doing.add_parser("run", help="play scenarios")
    playing.add_argument("--on", action="append", choices=images.SUITES, help="all, if left out")
    playing.add_argument("scenario", nargs="*", help="all the short ones, if left out; or: all")
    doing.add_parser("list", help="name the scenarios")
    asked = parser.parse_args(words)
    every = scenarios()
    try:
        if asked.do == "build":
            for suite in asked.suite or images.SUITES:
                print(images.built(suite).folder)
        elif asked.do == "list":
            for one in every.values():
                print(f"{one.name:20} {'short' if one.short else '     '} {one.title}")
        else:
            chosen = _chosen(every, asked.scenario)
            results = run(asked.on or images.SUITES, chosen)
            print(json.dumps(results, indent=1))
            return 0 if all(one["ok"] for one in results) else 1
    except images.CannotBuild as trouble:
        say(f"Not here: {trouble}")
        return 3
    return 0


def _chosen(every: dict[str, Scenario], names: Sequence[str]) -> list[Scenario]:
    if not names:
        return [one for one in every.values() if one.short]
    if list(names) == ["all"]:
        return list(every.values())
    if unknown := sorted(set(names) - every.keys()):
        raise SystemExit(f"There is no scenario {unknown[0]}; there are: {', '.join(every)}")
    return [every[name] for name in names]


if __name__ == "__main__":
    if shutil.which(QEMU) is None and "run" in sys.argv[1:2]:
        say(f"Not here: no {QEMU}. On Debian: apt-get install qemu-system-x86")
        sys.exit(3)
    sys.exit(main(sys.argv[1:]))
