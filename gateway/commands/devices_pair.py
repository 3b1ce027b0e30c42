"""`devices pair`: pair a device again whose pairing was lost."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from gateway.app import House
from gateway.clock import now
from gateway.commands.opening import Json, opened
from gateway.commands.output import aside, print_json, say
from gateway.commands.wish_talk import served
from gateway.errors import Refused, WrongUse
from gateway.radio import can_pair
from gateway.store.devices import Device
from gateway.store.wishes import Wishes


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others of `devices`."""
    app.command()(pair)


def pair(
    context: typer.Context,
    device: Annotated[str, typer.Argument(help="Its key from `devices list`.")],
    as_json: Json = False,
) -> None:
    """Pair a device again. Put it into pairing mode first; its readings and its name stay."""
    with opened(context) as house:
        known = next((one for one in house.devices.list() if one.key == device), None)
        if known is None:
            raise WrongUse(f"There is no device {device}.", "Look at: health-gateway devices list")
        if not can_pair(house):
            raise Refused(
                "On this system, devices are paired in its own Bluetooth settings.",
                "Remove the device there; it is paired again when it is connected to.",
            )
        if not house.may_collect(known.facts.person, "ble", now()):
            raise Refused(
                "Bluetooth is not allowed for this device.",
                "Allow it: health-gateway consent grant collect ble",
            )
        aside("Put the device into pairing mode. Its old pairing is let go once it is heard.")
        asyncio.run(_pair(house, known))
    if as_json:
        print_json({"device": known.key, "paired": True})
    else:
        say(f"{known.called} is paired again.")


async def _pair(house: House, known: Device) -> None:
    number = Wishes(house.local.db).wish(known.facts.person, "pair", now(), device=known.key)
    async with served(house, number, "It was not paired."):
        return
