"""Every address of the patient's pages: who may see it, and what the audit calls it.

The table is the only way to a page, so no page lacks a role (docs/privacy.md, D7 and G3).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

from aiohttp import web

from gateway.web import (
    adding,
    entry,
    exports,
    live,
    reading,
    readings,
    sent,
    share,
    sources,
    stays,
    yours,
)

Page = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One address.

    Attributes:
        who: `person` is somebody signed in; everybody else is `anyone`.
        audit: what is written down when it is used; empty only where nothing personal is shown.
        nav: which entry of the navigation it belongs to.
        streamed: the form is read as it comes, and its token is looked at there.
        before_notice: whether it can be seen before the risks were read.
    """

    method: Literal["GET", "POST"]
    path: str
    page: Page
    who: Literal["anyone", "person"] = "person"
    audit: str = ""
    nav: str = ""
    before_notice: bool = False
    streamed: bool = False


STATIC: Final = "/static/{name}"

ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/", entry.home, "anyone"),
    Route("GET", "/enter", entry.enter, "anyone"),
    Route("POST", "/leave", entry.leave, audit="page.leave", before_notice=True),
    Route("GET", "/first", entry.first, audit="page.first", before_notice=True),
    Route("POST", "/first", entry.read_first, audit="notice.read", before_notice=True),
    Route("GET", "/readings", readings.overview, audit="page.readings", nav="readings"),
    Route("GET", "/readings/live", live.live, audit="page.readings.live", nav="readings"),
    Route("GET", "/readings/{kind}", readings.kind, audit="page.reading", nav="readings"),
    Route("GET", "/readings/{kind}/one", reading.reading, audit="page.reading.one", nav="readings"),
    Route("POST", "/readings/{kind}/one", reading.correct, audit="reading.correct", nav="readings"),
    Route("GET", "/exports", exports.exports, audit="page.exports", nav="readings"),
    Route(
        "POST", "/exports", exports.receive, audit="exports.receive", nav="readings", streamed=True
    ),
    Route("GET", "/sources", sources.order, audit="page.sources", nav="readings"),
    Route("POST", "/sources", sources.put_first, audit="sources.order", nav="readings"),
    Route("GET", "/yours", yours.yours, audit="page.yours", nav="readings"),
    Route("POST", "/yours/user", yours.answer_user, audit="yours.user", nav="readings"),
    Route("POST", "/yours/reading", yours.answer_reading, audit="yours.reading", nav="readings"),
    Route("GET", "/times", yours.times, audit="page.times", nav="readings"),
    Route("POST", "/times", yours.answer_times, audit="times.answer", nav="readings"),
    Route("GET", "/add", adding.add, audit="page.add", nav="readings"),
    Route("POST", "/add/look", adding.look, audit="add.look", nav="readings"),
    Route("POST", "/add/device", adding.choose, audit="add.device", nav="readings"),
    Route("POST", "/add/pair", adding.pair, audit="add.pair", nav="readings"),
    Route("POST", "/add/answer", adding.answer, audit="add.answer", nav="readings"),
    Route("POST", "/add/stop", adding.stop, audit="add.stop", nav="readings"),
    Route("GET", "/share", share.overview, audit="page.share", nav="share"),
    Route("GET", "/share/to/{recipient}", share.choose, audit="page.share.choose", nav="share"),
    Route("GET", "/share/preview", share.preview, audit="page.share.preview", nav="share"),
    Route("POST", "/share/agree", share.agree, audit="consent.agree", nav="share"),
    Route("POST", "/share/stop", share.stop, audit="consent.withdraw", nav="share"),
    Route("POST", "/share/end-trust", share.end_trust, audit="trust.end", nav="share"),
    Route("POST", "/share/confirm", share.confirm, audit="recipient.confirm", nav="share"),
    Route("POST", "/share/collect", share.collect, audit="consent.collect", nav="share"),
    Route("GET", "/share/receipt/{grant}", share.receipt, audit="page.receipt", nav="share"),
    Route("GET", "/sent", sent.overview, audit="page.sent", nav="sent"),
    Route("GET", "/stays", stays.overview, audit="page.stays", nav="stays"),
    Route("GET", "/stays/{what}", stays.look, audit="page.stays.look", nav="stays"),
)

_NOWHERE: Final = Route("GET", "", entry.home, "anyone")
_BY_ADDRESS: Final = {(route.method, route.path): route for route in ROUTES}


def route_of(request: web.Request) -> Route:
    """The row of a request; files for the browser and unknown addresses are for anyone."""
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else ""
    method = "GET" if request.method == "HEAD" else request.method
    return _BY_ADDRESS.get((method, path), _NOWHERE)  # type: ignore[arg-type]  # any method may be asked


def add_routes(app: web.Application) -> None:
    """Put every row of the table into the router."""
    for route in ROUTES:
        app.router.add_route(route.method, route.path, route.page)
