"""`devices scan|list|forget`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from gateway.clock import now
from gateway.commands.device_users import device_of
from gateway.commands.opening import Json, opened
from gateway.commands.output import called, iso, moment, print_json, say, table
from gateway.pairing import forget_device, look_around
from gateway.radio import catalog_of
from gateway.status import device_words

app = typer.Typer(no_args_is_help=True, help="Find, add, list and forget devices.")


@app.command()
def scan(
    context: typer.Context,
    seconds: Annotated[float, typer.Option(help="How long to listen.", min=0.5, max=300)] = 8.0,
    as_json: Json = False,
) -> None:
    """Look around for devices. Press the button on yours first, or take a measurement."""
    with opened(context) as house:
        found = asyncio.run(look_around(house, seconds))
        titles = {key: one.title for key, one in catalog_of(house).profiles.items()}
        paired = house.local.known_addresses()
    if as_json:
        print_json(
            [
                {
                    "number": one.number,
                    "address": one.address,
                    "name": one.name,
                    "profile": one.profile or None,
                    "distance": one.distance,
                    "device": paired.get(one.address.upper()),
                }
                for one in found
            ]
        )
        return
    if not found:
        say("Nothing was heard. Switch the device on, hold it close, and look again.")
        return
    table(
        ["No.", "Name", "What it is", "Distance", ""],
        [
            (
                one.number,
                one.name or "(no name)",
                titles.get(one.profile, "not known here"),
                one.distance,
                "yours" if one.address.upper() in paired else "",
            )
            for one in found
        ],
    )
    say("Add one with: health-gateway devices add NUMBER")


@app.command("list")
def list_devices(context: typer.Context, as_json: Json = False) -> None:
    """Say which devices belong to this house, and how they are doing."""
    with opened(context) as house:
        devices = house.devices.list()
        names = {one.key: one.name for one in house.people.list()}
        words = {one.key: device_words(house, one.key) for one in devices}
        is_called = house.names().all()
    if as_json:
        print_json(
            [
                {
                    "device": one.key,
                    "person": one.facts.person,
                    "title": one.called,
                    "name": is_called[one.key].name if is_called[one.key].given else None,
                    "several": one.several,
                    "model": one.facts.model or None,
                    "adapter": one.adapter,
                    "simulated": one.simulated,
                    "added": iso(one.added_at),
                    "state": words[one.key].state,
                    "next_step": words[one.key].to_type(one.key),
                    "unread": words[one.key].unread,
                }
                for one in devices
            ]
        )
        return
    table(
        ["Device", "What it is", "Whose", "Added", "State", "What to do", "Key"],
        [
            (
                called(is_called[one.key]),
                one.called if is_called[one.key].given else "",
                "several people's" if one.several else names.get(one.facts.person, ""),
                moment(one.added_at),
                words[one.key].state,
                words[one.key].to_type(one.key),
                one.key,
            )
            for one in devices
        ],
    )
    if any(is_called[one.key].exactly for one in devices):
        say("Some look alike. Give them names of your own: health-gateway devices name KEY NAME")


@app.command()
def forget(
    context: typer.Context,
    device: Annotated[str, typer.Argument(help="Its key from `devices list`, or its name.")],
    as_json: Json = False,
) -> None:
    """Stop listening to a device. Its readings stay; its address and name are removed."""
    with opened(context) as house:
        known = device_of(house, device)
        is_called = called(house.names().all()[known.key])
        forget_device(house, known.key, now())
        house.audit.note(
            now(), f"person:{known.facts.person}", "device forgotten", {"device": known.key}
        )
    if as_json:
        print_json({"forgotten": known.key})
    else:
        say(f"{is_called} is forgotten. Its readings stay.")
