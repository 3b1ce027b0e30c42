"""`devices describe`: find out with an owner how an unknown device speaks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from adapters.ble.describing.description_uuids import full_uuid
from adapters.ble.describing.draft_text import words_of
from adapters.ble.describing.drafting import Findings
from adapters.ble.describing.gathering import Asked
from adapters.ble.describing.shown import NotShown, Shown, parse_shown
from gateway.app import House
from gateway.clock import now
from gateway.commands.describe_talk import talk_through
from gateway.commands.opening import Json, opened
from gateway.commands.output import aside, print_json, say
from gateway.describing import address_of, free_path, keep, listen, look_at, settled, write_down
from gateway.errors import WrongUse
from gateway.store.samples import Samples


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others of `devices`."""
    app.command()(describe)


def describe(
    context: typer.Context,
    which: Annotated[
        str, typer.Argument(help="Its number from `devices scan`, or its address.")
    ] = "",
    seconds: Annotated[
        float, typer.Option(help="How long a measurement may take.", min=0.5, max=600)
    ] = 60.0,
    value: Annotated[
        list[str] | None,
        typer.Option(
            help="What the device shows, e.g. body_weight=72.4 or body_weight=159.6lb; repeatable. "
            "Left out: you are asked."
        ),
    ] = None,
    write: Annotated[
        str, typer.Option(metavar="KEY", help="Write the description under this key.")
    ] = "",
    title: Annotated[str, typer.Option(help="What the device is called on your pages.")] = "",
    command: Annotated[
        list[str] | None,
        typer.Option(
            metavar="UUID=HEX", help="What it wants to be told before it talks; repeatable."
        ),
    ] = None,
    advertised: Annotated[
        bool, typer.Option("--advertised", help="It only advertises: do not connect to it.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Throw away what was measured to describe it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Describe a device that is not known here, by a few measurements whose values you see."""
    with opened(context) as house:
        if forget:
            _forget(house, which, as_json=as_json)
            return
        if write:
            free_path(house, write)
        asked = Asked(seconds, advertised, tuple(_command(one) for one in command or ()))
        shown = [_shown(one) for one in value or ()]
        address = address_of(house, which)
        if not shown and not write:
            if as_json or not sys.stdin.isatty():
                raise WrongUse(
                    "Say what the device shows.",
                    "Add e.g. --value body_weight=72.4, or --write KEY",
                )
            talk_through(house, address, asked)
            return
        if shown:
            _measure(house, address, asked, shown)
        _answer(house, address, write, title, as_json=as_json)


def _measure(house: House, address: str, asked: Asked, shown: Sequence[Shown]) -> None:
    at = now()

    def ready() -> None:
        aside(f"Take the measurement now. It is listened to for {asked.seconds:g} seconds.")

    gathered = asyncio.run(listen(house, address, asked, ready))
    keep(house, address, gathered, shown, at)


def _answer(house: House, address: str, write: str, title: str, *, as_json: bool) -> None:
    samples, found = look_at(house, address)
    is_settled = settled(samples)
    written = write_down(house, address, write, title) if write else None
    if written is not None:
        next_step = f"Add it: health-gateway devices scan, then devices add … --profile {write}"
    elif is_settled:
        next_step = "Write it down: add --write KEY, a short name such as my-scale."
    else:
        next_step = "Take another measurement whose values differ, and say them with --value."
    if as_json:
        print_json(
            {
                "samples": len(samples),
                "settled": is_settled,
                **_found_json(found),
                "written": str(written[0]) if written else None,
                "read_as_shown": written[1].right if written else None,
                "read_beside": written[1].extra if written else None,
                "next_step": next_step,
            }
        )
        return
    for sentence in words_of(found):
        say(sentence)
    if written is not None:
        say(f"It is written down in {written[0]}.")
        say(f"All {written[1].samples} measurements are read by it as the device showed them.")
    say(next_step)


def _found_json(found: Findings) -> dict[str, object]:
    return {
        "values": [
            {
                "kind": value.kind,
                "component": value.component or None,
                "characteristic": place.characteristic,
                "first_byte": place.span.start + 1,
                "last_byte": place.span.stop,
                "type": place.type,
                "byte_order": place.order,
                "scale": f"{place.scale:f}",
                "unit": place.unit,
            }
            for sort in found.sorts
            for value, place in sort.values
        ],
        "record_number": [one.number.at + 1 for one in found.sorts if one.number],
        "time": [one.time.at + 1 for one in found.sorts if one.time],
        "finished": [one.finished.at + 1 for one in found.sorts if one.finished],
        "missing": list(found.missing),
        "words": words_of(found),
    }


def _forget(house: House, which: str, *, as_json: bool) -> None:
    gone = Samples(house.local.db).forget(address_of(house, which) if which else "")
    if as_json:
        print_json({"forgotten": gone})
    else:
        say(f"{gone:,} measurements are thrown away. What was written down stays.")


def _shown(text: str) -> Shown:
    try:
        return parse_shown(text)
    except NotShown as error:
        raise WrongUse(str(error), error.next_step) from None


def _command(text: str) -> tuple[str, str]:
    uuid, _, data = text.partition("=")
    try:
        return full_uuid(uuid.strip()), bytes.fromhex(data).hex(" ")
    except ValueError:
        raise WrongUse(f"{text!r} is not understood.", "Write it as in fff3=0d0513") from None
