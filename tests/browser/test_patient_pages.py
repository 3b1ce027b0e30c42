"""The patient's pages in a real browser: accessible, without scripts, by keyboard, at home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page

from adapters.errors import ArchiveRefused
from gateway.htmlkit.guard import POLICY
from gateway.importing import import_export
from gateway.sharing.offer import allow_collecting
from tests.browser.browsing import DESK, PHONE, faults, listening, too_long, too_wide, window
from tests.fakes_healthkit import make
from tests.fakes_walk import walk
from tests.fakes_web import (
    Furnished,
    a_reading,
    ask_something,
    furnish,
    make_home,
    pages_of,
    share_something,
)

pytestmark = pytest.mark.browser

PATHS = (
    "/readings", "/readings/heart_rate", "/readings/heart_rate?span=hour",
    "/readings/step_count?span=week", "/readings/blood_pressure?span=month",
    "/readings/carbon_monoxide_in_air", "/share", "/share/to/{recipient}",
    "/share/preview?recipient={recipient}&kind=heart_rate&purpose=TREAT&grain=raw&period=30&past=7",
    "/share/receipt/{grant}", "/sent", "/stays", "/stays/names", "/stays/connections",
    "/stays/routes", "/first", "/readings/mood", "/readings/step_count?day=2026-11-20",
    "/sources", "/yours", "/times", "/add", "/exports", "{reading}",
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    made = make_home(tmp_path_factory.mktemp("browser"))
    furnish(made)
    made.know_risks()
    share_something(made)
    ask_something(made, unknown=30)
    walk(made)
    _bring_exports(made, tmp_path_factory.mktemp("exports"))
    made.reading = a_reading(made)  # now, while nobody else uses the store
    yield made
    made.house.close()


def _bring_exports(home: Furnished, folder: Path) -> None:
    """An import that was read, with a long name and odd entries, and one that was refused."""
    allow_collecting(home.house.ledger, home.person, "healthkit", home.act)
    [person] = home.house.people.list()
    odd = folder / f"{'all of my health data, as my phone wrote it, ' * 3}.zip"
    make(odd, "bad-entries", small=True)
    import_export(home.house, odd, person, now=home.clock)
    (folder / "photos.zip").write_bytes(b"PK no export")
    with pytest.raises(ArchiveRefused):
        import_export(home.house, folder / "photos.zip", person, now=home.clock)


def paths(home: Furnished) -> list[str]:
    grant = next(iter(home.house.ledger.state().grants))
    return [
        path.format(recipient=home.recipient(), grant=grant, reading=home.reading) for path in PATHS
    ]


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(PHONE, "dark"), (DESK, "light")],
    ids=["phone-dark", "desk-light"],
)
async def test_every_page_is_accessible_and_asks_nobody_else(
    home: Furnished, size: dict[str, int], scheme: str
) -> None:
    async with pages_of(home) as served, window(size, color_scheme=scheme) as (context, asked):
        page = await context.new_page()
        said = listening(page)
        await page.goto(served.address)
        assert await faults(page) == []
        await page.goto(await served.sign_in_link(home.person))
        await page.wait_for_url("**/readings")
        found = {}
        for path in paths(home):
            answer = await page.goto(served.address.rstrip("/") + path)
            assert answer is not None
            assert answer.headers["content-security-policy"] == POLICY
            wrong = await faults(page)
            if await too_wide(page):
                wrong.append("must be scrolled sideways")
            if await too_long(page):
                wrong.append("goes on behind its end")
            if wrong:
                found[path] = wrong
        assert found == {}
        assert {urlsplit(url).netloc for url in asked} == {urlsplit(served.address).netloc}
        assert [line for line in said if "404" not in line and "401" not in line] == []
        assert len(await context.cookies()) == 1


async def test_twice_the_text_size_breaks_nothing(home: Furnished) -> None:
    half = {"width": DESK["width"] // 4, "height": DESK["height"] // 4}  # 400 %, WCAG 1.4.10
    async with pages_of(home) as served, window(half) as (context, _asked):
        page = await context.new_page()
        await page.goto(await served.sign_in_link(home.person))
        await page.wait_for_url("**/readings")
        wide = []
        for path in paths(home):
            await page.goto(served.address.rstrip("/") + path)
            wide += [path] if await too_wide(page) else []
        assert wide == []


async def test_everything_can_be_done_by_keyboard(tmp_path: Path) -> None:
    """From the link to a grant and back, with Tab, Space and Enter alone."""
    home = make_home(tmp_path)
    home.beat(64, home.clock.at)
    async with pages_of(home) as served, window(DESK) as (context, _asked):
        page = await context.new_page()
        await page.goto(await served.sign_in_link(home.person))
        await page.wait_for_url("**/first")
        await _tab_to(page, "I have read this.")
        await page.keyboard.press("Space")
        await _tab_to(page, "Go on")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/readings")
        await _tab_to(page, "Share")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/share")
        await _tab_to(page, "Choose what to share")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/share/to/*")
        await _tab_to(page, "Heart rate 1 here")
        await page.keyboard.press("Space")
        await _tab_to(page, "Your own request")
        await page.keyboard.press("Space")
        await _tab_to(page, "Show me exactly what would be sent")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/share/preview*")
        await _tab_to(page, "I have read that what was sent cannot be called back from here.")
        await page.keyboard.press("Space")
        await _tab_to(page, "I agree")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/share/receipt/*")
        assert "You agreed. Sharing has begun." in await page.inner_text("main")
        await page.goto(served.address + "share")
        await _tab_to(page, "Stop sharing")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/share?stopped=1*")
        assert "You share nothing." in await page.inner_text("main")
    home.house.close()


async def _tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus bears these words; it must be seen to have it."""
    name = """() => {
        const it = document.activeElement;
        const from = it.labels?.length ? it.labels[0] : it;
        return from.innerText.replace(/\\s+/g, ' ').trim();
    }"""
    for _ in range(80):
        await page.keyboard.press("Tab")
        if str(await page.evaluate(name)).startswith(words):
            outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            return
    raise AssertionError(f"Tab does not reach {words}")


