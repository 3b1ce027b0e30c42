"""What was sent, what waits, what was refused, and what stays here and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from aiohttp import web

from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.words import when
from gateway.sharing.words import STUCK, WITHOUT, said, sentence
from gateway.web.sent_book import SentRow
from gateway.web.visit import VISIT


@dataclass(frozen=True, slots=True)
class Line:
    """Of one kind: how many, with which answer, by which grants."""

    kind: str
    state: str
    n: int
    consents: Sequence[str]


Days = Mapping[str, Mapping[str, Sequence[Line]]]
"""Lines by local day, newest first, and by recipient."""


async def overview(request: web.Request) -> web.StreamResponse:
    """The page "Sent"."""
    visit = request[VISIT]
    book, clock = visit.desk.sent, visit.desk.clock()
    before = request.query.get("before", "0")
    rows, further = await visit.ask(
        book.requests, visit.person, int(before) if before.isdecimal() else 0
    )
    recipients = await visit.ask(visit.desk.sharing.recipients, visit.person)
    stays = await visit.ask(book.stays, visit.person, recipients, visit.now, clock)
    reasons = {one.reason: sentence(one.reason, visit.language) for one in stays}
    return visit.page(
        "sent.html",
        days=by_day(rows, visit.zone),
        further=further,
        titles=await visit.ask(visit.desk.sharing.titles, visit.person),
        recipients=recipients,
        totals=await visit.ask(book.totals, visit.person),
        waiting=await visit.ask(book.waiting, visit.person),
        refusals=await visit.ask(book.refusals, visit.person),
        stuck={word: said(text, visit.language) for word, text in STUCK.items()},
        without=await visit.ask(book.without, visit.person),
        lacking={word: said(text, visit.language) for word, text in WITHOUT.items()},
        stays=stays,
        reasons=reasons,
        states=state_words(),
    )


def by_day(rows: Sequence[SentRow], zone: tzinfo) -> Days:
    """Requests put together by local day, recipient, kind and answer."""
    days: dict[str, dict[str, dict[tuple[str, str], Line]]] = {}
    for row in rows:
        lines = days.setdefault(when(row.at, zone, "EEEE, d MMMM y"), {}).setdefault(
            row.recipient, {}
        )
        before = lines.get((row.kind, row.state), Line(row.kind, row.state, 0, ()))
        consents = tuple(dict.fromkeys((*before.consents, row.consent)))
        lines[row.kind, row.state] = Line(row.kind, row.state, before.n + row.n, consents)
    return {
        day: {recipient: sorted(lines.values(), key=_in_order) for recipient, lines in all_.items()}
        for day, all_ in days.items()
    }


def _in_order(line: Line) -> tuple[str, str]:
    return line.kind, line.state


def state_words() -> dict[str, str]:
    """What the answers mean."""
    return {
        "sent": _("arrived"),
        "already": _("was there already"),
        "sending": _("on its way"),
        "unknown": _("no answer yet; the server is asked whether it arrived"),
        "deferred": _("not taken now; tried again by itself"),
        "rejected": _("refused by the server"),
        "cancelled": _("not sent: you took it back before"),
        "withheld": _("not sent: it stays here"),
    }
