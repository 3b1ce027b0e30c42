"""`devices whose`: readings of users that nobody knows, and who says whose they are."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from adapters.kinds import row_of
from adapters.reading import DeviceKey, text_of
from gateway.app import House
from gateway.clock import now
from gateway.commands.opening import SESSION, Json, PersonName, opened, person_of
from gateway.commands.output import called, iso, moment, print_json, say, table
from gateway.errors import WrongUse
from gateway.htmlkit import words
from gateway.radio import catalog_of
from gateway.rights.occasions import Occasion, occasions
from gateway.rights.whose import UNKNOWN_USER
from gateway.sharing.recipients import Act
from gateway.store.consent_codes import HIGHEST_CODE, set_code
from gateway.store.devices import Device
from gateway.store.people import Person
from gateway.store.unclaimed import Waiting


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others of `devices`."""
    app.command()(whose)


def device_of(house: House, told: str) -> Device:
    """The device that a command names, by its key or its name.

    Raises:
        WrongUse: there is no such device, or several of that name.
    """
    names = house.names().in_use()
    by_name = [one for one in house.devices.list() if told in (one.key, names[one.key].name)]
    found = by_name or [
        one for one in house.devices.list() if told in (one.called, one.facts.title)
    ]
    if len(found) != 1:
        many = "Several devices are" if found else "No device is"
        raise WrongUse(f"{many} called {told}.", "Say its key: health-gateway devices list")
    return found[0]


def user_words(user: int) -> str:
    """How a user of a device is spoken of."""
    return "not known" if user == UNKNOWN_USER else str(user)


def whose(
    context: typer.Context,
    device: Annotated[str, typer.Argument(help="Its key from `devices list`, or its name.")] = "",
    user: Annotated[str, typer.Argument(help="The number that it gives this user.")] = "",
    whose: Annotated[str, typer.Argument(metavar="[PERSON]", help="Whose it is.")] = "",
    nobody: Annotated[
        bool, typer.Option("--nobody", help="A guest's: throw away what waits and what comes.")
    ] = False,
    reading: Annotated[
        list[int] | None,
        typer.Option(
            "--reading",
            help="One reading by its No. in the list, with what was measured at the same go;"
            " repeatable.",
        ),
    ] = None,
    undo: Annotated[
        bool,
        typer.Option(
            "--undo",
            help="Take back what was said of this user number; its code is forgotten. What was"
            " taken in stays whose it is.",
        ),
    ] = False,
    code: Annotated[
        str, typer.Option(help="The consent code that the device shows for this user.")
    ] = "",
    person: PersonName = "",
    as_json: Json = False,
) -> None:
    """Is this yours? Show what waits; say whose a user number of a device is, or a reading."""
    with opened(context) as house:
        if not (device or reading or undo):
            _show(house, as_json=as_json)
            return
        known = device_of(house, device) if device else None
        named = whose or person
        if undo and known is not None and not (named or nobody or reading or code):
            _take_back(house, known, _number(user), as_json=as_json)
            return
        if undo or bool(named) == nobody:
            raise WrongUse(
                "Say whose it is.",
                "Name a person, or say --nobody; or take back what was said: DEVICE USER --undo",
            )
        if reading:
            _answer_readings(house, reading, named, as_json=as_json)
            return
        assert known is not None  # noqa: S101  # a device or readings were named
        _answer_user(house, known, _number(user), named, _code(code), as_json=as_json)


def _number(told: str) -> int:
    if not (told.isascii() and told.isdigit()):
        raise WrongUse(
            f"{told} is no user number." if told else "Which user number?",
            "Look at: health-gateway devices whose",
        )
    return int(told[:9])


def _code(told: str) -> int | None:
    if not told:
        return None
    if not (told.isascii() and told.isdigit() and len(told) <= len(str(HIGHEST_CODE))):
        raise WrongUse(
            f"{told} is no code: a code has up to four digits.",
            "Look it up on the device, as in: --code 1234",
        )
    return int(told)


