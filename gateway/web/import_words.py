"""What an import says to a person: how far it is, what it found, and what it did not take in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapters.healthkit.report import NOT_ASKED, NOT_KEPT, ImportReport
from adapters.kinds import Kind, row_of
from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.language import ngettext
from gateway.htmlkit.words import number, whole

_FIRST = 1.0
"""Seconds before a guess of the time left is worth anything."""


class Pace:
    """Says how far an import is, by bytes that are read and stored, and how long it still takes.

    Args:
        clock: seconds, for measuring.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()

    def words(self, done: int, total: int) -> str:
        """`"45 %, about 2 minutes left"`."""
        part = f"{100 * done // max(total, 1)} %"
        left = self.left(done, total)
        return part if left is None else f"{part}, {lasting(left)} left"

    def left(self, done: int, total: int) -> float | None:
        """Seconds that are left at the pace so far; None while nobody can know."""
        spent = self._clock() - self._started
        if not 0 < done < total or spent < _FIRST:
            return None
        return spent * (total - done) / done


def lasting(seconds: float) -> str:
    """A time that is still to come, in words."""
    if seconds < 50:
        return _("about %d seconds") % max(5, round(seconds / 5) * 5)
    minutes = round(seconds / 60)
    if minutes < 100:
        minutes = max(1, minutes)
        return ngettext("about a minute", "about %d minutes", minutes).replace("%d", str(minutes))
    return _("about %d hours") % round(minutes / 60)


@dataclass(frozen=True, slots=True)
class NextSteps:
    """What a person can do about what was left out: words for a page, or to type."""

    places: str
    about_me: str


def on_the_page() -> NextSteps:
    """What can be done on the pages."""
    return NextSteps(
        places=_("To keep them here, allow routes on the page Share and import the file again."),
        about_me=_("The command health-gateway import --about-me reads that too."),
    )


def at_the_terminal(whose: str = "") -> NextSteps:
    """What can be typed; ``whose`` names the person where several live here."""
    person = f' --person "{whose}"' if whose else ""
    return NextSteps(
        places="To keep them here: health-gateway consent grant collect routes"
        f"{person}, then import the file again.",
        about_me=f"To read it too: health-gateway import FILE --about-me{person}",
    )


@dataclass(frozen=True, slots=True)
class KindLine:
    """What an import brought of one kind; ``gone`` are those of before that it does not have."""

    title: str
    rows: int
    new: int
    gone: int

    @property
    def words(self) -> str:
        """`"Body weight: 3, 2 of them new"`."""
        said = _("%(title)s: %(rows)s, %(new)s of them new") % {
            "title": self.title,
            "rows": whole(self.rows),
            "new": whole(self.new),
        }
        if not self.gone:
            return said
        return said + "; " + _("%s from before are not in this export") % whole(self.gone)


def kind_lines(report: ImportReport) -> list[KindLine]:
    """What it brought, kind by kind, in the order of their names."""
    found = [
        KindLine(_(row_of(Kind(kind)).title), one["rows"], one["new"], one.get("vanished", 0))
        for kind, one in report.kinds.items()
    ]
    return sorted(found, key=lambda line: line.title.casefold())


def sentences(report: ImportReport, steps: NextSteps) -> list[str]:
    """What an import has to say besides its kinds, the most important first."""
    return [
        _headline(report),
        *_how_it_went(report),
        *_not_taken_in(report, steps),
        *_known_otherwise(report),
        *_odds(report),
    ]


def _headline(report: ImportReport) -> str:
    if report.identical:
        return ngettext(
            "This very file was imported before: its %s reading is known.",
            "This very file was imported before: all of its %s readings are known.",
            report.rows,
        ) % whole(report.rows)
    if not report.seconds:
        return _("It was ended before its readings were counted; those that came are here.")
    known = report.known + report.changed
    new = ngettext("%s new reading", "%s new readings", report.new) % whole(report.new)
    return _("%(new)s, %(known)s known before, in %(seconds)s s.") % {
        "new": new,
        "known": whole(known),
        "seconds": number(report.seconds, 1),
    }


