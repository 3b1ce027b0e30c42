"""What was sent, what waits, what was refused, and what stays here and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from aiohttp import web

from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.words import when
from gateway.sharing.words import sentence
from gateway.web.sent_book import SentRow
from gateway.web.visit import VISIT


@dataclass(frozen=True, slots=True)
class DayLine:
    """On one day, to one recipient, of one kind: how many, with which answer, by which grant."""

    recipient: str
    kind: str
    state: str
    n: int
    consents: Sequence[str]


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
        stays=stays,
        reasons=reasons,
        states=state_words(),
    )


def by_day(rows: Sequence[SentRow], zone: tzinfo) -> dict[str, list[DayLine]]:
    """Requests put together by local day, recipient, kind and answer; newest day first."""
    days: dict[str, dict[tuple[str, str, str], tuple[int, list[str]]]] = {}
    for row in rows:
        lines = days.setdefault(when(row.at, zone, "EEEE, d MMMM y"), {})
        n, consents = lines.get((row.recipient, row.kind, row.state), (0, []))
        if row.consent not in consents:
            consents = [*consents, row.consent]
        lines[row.recipient, row.kind, row.state] = (n + row.n, consents)
    return {
        day: [DayLine(*name, n, consents) for name, (n, consents) in sorted(lines.items())]
        for day, lines in days.items()
    }


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
