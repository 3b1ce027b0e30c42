"""`sources list|first|day`: which source counts first, and how a day's total came about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from babel.dates import get_timezone

from adapters.kinds import Kind, row_of
from adapters.reading import PersonKey
from gateway.app import House
from gateway.clock import now
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import print_json, say, table
from gateway.commands.readings import known_kind
from gateway.errors import WrongUse
from gateway.htmlkit.words import unit
from gateway.store.source_order import adds_up
from gateway.web.sources import day_sentence, source_words
from gateway.web.sources_book import SourcesBook

app = typer.Typer(
    no_args_is_help=True, help="Which source counts first where several counted the same."
)

_MOST_TITLES = 6


def _book(house: House) -> SourcesBook:
    return SourcesBook(house.opened.gateway, house.readings, house.names(), house.local)


def _zone(house: House, person: PersonKey) -> tzinfo:
    name = house.local.zone_at(person, now())
    return ZoneInfo(name) if name else get_timezone()


def _titles(kinds: Sequence[Kind]) -> str:
    titles = [row_of(kind).title for kind in kinds]
    more = len(titles) - _MOST_TITLES
    return ", ".join(titles[:_MOST_TITLES]) + (f", and {more} more" if more > 0 else "")


@app.command("list")
def list_sources(context: typer.Context, person: PersonName = "", as_json: Json = False) -> None:
    """Say in which order sources count. In a total, each counts where none before it did."""
    with opened(context) as house:
        whose = person_of(house, person)
        places, zone = _book(house).order(whose.key), _zone(house, whose.key)
        rows = [(source_words(one.by, zone), one) for one in places]
    if as_json:
        print_json(
            [
                {
                    "number": number,
                    "device": one.by.device,
                    "source": one.by.source,
                    "called": called,
                    "kinds": list(one.kinds),
                    "chosen": one.chosen,
                }
                for number, (called, one) in enumerate(rows, 1)
            ]
        )
        return
    if not rows:
        say("Nothing that adds up was recorded yet.")
        return
    table(
        ["", "Source", "Counts"],
        [(str(number), called, _titles(one.kinds)) for number, (called, one) in enumerate(rows, 1)],
    )


@app.command()
def first(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="Its number in `sources list`.")],
    person: PersonName = "",
    as_json: Json = False,
) -> None:
    """Let a source count before all others. Nothing recorded is changed by it."""
    with opened(context) as house:
        whose = person_of(house, person)
        book, zone = _book(house), _zone(house, whose.key)
        places = book.order(whose.key)
        if not 1 <= number <= len(places):
            raise WrongUse(f"There is no source {number}.", "See: health-gateway sources list")
        by = places[number - 1].by
        book.put_first(whose.key, by.device, by.source, now())
        house.audit.note(now(), f"person:{whose.key}", "sources.order")
        called = source_words(by, zone)
    if as_json:
        print_json({"device": by.device, "source": by.source, "called": called})
    else:
        say(f"{called} counts first now.")


@app.command()
def day(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="Of what, such as step_count.")],
    on: Annotated[str, typer.Option("--date", help="YYYY-MM-DD; today.")] = "",
    person: PersonName = "",
    as_json: Json = False,
) -> None:
    """Say a day's total, and how it came about."""
    row = row_of(known_kind(kind))
    if not adds_up(row.kind):
        raise WrongUse(f"{row.title} does not add up over a day.", "Try step_count.")
    with opened(context) as house:
        whose = person_of(house, person)
        zone = _zone(house, whose.key)
        today = datetime.fromtimestamp(now() / 1000, tz=UTC).astimezone(zone).date()
        try:
            asked = date.fromisoformat(on) if on else today
        except ValueError as error:
            raise WrongUse(f"{on!r} is no day.", "Write it as in 2026-06-28.") from error
        told = _book(house).day(whose.key, row.kind, asked, today, zone)
        parts = [(source_words(part.by, zone), part) for part in told.parts]
    if as_json:
        print_json(
            {
                "date": f"{told.day}",
                "kind": row.kind,
                "unit": row.unit,
                "total": round(told.total, 6),
                "sources": [
                    {
                        "device": part.by.device,
                        "source": part.by.source,
                        "called": called,
                        "readings": part.n,
                        "recorded": round(part.recorded, 6),
                        "counted": round(part.counted, 6),
                    }
                    for called, part in parts
                ],
            }
        )
        return
    say(f"{row.title}, {told.day}: {day_sentence(told, row.unit, zone)}")
    if parts:
        table(
            ["Source", "Readings", f"Recorded ({unit(row.unit)})", "Counted"],
            [
                (called, f"{part.n:,}", f"{part.recorded:,.1f}", f"{part.counted:,.1f}")
                for called, part in parts
            ],
        )
