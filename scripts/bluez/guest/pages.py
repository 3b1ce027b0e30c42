"""Somebody at the pages of `run`, as with a browser that knows no JavaScript."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection  # noqa: TID251 - to the same computer, as a browser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

PATIENCE = 90.0
_MOST_REDIRECTS = 5


@dataclass
class Form:
    """A form as it stands on the page: where it goes, what it holds, and what its button says."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    button: str = ""


class _Forms(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._in_button = False
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said.get("action", "")))
        elif not self.forms:
            return
        elif tag == "input" and "name" in said and said.get("type") not in ("radio", "checkbox"):
            self.forms[-1].fields[said["name"]] = said.get("value", "")
        elif tag == "select":
            self._select = said["name"]
        elif tag == "option":
            self.forms[-1].fields.setdefault(self._select, said.get("value", ""))
        elif tag == "button":
            self._in_button = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._in_button = False

    def handle_data(self, data: str) -> None:
        if self._in_button:
            self.forms[-1].button += data


class Pages:
    """One browser, and the page that it shows: `text`, with its tags."""

    def __init__(self, link: str) -> None:
        """At the link that `run` prints."""
        self.text = ""
        self._where = urlsplit(link)
        self._cookies: dict[str, str] = {}

    @property
    def words(self) -> str:
        """What stands on the page, in single spaces."""
        body = re.sub(r"<(script|style|svg|head)\b.*?</\1>", " ", self.text, flags=re.S)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())

    async def sign_in(self) -> None:
        """Open the link."""
        await self.open(f"{self._where.path}?{self._where.query}")

    async def open(self, path: str) -> None:
        """Go to a page."""
        await asyncio.to_thread(self._ask, "GET", path, "")

    async def press(self, button: str, /, **fields: str) -> None:
        """Fill in the form with this button, and press it."""
        forms = [one for one in _Forms(self.text).forms if button in " ".join(one.button.split())]
        assert forms, f"no button {button!r} on: {self.words}"
        sent = urlencode({**forms[0].fields, **fields})
        await asyncio.to_thread(self._ask, "POST", forms[0].action, sent)

    async def until(self, path: str, come: Callable[[str], object]) -> str:
        """Load a page again and again until this is true of its words; returns them."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.open(path)
                while not come(self.words):
                    await asyncio.sleep(0.5)
                    await self.open(path)
        except TimeoutError:
            raise AssertionError(f"it never came on {path}: {self.words}") from None
        return self.words

    def _ask(self, method: str, path: str, sent: str) -> None:
        for _ in range(_MOST_REDIRECTS):
            connection = HTTPConnection(self._where.hostname or "", self._where.port, timeout=30)
            headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
            if method == "POST":
                headers |= {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Origin": f"http://{self._where.netloc}",
                    "Sec-Fetch-Site": "same-origin",
                }
            connection.request(method, path, sent or None, headers)
            answer = connection.getresponse()
            self.text = answer.read().decode()
            for cookie in answer.headers.get_all("Set-Cookie", []):
                for name, morsel in SimpleCookie(cookie).items():
                    self._cookies[name] = morsel.value
            connection.close()
            if answer.status not in (302, 303):
                assert answer.status < 400, f"{method} {path}: {answer.status} {self.words}"
                return
            method, path, sent = "GET", str(answer.headers["Location"]), ""
        raise AssertionError(f"{path} leads nowhere")
