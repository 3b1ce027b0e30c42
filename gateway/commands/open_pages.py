"""`open`: another link to your pages."""

from __future__ import annotations

from urllib.parse import urlencode

import typer

from gateway.clock import now
from gateway.commands.opening import Json, PersonName, opened, person_of
from gateway.commands.output import print_json, say
from gateway.errors import GatewayError
from gateway.status import is_running
from gateway.web.codes import CODE_LIFE, Codes


def add_to(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command("open")(open_pages)


def open_pages(context: typer.Context, person: PersonName = "", as_json: Json = False) -> None:
    """Print a link that opens your pages, once."""
    with opened(context) as house:
        whose = person_of(house, person)
        chosen = house.settings.pages
        if not is_running(house, "web"):
            raise GatewayError("The pages are not open.", "Start them: health-gateway run")
        code = Codes(house.opened.gateway).make(whose.key, now())
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    url = f"http://{host}:{chosen.port}/enter?{urlencode({'code': code})}"
    if as_json:
        print_json({"url": url})
    else:
        say(url)
        say(f"It opens once, within {CODE_LIFE // 60_000} minutes.")
