"""Pages of `docs/` that are made from the code: write them, or with `--check` say which are old."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from adapters.kinds import all_kinds

DOCS = Path(__file__).parent.parent / "docs"


def kinds() -> str:
    """Every kind of measurement, from `adapters/kinds.toml`."""
    lines = [
        "# Kinds of measurement",
        "",
        "Made by `python -m scripts.documents` from `adapters/kinds.toml`.",
        "",
        "| kind | what it is | unit (UCUM) | shared under | can be shared |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in all_kinds().values():
        can = "yes" if row.shareable else f"no, it is about the {row.about}"
        lines.append(f"| `{row.kind}` | {row.title} | `{row.unit}` | {row.consent} | {can} |")
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {"kinds.md": kinds}


def main() -> int:
    """Write every page, or with `--check` return 1 if one is not what the code says."""
    old = []
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            old.append(name)
    if old:
        print(f"old: {', '.join(old)}. Run: python -m scripts.documents", file=sys.stderr)
    return bool(old)


if __name__ == "__main__":
    sys.exit(main())
