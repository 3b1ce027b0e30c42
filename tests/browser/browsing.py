"""A real browser, the pages in it, and axe-core to judge them."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "gateway" / "web" / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str | None:
    """Where this system has a Chromium."""
    told = os.environ.get("HEALTH_GATEWAY_TEST_BROWSER")
    return told or next((found for name in NAMES if (found := shutil.which(name))), None)


@asynccontextmanager
async def window(
    size: dict[str, int], **wanted: Any
) -> AsyncIterator[tuple[BrowserContext, list[str]]]:
    """A browser window, and every address it asks for."""
    path = chromium()
    if path is None or not AXE.is_file():
        pytest.skip("needs Chromium, and `npm ci` in gateway/web")
    asked: list[str] = []
    async with async_playwright() as play:
        browser: Browser = await play.chromium.launch(executable_path=path, args=list(QUIET))
        context = await browser.new_context(
            viewport={"width": size["width"], "height": size["height"]}, **wanted
        )
        context.set_default_timeout(10_000)
        context.on("request", lambda request: asked.append(request.url))
        try:
            yield context, asked
        finally:
            await browser.close()


async def faults(page: Page) -> list[str]:
    """What axe-core finds wrong on a page, WCAG 2.2 A and AA and good practice."""
    # Through the debugger and not as a script tag, which the content security policy forbids.
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


async def too_wide(page: Page) -> bool:
    """Whether a page must be scrolled sideways."""
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(await page.evaluate(wide))


async def too_long(page: Page) -> bool:
    """Whether a page can be scrolled down to where nothing stands any more."""
    end = "document.querySelector('footer').getBoundingClientRect().bottom + window.scrollY"
    return bool(await page.evaluate(f"document.documentElement.scrollHeight > {end} + 100"))


def listening(page: Page) -> list[str]:
    """What a page complains of in its console."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said
