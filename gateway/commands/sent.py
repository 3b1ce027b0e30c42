"""`sent`: what went, to whom, under which consent; what waits, and what does not go."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Annotated

import typer

from adapters.kinds import Kind, row_of
from gateway.app import House
from gateway.clock import now
from gateway.commands.opening import Json, opened
from gateway.commands.output import iso, moment, print_json, say, table
from gateway.sharing import sent as outgoing
from gateway.sharing.as_fhir import disclosures
from gateway.sharing.decision import windows
from gateway.sharing.outbound import outbound_id
from gateway.sharing.words import WITHOUT, sentence_of
from gateway.store.identity import key_of
from gateway.store.records import Identities

ALL = 100_000_000
UNDER_WAY = ("sending", "deferred", "unknown", "rejected")


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(sent)


def sent(
    context: typer.Context,
    readings: Annotated[bool, typer.Option("--readings", help="Every single reading.")] = False,
    audit: Annotated[
        bool, typer.Option("--audit", help="Each disclosure as a FHIR AuditEvent, one a line.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what was sent to whom, what waits, and what stays here and why."""
    if audit:
        with opened(context) as house:
            for event in disclosures(
                house.opened.gateway,
                house.ledger,
                house.recipients,
                simulated=house.opened.simulation,
            ):
                sys.stdout.write(event.decode() + "\n")
        return
    with opened(context) as house:
        db = house.opened.gateway
        totals = outgoing.totals(db)
        waits = outgoing.waiting(db)
        days = outgoing.days(db)
        refused = outgoing.refusals(db)
        without = outgoing.without(db)
        kept = withheld(house)
        titles = {one.key: one.invitation.title for one in house.recipients.list(removed=True)}
        single = _single(house) if readings else []
    counts: Counter[str] = Counter()
    for _, _, state, n in totals:
        counts[state] += n
    gone = counts["sent"] + counts["already"]
    under_way = sum(counts[state] for state in UNDER_WAY)
    if as_json:
        document: dict[str, object] = {
            "sent": gone,
            "waiting": waits,
            "due": gone + waits + under_way,
            **{s: counts[s] for s in ("unknown", "deferred", "rejected", "cancelled")},
            "withheld_kinds": sorted(kept),
            "days": [
                {"day": iso(d.day), "recipient": d.recipient, "grant": d.consent,
                 "kind": d.kind, "state": d.state, "count": d.n}
                for d in days
            ],
            "refused": [
                {"recipient": r.recipient, "kind": r.kind, "count": r.n,
                 "why": sentence_of(r.outcome)}
                for r in refused
            ],
            "without": [
                {"recipient": w.recipient, "what": w.what, "count": w.n, "why": WITHOUT[w.what]}
                for w in without
            ],
        }  # fmt: skip
        if readings:
            document["readings"] = single
        print_json(document)
        return
    say(f"{gone:,} readings were sent, {waits:,} wait.")
    if counts["unknown"]:
        say(f"{counts['unknown']:,} were sent without an answer: it is not known if they arrived.")
    table(
        ["Day", "To", "What", "State", "Readings", "Grant"],
        [
            (moment(d.day)[:10], titles.get(d.recipient, d.recipient), row_of(d.kind).title,
             d.state, f"{d.n:,}", d.consent)
            for d in days
        ],
    )  # fmt: skip
    for one in refused:
        say(f"Not taken, {one.n:,} {row_of(one.kind).title}: {sentence_of(one.outcome)}")
    for less in without:
        title = titles.get(less.recipient, less.recipient)
        say(f"Also not taken, {less.n:,} at {title}: {WITHOUT[less.what]}")
    for kind, why in sorted(kept.items()):
        say(f"Stays here: {row_of(kind).title}. {why}")


def withheld(house: House) -> dict[Kind, str]:
    """The kinds that are stored and that no consent lets go anywhere, and why."""
    state, clock, at = house.ledger.state(), house.clock(), now()
    recipients = [one.key for one in house.recipients.list()]
    kept: dict[Kind, str] = {}
    for series in house.readings.series():
        row = row_of(series.kind)
        if series.kind in kept or not series.n:
            continue
        covered = any(
            windows(state, series.person, series.kind, key, at, clock) for key in recipients
        )
        if not covered:
            kept[series.kind] = (
                "You have not agreed to share it."
                if row.shareable
                else f"{row.stays or f'It is about the {row.about}, not about you'}."
            )
    return kept


def _single(house: House) -> list[dict[str, object]]:
    """Each Observation, by the key that `run` acknowledged it with and the one that left."""
    secrets = {one.key: one.secret for one in house.recipients.list(removed=True)}
    identity = house.opened.ring.identity
    rows: list[dict[str, object]] = []
    texts: dict[int, Identities] = {}
    for one in outgoing.readings(house.opened.gateway, limit=ALL):
        if one.series not in texts:
            series = house.readings.series_by_id(one.series)
            texts[one.series] = Identities(house.opened.gateway, series)
        text = texts[one.series].text(one.start, one.duration, one.value, one.nth)
        rows.append(
            {
                "key": key_of(identity, text),
                "identifier": outbound_id(secrets[one.recipient], text, 0),
                "recipient": one.recipient,
                "kind": one.kind,
                "start": iso(one.start),
                "state": one.state,
                "reference": one.reference,
                "grant": one.consent,
                "sent_at": iso(one.claimed_at),
            }
        )
    return rows
