"""Run one of the files beside this one: `./scripts/bench NAME …`."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import scripts.benches as here

NAMES = sorted(found.name for found in pkgutil.iter_modules(here.__path__) if found.name[0] != "_")


def main() -> int:
    """Run the named benches, or all; each prints a table of figures and ratios."""
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")] or NAMES
    usage = f"usage: ./scripts/bench [NAME…]\nNAME: {', '.join(NAMES)}"
    if {"-h", "--help"} & set(sys.argv[1:]):
        for name in wanted if set(wanted) < set(NAMES) else ():
            usage += f"\n\n{importlib.import_module(f'scripts.benches.{name}').__doc__}"
        print(usage)
        return 0
    if not set(wanted) <= set(NAMES):
        print(usage, file=sys.stderr)
        return 2
    for name in wanted:
        importlib.import_module(f"scripts.benches.{name}").main(
            [word for word in sys.argv[1:] if word.startswith("-")]
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
