"""All commands but `run`, put together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from adapters.errors import AdapterError, ArchiveRefused
from adapters.simulator.errors import ScenarioRefused
from gateway.commands import (
    clinic,
    consent,
    consent_shown,
    delete,
    device_clock,
    device_names,
    device_several,
    device_users,
    devices,
    devices_add,
    devices_describe,
    devices_pair,
    doctor,
    forbidding,
    imports,
    open_pages,
    passphrase,
    people,
    readings,
    recipients,
    sent,
    setup,
    simulate,
    sources,
    status,
    stays,
    upload,
)
from gateway.commands.opening import Where
from gateway.commands.output import failed, misused
from gateway.errors import ExitCode, GatewayError, Refused, of_the_system
from gateway.places import default_home
from gateway.store.errors import StoreError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A personal health gateway: your readings come home, stay home, and go to your clinic "
    "only if you say so.",
    epilog="`health-gateway run` collects, uploads what you agreed to, and serves your pages.",
)


@app.callback()
def where(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option("--home", help="The folder of your home.", show_default=False)
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--passphrase-file",
            envvar="HEALTH_GATEWAY_PASSPHRASE_FILE",
            help="A file whose first line opens the home; else you are asked.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Remember which home a command is about."""
    context.obj = Where(home or default_home(), passphrase_file)


for module in (
    setup,
    passphrase,
    open_pages,
    status,
    imports,
    readings,
    upload,
    sent,
    stays,
    simulate,
    clinic,
    doctor,
    delete,
):
    module.add_to(app)
for about_consent in (consent_shown, forbidding):
    about_consent.add_to(consent.app)
for about_devices in (
    devices_add,
    devices_pair,
    device_users,
    device_clock,
    device_names,
    device_several,
    devices_describe,
):
    about_devices.add_to(devices.app)
for name, group in (
    ("people", people.app),
    ("devices", devices.app),
    ("recipients", recipients.app),
    ("consent", consent.app),
    ("sources", sources.app),
):
    app.add_typer(group, name=name)


@app.command("run")
def run() -> None:
    """Collect, upload what you agreed to, and serve your pages, until stopped."""
    raise typer.Exit(ExitCode.WRONG_USE)  # `cli.main` starts it by itself; this line is its help


def main(words: Sequence[str]) -> int:
    """Run one command.

    Returns:
        its exit code; every error that a person can do something about was said in a sentence.
    """
    as_json = "--json" in words
    try:
        ended = app(args=list(words), standalone_mode=False, prog_name="health-gateway")
    except TyperException as error:
        return misused(error, as_json)
    except (GatewayError, StoreError, AdapterError, ArchiveRefused, ScenarioRefused) as error:
        return failed(error, as_json)
    except EOFError:
        return failed(Refused("Nobody answered.", "Nothing was changed by that."), as_json)
    except OSError as error:
        return failed(of_the_system(error), as_json)
    return int(ended or 0)
