"""Coming in, the first notice, and going out."""

from __future__ import annotations

from aiohttp import web

from gateway.web.codes import session_name
from gateway.web.visit import COOKIE, DESK, TEMPLATES, VISIT


async def home(request: web.Request) -> web.StreamResponse:
    """Go to the readings."""
    raise web.HTTPSeeOther("/readings")


async def enter(request: web.Request) -> web.StreamResponse:
    """Sign in with the code of the link that the terminal printed."""
    desk, templates = request.app[DESK], request.app[TEMPLATES]
    now = desk.now()
    code = request.query.get("code", "")
    person = await desk.thread.do(desk.codes.use, code, now) if len(code) < 100 else None
    if person is None:
        return templates.page("signed_out.html", status=401)
    token, _session = await desk.thread.do(desk.sessions.make, person, now)
    detail = {"session": session_name(token)}
    await desk.thread.do(desk.audit.note, now, f"person:{person}", "sign_in", detail)
    # A page and not a redirect: a strict cookie does not follow a redirect that another site,
    # such as a terminal in the browser, began.
    response = templates.page("welcome.html")
    response.set_cookie(COOKIE, token, httponly=True, samesite="Strict", path="/")
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    """Sign out."""
    visit = request[VISIT]
    await visit.ask(visit.desk.sessions.end, visit.token)
    response = request.app[TEMPLATES].page("signed_out.html", left=True)
    response.del_cookie(COOKIE, path="/")
    return response


async def first(request: web.Request) -> web.StreamResponse:
    """What can go wrong, read once before anything else is shown."""
    visit = request[VISIT]
    known = await visit.ask(visit.desk.sharing.risks_known, visit.person)
    return visit.page("risks.html", known=known)


async def read_first(request: web.Request) -> web.StreamResponse:
    """Record that it was read."""
    visit = request[VISIT]
    if (await request.post()).get("read") != "yes":
        raise web.HTTPSeeOther("/first")
    if not await visit.ask(visit.desk.sharing.risks_known, visit.person):
        await visit.ask(visit.desk.sharing.know_risks, visit.person, visit.act)
    raise web.HTTPSeeOther("/readings")
