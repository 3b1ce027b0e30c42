"""bleak is let look again until it knows all that BlueZ tells of a device, over a real D-Bus."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from bleak import BleakClient
from bleak.backends.bluezdbus.client import BleakClientBlueZDBus

from adapters.ble.bluez import services as module
from adapters.ble.bluez.bus import open_bus
from adapters.ble.bluez.services import complete
from adapters.ble.bluez.watch import Watch
from tests.fakes_bluez import SmallBlueZ, private_bus, small_bluez

METER = "C0:DE:CA:FE:17:01"


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with private_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


class Client:
    """As bleak's: it looks only where it knows nothing, and each time knows one more."""

    def __init__(self, paths: list[str], knows: int) -> None:
        self._paths = paths
        self.address = METER
        self.knows = knows
        self.looks = 0
        self.services: Any = self._known()
        self._backend = self

    def _known(self) -> Any:
        known = {number: SimpleNamespace(obj=(path, {})) for number, path in enumerate(self._paths)}
        return SimpleNamespace(
            characteristics={number: known[number] for number in range(self.knows)}
        )

    async def _get_services(self) -> Any:
        if self.services is None:
            self.looks += 1
            self.knows = min(self.knows + 1, len(self._paths))
            self.services = self._known()
        return self.services


def meter(bluez: SmallBlueZ) -> list[str]:
    device = bluez.device(METER)
    bluez.device("C0:DE:CA:FE:17:02")
    return [
        bluez.characteristic(device, f"0000{n:04x}-0000-1000-8000-00805f9b34fb", ["read"], at=n)
        for n in (0x20, 0x23, 0x26)
    ]


@pytest.mark.parametrize(("knows", "looks"), [(3, 0), (2, 1), (0, 3)])
async def test_it_looks_until_it_knows_all(
    bus: str, monkeypatch: pytest.MonkeyPatch, knows: int, looks: int
) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    async with small_bluez(bus) as bluez, Watch(bus=bus).running() as watch:
        client = Client(meter(bluez), knows)
        await watch.complete(cast(BleakClient, client))
    assert (client.knows, client.looks) == (3, looks)


async def test_it_ends_where_it_never_knows_all(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    async with small_bluez(bus) as bluez:
        paths = meter(bluez)
        own = await open_bus(bus)
        device = paths[0].partition("/service")[0]
        assert not await complete(own, device, cast(BleakClient, Client(paths[:2], 2)))
        own.disconnect()


async def test_without_bluez_nobody_waits(bus: str) -> None:
    async with Watch(bus=bus).running() as watch:
        await watch.complete(cast(BleakClient, Client([], 0)))


def test_bleak_looks_again_where_it_knows_nothing() -> None:
    """What is used of bleak that it has no public word for is still there, and still so."""
    source = inspect.getsource(BleakClientBlueZDBus._get_services)
    assert "if self.services is not None:" in source
    assert "self.services = await manager.get_services(" in source
