"""What every set of commands has in common: the options of the program, and how errors are said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from adapters.errors import AdapterError, ArchiveRefused
from adapters.simulator.errors import ScenarioRefused
from gateway.commands.opening import Where
from gateway.commands.output import failed, misused
from gateway.errors import GatewayError, Refused, of_the_system
from gateway.places import default_home
from gateway.store.errors import StoreError


def new_app() -> typer.Typer:
    """The program without a command."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="A personal health gateway: your readings come home, stay home, and go to your clinic "
        "only if you say so.",
        epilog="`health-gateway run` collects, uploads what you agreed to, and serves your pages.",
    )
    app.callback()(where)
    return app


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


def run_one(app: typer.Typer, words: Sequence[str]) -> int:
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
