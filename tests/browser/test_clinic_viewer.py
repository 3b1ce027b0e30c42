"""The clinician's viewer in a real browser: accessible, and asking nobody but its own server."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway.clinic.serve import serving
from tests.browser.browsing import DESK, PHONE, faults, listening, too_wide, window
from tests.fakes_clinic import HEART_RATE, PRESSURE, a_week, running

pytestmark = [pytest.mark.browser, pytest.mark.server]


async def test_every_page_is_accessible_and_asks_nobody_else(tmp_path: Path) -> None:
    async with running(tmp_path) as server, serving(server.base) as address:
        patient = await a_week(server, time.time_ns() // 1_000_000)
        loinc = "http%3A%2F%2Floinc.org%7C"
        paths = [
            "patients", "patients?q=nobody", f"patients/{patient}",
            f"patients/{patient}?days=30&test=1",
            f"patients/{patient}/measurement?code={loinc}{HEART_RATE[0]}",
            f"patients/{patient}/measurement?code={loinc}{PRESSURE[0]}&days=30",
            "patients/nobody",
        ]  # fmt: skip
        found = {}
        for size, scheme in ((PHONE, "dark"), (DESK, "light")):
            async with window(size, color_scheme=scheme) as (context, asked):
                page = await context.new_page()
                said = listening(page)
                for path in paths:
                    await page.goto(address + path)
                    wrong = await faults(page)
                    if await too_wide(page):
                        wrong.append("must be scrolled sideways")
                    if wrong:
                        found[f"{path} {scheme}"] = wrong
                await page.goto(address + paths[4])
                await page.click("tbody th a >> nth=0")
                assert await faults(page) == []
                assert {urlsplit(url).netloc for url in asked} == {urlsplit(address).netloc}
                assert [line for line in said if "404" not in line] == []
                assert await context.cookies() == []
        assert found == {}
