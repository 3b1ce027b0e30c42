"""The readings pages: the newest of each kind, and each kind over time."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from adapters.errors import UnknownKind
from adapters.kinds import kind as checked
from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.language import ngettext
from gateway.htmlkit.words import number, unit, whole
from gateway.web.readings_book import Story
from gateway.web.shown import unit_of
from gateway.web.sources import day_of, day_sentence, source_words
from gateway.web.spans import SPANS, Span
from gateway.web.visit import VISIT, Visit
from gateway.web.yours import questions


async def overview(request: web.Request) -> web.StreamResponse:
    """The newest reading of each kind."""
    visit = request[VISIT]
    return visit.page("readings.html", asked=await questions(visit), **await newest(visit))


async def newest(visit: Visit) -> dict[str, Any]:
    """What the cards show."""
    cards = await visit.ask(visit.desk.readings.cards, visit.person, visit.now, visit.zone)
    return {"cards": [visit.desk.cards.text(visit, card) for card in cards]}


async def kind(request: web.Request) -> web.StreamResponse:
    """One kind over an hour, a day, a week, a month or a year."""
    visit = request[VISIT]
    try:
        asked = checked(request.match_info["kind"])
    except UnknownKind as error:
        raise web.HTTPNotFound(text=_("There is no such kind of reading.")) from error
    span: Span = next((one for one in SPANS if one == request.query.get("span")), "day")
    story = await visit.ask(
        visit.desk.readings.story, visit.person, asked, span, visit.now, visit.zone
    )
    day = await day_of(visit, story, request.query.get("day", ""))
    return visit.page(
        "kind.html",
        asked=await questions(visit),
        story=story,
        day=day,
        day_sentence=day_sentence,
        source_words=source_words,
        sentence=sentence(story),
        spans=span_words(),
    )


def span_words() -> dict[Span, str]:
    """What the spans are called."""
    return {
        "hour": _("Hour"),
        "day": _("Day"),
        "week": _("Week"),
        "month": _("Month"),
        "year": _("Year"),
    }


def _in_the_last(span: Span) -> str:
    return {
        "hour": _("in the last hour"),
        "day": _("in the last 24 hours"),
        "week": _("in the last 7 days"),
        "month": _("in the last 30 days"),
        "year": _("in the last 365 days"),
    }[span]


def sentence(story: Story) -> str:
    """The trend in a sentence: "Between 58 and 71 /min, 64 on average in the last hour; …"."""
    time = _in_the_last(story.span)
    lines = [line for line in story.drawing.lines if line.points]
    if not lines:
        return _("No readings %(time)s.") % {"time": time}
    words = unit(unit_of(story.row))
    if story.row.aggregation == "sum":
        return _("%(total)s %(unit)s %(time)s.") % {
            "total": number(round(story.total, 1)),
            "unit": words,
            "time": time,
        }
    parts = []
    for line in lines:
        n = sum(point.n for point in line.points)
        mean = sum(point.mean * point.n for point in line.points) / n
        lo, hi = min(p.lo for p in line.points), max(p.hi for p in line.points)
        said = (
            _("%(value)s %(unit)s") % {"value": number(lo), "unit": words}
            if lo == hi
            else _("between %(lo)s and %(hi)s %(unit)s, %(mean)s on average")
            % {"lo": number(lo), "hi": number(hi), "unit": words, "mean": _rounded(mean, lo, hi)}
        )
        parts.append(f"{_(line.label)} {said}" if line.label else said)
    parts.append(ngettext("%s reading", "%s readings", story.n) % whole(story.n))
    if story.silences and story.n > 40:
        parts.append(ngettext("%d gap", "%d gaps", story.silences) % story.silences)
    told = _("%(what)s %(time)s") % {"what": parts[0], "time": time}
    told = "; ".join([told, *parts[1:]]) + "."
    return told[:1].upper() + told[1:]


def _rounded(mean: float, lo: float, hi: float) -> str:
    """An average, no finer than what it is the average of."""
    return number(mean, 0 if lo == int(lo) and hi == int(hi) else 1)