def _how_it_went(report: ImportReport) -> Iterator[str]:
    if report.refused_before:
        yield _("This file was refused before; now it was read.")
    if report.resumed:
        yield _("An import of this file had been interrupted; it is complete now.")
    if report.torn or report.damaged_at is not None:
        yield _damage(report.damaged_at, torn=report.torn)
    elif report.cut_short:
        yield _("The file ends in the middle: what came before is here. Export it again.")
    if report.damaged:
        yield ngettext(
            "%s entry is damaged and cannot be read.",
            "%s entries are damaged and cannot be read.",
            report.damaged,
        ) % whole(report.damaged)


def _damage(at: int | None, *, torn: bool) -> str:
    """That bytes of the file are missing or damaged, what that costs, and what to do."""
    if torn:
        said = _(
            "The file is not whole, as when copying it was interrupted:"
            " what is there of it was read, the rest is missing."
        )
    elif at is not None and at < 100:
        said = _(
            "The file is damaged after %d %% of it: what came before is here, the rest is missing."
            " The last readings before the damage may be wrong."
        )
        said %= at
    else:
        said = _(
            "Bytes of the file were changed on its way:"
            " all of it was read, but some of it may be wrong."
        )
    step = _("Copy it from the phone once more, or export it again, and import that.")
    return f"{said} {step}"


def _not_taken_in(report: ImportReport, steps: NextSteps) -> Iterator[str]:
    for reason, count in sorted(report.refused.items()):
        yield _("Not taken in, %(count)s: %(reason)s (for example %(example)s)") % {
            "count": whole(count),
            "reason": _(reason),
            "example": report.examples[reason],
        }
    for what, count in sorted(report.left_out.items()):
        said = _("Left out, %(count)s: %(what)s") % {"count": whole(count), "what": _(what)}
        step = {NOT_KEPT: steps.places, NOT_ASKED: steps.about_me}.get(what)
        yield f"{said}. {step}" if step else said
    for name, count in sorted(report.unknown_types.items()):
        yield _(
            "Kept under Apple's name, %(count)s: %(name)s, which this version does not know"
        ) % {
            "count": whole(count),
            "name": name,
        }


def _known_otherwise(report: ImportReport) -> Iterator[str]:
    if report.vanished:
        yield ngettext(
            "%s reading of earlier exports is not in this one any more."
            " It stays here until you delete it.",
            "%s readings of earlier exports are not in this one any more."
            " They stay here until you delete them.",
            report.vanished,
        ) % whole(report.vanished)
    if report.deleted_before:
        yield ngettext(
            "%s you had deleted; it stays deleted.",
            "%s you had deleted; they stay deleted.",
            report.deleted_before,
        ) % whole(report.deleted_before)
    if report.changed:
        yield ngettext(
            "%s was known in another unit.", "%s were known in another unit.", report.changed
        ) % whole(report.changed)
    if report.renamed:
        yield ngettext(
            "%s phone, app or device has a new name; it is the same here.",
            "%s phones, apps or devices have a new name; they are the same here.",
            report.renamed,
        ) % whole(report.renamed)


def _odds(report: ImportReport) -> Iterator[str]:
    if report.routes:
        yield ngettext("%s route; it stays here.", "%s routes; they stay here.", report.routes) % (
            whole(report.routes)
        )
    if report.replaced:
        yield ngettext(
            "%s character that no text may hold was replaced.",
            "%s characters that no text may hold were replaced.",
            report.replaced,
        ) % whole(report.replaced)
    if report.passed_over:
        yield ngettext(
            "%s link, or name that leads out of the archive, was passed over.",
            "%s links, or names that lead out of the archive, were passed over.",
            report.passed_over,
        ) % whole(report.passed_over)
