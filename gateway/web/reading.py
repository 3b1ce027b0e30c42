"""The page of one reading: how it came, what was said of it, and a form to correct it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from adapters.kinds import Kind, KindRow, all_kinds, row_of
from adapters.reading import Instant, quality_of
from fhir_mappings.words import OF_THE_VALUE
from gateway.htmlkit.language import gettext as _
from gateway.rights.correcting import WHYS, WHYS_OF_A_VALUE, Found, can_be_told
from gateway.sharing.errors import NotAllowed
from gateway.store.query import ReadingRow
from gateway.web.remarks import remarks
from gateway.web.shown import Shown, shown, unit_of
from gateway.web.visit import VISIT, Visit

_MOMENT: Final = re.compile(r"-?[0-9]{1,17}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said of a reading: what it is since then, when, and why."""

    value: Shown
    at: Instant
    why: str


async def reading(request: web.Request) -> web.StreamResponse:
    """One reading, with every value that it ever had."""
    visit, found = request[VISIT], await _found(request)
    row = row_of(found.series.kind)
    device = await visit.ask(visit.desk.readings.called, found.series.device)
    first = _as(found.row, found.row.value, found.decimals, 0)
    return visit.page(
        "reading.html",
        row=row,
        here_is=shown(row, found.row, device),
        first=shown(row, first, device),
        of_the_value=remarks(quality_of(first.flags) & OF_THE_VALUE, ""),
        said=_said(row, found),
        parts=_parts(row),
        unit=unit_of(row),
        address=request.path_qs,
        whys=why_words(),
        whys_of_a_value=WHYS_OF_A_VALUE,
    )


async def correct(request: web.Request) -> web.StreamResponse:
    """Say what is true instead of a reading, or that it does not count."""
    visit, form = request[VISIT], await request.post()
    found = await _found(request)
    rights, why = visit.desk.correcting, str(form.get("why", ""))
    if form.get("answer") == "value":
        values = [str(one) for one in form.getall("value", [])]
        while values and not values[-1].strip():
            values.pop()  # what is optional and was left empty
        told = "/".join(values)
        await visit.ask(lambda: rights.set_right(found, told, why, visit.act))
    elif form.get("answer") == "in_error":
        await visit.ask(lambda: rights.take_back(found, why, visit.act))
    else:
        raise NotAllowed(_("The form came back incomplete."), _("Go back and choose again."))
    raise web.HTTPSeeOther(request.path_qs)


def why_words() -> dict[str, str]:
    """What the reasons are called."""
    words = {
        "mistyped": _("It was typed in wrong."),
        "device_was_wrong": _("The device was wrong."),
        "not_mine": _("It is not mine."),
        "not_a_measurement": _("It was a trial, not a measurement."),
    }
    return {why: words[why] for why in WHYS}


async def _found(request: web.Request) -> Found:
    """The reading that the address names; which one stands behind the path, where no trace goes."""
    visit: Visit = request[VISIT]
    start, mark = request.query.get("at", ""), request.query.get("one", "")
    kind = request.match_info["kind"]
    if kind in all_kinds() and _MOMENT.fullmatch(start):
        at = int(start)
        rows = await visit.ask(visit.desk.correcting.find, visit.person, Kind(kind), at, at)
        for one in rows:
            if one.mark == mark:
                return one
    raise web.HTTPNotFound(text=_("There is no such reading."))


def _parts(row: KindRow) -> list[tuple[str, bool]]:
    """The name of each number that can be said, and whether it must be; none where none can."""
    if not can_be_told(row) or row.unit == "kg/m3":  # shown as ppm, which is not what is stored
        return []
    least = len(row.components) - len(row.optional)
    return [(name, at < least) for at, name in enumerate(row.components or (row.title,))]


def _said(row: KindRow, found: Found) -> list[Said]:
    return [
        Said(
            shown(row, _as(found.row, one.new_value, one.new_decimals, one.version), None),
            one.at,
            why_words().get(one.why, ""),
        )
        for one in found.before
    ]


def _as(row: ReadingRow, value: object, decimals: int, version: int) -> ReadingRow:
    """A reading as it was with another value."""
    return replace(row, current_value=value, current_decimals=decimals, version=version)  # type: ignore[arg-type]  # a value, or None
