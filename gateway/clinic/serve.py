"""Runs the viewer until it is stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from gateway.clinic.app import make_app
from gateway.clinic.fhir_client import FhirClient
from gateway.htmlkit.guard import AllowedHosts


@asynccontextmanager
async def serving(
    base: str, *, host: str = "127.0.0.1", port: int = 0, token: str = "", timeout: float = 20.0
) -> AsyncIterator[str]:
    """Serve the viewer of a FHIR server; gives the address to open.

    Args:
        base: the FHIR server, e.g. ``http://127.0.0.1:8090/fhir``.
        host: 127.0.0.1 or ::1.
        port: 0 for any that is free.
        token: a bearer token, where the server wants one.
        timeout: seconds to wait for an answer of the FHIR server.

    Raises:
        ValueError: the base is not an http or https address.
        OSError: the port is taken.
    """
    hosts = AllowedHosts()
    async with FhirClient(base, token=token, timeout=timeout) as fhir:
        runner = web.AppRunner(make_app(fhir, hosts), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            taken = int(runner.addresses[0][1])
            hosts.allow(taken)
            yield f"http://{f'[{host}]' if ':' in host else host}:{taken}/"
        finally:
            await runner.cleanup()
