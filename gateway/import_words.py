"""What an import says to a person: how far it is, what it found, and what it did not take in."""

from __future__ import annotations

import time
from collections.abc import Callable

from adapters.healthkit.report import ImportReport
from adapters.kinds import Kind, row_of

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
        return f"about {max(1, round(seconds / 5) * 5)} seconds"
    minutes = round(seconds / 60)
    if minutes < 100:
        return "about a minute" if minutes <= 1 else f"about {minutes} minutes"
    return f"about {round(minutes / 60)} hours"


def sentences(report: ImportReport) -> list[str]:
    """Everything that an import has to say, the most important first."""
    said = []
    if report.identical:
        said.append(
            f"This very file was imported before: all of its {report.rows:,} readings are known."
        )
    else:
        said.append(
            f"{report.new:,} new, {report.known + report.changed:,} known before,"
            f" in {report.seconds:.1f} s."
        )
    if report.resumed:
        said.append("An import of this file had been interrupted; it is complete now.")
    for kind, counts in sorted(report.kinds.items()):
        title, gone = row_of(Kind(kind)).title, counts.get("vanished", 0)
        said.append(
            f"  {title}: {counts['rows']:,}, {counts['new']:,} of them new"
            + (f"; {gone:,} from before are not in this export" if gone else "")
        )
    if report.changed:
        said.append(f"{report.changed:,} were known in another unit.")
    if report.renamed:
        said.append(
            f"{report.renamed:,} phones, apps or devices have a new name; they are the same here."
        )
    if report.vanished:
        said.append(
            f"{report.vanished:,} readings of earlier exports are not in this one any more."
            " They stay here until you delete them."
        )
    if report.deleted_before:
        said.append(f"{report.deleted_before:,} you had deleted; they stay deleted.")
    if report.routes:
        said.append(f"{report.routes:,} routes; they stay here.")
    for name, count in sorted(report.unknown_types.items()):
        said.append(f"Kept under Apple's name, {count:,}: {name}, which this version does not know")
    for reason, count in sorted(report.refused.items()):
        said.append(f"Not taken in, {count:,}: {reason} (for example {report.examples[reason]})")
    for what, count in sorted(report.left_out.items()):
        said.append(f"Left out, {count:,}: {what}")
    if report.damaged:
        said.append(f"{report.damaged:,} entries are damaged and cannot be read.")
    if report.replaced:
        said.append(f"{report.replaced:,} characters that no text may hold were replaced.")
    if report.passed_over:
        said.append(
            f"{report.passed_over:,} links, or names that lead out of the archive,"
            " were passed over."
        )
    if report.cut_short:
        said.append("The file ends in the middle: what came before is here. Export it again.")
    return said
