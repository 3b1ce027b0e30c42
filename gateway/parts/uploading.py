"""The part of `run` that releases what consent covers and sends it."""

from __future__ import annotations

import asyncio

from gateway.app import House
from gateway.jobs import Job, schedule
from gateway.log import Event, Log
from gateway.sending import Sender, sender
from gateway.sharing.turn import NotOurTurn
from gateway.sharing.uploader import Report
from gateway.status import running_file
from gateway.store.courtesy import announced
from gateway.store.thread import StoreThread
from gateway.telling import Telling

EXPIRY_EVERY = 60.0
"""Seconds between two looks for grants that came to their end."""


async def upload_for_ever(house: House, thread: StoreThread, telling: Telling, log: Log) -> None:
    """Send what is due, again and again, until cancelled."""
    with announced(running_file(house, "upload")):
        async with sender(house, thread) as sends:
            once = _Round(sends, telling, log)
            jobs = [
                Job("upload", house.settings.upload.every, once.do),
                Job("consent expiry", EXPIRY_EVERY, sends.let_go_of_what_ended),
            ]
            scheduler = schedule(jobs, log)
            scheduler.start()
            try:
                await asyncio.Event().wait()
            finally:
                scheduler.shutdown(wait=False)


class _Round:
    """One round of sending, and word of what it did."""

    def __init__(self, sends: Sender, telling: Telling, log: Log) -> None:
        self._sends = sends
        self._telling = telling
        self._log = log
        self._held: dict[str, str] = {}

    async def do(self) -> None:
        """Send what is due; if another command of this home is sending, the next round will."""
        try:
            report = await self._sends.round()
        except NotOurTurn:
            return
        if report.sent or report.already or report.rejected:
            self._log.note(
                Event.SENT, sent=report.sent, already=report.already, rejected=report.rejected
            )
            self._telling.tell(
                "sent",
                sent=report.sent,
                already=report.already,
                rejected=report.rejected,
                waiting=report.waiting,
                destinations=list(report.destinations),
            )
        self._say_who_is_held(report)

    def _say_who_is_held(self, report: Report) -> None:
        for recipient, why in report.held.items():
            if self._held.get(recipient) != why:
                self._log.note(Event.NOT_SENT, recipient=recipient, reason=why)
                self._telling.tell("held", recipient=recipient, why=why)
        self._held = dict(report.held)