async def test_everything_can_be_done_without_scripts(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    home.know_risks()
    home.beat(64, home.clock.at)
    async with (
        pages_of(home) as served,
        window(PHONE, java_script_enabled=False) as (context, _asked),
    ):
        page = await context.new_page()
        await page.goto(await served.sign_in_link(home.person))
        await page.wait_for_url("**/readings")
        assert "64" in await page.inner_text("#cards")
        await page.click("text=Heart rate")
        assert await page.locator("svg[role=img]").count() == 1
        await page.click("summary")
        assert await page.locator("figure table").is_visible()
        await page.click("nav >> text=Share")
        await page.click("text=Choose what to share")
        await page.check("input[value=heart_rate]")
        await page.check("input[value=TREAT]")
        await page.click("text=Show me exactly what would be sent")
        await page.check("input[name=acknowledged]")
        await page.get_by_role("button", name="I agree").click()
        await page.wait_for_url("**/share/receipt/*")
        await page.click("nav >> text=Share")
        await page.get_by_role("button", name="Stop sharing").click()
        assert "You share nothing." in await page.inner_text("main")
        await page.get_by_role("button", name="Sign out").click()
        assert "You are signed out" in await page.inner_text("main")
    home.house.close()


async def test_values_change_by_themselves_and_can_be_paused(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    home.know_risks()
    home.beat(64, home.clock.at)
    async with pages_of(home) as served, window(PHONE) as (context, _asked):
        page = await context.new_page()
        said = listening(page)
        await page.goto(await served.sign_in_link(home.person))
        await page.wait_for_url("**/readings")
        await page.get_by_role("link", name="Heart rate").focus()
        desk = served.desk
        home.clock.at += 1000
        await desk.thread.do(home.beat, 171, home.clock.at)
        await page.wait_for_selector("text=171", timeout=2000)
        focused = await page.evaluate("document.activeElement.innerText")
        assert focused == "Heart rate"
        await page.click("text=Pause live values")
        home.clock.at += 1000
        await desk.thread.do(home.beat, 182, home.clock.at)
        await page.wait_for_timeout(400)
        assert "182" not in await page.inner_text("#cards")
        await page.click("text=Go on")
        await page.wait_for_selector("text=182", timeout=2000)
        assert said == []
    home.house.close()


async def test_charts_are_drawn_again_with_scripts_and_keep_their_words(home: Furnished) -> None:
    async with pages_of(home) as served, window(DESK) as (context, _asked):
        page = await context.new_page()
        said = listening(page)
        await page.goto(await served.sign_in_link(home.person))
        await page.wait_for_url("**/readings")
        await page.goto(served.address + "readings/heart_rate")
        await page.wait_for_selector(".uplot canvas")
        assert await page.locator("figcaption").is_visible()
        assert await page.locator("figure table").count() == 1
        box = await page.locator(".u-over").bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
        await page.wait_for_function("document.querySelector('.readout').textContent.includes(':')")
        assert said == []
