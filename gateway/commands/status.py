"""`status`: what each part is doing."""

from __future__ import annotations

import typer

from gateway.clock import now
from gateway.commands.opening import Json, opened
from gateway.commands.output import called, moment, print_json, say, table
from gateway.sharing.consent import ClockState
from gateway.status import PARTS, device_words, is_running
from gateway.status_imports import FolderState, folder_state, import_state, import_words
from gateway.store import clock_answers

_FOLDER: dict[FolderState, str] = {
    "looked into": "The folder of [import] in config.toml is looked into for exports.",
    "not looked into": "The folder of [import] in config.toml is not looked into:"
    " start health-gateway run.",
    "not there": "The folder of [import] in config.toml is not there, or may not be read.",
}


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(status)


def status(context: typer.Context, as_json: Json = False) -> None:
    """Say what each part is doing: collecting, uploading, pages, devices, recipients."""
    with opened(context) as house:
        parts = {part: is_running(house, part) for part in PARTS}
        devices = [
            (one, device_words(house, one.key))
            for one in house.devices.list()
            if one.adapter == "ble"
        ]
        is_called = house.names().all()
        broken = house.ledger.state().broken
        clock_right = house.clock() is ClockState.TRUSTED
        collecting = house.anybody_allows("ble", now())
        stored = sum(series.n for series in house.readings.series())
        simulation = house.simulation
        warnings = house.opened.warnings(now())
        unclaimed = house.whose().count()
        unsure = sum(one.n for one in clock_answers.unsure(house.opened.gateway))
        imported = house.imports.list()[:1]
        last = import_state(house, imported[0], now()) if imported else None
        last_words = [import_words(house, run, now()) for run in imported]
        folder = folder_state(house)
    if as_json:
        print_json(
            {
                "simulation": simulation,
                "running": parts,
                "bluetooth_allowed": collecting,
                "clock_trusted": clock_right,
                "ledger_whole": not broken,
                "stored": stored,
                "unclaimed": unclaimed,
                "unsure_times": unsure,
                "last_import": last,
                "folder_of_exports": folder,
                "warnings": warnings,
                "devices": [
                    {"device": one.key, "title": called(is_called[one.key]), "state": words.state,
                     "next_step": words.to_type(one.key)}
                    for one, words in devices
                ],
            }
        )  # fmt: skip
        return
    if simulation:
        say("This is a simulation home.")
    names = {"collect": "Collecting", "upload": "Uploading", "web": "Your pages"}
    table(
        ["Part", ""],
        [(names[part], "running" if on else "not running") for part, on in parts.items()],
    )
    say(f"{stored:,} readings are stored.")
    if unclaimed:
        say(f"{unclaimed:,} wait until somebody says whose they are: health-gateway devices whose")
    if unsure:
        say(f"{unsure:,} wait until their times are confirmed: health-gateway devices clock")
    for words in last_words:
        say(words)
    if folder is not None:
        say(_FOLDER[folder])
    if not collecting:
        say("Nobody has allowed Bluetooth: health-gateway consent grant collect ble")
    if not clock_right:
        say("This computer's clock is not set by a time service, so nothing is sent.")
        say('If you know that it is right: config.toml, [clock] trust = "trusted".')
    for warning in warnings:
        say(warning)
    if broken:
        say(f"{broken} Nothing is shared.")
    if devices:
        table(
            ["Device", "State", "Since", "What to do"],
            [
                (called(is_called[o.key]), w.state, moment(w.since or None), w.to_type(o.key))
                for o, w in devices
            ],
        )
