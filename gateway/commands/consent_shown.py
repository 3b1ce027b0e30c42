"""`consent list|preview|verify|receipt`: what was decided, shown."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from adapters.kinds import Kind, row_of
from gateway.clock import now
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import iso, moment, print_json, say, table
from gateway.commands.readings import known_kind
from gateway.errors import Refused, WrongUse
from gateway.sharing.as_fhir import consent_as_fhir
from gateway.sharing.consent import ROLES
from gateway.sharing.overview import collecting, describe, forbidden
from gateway.sharing.preview import preview as exactly
from gateway.sharing.receipt import printable
from gateway.sharing.receipt import receipt as signed_receipt


def add_to(app: typer.Typer) -> None:
    """Put the commands beside the others about consent."""
    app.command("list")(list_grants)
    for command in (preview, verify, receipt):
        app.command()(command)


def list_grants(context: typer.Context, person: PersonName = "", as_json: Json = False) -> None:
    """Say what is allowed, to whom, until when."""
    with opened(context) as house:
        whose = person_of(house, person)
        state = house.ledger.state()
        titles = {one.key: one.invitation.title for one in house.recipients.list(removed=True)}
        views = describe(state, titles, now(), house.clock(), person=whose.key)
        sources = collecting(state, whose.key)
        nos = forbidden(state, whose.key)
        people = house.people.list()
    if as_json:
        print_json(
            {
                "share": [
                    {
                        "grant": view.id,
                        "recipient": view.recipient,
                        "kinds": list(view.kinds),
                        "purpose": view.purpose,
                        "grain": view.grain,
                        "how_finely": view.grain_words,
                        "from": iso(view.start),
                        "until": iso(view.end),
                        "measured_from": iso(view.history_from),
                        "standing": view.standing,
                        "given_as": view.role or None,
                        "given_by": view.by or view.person,
                        "why": view.sentence,
                    }
                    for view in views
                ],
                "entrusted": [
                    {"trust": one.id, "by": one.by, "as": ROLES[one.relationship]}
                    for one in state.trusts.values()
                    if one.person == whose.key and one.holds(now())
                ],
                "collect": [{"grant": one.id, "source": one.source} for one in sources],
                "forbidden": [
                    {"denial": no.id, "recipient": no.recipient, "kinds": sorted(no.kinds)}
                    for no in nos
                ],
            }
        )
        return
    names = {one.key: one.name for one in people}
    table(
        ["Decides too", "As", "Id"],
        [
            (names.get(one.by, one.by), ROLES[one.relationship], one.id)
            for one in state.trusts.values()
            if one.person == whose.key and one.holds(now())
        ],
    )
    table(["Collected", "Grant"], [(one.source, one.id) for one in sources])
    table(
        ["Shared with", "What", "How finely", "Until", "State", "Agreed", "Grant"],
        [
            (
                v.recipient_title,
                ", ".join(v.kind_titles),
                v.grain_words,
                moment(v.end),
                v.standing,
                names.get(v.by or v.person, v.role),
                v.id,
            )
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


def verify(context: typer.Context, as_json: Json = False) -> None:
    """Check that the record of decisions is whole and as it was written."""
    with opened(context) as house:
        house.ledger.verify()
        count = len(house.ledger.entries())
    if as_json:
        print_json({"whole": True, "entries": count})
    else:
        say(f"All {count} entries are as they were written.")


def receipt(
    context: typer.Context,
    grant: Annotated[str, typer.Argument(help="Its id from `consent list`.")],
    fhir: Annotated[bool, typer.Option("--fhir", help="As a FHIR Consent instead.")] = False,
    as_json: Json = False,
) -> None:
    """Print the signed receipt of a grant, with the number that shows an old copy of this home."""
    with opened(context) as house:
        if fhir:
            simulated = house.opened.simulation
            body = consent_as_fhir(
                house.opened.gateway,
                house.ledger,
                house.recipients,
                grant,
                now(),
                simulated=simulated,
            )
            sys.stdout.write(body.decode() + "\n")
            return
        made = signed_receipt(house.ledger, grant)
    if as_json:
        print_json(made)
    else:
        say(printable(made))
