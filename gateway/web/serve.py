"""Builds the patient's pages and serves them, on this computer only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from adapters.reading import PersonKey
from gateway.htmlkit.guard import AllowedHosts, in_their_language, only_for, strict_headers
from gateway.htmlkit.pages import BrowserFiles, Templates
from gateway.web.called import called
from gateway.web.desk import Desk
from gateway.web.guards import in_words, only_same_site, signed_in
from gateway.web.live import PULSE, Pulse, beating, end_streams
from gateway.web.remarks import remarks
from gateway.web.routes import STATIC, add_routes
from gateway.web.visit import DESK, TEMPLATES

_HERE: Final = Path(__file__).parent
_LARGEST_FORM: Final = 256 * 1024
_STOP_WITHIN: Final = 2.0


def make_app(desk: Desk, hosts: AllowedHosts) -> web.Application:
    """Build the pages of a home.

    Args:
        desk: the books of the home.
        hosts: what may stand in `Host`; filled once the server listens.
    """
    app = web.Application(
        middlewares=[
            in_their_language,
            in_words,
            only_for(hosts),
            only_same_site(hosts),
            signed_in,
        ],
        client_max_size=_LARGEST_FORM,
    )
    app[DESK] = desk
    app[TEMPLATES] = Templates(_HERE / "templates", {"called": called, "remarks": remarks})
    app[PULSE] = Pulse(desk)
    app.on_response_prepare.append(strict_headers)
    app.cleanup_ctx.append(beating)
    app.on_shutdown.append(end_streams)
    add_routes(app)
    app.router.add_get(STATIC, BrowserFiles(_HERE / "static").answer)
    return app


@dataclass(frozen=True, slots=True)
class Served:
    """The pages, being served."""

    desk: Desk
    address: str

    async def sign_in_link(self, person: PersonKey) -> str:
        """A link that signs this person in, once, within ten minutes."""
        code = await self.desk.thread.do(self.desk.codes.make, person, self.desk.now())
        return f"{self.address}enter?{urlencode({'code': code})}"


@asynccontextmanager
async def serving(desk: Desk, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Served]:
    """Serve the pages until the block ends.

    Args:
        desk: the books of the home.
        host: 127.0.0.1 or ::1.
        port: 0 for any that is free.

    Raises:
        OSError: the port is taken.
    """
    hosts = AllowedHosts()
    runner = web.AppRunner(make_app(desk, hosts), access_log=None, shutdown_timeout=_STOP_WITHIN)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        taken = int(runner.addresses[0][1])
        hosts.allow(taken)
        yield Served(desk, f"http://{f'[{host}]' if ':' in host else host}:{taken}/")
    finally:
        await runner.cleanup()
