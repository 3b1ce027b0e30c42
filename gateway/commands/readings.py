"""`readings`: what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated

import typer

from adapters.errors import UnknownKind
from adapters.kinds import Kind, all_kinds, kind, row_of
from adapters.reading import (
    DeviceKey,
    Instant,
    Quality,
    place_of,
    situation_of,
    text_of,
)
from gateway.app import House
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import (
    called,
    iso,
    moment,
    print_json,
    say,
    table,
    to_the_second,
    zone_here,
)
from gateway.errors import WrongUse
from gateway.htmlkit import words
from gateway.store.identity import SeriesRow
from gateway.web.remarks import doubts_now, remarks

FOR_EVER = 1 << 62
LONGEST = 1_000_000


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(readings)


def when(text: str) -> Instant:
    """A day or moment that a person typed, in ms UTC; without an offset it is UTC.

    Raises:
        WrongUse: it is neither.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(
            f"{text!r} is not a time.", "Write 2026-03-14 or 2026-03-14T08:30."
        ) from error
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def known_kind(name: str) -> Kind:
    """A kind that a person typed.

    Raises:
        WrongUse: there is no such kind.
    """
    try:
        return kind(name)
    except UnknownKind as error:
        raise WrongUse(f"There is no kind of reading called {name}.", _instead(name)) from error


def _instead(name: str) -> str:
    """Kinds that may have been meant, and how to see all."""
    told = name.casefold().replace(" ", "_").replace("-", "_")
    called = {row.title.casefold().replace(" ", "_"): kind for kind, row in all_kinds().items()}
    called |= {kind: kind for kind in all_kinds()}
    within = [each for each in called if told and told in each]
    near = [*get_close_matches(told, called, n=3, cutoff=0.7), *sorted(within, key=len)[:3]]
    meant = list(dict.fromkeys(called[each] for each in near))[:3]
    ask = f"Did you mean {' or '.join(meant)}? " if meant else ""
    return f"{ask}See all: health-gateway readings --kinds"


def _list_kinds(*, as_json: bool) -> None:
    if as_json:
        print_json({"kinds": [{"kind": row.kind, "title": row.title, "unit": row.unit}
                              for row in all_kinds().values()]})  # fmt: skip
        return
    table(
        ("Kind", "What it is", "Unit"),
        [(row.kind, row.title, words.unit(row.unit)) for row in all_kinds().values()],
    )


def readings(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="Only this kind.")] = "",
    since: Annotated[str, typer.Option(help="From this day or moment on (UTC).")] = "",
    until: Annotated[str, typer.Option(help="Before this day or moment (UTC).")] = "",
    person: PersonName = "",
    summary: Annotated[bool, typer.Option("--summary", help="Counts alone.")] = False,
    kinds: Annotated[bool, typer.Option("--kinds", help="The kinds that there are.")] = False,
    limit: Annotated[int, typer.Option(help="At most so many a series.")] = 1000,
    as_json: Json = False,
) -> None:
    """Show what is stored."""
    if kinds:
        _list_kinds(as_json=as_json)
        return
    wanted = known_kind(kind) if kind else None
    with opened(context) as house:
        whose = person_of(house, person).key if person else None
        found = house.readings.series(whose, wanted)
        if summary:
            names = {key: called(one) for key, one in house.names().all().items()}
            _summary(found, names, as_json=as_json)
            return
        first = when(since) if since else -FOR_EVER
        last = (when(until) if until else FOR_EVER) - 1
        _rows(house, found, first, last, min(limit, LONGEST), as_json=as_json)


def _summary(found: list[SeriesRow], names: Mapping[DeviceKey, str], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "series": [
                    {
                        "person": one.person,
                        "kind": one.kind,
                        "device": one.device,
                        "source": one.source,
                        "unit": row_of(one.kind).unit,
                        "count": one.n,
                        "first": iso(one.first),
                        "last": iso(one.last),
                        "simulated": one.simulated,
                    }
                    for one in found
                ]
            }
        )
        return
    table(
        ["Kind", "Device", "Readings", "First", "Last"],
        [
            (
                row_of(one.kind).title,
                names.get(one.device, one.device),
                f"{one.n:,}",
                moment(one.first),
                moment(one.last),
            )
            for one in found
        ],
    )


def _rows(
    house: House,
    found: list[SeriesRow],
    first: Instant,
    last: Instant,
    limit: int,
    *,
    as_json: bool,
) -> None:
    shown: list[dict[str, object]] = []
    starts: list[Instant] = []
    marks: list[int] = []
    doubts: list[Quality] = []
    for series in found:
        row = row_of(series.kind)
        rows = house.readings.window(series.id, first, last, limit)
        starts += [reading.start for reading in rows]
        marks += [reading.flags for reading in rows]
        doubts += map(doubts_now, rows)
        shown += [
            {
                "person": series.person,
                "kind": series.kind,
                "device": series.device,
                "start": iso(reading.start),
                "duration_ms": reading.duration,
                "value": None
                if reading.current_value is None
                else text_of(reading.current_value, reading.current_decimals),
                "unit": row.unit,
                "quality": [str(one.name).lower() for one in Quality if one & doubts_now(reading)],
                "place": place_of(reading.flags) or None,
                "situation": situation_of(reading.flags) or None,
            }
            for reading in rows
        ]
    if as_json:
        print_json({"readings": shown})
        return
    if not shown:
        say("Nothing is stored of that.")
        return
    table(
        ["Kind", f"When ({zone_here()})", "Value", "Unit", "Remarks"],
        [
            (
                row_of(Kind(str(r["kind"]))).title,
                to_the_second(at),
                *_value(r["value"], str(r["unit"])),
                ", ".join(remarks(doubt, place_of(flags), situation_of(flags))),
            )
            for r, at, flags, doubt in zip(shown, starts, marks, doubts, strict=True)
        ],
    )


def _value(text: object, unit: str) -> tuple[str, str]:
    """What was measured and its unit, as a person reads them."""
    return ("entered in error", "") if text is None else words.value(str(text), unit)
