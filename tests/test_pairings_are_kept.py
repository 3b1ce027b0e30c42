"""No pairing is let go of unasked: what does it is used in one place."""

from __future__ import annotations

from pathlib import Path

_TREE = Path(__file__).parent.parent


def test_a_pairing_is_let_go_of_in_one_place_alone() -> None:
    """Where a person asked for it. What else bleak and BlueZ have for it is used nowhere."""
    where = {
        word: sorted(
            path.relative_to(_TREE).as_posix()
            for package in ("adapters", "gateway", "fhir_mappings")
            for path in (_TREE / package).rglob("*.py")
            if word in path.read_text(encoding="utf-8") and "simulator" not in path.parts
        )
        for word in ("RemoveDevice", ".forget_pairing(", ".unpair(", "clear_cache", "ServiceCache")
    }
    assert where == {
        "RemoveDevice": ["adapters/ble/bluez/pairing.py"],
        ".forget_pairing(": ["gateway/parts/adding.py"],
        ".unpair(": [],
        "clear_cache": [],
        "ServiceCache": [],
    }
