"""Who gets what: choosing, reading the exact text, agreeing, taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from aiohttp import web
from multidict import MultiMapping

from adapters.reading import PersonKey
from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.words import DAY
from gateway.sharing.agreement import card, text_hash
from gateway.sharing.errors import NotAllowed
from gateway.sharing.shelves import shelves
from gateway.sharing.words import CATEGORY_WORDS, COLLECT_WORDS, GRAIN_WORDS, PURPOSE_WORDS, said
from gateway.web.preview import MOST_COUNTED
from gateway.web.sharing_book import Choice
from gateway.web.visit import VISIT, Visit

PERIODS: Final[Mapping[str, int]] = {"30": 30, "90": 90, "365": 365}
PASTS: Final[Mapping[str, int]] = {"now": 0, "1": 1, "7": 7, "30": 30, "365": 365, "all": -1}


async def overview(request: web.Request) -> web.StreamResponse:
    """Recipients, what they get now, and what may be collected here."""
    visit = request[VISIT]
    book, clock = visit.desk.sharing, visit.desk.clock()
    return visit.page(
        "share.html",
        recipients=await visit.ask(book.recipients, visit.person),
        grants=await visit.ask(book.grants, visit.person, visit.now, clock, visit.language),
        deciders=await visit.ask(book.deciders, visit.person, visit.now),
        collecting=await visit.ask(book.collecting, visit.person, visit.now),
        broken=await visit.ask(book.broken),
        paused=await visit.ask(book.why_paused, visit.person),
        sources=_said(COLLECT_WORDS, visit),
        purposes=_said(PURPOSE_WORDS, visit),
    )


async def choose(request: web.Request) -> web.StreamResponse:
    """Who asks, under which terms; what to share with them. Nothing is chosen beforehand."""
    visit = request[VISIT]
    recipient = await visit.ask(
        visit.desk.sharing.recipient, visit.person, request.match_info["recipient"]
    )
    measured = await visit.ask(visit.desk.readings.kinds, visit.person)
    expected = await visit.ask(visit.desk.expected.kinds, visit.person)
    return visit.page(
        "choose.html",
        recipient=recipient,
        card=card,
        shelves=shelves(measured, expected),
        category_words=_said(CATEGORY_WORDS, visit),
        measured=measured,
        purposes=_said(PURPOSE_WORDS, visit),
        grains=_said(GRAIN_WORDS, visit),
        periods=period_words(),
        pasts=past_words(),
    )


async def preview(request: web.Request) -> web.StreamResponse:
    """The exact text, and the exact Observations, before anybody agrees."""
    visit, asked = request[VISIT], request.query
    days, past = PERIODS.get(asked.get("period", "")), PASTS.get(asked.get("past", ""))
    if days is None or past is None:
        raise NotAllowed(_("Choose for how long, and from when on."), _("Go back to the form."))
    choice = Choice(
        recipient=asked.get("recipient", ""),
        kinds=tuple(asked.getall("kind", [])),
        purpose=asked.get("purpose", ""),
        grain=asked.get("grain", ""),
        start=visit.now,
        end=visit.now + days * DAY,
        history_from=0 if past < 0 else visit.now - past * DAY,
    )
    shown = await visit.ask(
        visit.desk.sharing.preview, visit.person, choice, visit.now, visit.language
    )
    text = shown.offer.text
    return visit.page(
        "preview.html",
        most=MOST_COUNTED,
        shown=shown,
        choice=choice,
        text=text,
        text_hash=text_hash(text),
    )


async def agree(request: web.Request) -> web.StreamResponse:
    """Record the agreement to the text that was shown."""
    visit, form = request[VISIT], await request.post()
    grant = await visit.ask(
        lambda: visit.desk.sharing.agree(
            visit.person,
            _choice(form),
            str(form.get("language", "")),
            visit.act,
            text_shown=str(form.get("text_hash", "")),
            acknowledged=form.get("acknowledged") == "yes",
            transfer_agreed=form.get("transfer_agreed") == "yes",
        )
    )
    raise web.HTTPSeeOther(f"/share/receipt/{grant}?new=1")


async def stop(request: web.Request) -> web.StreamResponse:
    """Take a grant back: one press, at once."""
    visit, form = request[VISIT], await request.post()
    await visit.ask(
        visit.desk.sharing.withdraw, visit.person, str(form.get("grant", "")), visit.act
    )
    raise web.HTTPSeeOther("/share?stopped=1#agreed")


async def end_trust(request: web.Request) -> web.StreamResponse:
    """Let somebody decide for this person no longer: one press, at once."""
    visit, form = request[VISIT], await request.post()
    by = PersonKey(str(form.get("by", "")))
    await visit.ask(visit.desk.sharing.end_trust, visit.person, by, visit.act)
    raise web.HTTPSeeOther("/share#agreed")


async def confirm(request: web.Request) -> web.StreamResponse:
    """Go on with a recipient that was paused because something about it changed."""
    visit, form = request[VISIT], await request.post()
    key = str(form.get("recipient", ""))
    await visit.ask(visit.desk.sharing.confirm, visit.person, key, visit.act)
    raise web.HTTPSeeOther(f"/share/to/{key}")


async def collect(request: web.Request) -> web.StreamResponse:
    """Allow or stop collecting from one source."""
    visit, form = request[VISIT], await request.post()
    allow = form.get("allow") == "yes"
    await visit.ask(
        visit.desk.sharing.collect, visit.person, str(form.get("source", "")), allow, visit.act
    )
    raise web.HTTPSeeOther("/share#collected")


async def receipt(request: web.Request) -> web.StreamResponse:
    """The signed receipt of a grant: to look at, print, or keep as a file."""
    visit, grant = request[VISIT], request.match_info["grant"]
    made, printed = await visit.ask(visit.desk.sharing.receipt, visit.person, grant, visit.language)
    if request.query.get("as") == "file":
        name = f'attachment; filename="receipt-{grant}.json"'
        return web.Response(
            body=orjson.dumps(made, option=orjson.OPT_INDENT_2),
            content_type="application/ld+json",
            headers={"Content-Disposition": name},
        )
    return visit.page(
        "receipt.html", grant=grant, printed=printed, new=request.query.get("new") == "1"
    )


def _choice(form: MultiMapping[Any]) -> Choice:
    try:
        return Choice(
            recipient=str(form.get("recipient", "")),
            kinds=tuple(str(kind) for kind in form.getall("kind", [])),
            purpose=str(form.get("purpose", "")),
            grain=str(form.get("grain", "")),
            start=int(form["start"]),
            end=int(form["end"]),
            history_from=int(form["history_from"]),
        )
    except (KeyError, ValueError) as error:
        raise NotAllowed(
            _("The form came back incomplete."), _("Go back and choose again.")
        ) from error


def _said(words: Mapping[Any, str], visit: Visit) -> dict[str, str]:
    return {str(word): said(text, visit.language) for word, text in words.items()}


def period_words() -> dict[str, str]:
    """For how long can be shared."""
    return {"30": _("30 days"), "90": _("90 days"), "365": _("one year")}


def past_words() -> dict[str, str]:
    """From when on readings may have been measured."""
    return {
        "now": _("from now on"),
        "1": _("also those of the last day"),
        "7": _("also those of the last 7 days"),
        "30": _("also those of the last 30 days"),
        "365": _("also those of the last year"),
        "all": _("all there are, however old"),
    }
