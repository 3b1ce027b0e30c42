"""Which radio a home listens through: this computer's, or in a simulation home a simulator's."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator

from adapters.ble.catalog import Catalog, with_home
from adapters.ble.paired import RadioSettings
from adapters.ble.polar_streams import with_streams
from adapters.ble.radio import Radio
from gateway.app import House
from gateway.errors import Refused
from gateway.settings import Bluetooth

SYSTEM = "system"

UNDERSTUDY = (sys.executable, "-P", "-m", "gateway.understudy")
"""Nothing that lies in the folder where `run` was started is run in its place (``-P``)."""


def may_use(house: House) -> None:
    """Keep what is made up and what is real apart.

    Raises:
        Refused: a simulator in a real home, or the real radio in a simulation home.
    """
    real = house.settings.bluetooth.radio == SYSTEM
    if real and house.simulation:
        raise Refused(
            "A simulation home does not use this computer's Bluetooth.",
            "Start `health-gateway simulate rest`, and write the address that it prints into "
            "config.toml: [bluetooth] radio = …",
        )
    if not real and not house.simulation:
        raise Refused(
            "Simulated devices are not let into a real home.",
            "Make a home for them: health-gateway --home DIR setup --simulation",
        )


@contextlib.asynccontextmanager
async def radio_of(house: House, *, collects: bool = False) -> AsyncIterator[Radio]:
    """The radio of this home, open.

    Args:
        house: whose.
        collects: whether devices are listened to, so that nothing may be lost should we be killed.

    Raises:
        Refused: see `may_use`.
        AdapterError: the simulator does not answer.
    """
    may_use(house)
    chosen = house.settings.bluetooth
    if chosen.radio == SYSTEM:
        async with _system_radio(house, chosen.adapter or None, collects) as own:
            yield own
        return
    from adapters.simulator.radio import hci_radio

    async with hci_radio(chosen.radio) as radio:
        yield radio


def collecting_radio(house: House) -> contextlib.AbstractAsyncContextManager[Radio]:
    """The radio of this home for whoever listens to its devices; see `radio_of`."""
    return radio_of(house, collects=True)


def can_pair(house: House) -> bool:
    """Whether devices are paired by this program: on Linux; elsewhere the system does it."""
    return house.settings.bluetooth.radio == SYSTEM and sys.platform == "linux"


@contextlib.asynccontextmanager
async def _system_radio(house: House, adapter: str | None, collects: bool) -> AsyncIterator[Radio]:
    """This computer's own Bluetooth."""
    if sys.platform != "linux":
        yield Radio(adapter=adapter)
        return
    from adapters.ble.bluez.keeper import Keeper
    from adapters.ble.bluez.pairing import Pairing
    from adapters.ble.bluez.understudy import Understudy
    from adapters.ble.bluez.watch import Watch

    understudy = None
    if collects:
        opened = house.opened
        told = {"file": str(opened.home.local_db), "key": opened.ring.local.hex()}
        understudy = Understudy(UNDERSTUDY, told)
    keeper, watch = Keeper(adapter, understudy=understudy), Watch(adapter)
    async with watch.running(), keeper.running():
        yield Radio(pairs=Pairing(adapter), keeps=keeper, watches=watch)


def radio_settings(chosen: Bluetooth, *, gather: float = 0.0) -> RadioSettings:
    """What `config.toml` says of the radio; `gather` is that of `RadioSettings`."""
    return RadioSettings(
        connect_timeout=chosen.connect_timeout,
        operation_timeout=chosen.operation_timeout,
        longest_pause=chosen.longest_pause,
        set_clocks=chosen.set_clocks,
        power_cycle=chosen.power_cycle,
        gather=gather,
    )


def catalog_of(house: House) -> Catalog:
    """The device profiles that come with the program, and those of this home's `devices` folder."""
    catalog = with_home(house.path / "devices")
    return with_streams(catalog, house.settings.bluetooth.polar_streams)
