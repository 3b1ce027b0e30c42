"""`upload`: sends once what is due."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from gateway.app import House
from gateway.commands.opening import Json, open_at
from gateway.commands.output import print_json, say
from gateway.errors import ExitCode
from gateway.sending import sender
from gateway.sharing.uploader import Report
from gateway.sharing.words import sentence_of
from gateway.store.thread import StoreThread


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(upload)


def upload(
    context: typer.Context,
    resolve: Annotated[
        str, typer.Option(help="Send nothing; ask this recipient what became of lost answers.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Send once what is due. Without consent nothing is sent, nor asked."""
    thread = StoreThread()
    house = open_at(context.obj)
    try:
        report = asyncio.run(_send(house, thread, resolve))
    finally:
        thread.close()
        house.close()
    if as_json:
        print_json({**asdict(report), "held": {k: sentence_of(v) for k, v in report.held.items()}})
    else:
        _tell(report)
    if report.held and not (report.sent or report.already):
        raise typer.Exit(ExitCode.REFUSED)


async def _send(house: House, thread: StoreThread, resolve: str) -> Report:
    async with sender(house, thread) as sends:
        return await (sends.resolve(resolve) if resolve else sends.round())


def _tell(report: Report) -> None:
    say(f"{report.sent:,} sent, {report.already:,} were there already, {report.waiting:,} wait.")
    for count, words in (
        (report.rejected, "were refused by the recipient; see `health-gateway sent`"),
        (report.deferred, "will be tried again"),
        (report.unknown, "were sent without an answer; they are asked about at the next time"),
        (report.cancelled, "were cancelled, since you took your consent back"),
        (report.withheld, "were kept here: consent does not cover them, or they are in doubt"),
    ):
        if count:
            say(f"{count:,} {words}.")
    for why in report.held.values():
        say(sentence_of(why))
