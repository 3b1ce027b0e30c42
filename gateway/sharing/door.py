"""The one door to the network. Every byte that leaves this house for a recipient leaves here.

No redirects, no proxies from the environment, no cookies; fixed headers that tell nothing of this
machine; TLS 1.2 or newer, verified; only addresses that an accepted invitation names. Before any
byte leaves, the whole of it (address, headers, body) is searched for what must stay here, and the
permit is held: a withdrawal is committed either before, and then nothing leaves, or after.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Literal, Protocol, Self

import aiohttp
from yarl import URL

from gateway.sharing.errors import DoorClosed, LeakBlocked, UploadDeferred
from gateway.sharing.scan import Scanner

LARGEST_ANSWER = 8 * 1024 * 1024
_FHIR = "application/fhir+json"
_ALLOWED_HEADERS = frozenset({"If-None-Exist", "If-Match", "Authorization", "Content-Type"})


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent.

    Attributes:
        method: GET asks, POST creates, PUT replaces.
        url: the whole address, encoded as it will be sent.
        body: the bytes; none for GET.
        headers: beside the fixed ones: If-None-Exist, If-Match, Authorization, or another
            Content-Type.
        numbers: the readings in it, as digits: a position of equal digits is no leak.
    """

    method: Literal["GET", "POST", "PUT"]
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    numbers: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: 200 to 599, but never a redirect. Names of headers are in any case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Permit(Protocol):
    """What must be held while the first bytes leave; see `gate.Gate`."""

    async def hold(self) -> None:
        """Wait until it is held.

        Raises:
            SendingStopped: what was decided has changed; nothing may leave.
        """
        ...

    def release(self) -> None:
        """Let go; may be called more than once."""
        ...


class Door:
    """Sends requests, one at a time or several; closed with `close`.

    Args:
        origins: asked each time, which origins (``https://fhir.example.org``) are open.
        scanner: knows what must stay here; without one nothing leaves.
        timeout: seconds until an answer must be complete.
        authorities: a file of further certificate authorities, for a clinic that has its own.
        loopback_only: for a simulation: nothing leaves this computer.
    """

    def __init__(
        self,
        origins: Callable[[], Collection[str]],
        scanner: Scanner | None = None,
        *,
        timeout: float = 30.0,
        authorities: Path | None = None,
        loopback_only: bool = False,
    ) -> None:
        self._origins = origins
        self._scanner = scanner
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=min(10.0, timeout))
        self._loopback_only = loopback_only
        self._tls = ssl.create_default_context()
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        if authorities is not None:
            self._tls.load_verify_locations(cafile=str(authorities))
        self._session: aiohttp.ClientSession | None = None  # noqa: TID251  # this is the one door
        self.destinations: set[str] = set()
        """Every origin to which a connection was made since the door was built."""
        self.blocked = 0
        """How many requests the scan stopped."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *why: object) -> None:
        await self.close()

    def replace_scanner(self, scanner: Scanner) -> None:
        """Look for other local values from the next request on."""
        self._scanner = scanner

    def leaks(self, text: bytes, numbers: frozenset[bytes] = frozenset()) -> bool:
        """Whether something that stays here stands in a text; nothing is sent.

        Raises:
            DoorClosed: it is not known yet what stays here.
        """
        return self._knowing().find(text, numbers) is not None

    async def send(self, request: Request, permit: Permit) -> Answer:
        """Send one request and read its whole answer.

        Raises:
            DoorClosed: the address is not one that may be reached.
            LeakBlocked: something local stood in it; nothing left.
            SendingStopped: the permit could not be held; nothing left.
            UploadDeferred: no answer, a redirect, or one too large; ``reached`` says whether the
                request may have arrived.
        """
        url = URL(request.url, encoded=True)
        self._check(url, request)
        headers = {**_fixed(request), **request.headers}
        self._look(request, headers)
        passage = _Passage(self, request, permit)
        try:
            async with self._open().request(
                request.method,
                url,
                data=request.body or None,
                headers=headers,
                allow_redirects=False,
                trace_request_ctx=passage,
            ) as response:
                if 300 <= response.status < 400:
                    raise UploadDeferred("The recipient pointed to another address.", left=True)
                body = await _read(response)
                return Answer(response.status, body, response.headers.copy())
        except TimeoutError as error:
            raise UploadDeferred("No answer in time.", reached=passage.begun) from error
        except aiohttp.ClientSSLError as error:
            raise UploadDeferred("The recipient's certificate is not valid.") from error
        except (aiohttp.ClientError, OSError) as error:
            why = "The answer was lost." if passage.begun else "The recipient could not be reached."
            raise UploadDeferred(why, reached=passage.begun) from error
        finally:
            permit.release()

    async def close(self) -> None:
        """Close what is open; the door may be used again afterwards."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:  # noqa: TID251  # this is the one door
        if self._session is None:
            passing = aiohttp.TraceConfig()
            passing.on_request_headers_sent.append(_before_headers)
            passing.on_request_chunk_sent.append(_before_body)
            self._session = aiohttp.ClientSession(  # noqa: TID251  # this is the one door
                connector=aiohttp.TCPConnector(ssl=self._tls, limit=8),  # noqa: TID251
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                timeout=self._timeout,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
                trace_configs=[passing],
            )
        return self._session

    def _check(self, url: URL, request: Request) -> None:
        if url.user or url.password or not url.is_absolute():
            raise DoorClosed("An address must be whole and hold no password.")
        loopback = _is_loopback(url.host or "")
        if url.scheme != "https" and not (url.scheme == "http" and loopback):
            raise DoorClosed("An address outside this computer must begin with https.")
        if self._loopback_only and not loopback:
            raise DoorClosed("A simulation sends nothing outside this computer.")
        if str(url.origin()) not in self._origins():
            raise DoorClosed("No accepted invitation names this address.")
        if not _ALLOWED_HEADERS.issuperset(request.headers):
            raise DoorClosed("A header that is not on the list was to be sent.")
        if request.method == "GET" and request.body:
            raise DoorClosed("A question has no body.")

    def _knowing(self) -> Scanner:
        if self._scanner is None:
            raise DoorClosed("It is not known yet what must stay here.")
        return self._scanner

    def _look(self, request: Request, headers: Mapping[str, str]) -> None:
        written = "\r\n".join(f"{name}: {value}" for name, value in headers.items()).encode()
        places = (("url", request.url.encode()), ("headers", written), ("body", request.body))
        for place, text in places:
            found = self._knowing().find(text, request.numbers)
            if found is not None:
                self.blocked += 1
                raise LeakBlocked(place, found.wrapped)


