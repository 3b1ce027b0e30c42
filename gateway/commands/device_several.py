"""`devices users`: whether one person or several use a device."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.app import House
from gateway.clock import now
from gateway.commands.device_users import device_of
from gateway.commands.opening import SESSION, Json, opened
from gateway.commands.output import called, print_json, say
from gateway.rights.several import say_who_uses
from gateway.sharing.recipients import Act
from gateway.store.devices import Device

WAITS = (
    "What it measures waits until somebody says whose it is, on the page Is this yours? or with:"
    " health-gateway devices whose"
)


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others of `devices`."""
    app.command()(users)


def users(
    context: typer.Context,
    device: Annotated[str, typer.Argument(help="Its key from `devices list`, or its name.")],
    several: Annotated[
        bool | None,
        typer.Option(
            "--several/--one", help="Several people use it; or only the person it was added for."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say whether several people use a device. Then each says which readings are theirs."""
    with opened(context) as house:
        known = device_of(house, device)
        if several is not None:
            act = Act(now(), f"person:{known.facts.person}", SESSION, house.clock())
            say_who_uses(
                known, act, several=several, devices=house.devices, readings=house.readings,
                audit=house.audit, slots=house.slots, gateway=house.opened.gateway,
            )  # fmt: skip
        after = house.devices.get(known.key) or known
        numbers = house.whose().users_of(known.key)
        text = _in_words(house, after, changed=after.several != known.several)
        asked = not after.several and known.key not in house.slots.all_others()
    if as_json:
        print_json({"device": known.key, "several": after.several, "numbers": numbers})
        return
    say(text)
    if numbers:
        say(f"It tells users apart, by the numbers {', '.join(map(str, numbers))}.")
        if asked:
            say(
                f"Whose each is, is asked. If all are one person's: health-gateway devices users"
                f" {known.key} --one"
            )


def _in_words(house: House, device: Device, *, changed: bool) -> str:
    name = called(house.names().all()[device.key])
    owner = next((one.name for one in house.people.list() if one.key == device.facts.person), "")
    if not device.several:
        waits = " What waits is still asked about." if changed else ""
        whatever = (
            ", whichever user number it gives" if device.key in house.slots.all_others() else ""
        )
        return f"Only {owner} uses {name}: what it measures is {owner}'s{whatever}.{waits}"
    before = (
        f"\nWhat it measured before is {owner}'s still. What was not can be deleted:"
        " health-gateway delete --help"
        if changed
        else ""
    )
    return f"Several people use {name}. {WAITS}{before}"