def _show(house: House, *, as_json: bool) -> None:
    waiting = house.whose().waiting()
    titles = {key: called(one) for key, one in house.names().all().items()}
    spells = [
        one for one in occasions(w for w in waiting if w.user == UNKNOWN_USER) if one.is_spell
    ]
    of_spells = {one.number for spell in spells for one in spell.readings}
    single = [one for one in waiting if one.number not in of_spells]
    if as_json:
        print_json(
            {
                "waiting": [_as_json(one, titles[one.device]) for one in single],
                "spells": [_spell_as_json(one, titles[one.device]) for one in spells],
            }
        )
        return
    if not waiting:
        say("Nothing waits for an answer.")
        return
    say("Nobody knows whose these are. They stay here, and are not shared.")
    rows = [
        (
            one.number,
            titles[one.device],
            user_words(one.user),
            row_of(one.kind).title,
            _value(one),
            moment(one.start),
            one.device,
        )
        for one in single
    ]
    rows += [
        (
            one.number,
            titles[one.device],
            user_words(UNKNOWN_USER),
            ", ".join(row_of(kind).title for kind in one.kinds),
            f"{len(one.readings):,} readings",
            f"{moment(one.first)} to {moment(one.last)[-5:]}"
            + (", still measuring" if one.lasts(now()) else ""),
            one.device,
        )
        for one in spells
    ]
    table(["No.", "Device", "User", "What", "Value", "When", "Key"], rows)
    numbered = Counter((one.device, one.user) for one in waiting if one.user != UNKNOWN_USER)
    for (key, user), n in numbered.items():
        readings = "1 reading" if n == 1 else f"{n} readings"
        say(
            f"User {user} of {titles[key]}, {readings}. Say whose:"
            f" health-gateway devices whose {key} {user} PERSON (or --nobody)"
        )
    if any(one.user == UNKNOWN_USER for one in waiting):
        say(
            "One of somebody not known, with all that was measured at the same go:"
            " health-gateway devices whose --reading NO. --person PERSON (or --nobody)"
        )


def _value(one: Waiting) -> str:
    """What was measured, with its unit."""
    text = text_of(one.value, one.decimals)
    return " ".join(filter(None, words.value(text, row_of(one.kind).unit)))


def _as_json(one: Waiting, title: str) -> dict[str, object]:
    return {
        "number": one.number,
        "device": one.device,
        "title": title,
        "user": None if one.user == UNKNOWN_USER else one.user,
        "kind": one.kind,
        "start": iso(one.start),
        "value": text_of(one.value, one.decimals),
        "unit": row_of(one.kind).unit,
        "came": iso(one.at),
    }


def _spell_as_json(one: Occasion, title: str) -> dict[str, object]:
    return {
        "number": one.number,
        "device": one.device,
        "title": title,
        "kinds": one.kinds,
        "readings": len(one.readings),
        "first": iso(one.first),
        "last": iso(one.last),
        "lasts": one.lasts(now()),
    }


def _answer_user(
    house: House, device: Device, user: int, named: str, code: int | None, *, as_json: bool
) -> None:
    answers, who = house.whose(), person_of(house, named) if named else None
    name = called(house.names().all()[device.key])
    by_code = _consents(house, device)
    if code is None or not by_code:
        answers.check_number(device.key, user, by_code=by_code)
    if who is None:
        n = answers.this_user_is_nobody(device.key, user, _act(house, device.facts.person))
        _said(f"User {user} of {name} is a guest's now.", n, None, as_json=as_json)
        return
    n = answers.this_user_is(device.key, user, who.key, _act(house, who.key))
    if code is not None:
        set_code(house.local.db, DeviceKey(device.key), user, code)
    _said(f"User {user} of {name} is {who.name}'s now.", n, who, as_json=as_json)


def _take_back(house: House, device: Device, user: int, *, as_json: bool) -> None:
    answers, slot = house.whose(), house.slots.get(device.key, user)
    actor = slot.person if slot is not None and slot.person is not None else device.facts.person
    answers.take_back(device.key, user, _act(house, actor))
    if as_json:
        print_json({"device": device.key, "user": user, "person": None})
        return
    name = called(house.names().all()[device.key])
    alone = house.slots.all_others().get(device.key)
    owner = next((one.name for one in house.people.list() if one.key == alone), "")
    then = f"is {owner}'s, as all of it" if owner else "waits until somebody says whose it is"
    say(
        f"Nothing is said of user {user} of {name} any more, and no code is known. What comes of"
        f" it {then}; what was taken in stays as it is."
    )


def _answer_readings(house: House, numbers: list[int], named: str, *, as_json: bool) -> None:
    answers = house.whose()
    waiting = {one.number: one for one in answers.waiting()}
    missing = [number for number in numbers if number not in waiting]
    if missing:
        raise WrongUse(f"No reading {missing[0]} waits.", "Look at: health-gateway devices whose")
    numbers = answers.at_one_go(numbers)
    if named:
        who = person_of(house, named)
        n = answers.these_are(numbers, who.key, _act(house, who.key))
        _said(f"This is {who.name}'s.", n, who, as_json=as_json)
        return
    device = house.devices.get(waiting[numbers[0]].device)
    actor = device.facts.person if device else ""
    n = answers.these_are_nobodys(numbers, _act(house, actor))
    _said("This is a guest's.", n, None, as_json=as_json)


def _consents(house: House, device: Device) -> bool:
    """Whether it wants a code of each user before it tells anything: then no number was seen."""
    profile = catalog_of(house).profiles.get(device.profile)
    return profile is not None and profile.consents


def _said(what: str, n: int, who: Person | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"person": who.key if who else None, "readings": n})
        return
    readings = "1 reading" if n == 1 else f"{n} readings"
    become = f"taken in for {who.name}" if who else "thrown away"
    say(f"{what} {readings} {become}.")


def _act(house: House, person: str) -> Act:
    return Act(now(), f"person:{person}", SESSION, house.clock())
