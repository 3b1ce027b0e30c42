"""Run one of the files beside this one: `./scripts/soak NAME …`."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import scripts.soaks as here

NAMES = sorted(found.name for found in pkgutil.iter_modules(here.__path__) if found.name[0] != "_")


def main() -> int:
    """Run `NAME.main(arguments)`; without a name say which there are."""
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        print(
            f"usage: ./scripts/soak NAME [N]\nNAME is one of: {', '.join(NAMES)}", file=sys.stderr
        )
        return 2
    return int(importlib.import_module(f"scripts.soaks.{sys.argv[1]}").main(sys.argv[2:]) or 0)


if __name__ == "__main__":
    sys.exit(main())
