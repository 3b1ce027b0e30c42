"""Devices: how they are doing, looking around, adding, pairing again; without JavaScript."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from gateway.htmlkit.language import gettext as _
from gateway.sharing.errors import NotAllowed
from gateway.web.adding_book import AddingBook, Stand
from gateway.web.visit import VISIT, Visit

_EVERY: Final = 2
"""Seconds after which the page is loaded anew while something goes on."""


async def add(request: web.Request) -> web.StreamResponse:
    """How it stands, and what can be done next."""
    visit = request[VISIT]
    book = visit.desk.adding
    if book is None:
        return visit.page("add.html", opened=False, refresh=0)
    stand = await visit.ask(book.stand, visit.person, visit.now)
    return visit.page("add.html", opened=True, stand=stand, refresh=_refresh(stand))


def _refresh(stand: Stand) -> int:
    """When to load the page anew; never while somebody types."""
    if stand.wish is None or not stand.wish.is_open:
        return 0
    if stand.question is not None and stand.question.sort != "show":
        return stand.seconds + 1
    return _EVERY


async def look(request: web.Request) -> web.StreamResponse:
    """Look around."""
    visit = request[VISIT]
    book = _book(visit)
    await visit.ask(book.look, visit.person, visit.now)
    raise web.HTTPSeeOther("/add")


async def choose(request: web.Request) -> web.StreamResponse:
    """Add one of those that were found."""
    visit, form = request[VISIT], await request.post()
    book, number = _book(visit), _number(form.get("number"))
    name = str(form.get("name", "")).strip()
    several = {"one": False, "several": True}.get(str(form.get("users", "")))
    await visit.ask(
        lambda: book.choose(visit.person, number, visit.now, name=name, several=several)
    )
    raise web.HTTPSeeOther("/add")


async def pair(request: web.Request) -> web.StreamResponse:
    """Pair a device again."""
    visit, form = request[VISIT], await request.post()
    book, device = _book(visit), str(form.get("device", ""))
    await visit.ask(book.pair, visit.person, device, visit.now)
    raise web.HTTPSeeOther("/add")


async def answer(request: web.Request) -> web.StreamResponse:
    """What the person answers to the device."""
    visit, form = request[VISIT], await request.post()
    book, number = _book(visit), _number(form.get("wish"))
    told = str(form.get("answer", "")).replace(" ", "")
    digits = told.isascii() and told.isdigit() and len(told) == 6
    if not digits and told not in ("yes", "no"):
        raise NotAllowed(
            _("Those are not six digits."), _("Go back and type the six digits that it shows.")
        )
    await visit.ask(book.answer, visit.person, number, told)
    raise web.HTTPSeeOther("/add")


async def stop(request: web.Request) -> web.StreamResponse:
    """No more of it."""
    visit = request[VISIT]
    await visit.ask(_book(visit).stop, visit.person)
    raise web.HTTPSeeOther("/add")


def _book(visit: Visit) -> AddingBook:
    if visit.desk.adding is None:
        raise NotAllowed(
            _("These pages were started without the key of the file where devices are kept."),
            _("Start health-gateway run with all its parts."),
        )
    return visit.desk.adding


def _number(told: object) -> int:
    text = str(told or "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise NotAllowed(_("The form came back incomplete."), _("Go back and choose again."))
    return int(text)