class _Passage:
    """One request on its way: told by the client, just before its bytes are written."""

    def __init__(self, door: Door, request: Request, permit: Permit) -> None:
        self._door = door
        self._request = request
        self._permit = permit
        self.begun = False

    async def headers(self, url: URL, headers: Mapping[str, str]) -> None:
        self._door._look(Request("GET", str(url)), headers)  # with what the client added
        await self._permit.hold()
        self._door.destinations.add(str(url.origin()))
        self.begun = True
        if not self._request.body:
            self._let_go()

    def body(self) -> None:
        self._let_go()

    def _let_go(self) -> None:
        # The bytes are written by the step that now goes on, before the loop turns.
        asyncio.get_running_loop().call_soon(self._permit.release)


async def _before_headers(
    session: object, context: SimpleNamespace, sent: aiohttp.TraceRequestHeadersSentParams
) -> None:
    await _passage(context).headers(sent.url, sent.headers)


async def _before_body(
    session: object, context: SimpleNamespace, sent: aiohttp.TraceRequestChunkSentParams
) -> None:
    _passage(context).body()


def _passage(context: SimpleNamespace) -> _Passage:
    passage = context.trace_request_ctx
    if not isinstance(passage, _Passage):
        raise DoorClosed("A request went around the door.")
    return passage


def _fixed(request: Request) -> dict[str, str]:
    """The headers of every request: the same from every house."""
    headers = {
        "User-Agent": "health-gateway",
        "Accept": _FHIR,
        "Accept-Encoding": "identity",
        "Prefer": "return=minimal",
    }
    if request.body:
        headers["Content-Type"] = f"{_FHIR}; charset=utf-8"
    return headers


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _read(response: aiohttp.ClientResponse) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > LARGEST_ANSWER:
            raise UploadDeferred("The recipient's answer was too long.", reached=True)
        parts.append(part)
    return b"".join(parts)
