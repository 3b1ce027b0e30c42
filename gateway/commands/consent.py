"""`consent grant|withdraw`: who gets what, and no longer."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Final, get_args

import typer

from adapters.reading import PersonKey
from gateway.app import House
from gateway.clock import now
from gateway.commands.opening import SESSION, Json, PersonName, opened, person_of
from gateway.commands.output import aside, print_json, say
from gateway.commands.readings import when
from gateway.errors import Refused, WrongUse
from gateway.sharing.agreement import text_hash
from gateway.sharing.consent import Collecting
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import StopCollect
from gateway.sharing.offer import Offer, allow_collecting, give, make_offer
from gateway.sharing.offer import withdraw as take_back
from gateway.sharing.overview import live_kinds
from gateway.sharing.recipients import Act
from gateway.sharing.trust import trust_of
from gateway.store.people import Person

app = typer.Typer(no_args_is_help=True, help="Decide who gets what, and take it back.")

YEAR = 365 * 24 * 3_600_000
Script = Annotated[
    bool, typer.Option("--script", help="A script decides; only in a simulation home.")
]


def act_of(house: House, person: Person, *, script: bool) -> Act:
    """Who decides, at this moment."""
    return Act(now(), "script" if script else f"person:{person.key}", SESSION, house.clock())


@app.command()
def grant(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="collect, or share.")],
    whom: Annotated[str, typer.Argument(help="A source (ble, healthkit, routes) or a recipient.")],
    person: PersonName = "",
    kind: Annotated[list[str] | None, typer.Option(help="A kind or category; repeatable.")] = None,
    purpose: Annotated[str, typer.Option(help="TREAT, HRESCH or PATRQT.")] = "TREAT",
    since: Annotated[
        str, typer.Option("--from", help="Share what was measured from then on.")
    ] = "",
    until: Annotated[str, typer.Option(help="Share until then; a year from now if empty.")] = "",
    grain: Annotated[
        str,
        typer.Option(
            help="Each reading (raw), or a summary a minute, hour or day (UTC), or local_day: by"
            " the days of where you live, which tells your time zone."
        ),
    ] = "raw",
    by: Annotated[str, typer.Option(help="Who decides for the person; themselves if empty.")] = "",
    script: Script = False,
    as_json: Json = False,
) -> None:
    """Allow collecting from a source, or sharing with a recipient."""
    if what not in ("collect", "share"):
        raise WrongUse(f"{what!r} is not collect or share.", "health-gateway consent grant --help")
    with opened(context) as house:
        if what == "collect":
            whose = person_of(house, person)
            source = _source(whom)
            entry = allow_collecting(
                house.ledger, whose.key, source, act_of(house, whose, script=script)
            )
            answer: dict[str, object] = {
                "collect": source,
                "person": whose.key,
                "ledger": entry.seq,
            }
            words = f"{whose.name} allows {_SOURCES[source]}. Take it back with `consent withdraw`."
            if source == "ble":
                words += " Next: health-gateway devices scan"
        else:
            recipient = house.recipients.get(whom)
            whose = themselves(house, recipient.person, person)
            decides = person_of(house, by) if by else whose
            offer = make_offer(
                recipient,
                kind or [],
                purpose=purpose,
                start=now(),
                end=when(until) if until else now() + YEAR,
                history_from=when(since) if since else None,
                grain=grain,
                zone=house.local.zone_at(whose.key, now()) or "",
                trust=None
                if decides == whose
                else trust_of(house.ledger.state(), whose.key, decides.key, now()),
            )
            seq = _agree(house, offer, whose, decides, script=script)
            answer = {"recipient": whom, "kinds": list(offer.kinds), "ledger": seq}
            words = "Recorded. Take it back at any moment with `consent withdraw`."
    if as_json:
        print_json(answer)
    else:
        say(words)


_SOURCES: Final[Mapping[Collecting, str]] = {
    "ble": "devices to be read over Bluetooth",
    "healthkit": "Apple Health exports to be imported",
    "routes": "the routes in them to be kept here",
}


def themselves(house: House, key: PersonKey, told: str) -> Person:
    """The person whose recipient or grant this is; nobody else decides about it."""
    whose = person_of(house, key)
    if told and told not in (whose.name, whose.key):
        raise WrongUse(f"This is {whose.name}'s to decide.", f"Say --person {whose.name}.")
    return whose


def _source(name: str) -> Collecting:
    for source in get_args(Collecting):
        if name == source:
            return source  # type: ignore[no-any-return]  # one of the words of the Literal
    raise WrongUse(f"There is no source {name}.", f"One of: {', '.join(get_args(Collecting))}.")


def says_yes(question: str) -> bool:
    """Whether somebody at the terminal types yes to a question."""
    return input(question).strip().lower() == "yes"


def _agree(house: House, offer: Offer, whose: Person, decides: Person, *, script: bool) -> int:
    """Show the exact text, and record that the person agreed to it."""
    text = offer.text
    if not script:
        if not sys.stdin.isatty():
            raise Refused("Nobody is here to agree.", "Decide at a terminal, or on the Share page.")
        aside(text)
        if not says_yes(f"{decides.name}, do you agree to exactly this? Type yes: "):
            raise Refused("Nothing was recorded.")
        if offer.recipient.invitation.transfer.mechanism == "explicit_consent":
            country = offer.recipient.invitation.country
            if not says_yes(f"And to its being kept in {country}? Type yes: "):
                raise Refused("Nothing was recorded.")
    entry = give(
        house.ledger,
        offer,
        act_of(house, decides, script=script),
        born=whose.born,
        text_shown=text_hash(text),
        acknowledged=True,
        transfer_agreed=True,
    )
    return entry.seq


@app.command()
def withdraw(
    context: typer.Context,
    grant: Annotated[str, typer.Argument(help="Its id from `consent list`; all if --all.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every grant to share.")] = False,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind or category.")] = None,
    person: PersonName = "",
    script: Script = False,
    as_json: Json = False,
) -> None:
    """Take a grant back. From then on nothing more is sent under it."""
    with opened(context) as house:
        state = house.ledger.state()
        if everything:
            whose = person_of(house, person)
            ids = [id for id, one in state.grants.items() if one.person == whose.key]
        else:
            given = state.grants.get(grant) or state.collects.get(grant)
            if given is None:
                raise NotAllowed(
                    f"There is no grant {grant}." if grant else "Which grant?",
                    "Look at: health-gateway consent list, or say --all.",
                )
            whose = themselves(house, given.person, person)
            ids = [grant]
        act = act_of(house, whose, script=script)
        taken = []
        for id in ids:
            if id in state.collects:
                taken.append(_stop_collecting(house, id, act))
            elif take_back(house.ledger, id, act, words=kind) is not None:
                taken.append(id)
        still = _still_shared(house, taken)
    if as_json:
        print_json({"withdrawn": taken, "still_shared_under": still})
        return
    if everything and not ids:
        say(f"{whose.name} shares nothing: there is nothing to take back.")
    elif taken:
        say("Taken back. Nothing more is sent under it; what was sent is with who received it.")
    else:
        say("It was taken back before.")
    for id in still:
        say(f"You agreed to the same in another grant, which still counts: {id}")


def _still_shared(house: House, taken: list[str]) -> list[str]:
    """Other grants that still let some of what was taken back go to the same recipient."""
    state = house.ledger.state()
    gone = [state.grants[id] for id in taken if id in state.grants]
    return [
        other.id
        for other in state.grants.values()
        if any(
            other.recipient == one.recipient and one.kinds.intersection(live_kinds(state, other))
            for one in gone
        )
    ]


def _stop_collecting(house: House, id: str, act: Act) -> str:
    house.ledger.append(
        StopCollect(id), at=act.at, actor=act.actor, session=act.session, clock=act.clock
    )
    return id
