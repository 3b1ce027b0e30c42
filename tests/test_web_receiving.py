"""A form with a file, sent as networks do: in pieces of any size, cut, to a disk that is full."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import yarl

from gateway.inbox import inbox_of, received
from tests.fakes_web import Furnished
from tests.import_house import importing_home
from tests.test_web_exports import sent
from tests.web_visitor import Visitor, visiting


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    made = importing_home(tmp_path / "home")
    made.know_risks()
    yield made
    made.house.close()


async def posted(
    visitor: Visitor, token: str, content: bytes, size: int, *, until: int = -1, closed: bool = True
) -> bytes:
    """Send a form in chunks of ``size`` bytes, as a network does that cuts where it likes.

    Args:
        visitor: whose browser.
        token: of the form.
        content: of the file.
        size: of a chunk.
        until: the connection ends before this byte.
        closed: whether the form has its last line.
    """
    url = yarl.URL(visitor.origin)
    kept = visitor.session.cookie_jar.filter_cookies(url).values()
    heads = [
        f"POST /exports HTTP/1.1\r\nHost: {url.authority}",
        f"Origin: {visitor.origin}",
        "Sec-Fetch-Site: same-origin",
        "Cookie: " + "; ".join(f"{one.key}={one.value}" for one in kept),
        "Content-Type: multipart/form-data; boundary=xYz",
        "Transfer-Encoding: chunked\r\n\r\n",
    ]
    form = '--xYz\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n' + token
    form += '\r\n--xYz\r\nContent-Disposition: form-data; name="export"; filename="e.zip"\r\n\r\n'
    body = form.encode() + content + b"\r\n--xYz--\r\n" * closed
    reader, writer = await asyncio.open_connection(url.host, url.port)  # noqa: TID251  # a browser
    writer.write("\r\n".join(heads).encode())
    for at in range(0, len(body[:until] if until >= 0 else body), size):
        piece = body[at : at + size]
        writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0)
    answer = b""
    if until < 0:
        writer.write(b"0\r\n\r\n")
        answer = await reader.readuntil(b"\r\n")
    writer.close()
    return answer


@pytest.mark.parametrize("size", [1, 7, 300, 100_000])
async def test_a_file_may_come_in_chunks_of_any_size(home: Furnished, size: int) -> None:
    content = bytes(range(256)) * 9 + b"\r\n--xY" * 9
    async with visiting(home) as visitor:
        token = dict((await visitor.get("/exports")).form.to("/exports"))["form_token"]
        assert b" 303 " in await posted(visitor, token, content, size)
        assert b" 403 " in await posted(visitor, token[:-1], content, size)
    [waiting] = received(home.house.path, home.person)
    assert waiting.read_bytes() == content


@pytest.mark.parametrize("until", [60, 200, 5_000])
async def test_of_a_file_whose_sending_ends_nothing_stays(
    home: Furnished, caplog: pytest.LogCaptureFixture, until: int
) -> None:
    folder = inbox_of(home.house.path, home.person)
    async with visiting(home) as visitor:
        token = dict((await visitor.get("/exports")).form.to("/exports"))["form_token"]
        await posted(visitor, token, b"x" * 400_000, 50, until=until)
        for _ in range(100):
            await asyncio.sleep(0.01)
            if folder.exists() and not list(folder.iterdir()):
                break
        assert b" 409 " in await posted(visitor, token, b"x" * 400_000, 9_000, closed=False)
    assert list(folder.iterdir()) == []
    assert caplog.records == []


async def mebibytes(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 2**20


async def test_a_full_disk_is_said_and_nothing_stays(home: Furnished) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with visiting(home) as visitor:
        token = dict((await visitor.get("/exports")).form.to("/exports"))["form_token"]
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (8 * 2**20, before[1]))
            answer = await sent(visitor, mebibytes(9), token)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert answer.status == 503
        assert "File too large. Check the path, the disk" in answer.words
        assert (await visitor.post("/exports", [("form_token", token)])).status == 409
    assert list(inbox_of(home.house.path, home.person).iterdir()) == []
