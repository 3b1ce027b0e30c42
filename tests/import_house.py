"""Homes into which exports are imported, and what is in them afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from adapters.healthkit.report import ImportReport
from gateway import clock
from gateway.importing import import_export
from gateway.sharing.offer import allow_collecting
from tests.fakes_web import Furnished, make_home


def importing_home(folder: Path) -> Furnished:
    """A home whose person allows exports and routes."""
    home = make_home(folder, at=clock.now())
    for source in ("healthkit", "routes"):
        allow_collecting(home.house.ledger, home.person, source, home.act)
    return home


def bring_in(
    home: Furnished,
    path: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    about_me: bool = False,
) -> ImportReport:
    """Import an export for the person of this home."""
    who = next(one for one in home.house.people.list() if one.key == home.person)
    return import_export(home.house, path, who, now=clock.now, progress=progress, about_me=about_me)


def stored(home: Furnished) -> list[tuple[Any, ...]]:
    """Every reading: what it is and whose, without the order in which it came."""
    rows: list[tuple[Any, ...]] = home.house.opened.gateway.conn.execute(
        "SELECT s.kind, s.device, s.source, r.start, r.duration, r.value, r.nth, r.decimals,"
        " r.flags FROM reading r JOIN series s ON s.id = r.series ORDER BY 1, 2, 3, 4, 5, 6, 7"
    ).fetchall()
    return rows


def kept_here(home: Furnished) -> list[tuple[Any, ...]]:
    """Names, places and offsets of ``local.db``."""
    rows: list[tuple[Any, ...]] = []
    for table in ("local_name", "position", "time_offset"):
        rows += home.house.local.db.conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")  # noqa: S608
    return rows
