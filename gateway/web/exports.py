"""Apple Health exports: bring one, see how far it is, look at those of before."""

from __future__ import annotations

import hmac
from typing import Final

from aiohttp import BodyPartReader, web

from gateway.htmlkit.language import gettext as _
from gateway.sharing.errors import NotAllowed
from gateway.web.exports_book import ExportsBook
from gateway.web.visit import VISIT, Visit

_BLOCK: Final = 2**18
_EVERY: Final = 2
_TOKEN_BYTES: Final = 200


async def exports(request: web.Request) -> web.StreamResponse:
    """How it stands."""
    visit = request[VISIT]
    book = visit.desk.exports
    if book is None:
        return visit.page("exports.html", opened=False, refresh=0)
    going_on = await visit.ask(book.going_on, visit.person, visit.now)
    return visit.page(
        "exports.html",
        opened=True,
        allowed=await visit.ask(book.allowed, visit.person, visit.now),
        going_on=going_on,
        before=await visit.ask(book.before, visit.person, visit.now),
        refresh=_EVERY if going_on is not None else 0,
    )


async def receive(request: web.Request) -> web.StreamResponse:
    """Take a file as it comes, however large; nothing of it is held in memory.

    So the form cannot be read before: its token is its first part, and looked at here.
    """
    visit = request[VISIT]
    book = _book(visit)
    if not await visit.ask(book.allowed, visit.person, visit.now):
        raise NotAllowed(
            _("You have not allowed Apple Health exports to be read here."),
            _("Allow it on the page Share, under what may be collected."),
        )
    parts = await request.multipart()
    token = await parts.next()
    told = await token.read_chunk(_TOKEN_BYTES) if isinstance(token, BodyPartReader) else b""
    named = isinstance(token, BodyPartReader) and token.name == "form_token"
    if not named or not hmac.compare_digest(bytes(told), visit.form_token.encode()):
        raise web.HTTPForbidden(text="This form is too old. Load the page again.\n")
    file = await parts.next()
    if not isinstance(file, BodyPartReader) or file.name != "export" or not file.filename:
        raise NotAllowed(_("No file came with it."), _("Choose your export.zip and try again."))
    receiving = await visit.ask(book.receive, visit.person)
    try:
        while block := await file.read_chunk(_BLOCK):
            await visit.ask(receiving.write, bytes(block))
    except BaseException:
        receiving.give_up()
        raise
    await visit.ask(book.received, receiving, file.filename, visit.now)
    raise web.HTTPSeeOther("/exports")


def _book(visit: Visit) -> ExportsBook:
    if visit.desk.exports is None:
        raise NotAllowed(
            _("These pages were started without the key of the file where devices are kept."),
            _("Start health-gateway run with all its parts."),
        )
    return visit.desk.exports
