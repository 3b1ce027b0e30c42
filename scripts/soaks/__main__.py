"""Run one of the files beside this one: `./scripts/soak NAME …`."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import scripts.soaks as here
from scripts.soaks._words import WrongUse

NAMES = sorted(found.name for found in pkgutil.iter_modules(here.__path__) if found.name[0] != "_")


def main() -> int:
    """Run `NAME.main(arguments)`; without a name say which there are."""
    usage = f"usage: ./scripts/soak NAME [N]\nNAME is one of: {', '.join(NAMES)}"
    if sys.argv[1:2] in (["-h"], ["--help"]):
        print(usage)
        return 0
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        print(usage, file=sys.stderr)
        return 2
    soak = importlib.import_module(f"scripts.soaks.{sys.argv[1]}")
    if {"-h", "--help"} & set(sys.argv[2:]):
        print(soak.__doc__)
        return 0
    try:
        return int(soak.main(sys.argv[2:]) or 0)
    except WrongUse as error:
        print(f"{error}\n\n{soak.__doc__}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
