"""Templates of a page server, and the few files that a browser needs beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.htmlkit import words
from gateway.htmlkit.language import gettext, ngettext, spoken

_HERE = Path(__file__).parent
_UPLOT = _HERE.parent / "web" / "node_modules" / "uplot" / "dist"
"""Where `npm ci` puts the chart library; without it the drawn charts stay as they are."""

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Templates:
    """The templates of one app, those of `htmlkit` under them; every value is escaped.

    Args:
        folder: where they are.
        filters: what this app's templates can do besides.
    """

    def __init__(
        self, folder: Path, filters: Mapping[str, Callable[..., object]] | None = None
    ) -> None:
        self._jinja = Environment(
            loader=FileSystemLoader([folder, _HERE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
        )
        install: Callable[..., None] = self._jinja.install_gettext_callables  # type: ignore[attr-defined]  # added by the extension
        install(gettext, ngettext, newstyle=True)
        self._jinja.globals.update(spoken=spoken, uplot=(_UPLOT / "uPlot.esm.js").is_file())
        self._jinja.filters.update(
            ago=words.ago,
            day=words.day,
            iso=words.iso,
            lasting=words.lasting,
            number=words.number,
            unit=words.unit,
            when=words.when,
            whole=words.whole,
            word=words.word,
            **(filters or {}),
        )

    def text(self, name: str, values: Mapping[str, Any]) -> str:
        """One template, filled in."""
        return self._jinja.get_template(name).render(values)

    def page(self, name: str, *, status: int = 200, **values: Any) -> web.Response:
        """One page, as an answer."""
        return web.Response(text=self.text(name, values), status=status, content_type="text/html")


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    kind: str


class BrowserFiles:
    """Style sheet and scripts, read once; nothing outside the list can be asked for."""

    def __init__(self, *folders: Path) -> None:
        found = [path for folder in (_HERE / "static", *folders) for path in folder.glob("*.*")]
        found += [path for path in (_UPLOT / "uPlot.esm.js", _UPLOT / "uPlot.min.css")]
        self._files = {
            path.name: _File(path.read_bytes(), _TYPES[path.suffix])
            for path in found
            if path.is_file() and path.suffix in _TYPES
        }

    async def answer(self, request: web.Request) -> web.Response:
        """Serve `/static/{name}`."""
        asked = self._files.get(request.match_info["name"])
        if asked is None:
            raise web.HTTPNotFound(text="There is no such file.\n")
        return web.Response(
            body=asked.body,
            content_type=asked.kind,
            charset="utf-8",
            headers={"Cache-Control": "no-cache"},
        )
