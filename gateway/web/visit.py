"""One request of somebody who is signed in, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final, TypeVar

from aiohttp import web

from adapters.kinds import all_kinds
from adapters.reading import Instant, PersonKey
from gateway.htmlkit.language import spoken
from gateway.htmlkit.pages import Templates
from gateway.sharing.recipients import Act
from gateway.store.people import Person
from gateway.web.desk import Desk

T = TypeVar("T")

COOKIE: Final = "health_gateway"
"""Not `__Host-…`: that prefix wants `Secure`, and these pages are plain http on loopback, where
browsers differ in whether they keep a `Secure` cookie. What the prefix promises besides (no
`Domain`, path `/`) is kept all the same."""

DESK: Final = web.AppKey("desk", Desk)
TEMPLATES: Final = web.AppKey("templates", Templates)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, when, and with what to answer.

    Attributes:
        session: what ledger and audit call this sign-in.
        form_token: goes into every form.
    """

    desk: Desk
    templates: Templates
    who: Person
    session: str
    form_token: str
    token: str
    now: Instant
    zone: tzinfo
    here: str

    @property
    def person(self) -> PersonKey:
        """Whose pages these are."""
        return self.who.key

    @property
    def language(self) -> str:
        """Of texts that are agreed to: the catalogue's language, without a country."""
        return str(spoken().locale.language)

    @property
    def act(self) -> Act:
        """How an act of this person is recorded."""
        return Act(self.now, f"person:{self.person}", self.session, self.desk.clock())

    async def ask(self, call: Callable[..., T], *args: object) -> T:
        """Open a book, in the store's thread."""
        return await self.desk.thread.do(call, *args)

    def text(self, template: str, **values: Any) -> str:
        """A piece of a page."""
        return self.templates.text(template, {**self._common(), **values})

    def page(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A whole page."""
        return self.templates.page(template, status=status, **self._common(), **values)

    def _common(self) -> dict[str, Any]:
        return {
            "here": self.here,
            "who": self.who,
            "now": self.now,
            "zone": self.zone,
            "form_token": self.form_token,
            "simulation": self.desk.simulation,
            "kinds": all_kinds(),
        }


VISIT: Final = web.RequestKey("visit", Visit)
