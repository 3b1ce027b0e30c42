"""`devices add`: make a device that was found yours, pair with it, and show what it says first."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from adapters.kinds import KindRow, row_of
from adapters.reading import DeviceKey, Instant, text_of
from gateway.app import House
from gateway.clock import now
from gateway.commands.device_several import WAITS
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import aside, called, moment, print_json, say
from gateway.commands.wish_talk import served
from gateway.htmlkit import words
from gateway.pairing import add_device, check_owner, found_device, profile_of
from gateway.radio import can_pair
from gateway.store.intake import highest_intake
from gateway.store.people import Person
from gateway.store.query import ReadingRow
from gateway.store.wishes import Wishes

_EVERY: Final = 0.2
_WATCHED: Final = 60.0


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others of `devices`."""
    app.command()(add)


def add(
    context: typer.Context,
    which: Annotated[str, typer.Argument(help="Its number from `devices scan`, or its address.")],
    person: PersonName = "",
    profile: Annotated[str, typer.Option(help="What it is, where that is not known.")] = "",
    name: Annotated[
        str, typer.Option(help="What you call it, such as: Ada's cuff. It stays here.")
    ] = "",
    several: Annotated[
        bool | None,
        typer.Option(
            "--several/--one",
            help="Several people use it: each says which readings are theirs. Or one: all are,"
            " whichever user number it gives.",
        ),
    ] = None,
    watch: Annotated[
        float | None,
        typer.Option(
            help="Wait so many seconds for its first reading and show it; 0: do not. "
            "A terminal waits a minute.",
            min=0,
            max=600,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a device that was found yours; pair with it where it wants that."""
    if watch is None:
        watch = _WATCHED if sys.stdin.isatty() and not as_json else 0.0
    with opened(context) as house:
        whose, at = person_of(house, person), now()
        check_owner(house, found_device(house, which), whose)
        wished = _Wished(
            found_device(house, which).address, profile_of(house, which, profile), name, several
        )
        talks = can_pair(house) or watch > 0
        if talks and house.may_collect(whose.key, "ble", at):
            device, shown = asyncio.run(_Adding(house, whose, wished, watch).run(at))
        else:
            device = add_device(
                house, which, whose, profile=profile, name=name, several=several, at=at
            )
            shown = []
        known, named = house.devices.get(device), house.names().all()[device]
        alone = device in house.slots.all_others()
    is_called, used_by_several = called(named), known is not None and known.several
    if as_json:
        print_json(
            {
                "device": device,
                "person": whose.key,
                "title": known.facts.title if known else "",
                "name": is_called,
                "several": used_by_several,
                "first_reading": shown,
            }
        )
        return
    _say_whose(device, is_called, whose, alone=alone, several=used_by_several)
    if named.exactly:
        say(
            "Another device looks like it. Give it a name of your own:"
            f" health-gateway devices name {device} NAME"
        )
    for line in shown:
        say(f"It says: {line}")


def _say_whose(
    device: DeviceKey, is_called: str, whose: Person, *, alone: bool, several: bool
) -> None:
    if several:
        say(f"{is_called} is here for several people now. `health-gateway run` listens to it.")
        say(WAITS)
        return
    say(f"{is_called} belongs to {whose.name} now. `health-gateway run` listens to it.")
    if alone:
        say(f"All that it measures is {whose.name}'s, whichever user number it gives.")
        return
    say(
        f"What it measures is taken as {whose.name}'s. If it numbers its users, whose each number"
        " is, is asked."
    )
    say(
        f"If others use it too, say so: health-gateway devices users {device} --several"
        " (only one person: --one)"
    )


@dataclass(frozen=True, slots=True)
class _Wished:
    address: str
    profile: str
    name: str
    several: bool | None


class _Adding:
    """The wish of somebody at a terminal, and the talk about it."""

    def __init__(self, house: House, person: Person, wished: _Wished, watch: float) -> None:
        self._house = house
        self._person = person
        self._wished = wished
        self._watch = watch

    async def run(self, at: Instant) -> tuple[DeviceKey, list[str]]:
        """Add it; returns its key and the first readings in words.

        Raises:
            AdapterError: it was not added, with what to do next.
        """
        number = Wishes(self._house.local.db).wish(
            self._person.key,
            "add",
            at,
            address=self._wished.address,
            profile=self._wished.profile,
            name=self._wished.name,
            several=self._wished.several,
        )
        before = highest_intake(self._house.opened.gateway)
        async with served(self._house, number, "It was not added.") as device:
            return device, await self._first_readings(device, before)

    async def _first_readings(self, device: DeviceKey, after: int) -> list[str]:
        if self._watch <= 0:
            return []
        aside(f"Take a measurement to see it here; I wait {self._watch:g} seconds.")
        end = asyncio.get_running_loop().time() + self._watch
        while asyncio.get_running_loop().time() < end:
            if lines := _readings_of(self._house, device, after):
                return lines
            if any(one.device == device for one in self._house.whose().waiting()):
                aside("It measured somebody. Say whose that is: health-gateway devices whose")
                return []
            await asyncio.sleep(_EVERY)
        aside("Nothing came yet. It will be on your pages as soon as it does.")
        return []


def _readings_of(house: House, device: DeviceKey, after: int) -> list[str]:
    """What came from a device since an intake number, in words: the newest of each series."""
    lines: dict[int, str] = {}
    for came in house.readings.arrivals(after):
        series = house.readings.series_by_id(came.series)
        if series.device == device:
            for newest in house.readings.window(came.series, came.last, came.last, 1):
                lines[came.series] = _words(row_of(series.kind), newest)
    return [line for line in lines.values() if line]


def _words(row: KindRow, reading: ReadingRow) -> str:
    if reading.current_value is None:
        return ""
    shown, unit = words.value(text_of(reading.current_value, reading.current_decimals), row.unit)
    return f"{row.title} {shown} {unit}".strip() + f", {moment(reading.start)}"
