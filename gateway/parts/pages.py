"""The part of `run` that serves the patient's pages."""

from __future__ import annotations

import asyncio

from adapters.ble.measuring import kinds_of
from gateway import clock
from gateway.app import House
from gateway.errors import GatewayError
from gateway.log import Event, Log
from gateway.radio import catalog_of
from gateway.status import device_words, is_running, running_file
from gateway.store.courtesy import announced
from gateway.store.thread import StoreThread
from gateway.telling import Telling
from gateway.web.codes import CODE_LIFE
from gateway.web.desk import Desk, make_desk
from gateway.web.serve import serving


async def serve_pages(house: House, thread: StoreThread, telling: Telling, log: Log) -> None:
    """Serve the pages until cancelled, and say where.

    Raises:
        GatewayError: the port is taken.
    """
    chosen = house.settings.pages
    with announced(running_file(house, "web")):
        try:
            async with serving(
                desk_of(house, thread), host=chosen.host, port=chosen.port
            ) as served:
                people = await thread.do(house.people.list)
                for person in people:
                    link = await served.sign_in_link(person.key)
                    telling.pages(link, CODE_LIFE // 60_000, person.name)
                if not people:
                    telling.nobody()
                log.note(Event.PAGES_OPEN, port=chosen.port)
                await asyncio.Event().wait()
        except OSError as error:
            raise GatewayError(
                f"Port {chosen.port} is taken.", "Choose another in config.toml, [pages] port."
            ) from error


def desk_of(house: House, thread: StoreThread) -> Desk:
    """What the pages stand on."""
    return make_desk(
        db=house.opened.gateway,
        local=house.opened.local,
        readings=house.readings,
        ledger=house.ledger,
        recipients=house.recipients,
        audit=house.audit,
        thread=thread,
        now=clock.now,
        clock=house.clock,
        simulation=house.simulation,
        can_measure=lambda profile: kinds_of(catalog_of(house), profile),
        words=lambda device: device_words(house, device),
        collecting=lambda: is_running(house, "collect"),
        home=house.path,
    )
