"""Every kind that an Apple Health export brings has a page that shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.importing import import_export
from gateway.sharing.offer import allow_collecting
from tests.fakes_healthkit import make
from tests.fakes_web import DAY, NOW, Furnished, make_home
from tests.web_visitor import visiting


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    folder = tmp_path_factory.mktemp("healthkit")
    made = make_home(folder)
    made.know_risks()
    make(folder / "export.zip", days=5, until=NOW // DAY * DAY // 1000)
    for source in ("healthkit", "routes"):
        allow_collecting(made.house.ledger, made.person, source, made.act)
    [person] = made.house.people.list()
    report = import_export(made.house, folder / "export.zip", person, now=made.clock, about_me=True)
    assert report.new == report.rows > 4_000
    yield made
    made.house.close()


async def test_every_kind_of_an_export_has_its_page(home: Furnished) -> None:
    kinds = sorted({series.kind for series in home.house.readings.series(home.person)})
    assert len(kinds) > 180
    async with visiting(home) as visitor:
        overview = await visitor.get("/readings")
        assert overview.status == 200
        for kind in kinds:
            assert f'data-kind="{kind}"' in overview.text
            page = await visitor.get(f"/readings/{kind}?span=year")
            assert page.status == 200, kind


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("food", "dietary energy"),
        ("workout_statistics", "active energy 212.4 kcal"),
        ("activity_rings", "active energy goal 500 kcal"),
        ("audiogram", "250=L:10[-10..80],R:15"),
        ("glasses_prescription", "right sphere -1.25 D"),
        ("ecg", "recorded"),
        ("ecg_classification", "sinus rhythm"),
        ("clinical_lab_result", "recorded"),
        ("heart_beats", "recorded"),
        ("date_of_birth", "1969-07-21"),
        ("unknown_in_healthkit", "HKQuantityTypeIdentifierOfAYearToCome"),
    ],
)
async def test_what_is_no_single_number_is_shown_in_words(
    home: Furnished, kind: str, shown: str
) -> None:
    async with visiting(home) as visitor:
        words = (await visitor.get(f"/readings/{kind}?span=year")).words
    if home.house.readings.series(home.person, kind):  # type: ignore[arg-type]  # a name
        assert shown in words
