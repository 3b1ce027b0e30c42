"""The viewer's only connection: reading from one FHIR R4 server, and from nowhere else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp

from gateway.clinic.errors import FhirNotFound, FhirRefused, FhirUnreachable
from gateway.htmlkit.language import gettext as _

Resource = Mapping[str, Any]
"""One FHIR resource as parsed JSON; numbers with a point are Decimal, so digits survive."""

Query = Sequence[tuple[str, str]]

_LARGEST_ANSWER = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave.

    Attributes:
        resources: those that matched, in the order of the server.
        complete: False when the server had more than was asked to be fetched.
        further: where the next page is, as path and query at the same server; "" at the end.
        total: how many the server says there are, None where it does not say.
    """

    resources: Sequence[Resource]
    complete: bool
    further: str = ""
    total: int | None = None


class FhirClient:
    """Reads from one base address.

    No redirect is followed, no proxy is taken from the environment, no cookie is kept. A server
    behind a proxy often names itself wrongly in its `next` links: their path and query are asked
    at the address that we were given, never at another one.
    """

    def __init__(
        self, base: str, *, token: str = "", timeout: float = 20.0, parallel: int = 4
    ) -> None:
        parts = urlsplit(base if base.endswith("/") else base + "/")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ValueError("the address of a FHIR server starts with http:// or https://")
        self.base = parts.geturl()
        self._headers = {"Accept": "application/fhir+json", "User-Agent": "health-gateway"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._turn = asyncio.Semaphore(parallel)
        self._session: aiohttp.ClientSession | None = None  # noqa: TID251  # the one place

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(  # noqa: TID251  # the viewer's one connection
            timeout=self._timeout,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def read(self, reference: str) -> Resource:
        """One resource, e.g. ``Patient/12``.

        Raises:
            FhirNotFound: there is none.
            FhirUnreachable, FhirRefused: the server could not be read.
        """
        kind, _slash, key = reference.partition("/")
        if not kind.isalnum() or not key or not key.replace("-", "").replace(".", "").isalnum():
            raise FhirNotFound(_("This record does not exist."), _("Go back to the list."), 404)
        return await self._get(urljoin(self.base, reference))

    async def search(
        self, resource: str, query: Query, *, at_most: int, further: str = ""
    ) -> Found:
        """Matching resources of one type, page by page, until there are ``at_most``.

        Args:
            resource: the type, e.g. ``Observation``.
            query: search parameters.
            at_most: stop following pages once that many are there.
            further: go on where an earlier `Found.further` pointed to, instead of the query.

        Raises:
            FhirUnreachable, FhirRefused: the server could not be read.
        """
        address = (
            self._anchored(further) if further else f"{self.base}{resource}?{urlencode(query)}"
        )
        found: list[Resource] = []
        total: int | None = None
        seen: set[str] = set()
        while address and address not in seen:
            seen.add(address)
            bundle = await self._get(address)
            for entry in bundle.get("entry", ()):
                match = entry.get("resource", {})
                if match.get("resourceType") == resource:
                    found.append(match)
            if total is None and isinstance(bundle.get("total"), int):
                total = bundle["total"]
            following = next(
                (
                    link.get("url", "")
                    for link in bundle.get("link", ())
                    if link.get("relation") == "next"
                ),
                "",
            )
            address = self._anchored(following) if following else ""
            if len(found) >= at_most:
                break
        rest = "" if not address or address in seen else address
        where = urlsplit(rest)
        return Found(found, not rest, f"{where.path}?{where.query}" if rest else "", total)

    def _anchored(self, link: str) -> str:
        """The same path and query at our own server; "" if it lies outside of it."""
        ours, there = urlsplit(self.base), urlsplit(urljoin(self.base, link))
        if not there.path.startswith(ours.path.rstrip("/")):
            return ""
        return there._replace(scheme=ours.scheme, netloc=ours.netloc, fragment="").geturl()

    async def _get(self, address: str) -> Resource:
        if self._session is None:
            raise RuntimeError("the client is used inside `async with`")
        try:
            async with (
                self._turn,
                self._session.get(address, allow_redirects=False) as answer,
            ):
                body = bytearray()
                async for piece in answer.content.iter_chunked(65536):
                    body += piece
                    if len(body) > _LARGEST_ANSWER:
                        raise FhirRefused(
                            _("The server's answer is too large."),
                            _("Choose a shorter time."),
                            answer.status,
                        )
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise FhirUnreachable(
                _("The FHIR server does not answer."),
                _("Check that it runs at %(base)s, then load the page again.")
                % {"base": self.base},
            ) from error
        if status in (404, 410):
            raise FhirNotFound(_("This record does not exist."), _("Go back to the list."), status)
        if status in (401, 403):
            raise FhirRefused(
                _("The FHIR server wants a sign-in."),
                _("Start the viewer with a token that may read Patient and Observation."),
                status,
            )
        if status != 200:
            raise FhirRefused(
                _("The FHIR server answered with an error (%(status)d).") % {"status": status},
                _("Load the page again; if it stays, ask who runs the server."),
                status,
            )
        try:
            resource = json.loads(body, parse_float=Decimal)
        except ValueError as error:
            raise self._not_fhir(status) from error
        if not isinstance(resource, dict) or "resourceType" not in resource:
            raise self._not_fhir(status)
        return resource

    def _not_fhir(self, status: int) -> FhirRefused:
        return FhirRefused(
            _("What answers at %(base)s is not a FHIR server.") % {"base": self.base},
            _("Start the viewer with the base address of the server, often ending in /fhir."),
            status,
        )
