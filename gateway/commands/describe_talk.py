"""The conversation of `devices describe` with somebody at a terminal."""

from __future__ import annotations

import asyncio
from typing import Final

from adapters.ble.describing.draft_text import words_of
from adapters.ble.describing.gathering import Asked
from adapters.ble.describing.shown import NotShown, Shown, shown
from adapters.errors import AdapterError, UnknownKind
from adapters.kinds import kind, row_of
from gateway.app import House
from gateway.clock import now
from gateway.commands.output import say
from gateway.describing import free_path, keep, listen, look_at, settled, write_down
from gateway.errors import GatewayError, WrongUse

USUAL: Final = (
    "body_weight",
    "body_fat_percentage",
    "blood_pressure",
    "pulse_rate",
    "body_temperature",
    "blood_glucose",
    "oxygen_saturation",
    "heart_rate",
    "breath_carbon_monoxide",
)
"""What is offered by a number; any other kind can be typed by its name."""


def talk_through(house: House, address: str, asked: Asked) -> None:
    """Ask, measure, ask, until the device is described or the person has had enough."""
    say("I find out with you how this device speaks. Nothing that it says leaves this computer.")
    names = _asked_kinds()
    while True:
        if (values := _measured(house, address, asked, names)) is None:
            return
        samples, found = look_at(house, address)
        for sentence in words_of(found):
            say(sentence)
        if settled(samples):
            break
        say(
            f"That were {len(samples)} measurements. It is not clear yet: take another one whose "
            "values differ (with a bag in your hand, after climbing stairs)."
        )
        if not values:
            return
    _write(house, address)


def _asked_kinds() -> list[tuple[str, str]]:
    say("What does it show at the end of a measurement?")
    for number, name in enumerate(USUAL, 1):
        say(f"  {number}  {row_of(kind(name)).title}")
    while True:
        told = input("Numbers, or names of docs/kinds.md, e.g. 1 2: ").split()
        try:
            chosen = [USUAL[int(one) - 1] if one.isdigit() else one for one in told]
            rows = [row_of(kind(one)) for one in chosen]
        except (IndexError, UnknownKind):
            say("One of these is not known here.")
            continue
        if rows:
            return [(row.kind, part) for row in rows for part in row.components or ("",)]


def _measured(
    house: House, address: str, asked: Asked, names: list[tuple[str, str]]
) -> list[Shown] | None:
    """One measurement; nothing if the person has had enough."""
    while True:
        if input("Press Enter, then take a measurement (or type stop): ").strip() == "stop":
            say("What was measured so far is kept for thirty days; go on with the same command.")
            return None
        at = now()
        try:
            gathered = asyncio.run(
                listen(
                    house,
                    address,
                    asked,
                    lambda: say(f"I listen. You have {asked.seconds:g} seconds."),
                )
            )
        except AdapterError as error:
            say(f"{error} {error.next_step}")
            continue
        say(f"{len(gathered.packets)} packets came.")
        values = [one for name in names if (one := _asked_value(*name)) is not None]
        if values:
            keep(house, address, gathered, values, at)
            return values
        say("Then this one does not count.")


def _asked_value(name: str, component: str) -> Shown | None:
    row = row_of(kind(name))
    what = f"{row.title} ({component})" if component else row.title
    while told := input(f"{what}: what did it show? (Enter: nothing) ").strip():
        number = told.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ%°/").strip()
        try:
            return shown(name, component, number, told[len(number) :])
        except NotShown as error:
            say(f"{error} {error.next_step}")
    return None


def _write(house: House, address: str) -> None:
    say("That is clear now.")
    while True:
        key = input("A short name for it, such as my-scale (Enter: do not write it): ").strip()
        if not key:
            return
        try:
            free_path(house, key)
            title = input("What shall it be called on your pages? ").strip()
            path, checked = write_down(house, address, key, title)
        except WrongUse as error:
            say(f"{error} {error.next_step}")
            continue
        except GatewayError as error:
            say(f"{error} {error.next_step}")
            return
        say(f"It is written down in {path}.")
        say(f"All {checked.samples} measurements are read by it as the device showed them.")
        say(f"Add it: health-gateway devices scan, then devices add … --profile {key}")
        return
