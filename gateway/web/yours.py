"""Is this yours? And: is the time right? What only a person can say of a reading."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.words import off_by
from gateway.sharing.errors import NotAllowed
from gateway.web.visit import VISIT, Visit


async def questions(visit: Visit) -> dict[str, int]:
    """How many readings wait for an answer of each sort."""
    desk = visit.desk
    return {
        "unclaimed": await visit.ask(desk.yours.count) if desk.yours is not None else 0,
        "unsure": await visit.ask(desk.times.waiting, visit.person),
    }


async def yours(request: web.Request) -> web.StreamResponse:
    """Readings of which nobody knows whose they are."""
    visit = request[VISIT]
    book = visit.desk.yours
    return visit.page(
        "yours.html",
        opened=book is not None,
        groups=await visit.ask(book.groups, visit.person, visit.now) if book is not None else [],
        allowed=book is not None and await visit.ask(book.allowed, visit.person, visit.now),
    )


async def answer_user(request: web.Request) -> web.StreamResponse:
    """Whose a user number of a device is."""
    visit, form = request[VISIT], await request.post()
    device, user = str(form.get("device", "")), _number(form.get("user"))
    mine = _mine(form.get("answer"))
    book = visit.desk.yours
    if book is not None:
        await visit.ask(lambda: book.this_user(visit.person, device, user, visit.act, mine=mine))
    raise web.HTTPSeeOther("/yours")


async def answer_reading(request: web.Request) -> web.StreamResponse:
    """Whose one reading is, and what was measured with it."""
    visit, form = request[VISIT], await request.post()
    number, mine = _number(form.get("number")), _mine(form.get("answer"))
    book = visit.desk.yours
    if book is not None:
        await visit.ask(lambda: book.this_reading(visit.person, number, visit.act, mine=mine))
    raise web.HTTPSeeOther("/yours")


async def times(request: web.Request) -> web.StreamResponse:
    """The clocks of devices, and readings whose times are not sure."""
    visit = request[VISIT]
    return visit.page(
        "times.html",
        clocks=await visit.ask(visit.desk.times.list, visit.person),
        off_by=off_by,
    )


async def answer_times(request: web.Request) -> web.StreamResponse:
    """Whether the times that a device gave are right."""
    visit, form = request[VISIT], await request.post()
    said = {"right": True, "wrong": False}.get(str(form.get("answer", "")))
    if said is None:
        raise _incomplete()
    device, book = str(form.get("device", "")), visit.desk.times
    await visit.ask(lambda: book.say(device, visit.person, visit.act, right=said))  # type: ignore[arg-type]  # a device that there is not has nothing that waits
    raise web.HTTPSeeOther("/times")


def _number(told: Any) -> int:
    text = str(told or "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise _incomplete()
    return int(text)


def _mine(told: Any) -> bool:
    if told not in ("mine", "nobody"):
        raise _incomplete()
    return bool(told == "mine")


def _incomplete() -> NotAllowed:
    return NotAllowed(_("The form came back incomplete."), _("Go back and choose again."))
