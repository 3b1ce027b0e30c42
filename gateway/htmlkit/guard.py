"""What every answer of a page server has: the right host asked for, and strict headers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from gateway.htmlkit.language import asked_for, speaking

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}


class AllowedHosts:
    """The exact `Host` values that are answered, port included.

    A foreign name that points to 127.0.0.1 (DNS rebinding) is none of them. The port is known
    only once the server listens, so hosts are allowed then.
    """

    def __init__(self) -> None:
        self._hosts: frozenset[str] = frozenset()

    def allow(self, port: int) -> None:
        """Answer on this port of this machine."""
        self._hosts |= {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}

    def __contains__(self, host: object) -> bool:
        return host in self._hosts


async def strict_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on an answer that is about to leave (an `on_response_prepare` signal)."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.pop("Server", None)


def only_for(hosts: AllowedHosts) -> Callable[..., Awaitable[web.StreamResponse]]:
    """A middleware that answers 421 to every other host."""

    @web.middleware
    async def right_host(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Host", "") not in hosts:
            raise web.HTTPMisdirectedRequest(text="This address is not served here.\n")
        return await handler(request)

    return right_host


@web.middleware
async def in_their_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Make the page in the language that the browser asks for."""
    with speaking(asked_for(request.headers.get("Accept-Language", ""))):
        return await handler(request)


def of_another_site(request: web.Request, hosts: AllowedHosts) -> bool:
    """Whether an unsafe request comes from somewhere else than these pages.

    A browser sends `Sec-Fetch-Site`, `Origin` or both with a POST, and no page can write either;
    what sends neither is not a browser. Both must speak for our own pages. `Origin: null` alone
    does not; beside `same-origin` it does, because a browser writes it for forms of pages whose
    referrer policy is `no-referrer`, as ours is (Fetch standard, "append a request Origin header").
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return True
    origin = request.headers.get("Origin")
    if origin is None or (origin == "null" and site is not None):
        return site is None
    scheme, _, host = origin.partition("://")
    return scheme != request.scheme or host not in hosts or host != request.headers.get("Host")
