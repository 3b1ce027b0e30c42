"""`stays`: what never leaves, counted."""

from __future__ import annotations

import typer

from gateway.commands.opening import Json, opened
from gateway.commands.output import print_json, say, table

WORDS = {
    "given_name": "names that you gave to devices",
    "address": "addresses of devices",
    "advertised_name": "names that devices call themselves",
    "serial_number": "serial numbers",
    "system_id": "system identifiers",
    "source_name": "names of apps and phones",
    "device_name": "names of devices in Apple Health",
    "local_identifier": "identifiers of devices in Apple Health",
    "link_event": "events of connections, with signal strength (7 days)",
    "raw_packet": "packets as they came over the air (24 hours)",
    "clock_seen": "looks at the clocks of devices",
    "synced": "notes of how far stored readings were fetched",
    "consent_code": "codes that let a device be read",
    "sample": "measurements of devices that you describe (30 days)",
    "unclaimed": "readings that are nobody's yet",
    "position": "places",
    "route": "routes",
    "time_offset": "time offsets of exports",
    "zone": "time zones of people",
}


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(stays)


def stays(context: typer.Context, as_json: Json = False) -> None:
    """Count what stays here: addresses, names, connections, places."""
    with opened(context) as house:
        counts = house.local.counts()
    if as_json:
        print_json({"stays": {word: counts.get(word, 0) for word in WORDS}})
        return
    say("This stays here. The part of the program that sends cannot see it.")
    table(["", "Count"], [(WORDS[word], f"{counts.get(word, 0):,}") for word in WORDS])
