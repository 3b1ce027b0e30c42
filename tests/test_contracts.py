"""Each import contract and each banned call, broken on purpose, is caught by the check."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.copies import ROOT, copy_of_the_tree, run_in

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = [contract["name"] for contract in PYPROJECT["tool"]["importlinter"]["contracts"]]
BANNED = PYPROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]

BREAKS = {
    "gateway stands on fhir_mappings, which stands on adapters": {
        "adapters/planted_a.py": "import gateway.settings\n"
    },
    "What is sent cannot see what is local": {
        "gateway/sharing/planted_b.py": "import gateway.store.local\n"
    },
    "fhir_mappings sees of adapters the reading and the kinds alone": {
        "fhir_mappings/planted_c.py": "import adapters.ble.radio\n"
    },
    "The clinician's viewer knows nothing but a FHIR server": {
        "gateway/clinic/planted_d.py": "import gateway.store.readings\n"
    },
    "Within the gateway, what is built does not know its builder": {
        "gateway/store/planted_f.py": "import gateway.app\n"
    },
    "The patient's pages cannot send": {
        "gateway/web/planted_g.py": "import gateway.sharing.door\n"
    },
    "Sources know nothing of the radio's simulator": {
        "adapters/ble/planted_e.py": "import adapters.simulator.radio\n"
    },
}
"""Per contract, a file that breaks it."""


def verdicts(printed: str) -> dict[str, str]:
    """What import-linter says of each contract."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed)
    found = re.findall(r"^(.+?) (KEPT|BROKEN)", plain, re.MULTILINE)
    return {name.strip(): verdict for name, verdict in found}


def test_every_contract_is_broken_somewhere_below() -> None:
    assert set(BREAKS) == set(CONTRACTS)


def test_each_broken_contract_is_named_and_none_is_broken_without(tmp_path: Path) -> None:
    copy = copy_of_the_tree(tmp_path)
    before = run_in(copy, "lint-imports", "--no-cache")
    assert verdicts(before.stdout) == dict.fromkeys(CONTRACTS, "KEPT"), before.stdout
    assert before.returncode == 0
    for files in BREAKS.values():
        for name, text in files.items():
            (copy / name).write_text(text, encoding="utf-8")
    after = run_in(copy, "lint-imports", "--no-cache")
    assert verdicts(after.stdout) == dict.fromkeys(CONTRACTS, "BROKEN")
    assert after.returncode != 0


@pytest.mark.parametrize("banned", sorted(BANNED))
def test_each_banned_call_is_caught_wherever_it_stands(tmp_path: Path, banned: str) -> None:
    package, _, name = banned.rpartition(".")
    line = f"from {package} import {name}\n" if package else f"import {name}\n"
    line += f"\nimport {package or name}\n\nprint({banned})\n"
    for part in ("gateway/store", "gateway/web", "adapters/ble", "fhir_mappings"):
        folder = tmp_path / part
        folder.mkdir(parents=True)
        (folder / "planted.py").write_text(line, encoding="utf-8")
    found = run_in(
        tmp_path, "ruff", "check", "--config", str(ROOT / "pyproject.toml"),
        "--no-cache", "--select", "TID251", "--output-format", "concise", ".",
    )  # fmt: skip
    assert found.returncode == 1
    places = [line.split(":")[0] for line in found.stdout.splitlines() if "TID251" in line]
    for part in ("gateway/store", "gateway/web", "adapters/ble", "fhir_mappings"):
        assert places.count(f"{part}/planted.py") >= 2, "both the import and the use are caught"


def test_only_the_two_doors_are_excused_from_the_ban() -> None:
    excused = {
        str(path.relative_to(ROOT))
        for part in ("adapters", "fhir_mappings", "gateway")
        for path in (ROOT / part).rglob("*.py")
        if "TID251" in path.read_text(encoding="utf-8")
    }
    assert excused == {"gateway/sharing/door.py", "gateway/clinic/fhir_client.py"}
