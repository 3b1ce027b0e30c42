"""Numbers, units, times and ages as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.language import ngettext, spoken

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

_REMEMBERED = 8192
"""Texts kept: formatting costs 30 µs each, and a year's table has two thousand of them."""

_JOINED = re.compile("(?<=[a-z])-(?=[a-z])")

_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "1": "",
        "/min": "/min",
        "[ppm]": "ppm",
        "[MET]": "MET",
        "mm[Hg]": "mmHg",
        "Cel": "°C",
        "kg/m2": "kg/m²",
        "kg/m3": "kg/m³",
        "mL/(kg.min)": "mL/kg/min",
        "{beats}/min": "/min",
        "{breaths}/min": "/min",
        "dB[SPL]{A}": "dB(A)",
        "kcal/(kg.h)": "kcal/(kg·h)",
        "uS": "µS",
        "ug": "µg",
        "[iU]": "IU",
        "[diop]": "D",
        "[p'diop]": "Δ",
        "deg": "°",
        "{rev}/min": "turns/min",
    }
)


def unit(code: str) -> str:
    """A UCUM code as it is printed; `{steps}` loses its braces, an unknown code stays as it is."""
    known = _UNITS.get(code)
    if known is not None:
        return known
    return code[1:-1] if code.startswith("{") and code.endswith("}") else code


def value(text: str, code: str) -> tuple[str, str]:
    """A value as it is stored, for a line of text, and its unit: `120/80` and `mmHg`.

    What a device could not measure is `no value`, without a unit.
    """
    parts = text.split("|")
    if all(part.startswith("absent:") for part in parts):
        return _("no value"), ""
    shown = (_("no value") if part.startswith("absent:") else part for part in parts)
    return "/".join(shown), unit(code)


def word(text: str) -> str:
    """A stored word as a person reads it: `asleep deep`; a minus or a date stays as it is."""
    return _JOINED.sub(" ", text)


def day(date_: date) -> str:
    """A day in the reader's language, ``Sunday, 28 June 2026``."""
    return str(format_date(date_, "full", locale=spoken().locale))


def number(value: float | Decimal, decimals: int | None = None) -> str:
    """A number in the reader's locale.

    Args:
        value: the number.
        decimals: how many to show; None keeps a Decimal's own digits and rounds a float to three
            significant places or to the unit, whichever is finer.
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if decimals is None and isinstance(value, Decimal):
        exponent = exact.as_tuple().exponent
        decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    if decimals is None:
        size = abs(exact)
        decimals = 0 if size >= 100 or exact == int(exact) else 1 if size >= 10 else 2
    return _digits(round(exact, decimals), decimals, spoken().locale)


@lru_cache(maxsize=_REMEMBERED)
def _digits(exact: Decimal, decimals: int, locale: Locale) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(exact, format=pattern, locale=locale))


def whole(value: int) -> str:
    """A count, with the separators of the reader's locale."""
    return number(Decimal(value))


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, tz=UTC)


def when(at: int, zone: tzinfo = UTC, form: str = "d MMM y, HH:mm") -> str:
    """A time in the reader's zone; `form` is a CLDR pattern."""
    return _written(at // 1000, zone, form, spoken().locale)


@lru_cache(maxsize=_REMEMBERED)
def _written(second: int, zone: tzinfo, form: str, locale: Locale) -> str:
    moment = datetime.fromtimestamp(second, tz=UTC)
    return str(format_datetime(moment, format=form, tzinfo=zone, locale=locale))


def iso(at: int) -> str:
    """A time for a machine, UTC with `Z`."""
    return _moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lasting(span: int) -> str:
    """A length of time in its largest fitting unit: "12 seconds", "3 hours"."""
    seconds = max(0, span) // 1000
    if seconds < 60:
        return ngettext("%d second", "%d seconds", seconds) % seconds
    for size, one, many in (
        (86_400, "%d day", "%d days"),
        (3_600, "%d hour", "%d hours"),
        (60, "%d minute", "%d minutes"),
    ):
        n = seconds // size
        if n >= (2 if size == 86_400 else 1):
            return ngettext(one, many, n) % n
    return ""


def off_by(ahead: int) -> str:
    """How far a clock is off: "right to the minute", "3 hours ahead", "2 days behind"."""
    if abs(ahead) <= MINUTE:
        return _("right to the minute")
    said = _("%(span)s ahead") if ahead > 0 else _("%(span)s behind")
    return said % {"span": lasting(abs(ahead))}


def ago(at: int, now: int) -> str:
    """How long since: "just now", "12 seconds ago", "3 days ago"."""
    if at > now + MINUTE:
        return _("in the future; check the device's clock")
    if now - at < 3_000:
        return _("just now")
    return _("%(span)s ago") % {"span": lasting(now - at)}
