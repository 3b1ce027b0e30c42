"""Which language a page speaks: gettext catalogues, with English as the source.

A catalogue is `gateway/locale/<language>/LC_MESSAGES/pages.mo`; where none is, English stays.
"""

from __future__ import annotations

import gettext as gnu
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.core import Locale, negotiate_locale

DOMAIN = "pages"
CATALOGUES = Path(__file__).parent.parent / "locale"
_ENGLISH = ("en_GB", "en_US")


@dataclass(frozen=True, slots=True)
class Language:
    """How to say and to write things: the translations, and the locale of numbers and dates."""

    locale: Locale
    translations: gnu.NullTranslations

    @property
    def tag(self) -> str:
        """For the `lang` attribute of a page."""
        return str(self.locale).replace("_", "-")

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, for the `dir` attribute of a page."""
        return str(self.locale.text_direction)


@cache
def languages() -> tuple[str, ...]:
    """The locales that have a catalogue, English first."""
    found = sorted(path.parent.parent.name for path in CATALOGUES.glob(f"*/*/{DOMAIN}.mo"))
    return (*_ENGLISH, *found)


@cache
def language(name: str = "en_GB") -> Language:
    """The language of that name, with English text where it has no catalogue."""
    translations = gnu.translation(DOMAIN, CATALOGUES, [name], fallback=True)
    return Language(Locale.parse(name), translations)


def asked_for(accept_language: str) -> Language:
    """The best language for an `Accept-Language` header; weights are taken by order alone."""
    wanted = [part.split(";")[0].strip() for part in accept_language.split(",")[:10]]
    name = negotiate_locale([w.replace("-", "_") for w in wanted if w], languages())
    return language(name or _ENGLISH[0])


_spoken: ContextVar[Language | None] = ContextVar("spoken", default=None)


def spoken() -> Language:
    """The language of the page that is being made."""
    return _spoken.get() or language()


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Make pages in this language for a while."""
    token = _spoken.set(chosen)
    try:
        yield
    finally:
        _spoken.reset(token)


def gettext(message: str) -> str:
    """The message in the language of the page."""
    return spoken().translations.gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """The message for so many, in the language of the page."""
    return spoken().translations.ngettext(one, many, n)
