"""What stands between a request and a page: session, form token, first notice, roles, audit."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from gateway.errors import GatewayError
from gateway.htmlkit.guard import AllowedHosts, Handler, of_another_site
from gateway.sharing.errors import NotAllowed
from gateway.web.codes import session_name
from gateway.web.routes import Route, route_of
from gateway.web.visit import COOKIE, DESK, TEMPLATES, VISIT, Visit

_SAFE: Final = frozenset({"GET", "HEAD"})


def only_same_site(hosts: AllowedHosts) -> Callable[..., Awaitable[web.StreamResponse]]:
    """A middleware that refuses changes asked for by another site."""

    @web.middleware
    async def same_site(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in _SAFE and of_another_site(request, hosts):
            raise web.HTTPForbidden(text="Changes are made from these pages only.\n")
        return await handler(request)

    return same_site


@web.middleware
async def signed_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a page be seen only by those in its row of the route table; note what was seen."""
    route = route_of(request)
    if route.who == "anyone":
        return await handler(request)
    visit = await _visit(request, route)
    if visit is None:
        return request.app[TEMPLATES].page("signed_out.html", status=401)
    request[VISIT] = visit
    if request.method not in _SAFE and not route.streamed:
        token = (await request.post()).get("form_token", "")
        if not hmac.compare_digest(str(token).encode(), visit.form_token.encode()):
            raise web.HTTPForbidden(text="This form is too old. Load the page again.\n")
    desk = visit.desk
    if not route.before_notice and not await visit.ask(desk.sharing.risks_known, visit.person):
        raise web.HTTPSeeOther("/first")
    if route.audit:
        detail = dict(request.match_info)
        await visit.ask(desk.audit.note, visit.now, f"person:{visit.person}", route.audit, detail)
    return await handler(request)


async def _visit(request: web.Request, route: Route) -> Visit | None:
    desk, token = request.app[DESK], request.cookies.get(COOKIE, "")
    now = desk.now()
    if not 32 <= len(token) <= 64:
        return None
    session = await desk.thread.do(desk.sessions.use, token, now)
    who = await desk.thread.do(desk.people.get, session.person) if session else None
    if session is None or who is None:
        return None
    zone = await desk.thread.do(desk.zone, session.person)
    return Visit(
        desk=desk,
        templates=request.app[TEMPLATES],
        who=who,
        session=session_name(token),
        form_token=session.form_token,
        token=token,
        now=now,
        zone=zone,
        here=route.nav,
    )


@web.middleware
async def in_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say what went wrong on a page, in words, with what to do next."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        what, next_step, status = error.text or error.reason, "", error.status
    except GatewayError as error:
        what, next_step = str(error), error.next_step
        status = 409 if isinstance(error, NotAllowed) else 503
    return request.app[TEMPLATES].page(
        "problem.html", status=status, what=what, next_step=next_step
    )
