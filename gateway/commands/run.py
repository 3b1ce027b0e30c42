"""`run`: collects, uploads what was agreed to, serves the pages, until stopped.

It stays for months, so it is started without the packages that only the other commands need.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path

from adapters.errors import AdapterError
from gateway.errors import ExitCode, GatewayError
from gateway.log import Log, quieten_others
from gateway.places import default_home
from gateway.running import Running
from gateway.secret_file import first_line
from gateway.status import PARTS, Part
from gateway.store.errors import PassphraseNeeded, StoreError
from gateway.store.home import Home
from gateway.store.keys import KeyRing
from gateway.telling import Telling


def main(words: Sequence[str]) -> int:
    """Run the parts; the exit code says how it ended."""
    asked = _words(words)
    quieten_others()
    try:
        passphrase = _passphrase(asked.passphrase_file)
        home: Path = asked.home or default_home()
        ring = _keys(home, passphrase)
        parts: tuple[Part, ...] = (asked.only,) if asked.only else PARTS
        running = Running(home, ring, parts, Log(), Telling(as_json=asked.json))
        asyncio.run(running.until_stopped())
    except (GatewayError, StoreError, AdapterError) as error:
        return _failed(error)
    except BaseExceptionGroup as group:
        known = group.subgroup((GatewayError, StoreError, AdapterError))
        if known is None:
            raise
        return _failed(_first(known))
    return ExitCode.DONE


def _keys(home: Path, passphrase: str | None) -> KeyRing:
    """The keys of the home, opened once for all its parts; asks if somebody sits there."""
    try:
        return Home(home).unlock(passphrase)
    except PassphraseNeeded:
        if passphrase is not None or not sys.stdin.isatty():
            raise
        return Home(home).unlock(getpass("Passphrase: "))


def _words(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="health-gateway run", description=__doc__)
    parser.add_argument("--home", type=Path, help="the folder of your home")
    parser.add_argument("--passphrase-file", type=Path, help="its first line opens the home")
    parser.add_argument("command", choices=["run"], help=argparse.SUPPRESS)
    parser.add_argument("--only", choices=PARTS, help="one part alone")
    parser.add_argument("--json", action="store_true", help="one event a line on stdout")
    return parser.parse_args(words)


def _passphrase(file: Path | None) -> str | None:
    told = os.environ.get("HEALTH_GATEWAY_PASSPHRASE_FILE")
    return first_line(file or (Path(told) if told else None), "passphrase")


def _first(group: BaseExceptionGroup[BaseException]) -> Exception:
    for one in group.exceptions:
        found = _first(one) if isinstance(one, BaseExceptionGroup) else one
        if isinstance(found, Exception):
            return found
    raise group


def _failed(error: Exception) -> int:
    from gateway.commands.output import failed

    return failed(error, as_json=False)
