"""What can be chosen, in an order that can be read: what is here first, the rest folded."""

from __future__ import annotations

import re
from pathlib import Path

from adapters.ble.catalog import built_in
from adapters.ble.measuring import kinds_of
from adapters.kinds import Kind, all_kinds
from adapters.reading import DeviceFacts
from gateway.sharing.consent import shareable_kinds
from gateway.sharing.shelves import shelves
from gateway.store.slots import Slot
from tests.fakes_web import CUFF, NOW, SCALE, STRAP, make_home, number
from tests.web_visitor import visiting

HEART, WEIGHT = Kind("heart_rate"), Kind("body_weight")


def test_everything_that_can_be_shared_stands_on_one_shelf() -> None:
    kinds = [kind for shelf in shelves([HEART]) for kind in (*shelf.here, *shelf.more)]

    assert sorted(kinds) == sorted(shareable_kinds())
    for shelf in shelves([HEART]):
        assert {all_kinds()[kind].consent for kind in (*shelf.here, *shelf.more)} == {
            shelf.category
        }


def test_categories_with_readings_come_first_and_what_stays_here_never() -> None:
    made = shelves([WEIGHT, Kind("battery_level")])

    assert (made[0].category, made[0].here) == ("body", (WEIGHT,))
    assert not any(shelf.here for shelf in made[1:])
    assert "home" not in {shelf.category for shelf in made}


def test_within_a_shelf_and_among_shelves_the_order_is_that_of_the_table() -> None:
    order = list(all_kinds())
    for shelf in shelves([HEART, WEIGHT]):
        for kinds in (shelf.here, shelf.more):
            assert list(kinds) == sorted(kinds, key=order.index)
    assert [shelf.category for shelf in shelves([])] == list(
        dict.fromkeys(
            all_kinds()[kind].consent for kind in sorted(shareable_kinds(), key=order.index)
        )
    )


async def test_at_first_sight_only_what_was_measured_is_offered(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    home.know_risks()
    home.take_in(STRAP, [number("heart_rate", NOW - 3000, "64", "/min")])
    async with visiting(home) as visitor:
        page = await visitor.get(f"/share/to/{home.recipient()}")
    home.house.close()
    folded = re.findall(r"<details>.*?</details>", page.text, re.DOTALL)
    seen = re.sub(r"<details>.*?</details>", "", page.text, flags=re.DOTALL)

    assert re.findall(r'name="kind" value="(\w+)"', seen) == ["heart_rate"]
    offered = [re.findall(r'name="kind" value="(\w+)"', one) for one in folded]
    assert sorted(kind for kinds in offered for kind in kinds) == sorted(
        {*shareable_kinds()} - {HEART}
    )
    for one, kinds in zip(folded, offered, strict=True):
        assert not kinds or f"{len(kinds)} " in one.partition("</summary>")[0]


def test_what_a_device_may_measure_stands_with_what_was_measured() -> None:
    made = shelves([HEART], {WEIGHT, Kind("battery_level")})

    assert {kind for shelf in made for kind in shelf.here} == {HEART, WEIGHT}
    assert [shelf.category for shelf in made[:2]] == ["heart", "body"]


def test_every_profile_says_what_it_may_measure() -> None:
    catalog = built_in()
    nothing = [key for key in catalog.profiles if not kinds_of(catalog, key)]

    assert nothing == ["location-pod"]  # it says where, which stays here
    assert kinds_of(catalog, "polar-h10") >= {"heart_rate", "rr_interval"}
    assert kinds_of(catalog, "blood-pressure-cuff") >= {"blood_pressure"}
    assert kinds_of(catalog, "weight-scale") >= {"body_weight", "body_fat_percentage"}
    assert kinds_of(catalog, "nothing like it") == frozenset()


async def test_the_page_offers_what_own_and_common_devices_may_measure(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    home.know_risks()
    house = home.house
    olav = house.people.add("Olav", "1959-05", NOW)
    devices = (
        (STRAP, home.person, "polar-h10", False), (CUFF, olav, "blood-pressure-cuff", False),
        (SCALE, olav, "weight-scale", True),
    )  # fmt: skip
    for key, person, profile, several in devices:
        house.devices.add(
            DeviceFacts(person, key, profile), adapter="ble", profile=profile, simulated=True,
            now=NOW, several=several,
        )  # fmt: skip

    async def near() -> set[str]:
        async with visiting(home) as visitor:
            text = (await visitor.get(f"/share/to/{home.recipient()}")).text
        folded = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
        return set(re.findall(r'name="kind" value="(\w+)"', folded))

    found = await near()
    assert found >= {"rr_interval", "body_weight"}
    assert "blood_pressure" not in found
    house.slots.set(Slot(CUFF, 2, home.person, NOW))
    assert "blood_pressure" in await near()
    house.devices.forget(STRAP, NOW)
    assert "rr_interval" not in await near()
    house.close()
