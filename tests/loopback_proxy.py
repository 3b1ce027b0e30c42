"""A proxy on loopback that notes every request and does to some of them what networks do."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Seen:
    """One request as it came, byte for byte."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    raw: bytes

    @property
    def named(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers}


Fault = Callable[[Seen], Awaitable[bytes | str]]
"""What to do with a request: bytes to answer, ``"pass"``, ``"cut"`` or ``"commit and cut"``."""


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of an answer; ``Retry_After`` in Python is ``Retry-After`` on the wire."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def always(what: bytes | str, *, only: str = "") -> Fault:
    """The same for every request whose first line holds ``only``."""

    async def fault(seen: Seen) -> bytes | str:
        return what if only in f"{seen.method} {seen.path}" else "pass"

    return fault


@dataclass
class LoopbackProxy:
    """Stands before a server; without one it must answer everything itself."""

    upstream: str = ""
    fault: Fault | None = None
    seen: list[Seen] = field(default_factory=list)
    once: deque[bytes | str] = field(default_factory=deque)
    """What to do with the next Bundles, one after the other."""
    in_flight: int = 0
    most_in_flight: int = 0
    bundles_in_flight: int = 0
    """Bundles that came whole and are not answered yet."""
    _server: asyncio.Server | None = None
    _port: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**22)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *why: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.close()
        await self._server.wait_closed()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._port}{urlsplit(self.upstream).path or '/fhir'}"

    def of(self, method: str, ending: str) -> list[Seen]:
        """Requests by method and the end of the path without its query."""
        return [
            one
            for one in self.seen
            if one.method == method and one.path.partition("?")[0].endswith(ending)
        ]

    @property
    def bundles(self) -> list[Seen]:
        return [one for one in self.seen if self._is_bundle(one)]

    def _is_bundle(self, seen: Seen) -> bool:
        ending = urlsplit(self.base).path
        return seen.method == "POST" and seen.path.partition("?")[0].endswith(ending)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while seen := await _read(reader):
                self.seen.append(seen)
                self.in_flight += 1
                self.bundles_in_flight += self._is_bundle(seen)
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
                try:
                    if not await self._answer(seen, writer):
                        return
                finally:
                    self.in_flight -= 1
                    self.bundles_in_flight -= self._is_bundle(seen)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, seen: Seen, writer: asyncio.StreamWriter) -> bool:
        what: bytes | str = await self.fault(seen) if self.fault else "pass"
        if what == "pass" and self.once and self._is_bundle(seen):
            what = self.once.popleft()
        if what == "cut":
            return False
        if isinstance(what, bytes):
            writer.write(what)
        else:
            said = await self._forward(seen)
            if what == "commit and cut":
                return False
            writer.write(said)
        await writer.drain()
        return True

    async def _forward(self, seen: Seen) -> bytes:
        to = urlsplit(self.upstream)
        reader, writer = await asyncio.open_connection(to.hostname, to.port)  # noqa: TID251  # a raw client, to the server behind the proxy
        head, _, body = seen.raw.partition(b"\r\n\r\n")
        writer.write(head + b"\r\nConnection: close\r\n\r\n" + body)
        said = await reader.read(-1)
        writer.close()
        return said.replace(b"connection: close\r\n", b"", 1)


async def _read(reader: asyncio.StreamReader) -> Seen | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode().rstrip("\r\n").split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    size = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    body = await reader.readexactly(size)
    method, path, _ = first.split(" ")
    return Seen(method, path, headers, body, head + body)
