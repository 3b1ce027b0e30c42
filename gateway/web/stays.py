"""What never leaves this house: how much there is, and a look at it."""

from __future__ import annotations

from aiohttp import web

from gateway.htmlkit.language import gettext as _
from gateway.web.visit import VISIT


async def overview(request: web.Request) -> web.StreamResponse:
    """How much of each sort stays here."""
    visit = request[VISIT]
    book = visit.desk.stays
    counts = await visit.ask(book.counts) if book is not None else {}
    return visit.page("stays.html", counts=counts, words=sort_words(), opened=book is not None)


async def look(request: web.Request) -> web.StreamResponse:
    """The person's own view of one sort, on request."""
    visit, what = request[VISIT], request.match_info["what"]
    book = visit.desk.stays
    if book is None or what not in ("names", "connections", "routes"):
        raise web.HTTPNotFound(text=_("There is nothing here to look at."))
    return visit.page(
        "look.html",
        what=what,
        words=sort_words(),
        named=await visit.ask(book.names, visit.person) if what == "names" else [],
        events=await visit.ask(book.connections, visit.person) if what == "connections" else [],
        routes=await visit.ask(book.routes) if what == "routes" else [],
        event_words=event_words(),
    )


def sort_words() -> dict[str, str]:
    """What the sorts of local things are called."""
    return {
        "given_name": _("names that you gave to devices"),
        "address": _("Bluetooth addresses"),
        "advertised_name": _("names that devices send out"),
        "serial_number": _("serial numbers"),
        "system_id": _("device numbers (System ID)"),
        "device_name": _("names of devices"),
        "source_name": _("names of apps and phones"),
        "file_name": _("names of files that were imported"),
        "local_identifier": _("identifiers from your phone"),
        "link_event": _("connections and their failures"),
        "raw_packet": _("packets as they came, for a day"),
        "clock_seen": _("looks at the clocks of devices"),
        "synced": _("how far stored readings were fetched"),
        "consent_code": _("codes that let a device be read"),
        "unclaimed": _("readings that are nobody’s yet"),
        "sample": _("measurements of devices that you describe (30 days)"),
        "position": _("positions"),
        "route": _("routes"),
        "time_offset": _("time offsets of imports"),
        "zone": _("time zones you lived in"),
    }


def event_words() -> dict[str, str]:
    """What happened on the way to a device."""
    return {
        "seen": _("seen"),
        "connected": _("connected"),
        "disconnected": _("connection ended"),
        "failed": _("could not connect"),
    }
