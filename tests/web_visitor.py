"""Somebody at the pages: a client with a cookie, that fills in forms as a browser would."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

import aiohttp

from gateway.web.serve import Served
from tests.fakes_web import Furnished, pages_of


class Form(HTMLParser):
    """The forms of a page: where they go, and what they hold before anybody touches them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self.chosen: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((found.get("action", ""), []))
        if tag == "input" and found.get("type") == "hidden" and self.forms:
            self.forms[-1][1].append((found["name"], found.get("value", "")))
        if "checked" in found or "selected" in found:
            self.chosen.append(str(found))

    def to(self, action: str) -> list[tuple[str, str]]:
        """What the first form that goes there holds."""
        return next(list(fields) for where, fields in self.forms if where == action)


@dataclass
class Answer:
    """An answer, read."""

    status: int
    text: str
    headers: Mapping[str, str]
    address: str

    @property
    def words(self) -> str:
        """The text of the page without its tags, in single spaces."""
        body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", self.text, flags=re.S)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))

    @property
    def form(self) -> Form:
        """Its forms."""
        return Form(self.text)


class Visitor:
    """One browser."""

    def __init__(self, served: Served, session: aiohttp.ClientSession) -> None:  # noqa: TID251
        self.served = served
        self.session = session

    @property
    def origin(self) -> str:
        return self.served.address.rstrip("/")

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        async with self.session.get(self._at(path), headers=headers) as answer:
            return Answer(answer.status, await answer.text(), answer.headers, str(answer.url))

    async def post(
        self,
        path: str,
        fields: list[tuple[str, str]],
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        sent = sent if headers is None else dict(headers)
        async with self.session.post(self._at(path), data=fields, headers=sent) as answer:
            return Answer(answer.status, await answer.text(), answer.headers, str(answer.url))

    def _at(self, path: str) -> str:
        return path if urlsplit(path).scheme else self.origin + path


@asynccontextmanager
async def visiting(home: Furnished, *, sign_in: bool = True) -> AsyncIterator[Visitor]:
    """The pages of a home, and somebody at them."""
    jar = aiohttp.CookieJar(unsafe=True)  # the address is a number
    # A raw client: it stands for the browser.
    async with pages_of(home) as served, aiohttp.ClientSession(cookie_jar=jar) as session:  # noqa: TID251
        visitor = Visitor(served, session)
        if sign_in:
            answer = await visitor.get(await served.sign_in_link(home.person))
            assert answer.status == 200
        yield visitor
