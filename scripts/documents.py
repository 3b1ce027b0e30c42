"""Pages of `docs/` that are made from the code: write them, or with `--check` say which are old."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

from adapters.ble.catalog import built_in
from adapters.kinds import all_kinds
from gateway.commands.everything import app
from scripts import hl7_page
from scripts.bluetooth_page import page as bluetooth
from scripts.healthkit_page import healthkit
from scripts.mapping_page import mapping
from scripts.simulator_page import simulated_devices

DOCS = Path(__file__).parent.parent / "docs"
RUN = [
    "`--only collect|upload|web`: One part alone.",
    "`--json`: One event a line on stdout.",
]
"""Options of `run`, which is started without typer."""


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
        about = f"it is about the {row.about}"
        can = "yes" if row.shareable else f"no: {row.stays[:1].lower()}{row.stays[1:] or about}"
        lines.append(f"| `{row.kind}` | {row.title} | `{row.unit}` | {row.consent} | {can} |")
    return "\n".join(lines) + "\n"


def devices() -> str:
    """Every model of device that is known, from `adapters/ble/profiles/`."""
    lines = [
        "# Devices",
        "",
        "Made by `python -m scripts.documents` from `adapters/ble/profiles/`. A device with a",
        "protocol of its own can also be described by a TOML file in your home's `devices` folder.",
        "",
        "| profile | device | known by |",
        "| --- | --- | --- |",
    ]
    for key, profile in sorted(built_in().profiles.items()):
        name = profile.matches.name_prefix
        offered = "what it advertises" if profile.hears else "the services that it offers"
        known = f"a name that begins with `{name}`" if name else offered
        lines.append(f"| `{key}` | {profile.title} | {known} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Every command with its options, from `gateway/commands/`."""
    lines = [
        "# Commands",
        "",
        "Made by `python -m scripts.documents` from `gateway/commands/`.",
        "",
        "`health-gateway [--home DIR] [--passphrase-file F] COMMAND [--json]`",
        "",
        "`HEALTH_GATEWAY_HOME` sets the same as `--home`. With `--json` stdout is JSON alone;",
        "everything else goes to stderr. A command ends with 0 done, 1 failed, 2 wrong use,",
        "3 refused (locked, no consent, not allowed), 4 a device failed, not the gateway,",
        "130 where Ctrl-C ended it, and 141 where nobody reads its answer any more (`… | head`).",
    ]
    for name, command in sorted(_commands(typer.main.get_command(app))):
        options = RUN if name == "run" else list(_options(command))
        lines += ["", f"## {name}", "", " ".join(command.help.split()), ""]
        lines += [f"- {option}" for option in options]
    return "\n".join(lines).rstrip() + "\n"


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command below a group, with its whole name; typer's own classes are not public."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


def _options(command: Any) -> Iterator[str]:
    for one in command.params:
        shown = (
            f"{one.name.upper()}"
            if one.param_type_name == "argument"
            else ", ".join([*one.opts, *one.secondary_opts])
        )
        if one.name != "help":
            yield f"`{shown}`: {one.help}"


PAGES: dict[str, Callable[[], str]] = {
    "kinds.md": kinds,
    "devices.md": devices,
    "bluetooth.md": bluetooth,
    "commands.md": commands,
    "healthkit.md": healthkit,
    "mapping.md": mapping,
    "fhir-hl7-examples.md": hl7_page.page,
    "simulated-devices.md": simulated_devices,
}


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
