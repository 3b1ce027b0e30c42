"""`./scripts/bluez-vm`: makes images, starts guests, and says how their scenarios went."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence

from scripts.bluez import images
from scripts.bluez.machine import QEMU
from scripts.bluez.playing import Scenario, run, say, scenario, scenarios


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
    try:
        return [scenario(name) for name in names]
    except OSError as error:
        raise SystemExit(f"{error}\nThere are: {', '.join(every)}") from None


if __name__ == "__main__":
    if shutil.which(QEMU) is None and "run" in sys.argv[1:2]:
        say(f"Not here: no {QEMU}. On Debian: apt-get install qemu-system-x86")
        sys.exit(3)
    sys.exit(main(sys.argv[1:]))
