"""`devices clock`: how far the clocks of devices are off, and what a person says of their times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from adapters.reading import DeviceKey
from gateway.app import House
from gateway.clock import now
from gateway.commands.device_users import device_of
from gateway.commands.opening import SESSION, Json, PersonName, opened, person_of
from gateway.commands.output import called, iso, moment, print_json, say, table
from gateway.errors import WrongUse
from gateway.htmlkit.words import off_by
from gateway.rights.device_times import DeviceTime
from gateway.sharing.recipients import Act
from gateway.store.people import Person


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others of `devices`."""
    app.command()(clock)


def clock(
    context: typer.Context,
    device: Annotated[str, typer.Argument(help="Its key from `devices list`, or its name.")] = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Its times are right: what waits may be shared.")
    ] = False,
    wrong: Annotated[
        bool, typer.Option("--wrong", help="Its times are wrong: what waits stays here.")
    ] = False,
    person: PersonName = "",
    as_json: Json = False,
) -> None:
    """Show how far the clocks of devices are off; say whether the times that wait are right."""
    if confirm and wrong:
        raise WrongUse("The times are right or wrong.", "Say one of --confirm and --wrong.")
    if (confirm or wrong) and not device:
        raise WrongUse("Which device?", "Look at: health-gateway devices clock")
    with opened(context) as house:
        if confirm or wrong:
            whose = person_of(house, person)
            _answer(house, device, whose, right=confirm, as_json=as_json)
            return
        people = [person_of(house, person)] if person else house.people.list()
        times = _times(house, people)
        if device:
            wanted = device_of(house, device).key
            times = [(who, one) for who, one in times if one.device.key == wanted]
    if as_json:
        print_json({"clocks": [_as_json(who, one) for who, one in times]})
        return
    _show(times, several=len(people) > 1)


Times = list[tuple[Person, DeviceTime]]


def _times(house: House, people: Sequence[Person]) -> Times:
    """Each clock once, and once for each person who has to answer for its times."""
    found: Times = []
    quiet: dict[DeviceKey, tuple[Person, DeviceTime]] = {}
    for who in people:
        for one in house.device_times().list(who.key):
            if one.waiting is not None:
                found.append((who, one))
            else:
                quiet.setdefault(one.device.key, (who, one))
    asked = {one.device.key for _, one in found}
    return found + [pair for key, pair in quiet.items() if key not in asked]


def _answer(house: House, told: str, whose: Person, *, right: bool, as_json: bool) -> None:
    times = house.device_times()
    waiting = {one.device.key: one.device for one in times.list(whose.key) if one.waiting}
    device = waiting.get(DeviceKey(told)) or device_of(
        house, told
    )  # one that is forgotten may wait too
    name = called(house.names().all()[device.key])
    act = Act(now(), f"person:{whose.key}", SESSION, house.clock())
    n = times.say(device.key, whose.key, act, right=right)
    if as_json:
        print_json({"device": device.key, "readings": n, "right": right})
        return
    if not n:
        say(f"No reading of {name} waits for that.")
        return
    readings = "1 reading has" if n == 1 else f"{n} readings have"
    goes = "right times. What you agreed to share goes." if right else "wrong times, and stay here."
    say(f"{readings} {goes}")


def _show(times: Times, *, several: bool) -> None:
    if not times:
        say("No clock of a device was read yet.")
        return
    table(
        ["Device", "Its clock", "Read", "Set right", "Readings that wait", "Key"],
        [
            (
                called(one.called),
                _its_clock(one),
                moment(one.seen.at) if one.seen else "",
                "" if one.seen is None else "yes" if one.seen.was_set else "no",
                one.waiting.n if one.waiting else "",
                one.device.key,
            )
            for _, one in times
        ],
    )
    for who, one in times:
        if one.waiting is None:
            continue
        first, last, n = moment(one.waiting.first), moment(one.waiting.last), one.waiting.n
        whom, by = (f"{who.name} says", f' --person "{who.name}"') if several else ("you say", "")
        of = (
            f"1 reading says that it is of {first}"
            if n == 1
            else (
                f"{n} readings say that they are of {first}"
                + (f" to {last}" if last != first else "")
            )
        )
        say(
            f"Of {called(one.called)}, {of}.{_why(one)} Not shared until {whom} whether that is"
            f" right: health-gateway devices clock {one.device.key} --confirm (or --wrong){by}"
        )


def _its_clock(one: DeviceTime) -> str:
    if one.seen is not None:
        return off_by(one.seen.ahead_ms)
    return "in doubt, by its readings" if one.waiting is not None else "not known"


def _why(one: DeviceTime) -> str:
    """The looks at the clock for which the times are in doubt."""
    said = []
    for doubt in one.doubts:
        right = f", and was set right on {moment(doubt.set.at)}" if doubt.set else ""
        said.append(f"{off_by(doubt.seen.ahead_ms)} on {moment(doubt.seen.at)}{right}")
    return f" Its clock was {'; '.join(said)}." if said else ""


def _as_json(who: Person, one: DeviceTime) -> dict[str, object]:
    return {
        "device": one.device.key,
        "title": called(one.called),
        "ahead_ms": one.seen.ahead_ms if one.seen else None,
        "read": iso(one.seen.at) if one.seen else None,
        "was_set": one.seen.was_set if one.seen else None,
        "person": who.key if one.waiting else None,
        "waiting": one.waiting.n if one.waiting else 0,
        "doubts": [
            {
                "ahead_ms": doubt.seen.ahead_ms,
                "read": iso(doubt.seen.at),
                "set": iso(doubt.set.at) if doubt.set else None,
            }
            for doubt in one.doubts
        ],
        "first": iso(one.waiting.first) if one.waiting else None,
        "last": iso(one.waiting.last) if one.waiting else None,
    }
