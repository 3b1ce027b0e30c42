"""An export of a phone set to pounds, miles and degrees Fahrenheit says the same, exactly."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest

from adapters.healthkit.types import all_types
from adapters.kinds import row_of
from tests.fakes_healthkit import make, run
from tests.import_house import bring_in, importing_home

NAMES = ("us-units", "us-units-rounded")
OTHER = {
    ("lb", "kg"): (0, Fraction("0.45359237")),
    ("mi", "km"): (0, Fraction("1.609344")),
    ("ft", "m"): (0, Fraction("0.3048")),
    ("in", "cm"): (0, Fraction("2.54")),
    ("mi/hr", "m/s"): (0, Fraction("1609.344") / 3600),
    ("degF", "Cel"): (32, Fraction(5, 9)),
    ("kJ", "kcal"): (0, 1 / Fraction("4.184")),
    ("mmol<180.1558800000541>/L", "mg/dL"): (0, Fraction("18.01558800000541")),
}
"""Written in, kept in -> to be taken off, and the factor: the international pound, foot and mile,
the thermochemical calorie (NIST SP 811, Appendix B.8); in fractions, by nothing of ours."""

_TENTH = Fraction(1, 10**10)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fast", [True, False])
def test_each_number_is_turned_exactly(tmp_path: Path, name: str, fast: bool) -> None:
    make(tmp_path / "export.xml", name, days=6)
    found = run(tmp_path / "export.xml", fast=fast)
    wanted: Counter[tuple[str, int, int, Fraction]] = Counter()
    met: set[tuple[str, str]] = set()
    judge = ElementTree.parse(tmp_path / "export.xml").getroot()  # noqa: S314  # made above
    for element in judge.findall("Record"):
        row, unit = all_types().get(element.get("type", "")), element.get("unit", "")
        kept = row_of(row.kind).unit if row is not None else ""
        if row is None or (unit, kept) not in OTHER:
            continue
        met.add((unit, kept))
        minus, times = OTHER[unit, kept]
        number = (Fraction(element.get("value", "")) - minus) * times
        start, end = (_instant(element.get(at, "")) for at in ("startDate", "endDate"))
        wanted[row.kind, start, end - start, round(number / _TENTH) * _TENTH] += 1
    got = Counter(
        (row[0], row[3], row[4], Fraction(str(row[5])))
        for row in found.rows
        if isinstance(row[5], int | float)
    )
    assert wanted - got == Counter()
    assert met == set(OTHER)
    written = {(batch.written, row_of(batch.kind).unit) for batch in found.batches}
    assert met <= written


def _instant(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").timestamp()) * 1000


def test_the_metric_export_of_the_same_history_has_the_same_readings(tmp_path: Path) -> None:
    """Also speeds, which a phone writes in km/h or mi/h, and the store keeps in m/s."""
    make(tmp_path / "metric.xml", days=6)
    make(tmp_path / "us.xml", "us-units", days=6)
    metric, us = run(tmp_path / "metric.xml"), run(tmp_path / "us.xml")
    assert [row[:7] for row in metric.rows] == [row[:7] for row in us.rows]
    assert {row[0] for row in metric.rows} >= {
        "running_speed",
        "cycling_speed",
        "stair_ascent_speed",
    }
    assert metric.report.kinds == us.report.kinds
    home = importing_home(tmp_path / "home")
    first = bring_in(home, tmp_path / "us.xml")
    written = home.house.opened.gateway.conn.execute("SELECT DISTINCT unit FROM written")
    assert {row[0] for row in written} >= {unit for unit, _ in OTHER}
    second = bring_in(home, tmp_path / "metric.xml")
    assert (second.new, second.changed, second.vanished) == (0, 0, 0)
    assert second.known == first.rows
