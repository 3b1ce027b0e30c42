"""`consent grant|withdraw|list|preview|verify`: who gets what."""

from __future__ import annotations

import sys
from typing import Annotated, get_args

import typer

from adapters.kinds import Kind, row_of
from adapters.reading import PersonKey
from gateway.app import House
from gateway.clock import now
from gateway.commands.opening import SESSION, Json, PersonName, opened, person_of
from gateway.commands.output import aside, iso, moment, print_json, say, table
from gateway.commands.readings import known_kind, when
from gateway.errors import Refused, WrongUse
from gateway.sharing.agreement import text_hash
from gateway.sharing.consent import Collecting
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import StopCollect
from gateway.sharing.offer import Offer, allow_collecting, give, make_offer
from gateway.sharing.offer import withdraw as take_back
from gateway.sharing.overview import collecting, describe, forbidden
from gateway.sharing.preview import preview as exactly
from gateway.sharing.receipt import printable
from gateway.sharing.receipt import receipt as signed_receipt
from gateway.sharing.recipients import Act
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
        str, typer.Option(help="Each reading (raw), or a mean by the minute, hour or day.")
    ] = "raw",
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
            words = f"{whose.name} allows: {source}. Take it back with `consent withdraw`."
        else:
            recipient = house.recipients.get(whom)
            whose = _themselves(house, recipient.person, person)
            offer = make_offer(
                recipient,
                kind or [],
                purpose=purpose,
                start=now(),
                end=when(until) if until else now() + YEAR,
                history_from=when(since) if since else None,
                grain=grain,
            )
            seq = _agree(house, offer, whose, script=script)
            answer = {"recipient": whom, "kinds": list(offer.kinds), "ledger": seq}
            words = "Recorded. Take it back at any moment with `consent withdraw`."
    if as_json:
        print_json(answer)
    else:
        say(words)


def _themselves(house: House, key: PersonKey, told: str) -> Person:
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


def _says_yes(question: str) -> bool:
    return input(question).strip().lower() == "yes"


def _agree(house: House, offer: Offer, whose: Person, *, script: bool) -> int:
    """Show the exact text, and record that the person agreed to it."""
    text = offer.text
    if not script:
        if not sys.stdin.isatty():
            raise Refused("Nobody is here to agree.", "Decide at a terminal, or on the Share page.")
        aside(text)
        if not _says_yes("Agree to exactly this? Type yes: "):
            raise Refused("Nothing was recorded.")
        if offer.recipient.invitation.transfer.mechanism == "explicit_consent":
            country = offer.recipient.invitation.country
            if not _says_yes(f"And to its being kept in {country}? Type yes: "):
                raise Refused("Nothing was recorded.")
    entry = give(
        house.ledger,
        offer,
        act_of(house, whose, script=script),
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
            whose = _themselves(house, given.person, person)
            ids = [grant]
        act = act_of(house, whose, script=script)
        taken = []
        for id in ids:
            if id in state.collects:
                taken.append(_stop_collecting(house, id, act))
            elif take_back(house.ledger, id, act, words=kind) is not None:
                taken.append(id)
    if as_json:
        print_json({"withdrawn": taken})
    elif taken:
        say("Taken back. Nothing more is sent under it; what was sent is with who received it.")
    else:
        say("It was taken back before.")


def _stop_collecting(house: House, id: str, act: Act) -> str:
    house.ledger.append(
        StopCollect(id), at=act.at, actor=act.actor, session=act.session, clock=act.clock
    )
    return id


@app.command("list")
def list_grants(context: typer.Context, person: PersonName = "", as_json: Json = False) -> None:
    """Say what is allowed, to whom, until when."""
    with opened(context) as house:
        whose = person_of(house, person)
        state = house.ledger.state()
        titles = {one.key: one.invitation.title for one in house.recipients.list(removed=True)}
        views = describe(state, titles, now(), house.clock(), person=whose.key)
        sources = collecting(state, whose.key)
        nos = forbidden(state, whose.key)
    if as_json:
        print_json(
            {
                "share": [
                    {
                        "grant": view.id,
                        "recipient": view.recipient,
                        "kinds": list(view.kinds),
                        "purpose": view.purpose,
                        "from": iso(view.start),
                        "until": iso(view.end),
                        "measured_from": iso(view.history_from),
                        "standing": view.standing,
                        "why": view.sentence,
                    }
                    for view in views
                ],
                "collect": [{"grant": one.id, "source": one.source} for one in sources],
                "forbidden": [
                    {"denial": no.id, "recipient": no.recipient, "kinds": sorted(no.kinds)}
                    for no in nos
                ],
            }
        )
        return
    table(["Collected", "Grant"], [(one.source, one.id) for one in sources])
    table(
        ["Shared with", "What", "Until", "State", "Grant"],
        [
            (v.recipient_title, ", ".join(v.kind_titles), moment(v.end), v.standing, v.id)
            for v in views
        ],
    )
    if nos:
        table(
            ["Forbidden to", "What", "Denial"],
            [
                (titles.get(no.recipient, no.recipient), ", ".join(map(_title, no.kinds)), no.id)
                for no in nos
            ],
        )


def _title(kind: Kind) -> str:
    return row_of(kind).title


@app.command()
def preview(
    context: typer.Context,
    recipient: Annotated[str, typer.Argument(help="Its key from `recipients list`.")],
    kind: Annotated[str, typer.Option(help="Which kind of reading.")],
    as_json: Json = False,
) -> None:
    """Print the exact Observation that would go for the newest reading of a kind."""
    wanted = known_kind(kind)
    with opened(context) as house:
        found = house.recipients.get(recipient)
        newest = house.readings.latest(found.person, wanted)
        if not newest:
            raise WrongUse(
                "There is no such reading yet.", "Look at: health-gateway readings --summary"
            )
        try:
            body = exactly(house.opened.gateway, found, newest[0].reading.id, now())
        except LookupError as error:
            raise Refused(str(error.args[0])) from error
    sys.stdout.write(body.decode() + "\n")


@app.command()
def verify(context: typer.Context, as_json: Json = False) -> None:
    """Check that the record of decisions is whole and as it was written."""
    with opened(context) as house:
        house.ledger.verify()
        count = len(house.ledger.entries())
    if as_json:
        print_json({"whole": True, "entries": count})
    else:
        say(f"All {count} entries are as they were written.")


@app.command()
def receipt(
    context: typer.Context,
    grant: Annotated[str, typer.Argument(help="Its id from `consent list`.")],
    as_json: Json = False,
) -> None:
    """Print the signed receipt of a grant, with the number that shows an old copy of this home."""
    with opened(context) as house:
        made = signed_receipt(house.ledger, grant)
    if as_json:
        print_json(made)
    else:
        say(printable(made))
