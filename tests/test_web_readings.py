"""The readings pages: newest values, old ones said to be old, trends, live values, notices."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from yarl import URL

from adapters.kinds import Kind
from gateway.htmlkit.words import DAY, HOUR, MINUTE
from gateway.web.readings import sentence
from gateway.web.readings_book import ReadingsBook
from gateway.web.spans import SPANS, Span, cut, today
from tests.fakes_web import NOW, OSLO, SCALE, STRAP, Furnished, furnish, make_home, number
from tests.web_visitor import visiting


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    made = make_home(tmp_path_factory.mktemp("readings"))
    furnish(made)
    made.know_risks()
    yield made
    made.house.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Furnished]:
    made = make_home(tmp_path)
    made.know_risks()
    yield made
    made.house.close()


def book(home: Furnished) -> ReadingsBook:
    house = home.house
    return ReadingsBook(house.opened.gateway, house.readings, house.names())


async def test_newest_value_with_unit_age_and_device(home: Furnished) -> None:
    async with visiting(home) as visitor:
        words = (await visitor.get("/readings")).words
        assert "Heart rate" in words
        assert "just now · Polar H10" in words or "seconds ago · Polar H10" in words
        assert "72.4 kg 9 hours ago · Kitchen scale" in words
        assert "mmHg" in words
        assert "steps today" in words


async def test_an_old_value_is_never_shown_as_current(fresh: Furnished) -> None:
    fresh.beat(61, NOW)
    async with visiting(fresh) as visitor:
        assert "61 /min just now" in (await visitor.get("/readings")).words
        fresh.clock.at = NOW + 61_000
        words = (await visitor.get("/readings")).words
        assert "No recent data Last: 61 /min , 1 minute ago" in words
        words = (await visitor.get("/readings/heart_rate")).words
        assert "No recent data Last: 61 /min , 1 minute ago" in words


async def test_a_simulation_says_so_on_every_page(home: Furnished) -> None:
    async with visiting(home) as visitor:
        for path in ("/readings", "/readings/heart_rate", "/share", "/sent", "/stays", "/first"):
            assert (
                "Simulation: nothing here was measured on a person."
                in (await visitor.get(path)).words
            )


async def test_a_real_home_has_no_simulation_banner(tmp_path: Path) -> None:
    real = make_home(tmp_path, simulation=False)
    real.know_risks()
    async with visiting(real) as visitor:
        assert "Simulation:" not in (await visitor.get("/readings")).words
    real.house.close()


async def test_every_page_with_values_says_that_nobody_watches(home: Furnished) -> None:
    async with visiting(home) as visitor:
        for path in ("/readings", "/readings/heart_rate", "/readings/body_weight"):
            words = (await visitor.get(path)).words
            assert "call your local emergency number (112, 911, 999) at once" in words
            assert "not medical advice" in words
            assert "Nobody watches them" in words


async def test_carbon_monoxide_in_the_room_is_no_alarm_and_is_shown_as_ppm(
    home: Furnished,
) -> None:
    async with visiting(home) as visitor:
        words = (await visitor.get("/readings/carbon_monoxide_in_air")).words
        assert "This is not an alarm." in words
        assert "go outside at once" in words
        assert "converted for 25 °C" in words
        assert "ppm" in words
        assert "This is not an alarm." in (await visitor.get("/readings")).words


def test_ppm_follows_from_kg_per_cubic_metre(fresh: Furnished) -> None:
    reading = number("carbon_monoxide_in_air", NOW, "0.000011456", "kg/m3")
    fresh.take_in(STRAP, [reading])
    (card,) = book(fresh).cards(fresh.person, NOW, OSLO)
    assert [str(n) for n in card.newest.numbers] == ["10.0"]  # 11.456 mg/m³ is 10 ppm at 25 °C
    assert card.newest.unit == "[ppm]"


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("kind", ["heart_rate", "step_count", "blood_pressure", "body_weight"])
async def test_every_span_of_every_shape_has_a_sentence_and_a_table(
    home: Furnished, kind: str, span: Span
) -> None:
    async with visiting(home) as visitor:
        page = await visitor.get(f"/readings/{kind}?span={span}")
        assert page.status == 200
        assert "<figcaption>" in page.text
        told = sentence(book(home).story(home.person, Kind(kind), span, home.clock.at, OSLO))
        assert told.endswith(".")
        empty = told.startswith("No readings")
        assert ("<table>" in page.text) or empty
        assert ('role="img"' in page.text) != empty


def test_the_sentence_says_range_average_and_gaps(home: Furnished) -> None:
    told = sentence(book(home).story(home.person, Kind("heart_rate"), "hour", NOW, OSLO))
    assert told.startswith("Between ")
    assert " on average in the last hour; " in told
    assert told.endswith("readings; 1 gap.")
    told = sentence(book(home).story(home.person, Kind("step_count"), "week", NOW, OSLO))
    assert told.endswith(" steps in the last 7 days.")


def test_a_gap_is_a_gap_in_the_line(home: Furnished) -> None:
    story = book(home).story(home.person, Kind("heart_rate"), "hour", NOW, OSLO)
    lines = [shape for shape in story.drawing.shapes if shape.look.startswith("line")]
    assert len(lines) == 2
    assert story.silences == 1


def test_the_trend_adds_up_to_what_was_taken_in(home: Furnished) -> None:
    story = book(home).story(home.person, Kind("step_count"), "month", NOW, OSLO)
    series = home.house.readings.series(home.person, Kind("step_count"))[0]
    rows = home.house.readings.window(series.id, 0, NOW, 10_000)
    assert story.total == sum(int(row.value) for row in rows)
    assert story.n == len(rows)


def test_a_kind_of_words_lists_its_readings(fresh: Furnished) -> None:
    fresh.take_in(SCALE, [number("body_height", NOW - DAY, "171", "cm")])
    story = book(fresh).story(fresh.person, Kind("sleep_stage"), "day", NOW, OSLO)
    assert sentence(story) == "No readings in the last 24 hours."
    assert story.card is None


async def test_an_unknown_kind_is_said_in_words(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page = await visitor.get("/readings/mood")
        assert page.status == 404
        assert "There is no such kind of reading." in page.words


async def test_a_home_without_readings_says_what_to_do(fresh: Furnished) -> None:
    async with visiting(fresh) as visitor:
        words = (await visitor.get("/readings")).words
        assert "No readings yet" in words
        assert "health-gateway import export.zip" in words


def test_days_begin_at_the_person_s_midnight_also_when_clocks_change() -> None:
    after_change = 1_793_010_000_000  # 2026-10-26 10:20 UTC, the day after Oslo's clocks went back
    assert today(after_change, OSLO)[0] % DAY == 23 * HOUR
    month = cut("month", after_change, OSLO, sums=True)
    lengths = {b - a for a, b in zip(month.edges, month.edges[1:], strict=False)}
    assert lengths == {DAY, 25 * HOUR}
    assert all(edge % (15 * MINUTE) == 0 for edge in month.edges)


async def test_live_values_arrive(fresh: Furnished) -> None:
    fresh.beat(61, NOW)
    async with visiting(fresh) as visitor:
        address = visitor.origin + "/readings/live"
        async with visitor.session.get(address) as stream:
            assert stream.content_type == "text/event-stream"
            assert "61" in await _event(stream.content)
            for rate in (62, 163, 64):
                fresh.clock.at += 1000
                desk = visitor.served.desk
                await desk.thread.do(fresh.beat, rate, fresh.clock.at)
                async with asyncio.timeout(20):  # how soon is for the bench to say
                    assert str(rate) in await _event(stream.content)


async def test_a_live_stream_ends_with_the_session_it_belongs_to(fresh: Furnished) -> None:
    fresh.beat(61, NOW)
    async with visiting(fresh) as visitor:
        async with visitor.session.get(visitor.origin + "/readings/live") as stream:
            await _event(stream.content)
            fresh.clock.at += 15 * MINUTE
            await visitor.served.desk.thread.do(fresh.beat, 99, fresh.clock.at)
            assert (await _event(stream.content)).startswith("event: over")
            assert await stream.content.read() == b""
        assert (await visitor.get("/readings")).status == 401


async def _event(content: asyncio.StreamReader | object) -> str:
    lines = []
    while line := (await content.readline()).decode().strip():  # type: ignore[union-attr]  # aiohttp's own reader
        lines.append(line)
    return "\n".join(lines)


async def test_a_page_that_is_closed_before_its_stream_began_leaves_no_trace(
    fresh: Furnished, caplog: pytest.LogCaptureFixture
) -> None:
    async with visiting(fresh) as visitor:
        where = URL(visitor.origin)
        cookies = visitor.session.cookie_jar.filter_cookies(where)
        told = "; ".join(f"{name}={one.value}" for name, one in cookies.items())
        words = f"GET /readings/live HTTP/1.1\r\nHost: {where.authority}\r\nCookie: {told}\r\n\r\n"
        for _ in range(20):
            _, writer = await asyncio.open_connection(where.host, where.port)  # noqa: TID251
            writer.write(words.encode())
            await writer.drain()
            writer.transport.abort()
        await visitor.get("/readings")
        await asyncio.sleep(0.5)
    assert [one for one in caplog.records if one.exc_info] == []
