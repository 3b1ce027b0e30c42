"""`recipients add|list|show|remove`: invitations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from gateway.commands.consent import Script, act_of
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import iso, moment, print_json, say, table
from gateway.errors import WrongUse
from gateway.secret_file import first_line
from gateway.sharing.auth import SignIns
from gateway.sharing.invitation import read_invitation
from gateway.sharing.practice import sandbox_invitation

app = typer.Typer(no_args_is_help=True, help="Who has invited you to share.")


@app.command()
def add(
    context: typer.Context,
    invitation: Annotated[Path, typer.Argument(help="The file that the clinic gave you.")],
    person: PersonName = "",
    token_file: Annotated[
        Path | None,
        typer.Option(help="A file with the access token that the clinic gave you, if it did."),
    ] = None,
    script: Script = False,
    as_json: Json = False,
) -> None:
    """Take up an invitation. Nothing is shared by that."""
    try:
        text = invitation.read_text(encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{invitation} cannot be read.", "Give the path of the file.") from error
    except UnicodeDecodeError as error:
        raise WrongUse(
            f"{invitation} is not an invitation.", "Ask the clinic for it as a JSON file."
        ) from error
    with opened(context) as house:
        whose = person_of(house, person)
        token = first_line(token_file, "access token")
        act = act_of(house, whose, script=script)
        made = house.recipients.add(read_invitation(text), whose.key, act)
        if token:
            SignIns(house.path).keep(made.key, token)
    if as_json:
        print_json({"recipient": made.key, "title": made.invitation.title, "person": whose.key})
    else:
        say(f"{made.invitation.title} is on the list. Choose what to share on the Share page, or:")
        say(f"health-gateway consent grant share {made.key} --kind heart_rate")


@app.command()
def invitation(
    fhir: Annotated[str, typer.Option(help="The server's FHIR address, on this computer.")],
    out: Annotated[Path, typer.Option(help="Where to write the invitation.")],
    patient: Annotated[str, typer.Option(help="The record, Patient/…, or create.")] = "create",
    own: Annotated[bool, typer.Option("--own", help="Your own server, for a real home.")] = False,
    as_json: Json = False,
) -> None:
    """Write an invitation to a FHIR server on this computer, for practice or your own."""
    try:
        made = sandbox_invitation(fhir, patient, own_server=own)
    except ValidationError as error:
        raise WrongUse(
            f"{fhir} cannot be invited.", "Give an address on this computer: http://127.0.0.1:…"
        ) from error
    try:
        out.write_text(made.text, encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{out} cannot be written.", "Give another path with --out.") from error
    if as_json:
        print_json({"written": str(out)})
    else:
        say(f"Written to {out}. Next: health-gateway recipients add {out}")


@app.command("list")
def list_recipients(context: typer.Context, as_json: Json = False) -> None:
    """Say who may be shared with."""
    with opened(context) as house:
        found = house.recipients.list()
        names = {one.key: one.name for one in house.people.list()}
    if as_json:
        print_json(
            [
                {
                    "recipient": one.key,
                    "title": one.invitation.title,
                    "person": one.person,
                    "fhir": one.invitation.fhir_base,
                    "patient": one.patient or None,
                    "standing": one.standing,
                    "added": iso(one.added_at),
                }
                for one in found
            ]
        )
        return
    table(
        ["Recipient", "For", "Record there", "State", "Added", "Key"],
        [
            (
                one.invitation.title,
                names.get(one.person, ""),
                one.patient or "not made yet",
                one.standing,
                moment(one.added_at),
                one.key,
            )
            for one in found
        ],
    )


@app.command()
def show(
    context: typer.Context,
    recipient: Annotated[str, typer.Argument(help="Its key from `recipients list`.")],
    as_json: Json = False,
) -> None:
    """Show an invitation whole: who, where, under which policy, how long they keep it."""
    with opened(context) as house:
        found = house.recipients.get(recipient)
    document = json.loads(found.invitation.text)
    if as_json:
        print_json(document)
    else:
        say(json.dumps(document, indent=2, ensure_ascii=False))


@app.command()
def remove(
    context: typer.Context,
    recipient: Annotated[str, typer.Argument(help="Its key from `recipients list`.")],
    script: Script = False,
    as_json: Json = False,
) -> None:
    """Take a recipient off the list, and back everything that was granted to it."""
    with opened(context) as house:
        found = house.recipients.get(recipient)
        whose = person_of(house, found.person)
        house.recipients.remove(recipient, act_of(house, whose, script=script))
    if as_json:
        print_json({"removed": recipient})
    else:
        say(f"{found.invitation.title} gets nothing more.")
