"""`simulate SCENARIO`: sensors that are made up, for a simulation home or your own program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.simulator.process import run, say
from adapters.simulator.scenario import built_in, load
from gateway.commands.opening import Json
from gateway.commands.output import aside

_HINTS = (
    "Write the transport below into config.toml of a simulation home: [bluetooth] radio.",
    "Ctrl-C stops the sensors.",
)


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(simulate)


def simulate(
    scenario: Annotated[
        str,
        typer.Argument(help=f"A scenario file, or one of: {', '.join(built_in())}."),
    ],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="TCP port on 127.0.0.1; 0: a free one.")
    ] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Write a line for each value that went out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run simulated sensors until stopped. They speak Bluetooth (HCI) on a port of this computer.

    Prints one line of JSON when they are ready, with the address for config.toml, and one with
    what really went out when they are stopped.
    """
    hints = [] if as_json else list(_HINTS)

    def tell(line: str) -> None:
        while hints:  # they run: now there is something to write, and to stop
            aside(hints.pop(0))
        say(line)

    run(load(scenario), port=port, out=out, tell=tell)
