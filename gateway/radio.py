"""Which radio a home listens through: this computer's, or in a simulation home a simulator's."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from adapters.ble.catalog import Catalog, with_home
from adapters.ble.paired import RadioSettings
from adapters.ble.polar_streams import with_streams
from adapters.ble.radio import Radio
from gateway.app import House
from gateway.errors import Refused
from gateway.settings import Bluetooth

SYSTEM = "system"


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
async def radio_of(house: House) -> AsyncIterator[Radio]:
    """The radio of this home, open.

    Raises:
        Refused: see `may_use`.
        AdapterError: the simulator does not answer.
    """
    may_use(house)
    chosen = house.settings.bluetooth
    if chosen.radio == SYSTEM:
        yield Radio(adapter=chosen.adapter or None)
        return
    from adapters.simulator.radio import hci_radio

    async with hci_radio(chosen.radio) as radio:
        yield radio


def radio_settings(chosen: Bluetooth, *, gather: float = 0.0) -> RadioSettings:
    """What `config.toml` says of the radio; `gather` is that of `RadioSettings`."""
    return RadioSettings(
        connect_timeout=chosen.connect_timeout,
        operation_timeout=chosen.operation_timeout,
        longest_pause=chosen.longest_pause,
        set_clocks=chosen.set_clocks,
        gather=gather,
    )


def catalog_of(house: House) -> Catalog:
    """The device profiles that come with the program, and those of this home's `devices` folder."""
    catalog = with_home(house.path / "devices")
    return with_streams(catalog, house.settings.bluetooth.polar_streams)
