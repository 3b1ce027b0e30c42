"""Every scenario on real BlueZ, those that take long too; see docs/bluez-vm.md.

`./scripts/soak bluez [SCENARIO...]` plays all of them on both versions.
"""

from __future__ import annotations

from scripts.bluez.__main__ import main as bluez_vm


def main(arguments: list[str]) -> int:
    """Play them; 0 if all went well."""
    return bluez_vm(["run", *(arguments or ["all"])])
