"""All commands but `run`, put together."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from gateway.commands import (
    clinic,
    consent,
    consent_shown,
    correct,
    delete,
    device_clock,
    device_names,
    device_several,
    device_users,
    devices,
    devices_add,
    devices_describe,
    devices_pair,
    doctor,
    entrusting,
    forbidding,
    imports,
    open_pages,
    passphrase,
    people,
    readings,
    recipients,
    sent,
    setup,
    simulate,
    sources,
    status,
    stays,
    upload,
)
from gateway.commands.program import new_app, run_one
from gateway.errors import ExitCode

app = new_app()

for module in (
    setup,
    passphrase,
    open_pages,
    status,
    imports,
    readings,
    upload,
    sent,
    stays,
    simulate,
    clinic,
    doctor,
    correct,
    delete,
):
    module.add_to(app)
for about_consent in (consent_shown, entrusting, forbidding):
    about_consent.add_to(consent.app)
for about_devices in (
    devices_add,
    devices_pair,
    device_users,
    device_clock,
    device_names,
    device_several,
    devices_describe,
):
    about_devices.add_to(devices.app)
for name, group in (
    ("people", people.app),
    ("devices", devices.app),
    ("recipients", recipients.app),
    ("consent", consent.app),
    ("sources", sources.app),
):
    app.add_typer(group, name=name)


@app.command("run")
def run() -> None:
    """Collect, upload what you agreed to, and serve your pages, until stopped."""
    raise typer.Exit(ExitCode.WRONG_USE)  # `cli.main` starts it by itself; this line is its help


def main(words: Sequence[str]) -> int:
    """Run one command; see `program.run_one`."""
    return run_one(app, words)
