"""`clinic --fhir URL`: the clinician's viewer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.clinic.serve import serving
from gateway.commands.opening import Json, Where
from gateway.commands.output import say
from gateway.errors import GatewayError, WrongUse
from gateway.secret_file import first_line
from gateway.settings import load


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(clinic)


def clinic(
    context: typer.Context,
    fhir: Annotated[str, typer.Option(help="The FHIR server's address.")],
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Where; else as in config.toml.")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="A file with a bearer token, if the server wants one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what patients have uploaded to a FHIR server, on this computer, until stopped."""
    where: Where = context.obj
    chosen = load(where.home / "config.toml").clinic
    token = (first_line(token_file, "token") or "").strip()
    wanted = chosen.port if port is None else port
    try:
        asyncio.run(_serve(fhir, chosen.host, wanted, token, as_json=as_json))
    except ValueError as error:
        raise WrongUse(f"{fhir} is not a FHIR address.", "Give http://… or https://…") from error
    except OSError as error:
        raise GatewayError(
            f"Port {wanted} is taken.", "Choose another with --port, or 0 for any."
        ) from error


async def _serve(fhir: str, host: str, port: int, token: str, *, as_json: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(fhir, host=host, port=port, token=token) as url:
        if as_json:
            sys.stdout.write(json.dumps({"event": "pages", "url": url}) + "\n")
            sys.stdout.flush()
        else:
            say(f"The viewer is open at {url}\nCtrl-C closes it.")
        await stop.wait()
