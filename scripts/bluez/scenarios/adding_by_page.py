"""Devices are added on the page: Just Works and six digits; wrong and late digits explained."""

from __future__ import annotations

import time

from scripts.bluez.guest.guest import Guest
from scripts.bluez.guest.home import Home
from scripts.bluez.guest.pages import Pages
from scripts.bluez.guest.to_be_added import AIR, RIGHT, WRONG

SECONDS = 400

CUFF, METER = "Blood pressure cuff", "Thermometer"


async def play(guest: Guest) -> dict[str, object]:
    """Each is found, paired with, named, and shows its first reading."""
    home = await Home.made(guest)
    run = await home.run(parts=())
    pages = Pages((await run.until(lambda event: event["event"] == "pages"))["url"])
    await pages.sign_in()
    await pages.open("/readings")
    await pages.press("Go on", read="yes")
    async with guest.air(AIR) as air:
        await air.measure("cuff")
        await air.measure("thermometer")
        took = {"just_works_s": await _added(pages, CUFF, "Upstairs", "Blood pressure")}
        await _refused(pages, WRONG, "were not those that the device shows")
        await _refused(pages, None, "Nobody answered in time")
        devices = await air.devices()
        assert not await guest.bluetoothd.is_bonded(devices["thermometer"]["address"])
        await air.measure("thermometer")
        took["six_digits_s"] = await _added(pages, METER, "Ear", "Body temperature", RIGHT)
        for one in devices.values():
            assert await guest.bluetoothd.is_bonded(one["address"])
        await run.stop()
    return dict(took)


async def _chosen(pages: Pages, title: str, name: str) -> None:
    await pages.until("/add", lambda words: "Look around" in words)
    await pages.press("Look around")
    await pages.until("/add", lambda words: f"Add {title}" in words and "Looking" not in words)
    await pages.press(f"Add {title}", name=name)


async def _added(pages: Pages, title: str, name: str, kind: str, digits: str = "") -> float:
    began = time.monotonic()
    await _chosen(pages, title, name)
    if digits:
        await pages.until("/add", lambda words: "shows six digits" in words)
        await pages.press("Pair", answer=digits)
    await pages.until("/add", lambda words: f"{name} is yours now" in words)
    await pages.until("/readings", lambda words: kind in words)
    return round(time.monotonic() - began, 1)


async def _refused(pages: Pages, digits: str | None, why: str) -> None:
    await _chosen(pages, METER, "Ear")
    await pages.until("/add", lambda words: "shows six digits" in words)
    if digits is not None:
        await pages.press("Pair", answer=digits)
    words = await pages.until("/add", lambda words: why in words)
    assert "try again" in words, words
