"""Ask every judge of FHIR: `python -m scripts.judges [--write] [--guides FOLDER]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts.judges.asking import JUDGES, missing
from scripts.judges.page import page
from tests.fhir_judged import judge_all

PAGE = Path(__file__).parents[2] / "docs" / "fhir-judges.md"


def main() -> int:
    """Print the page, or write it; say what was refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/fhir-judges.md")
    parser.add_argument("--guides", type=Path, help="StructureDefinitions in the stead of ours")
    chosen = parser.parse_args()
    if gone := missing():
        print(f"Not installed: {', '.join(gone)}. Run scripts/judges/install.")
        return 1
    judged = judge_all(chosen.guides)
    text = page(judged)
    if chosen.write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text)
    refused = 0
    for case in judged.bodies:
        for judge in JUDGES:
            if not case.startswith("fault ") and judged.answer(judge, case) == "no":
                refused += 1
                print(f"{judge} refuses {case}: {judged.said[judge][case].complaints}")
    return bool(refused)


if __name__ == "__main__":
    raise SystemExit(main())
