"""`doctor`: what is wrong and what to do."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import typer

from adapters.ble.consenting import REFUSED
from adapters.ble.polar_streams import NOT_INSTALLED, is_installed
from gateway.app import House
from gateway.clock import now
from gateway.commands.opening import Json, opened
from gateway.commands.output import called, print_json, say
from gateway.errors import ExitCode
from gateway.radio import can_pair, catalog_of
from gateway.sharing.consent import ClockState
from gateway.sharing.errors import LedgerBroken
from gateway.status import PARTS, device_words, is_running
from gateway.store.devices import Device
from gateway.store.driver import check_pages
from gateway.store.errors import StoreError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    about: str
    good: bool
    what: str
    next_step: str = ""


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(doctor)


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Look over the home: files, decisions, clock, devices. Ends with 1 if something is wrong."""
    with opened(context) as house:
        findings = [one for check in CHECKS for one in check(house)]
    good = all(one.good for one in findings)
    if as_json:
        print_json(
            {
                "good": good,
                "findings": [
                    {"about": o.about, "good": o.good, "what": o.what, "next_step": o.next_step}
                    for o in findings
                ],
            }
        )
    else:
        for one in findings:
            say(f"{'ok  ' if one.good else 'LOOK'}  {one.about}: {one.what}")
            if one.next_step:
                say(f"      {one.next_step}")
        say("Everything is well." if good else "Start with the first line marked LOOK.")
    raise typer.Exit(ExitCode.DONE if good else ExitCode.FAILED)


def _files(house: House) -> Iterator[Finding]:
    files = [("readings", house.opened.gateway)]
    if house.opened.local is not None:
        files.append(("what stays here", house.opened.local.db))
    for name, db in files:
        damaged = check_pages(db)
        yield Finding(
            f"the file of {name}",
            not damaged,
            "every page is as it was written"
            if not damaged
            else f"{len(damaged)} pages are damaged",
            "" if not damaged else "Copy the home somewhere safe, then restore a backup.",
        )
    for sentence in house.opened.warnings(now()):
        yield Finding("the store", False, sentence)
    others = stat.S_IMODE(house.path.stat().st_mode) & 0o077
    if sys.platform != "win32":
        yield Finding(
            "the folder of the home",
            not others,
            "only you can open it" if not others else "other users of this computer can open it",
            "" if not others else f"Run: chmod 700 {house.path}",
        )


def _decisions(house: House) -> Iterator[Finding]:
    try:
        house.ledger.verify()
        yield Finding("your decisions", True, f"{len(house.ledger.entries())}, all as written")
    except LedgerBroken as error:
        yield Finding("your decisions", False, str(error), error.next_step)


def _audit(house: House) -> Iterator[Finding]:
    try:
        yield Finding("the record of access", True, f"{house.audit.verify()} entries, unbroken")
    except StoreError as error:
        yield Finding("the record of access", False, str(error), error.next_step)


def _clock(house: House) -> Iterator[Finding]:
    right = house.clock() is ClockState.TRUSTED
    yield Finding(
        "the clock",
        right,
        "it can be believed" if right else "no time service sets it, so nothing is sent",
        ""
        if right
        else 'Set it up, or say that it is right: config.toml, [clock] trust = "trusted".',
    )


def _people(house: House) -> Iterator[Finding]:
    people = house.people.list()
    yield Finding(
        "people",
        bool(people),
        ("1 lives here" if len(people) == 1 else f"{len(people)} live here")
        if people
        else "nobody lives here yet",
        "" if people else 'health-gateway people add "Your name" --born 1985-04',
    )


def _system(house: House) -> Iterator[Finding]:
    """What is less on other systems than on Linux (docs/troubleshooting.md)."""
    if house.anybody_allows("ble", now()) and not can_pair(house) and not house.simulation:
        yield Finding(
            "Bluetooth",
            True,
            "on this system it pairs devices in its own settings, and what a device sends in the "
            "first moment of a connection may be missed",
        )


def _devices(house: House) -> Iterator[Finding]:
    if house.settings.bluetooth.polar_streams and not is_installed():
        yield Finding("streams of Polar sensors", False, *NOT_INSTALLED)
    for refused in catalog_of(house).refused:
        yield Finding("a device description", False, str(refused), refused.next_step)
    allowed = house.anybody_allows("ble", now())
    names = house.names().all()
    for device in house.devices.list():
        if device.adapter != "ble":
            continue
        name = called(names[device.key])
        if not allowed:
            yield Finding(
                name, False, "nobody has allowed Bluetooth",
                "health-gateway consent grant collect ble",
            )  # fmt: skip
            continue
        words = device_words(house, device.key)
        yield Finding(name, words.state != "trouble", words.state, words.to_type(device.key))
        for what in words.undone:
            yield _undone(name, device, what)
        if words.unread:
            yield Finding(
                name, False, f"{words.unread:,} of its packets could not be read",
                "Look whether `devices list` names the right model.",
            )  # fmt: skip


def _undone(name: str, device: Device, what: str) -> Finding:
    """What a device was asked and did not do; only a code that it refused needs a hand."""
    if not what.startswith(REFUSED):
        return Finding(name, True, f"{what}; all else is read")
    user = what.removeprefix(REFUSED)
    return Finding(
        name, False, what,
        f"Look the code up on the device, and enter it again: health-gateway devices whose"
        f" {device.key} {user} PERSON --code CODE. If it has no user {user}:"
        f" health-gateway devices whose {device.key} {user} --undo",
    )  # fmt: skip


def _running(house: House) -> Iterator[Finding]:
    running = [part for part in PARTS if is_running(house, part)]
    yield Finding(
        "the gateway", True, f"runs: {', '.join(running)}" if running else "is not running"
    )


CHECKS: tuple[Callable[[House], Iterator[Finding]], ...] = (
    _files,
    _decisions,
    _audit,
    _clock,
    _people,
    _system,
    _devices,
    _running,
)
