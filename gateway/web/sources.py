"""How a day's total came about, and which source counts first."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

from aiohttp import web

from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.words import number, unit
from gateway.sharing.errors import NotAllowed
from gateway.store.source_order import adds_up
from gateway.web.called import called
from gateway.web.readings_book import Story
from gateway.web.sources_book import Counter, DayTotal
from gateway.web.visit import VISIT, Visit


async def day_of(visit: Visit, story: Story, asked: str) -> DayTotal | None:
    """The total of the day that is asked for, or of today; None of what does not add up."""
    if not adds_up(story.row.kind):
        return None
    today = datetime.fromtimestamp(visit.now / 1000, tz=UTC).astimezone(visit.zone).date()
    try:
        day = min(date.fromisoformat(asked), today)
    except ValueError:
        day = today
    kind = story.row.kind
    return await visit.ask(visit.desk.sources.day, visit.person, kind, day, today, visit.zone)


async def order(request: web.Request) -> web.StreamResponse:
    """The sources of what adds up, in their order."""
    visit = request[VISIT]
    places = await visit.ask(visit.desk.sources.order, visit.person)
    return visit.page("sources.html", places=places, source_words=source_words)


async def put_first(request: web.Request) -> web.StreamResponse:
    """Let a source count before the others."""
    visit, form = request[VISIT], await request.post()
    device, source = str(form.get("device", "")), str(form.get("source", ""))
    book = visit.desk.sources
    if not await visit.ask(book.put_first, visit.person, device, source, visit.now):
        raise NotAllowed(_("There is no such source."), _("Go back and choose again."))
    raise web.HTTPSeeOther("/sources")


def source_words(by: Counter, zone: tzinfo) -> str:
    """What a person reads of a source: its device, and its name where that was asked for."""
    device = called(by.called, zone) or _("a source without a name")
    if by.name and by.name not in device:
        return f"{device} ({by.name})"
    return device if by.nth == 1 else f"{device}, {by.nth}"


def day_sentence(told: DayTotal, code: str, zone: tzinfo) -> str:
    """How the total came about, in a sentence."""
    if not told.parts:
        return _("Nothing was counted on this day.")
    words = unit(code)
    counts = [part for part in told.parts if round(part.counted, 1)]
    made = ", ".join(
        _("%(n)s from %(source)s")
        % {"n": number(round(part.counted, 1)), "source": source_words(part.by, zone)}
        for part in counts
    )
    total = number(round(told.total, 1))
    if len(told.parts) == 1 or not made:
        return _("%(total)s %(unit)s: %(made)s.") % {
            "total": total,
            "unit": words,
            "made": made or _("none that counts"),
        }
    said = _("%(total)s %(unit)s: %(made)s.") % {"total": total, "unit": words, "made": made}
    if any(part.recorded - part.counted > 0.05 for part in told.parts):
        said += " " + _(
            "What a source recorded while one before it recorded too is kept, and not counted"
            " a second time."
        )
    return said
