"""Apple Health exports: bring one, see how far it is, look at those of before."""

from __future__ import annotations

import hmac
from typing import Final

from aiohttp import BodyPartReader, MultipartReader, web

from gateway.errors import of_the_system
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
    if request.content_type != "multipart/form-data":
        raise _no_file()
    try:
        await _take(await request.multipart(), visit, book)
    except (ConnectionError, ValueError) as cut:  # as aiohttp says that a form does not end
        raise NotAllowed(_("The file did not come whole."), _("Send it once more.")) from cut
    except OSError as full:
        raise of_the_system(full) from full
    raise web.HTTPSeeOther("/exports")


async def _take(parts: MultipartReader, visit: Visit, book: ExportsBook) -> None:
    token = await parts.next()
    told = await _token(token) if isinstance(token, BodyPartReader) else b""
    if not hmac.compare_digest(told, visit.form_token.encode()):
        raise web.HTTPForbidden(text="This form is too old. Load the page again.\n")
    file = await parts.next()
    if not isinstance(file, BodyPartReader) or file.name != "export" or not file.filename:
        raise _no_file()
    receiving = await visit.ask(book.receive, visit.person)
    try:
        while block := await file.read_chunk(_BLOCK):
            await visit.ask(receiving.write, bytes(block))
        await parts.next()  # the last line of the form, which shows that this was all
    except BaseException:
        receiving.give_up()
        raise
    await visit.ask(book.received, receiving, file.filename, visit.now)


async def _token(part: BodyPartReader) -> bytes:
    """The token of the form, in however many pieces it comes; empty where this is none."""
    told = b""
    while part.name == "form_token" and len(told) < _TOKEN_BYTES:
        piece = await part.read_chunk(_TOKEN_BYTES)
        if not piece:
            return told
        told += piece
    return b""


def _no_file() -> NotAllowed:
    return NotAllowed(_("No file came with it."), _("Choose your export.zip and try again."))


def _book(visit: Visit) -> ExportsBook:
    if visit.desk.exports is None:
        raise NotAllowed(
            _("These pages were started without the key of the file where devices are kept."),
            _("Start health-gateway run with all its parts."),
        )
    return visit.desk.exports
