"""The guards of the patient's pages: host, site, session, form token, notice, role, audit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.htmlkit.guard import HEADERS, AllowedHosts
from gateway.store.thread import StoreThread
from gateway.web.codes import CODE_LIFE
from gateway.web.routes import ROUTES, STATIC
from gateway.web.serve import make_app
from gateway.web.visit import COOKIE
from tests.fakes_web import HOUR, MINUTE, NOW, Furnished, desk_of, make_home
from tests.web_visitor import visiting

PATHS = [
    route.path.format(kind="heart_rate", recipient="r", grant="g", what="names")
    for route in ROUTES
    if route.method == "GET" and route.who == "person" and "live" not in route.path
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    made = make_home(tmp_path_factory.mktemp("guards"))
    made.know_risks()
    yield made
    made.house.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Furnished]:
    made = make_home(tmp_path)
    yield made
    made.house.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200),
        ("localhost:{port}", 200),
        ("[::1]:{port}", 200),
        ("127.0.0.1", 421),
        ("127.0.0.1:{other}", 421),
        ("evil.example:{port}", 421),
        ("127.0.0.1.nip.io:{port}", 421),
        ("localhost.:{port}", 421),
        ("", 421),
    ],
)
async def test_only_this_computer_s_own_names_are_answered(
    home: Furnished, host: str, status: int
) -> None:
    async with visiting(home) as visitor:
        port = int(visitor.origin.rpartition(":")[2])
        sent = host.format(port=port, other=port + 1)
        answer = await visitor.get("/static/pages.css", {"Host": sent})
        assert answer.status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "{own}", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "{own}"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Origin": "{own}", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "{own}", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://localhost:1"}, 403),
        ({"Origin": "https://{host}"}, 403),
        ({}, 403),
    ],
    ids=str,
)
async def test_changes_are_taken_from_these_pages_only(
    home: Furnished, headers: dict[str, str], status: int
) -> None:
    async with visiting(home) as visitor:
        fields = (await visitor.get("/share")).form.to("/share/collect")
        own, host = visitor.origin, visitor.origin.partition("//")[2]
        sent = {name: value.format(own=own, host=host) for name, value in headers.items()}
        assert (await visitor.post("/share/collect", fields, sent)).status == status


@pytest.mark.parametrize("token", ["", "wrong", None])
async def test_a_form_without_its_token_changes_nothing(home: Furnished, token: str | None) -> None:
    async with visiting(home) as visitor:
        fields = [("source", "ble"), ("allow", "yes")]
        fields += [("form_token", token)] if token is not None else []
        before = home.house.ledger.state().seq
        assert (await visitor.post("/share/collect", fields)).status == 403
        assert home.house.ledger.state().seq == before


async def test_every_answer_has_the_strict_headers(home: Furnished) -> None:
    async with visiting(home) as visitor:
        for path in ["/readings", "/nowhere", "/static/pages.css", "/static/none.css", "/enter"]:
            answer = await visitor.get(path)
            for name, value in HEADERS.items():
                assert answer.headers.get(name) == value, (path, name)
            assert "Server" not in answer.headers
            assert answer.headers["Cache-Control"] in ("no-store", "no-cache")
        assert (await visitor.get("/readings")).headers["Cache-Control"] == "no-store"
        wrong_host = await visitor.get("/readings", {"Host": "evil.example"})
        assert wrong_host.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_one_cookie_with_nothing_in_it_but_chance(home: Furnished) -> None:
    async with visiting(home, sign_in=False) as visitor:
        answer = await visitor.get(await visitor.served.sign_in_link(home.person))
        (cookie,) = [v for k, v in answer.headers.items() if k == "Set-Cookie"]
        name, _, value = cookie.partition(";")[0].partition("=")
        assert name == COOKIE
        assert len(value) * 6 >= 128
        assert home.person not in value
        assert {"HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        for path in PATHS:
            assert "Set-Cookie" not in (await visitor.get(path)).headers


async def test_a_link_opens_once_and_for_ten_minutes(home: Furnished) -> None:
    async with visiting(home, sign_in=False) as visitor:
        link = await visitor.served.sign_in_link(home.person)
        assert (await visitor.get(link)).status == 200
        assert (await visitor.get(link)).status == 401
        late = await visitor.served.sign_in_link(home.person)
        home.clock.at += CODE_LIFE
        assert (await visitor.get(late)).status == 401
        assert (await visitor.get("/enter?code=" + "x" * 43)).status == 401
        home.clock.at = NOW


async def test_the_store_keeps_no_code_and_no_cookie(home: Furnished) -> None:
    async with visiting(home, sign_in=False) as visitor:
        link = await visitor.served.sign_in_link(home.person)
        code = link.partition("code=")[2]
        await visitor.get(link)
        token = next(iter(visitor.session.cookie_jar)).value
        dump = str(home.house.opened.gateway.conn.execute("SELECT * FROM note").fetchall())
        dump += str(home.house.opened.gateway.conn.execute("SELECT * FROM session").fetchall())
        dump += str(home.house.audit.entries())
        assert code not in dump
        assert token not in dump


@pytest.mark.parametrize("path", PATHS)
async def test_a_stranger_sees_nothing(home: Furnished, path: str) -> None:
    async with visiting(home, sign_in=False) as visitor:
        answer = await visitor.get(path)
        assert answer.status == 401
        assert "Ingrid" not in answer.text


async def test_a_session_ends_when_it_is_idle_or_old(home: Furnished) -> None:
    async with visiting(home) as visitor:
        for _ in range(14):
            home.clock.at += 14 * MINUTE
            assert (await visitor.get("/stays")).status == 200
        home.clock.at += 15 * MINUTE
        assert (await visitor.get("/stays")).status == 401
        home.clock.at = NOW
    async with visiting(home) as visitor:
        for _ in range(8 * 60 // 14):
            home.clock.at += 14 * MINUTE
            await visitor.get("/stays")
        home.clock.at = NOW + 8 * HOUR
        assert (await visitor.get("/stays")).status == 401
        home.clock.at = NOW


async def test_signing_out_ends_the_session_at_once(home: Furnished) -> None:
    async with visiting(home) as visitor:
        token = next(iter(visitor.session.cookie_jar)).value
        fields = (await visitor.get("/stays")).form.to("/leave")
        assert (await visitor.post("/leave", fields)).status == 200
        stolen = await visitor.get("/stays", {"Cookie": f"{COOKIE}={token}"})
        assert stolen.status == 401


async def test_nothing_but_the_notice_is_shown_before_it_was_read(fresh: Furnished) -> None:
    async with visiting(fresh) as visitor:
        for path in PATHS:
            assert (await visitor.get(path)).address.endswith("/first"), path
        page = await visitor.get("/first")
        assert "local emergency number" in page.words
        assert page.form.chosen == []
        fields = page.form.to("/first")
        assert (await visitor.post("/first", fields)).address.endswith("/first")
        answer = await visitor.post("/first", [*fields, ("read", "yes")])
        assert answer.address.endswith("/readings")
        assert fresh.house.ledger.state().notices


async def test_no_route_lacks_a_row_and_no_row_a_role(home: Furnished) -> None:
    thread = StoreThread()
    app = make_app(desk_of(home, thread), AllowedHosts())
    thread.close()
    known = {(route.method, route.path) for route in ROUTES} | {("GET", STATIC)}
    for route in app.router.routes():
        assert route.resource is not None
        assert ({"HEAD": "GET"}.get(route.method, route.method), route.resource.canonical) in known
    for row in ROUTES:
        assert row.who in ("anyone", "person")
        assert bool(row.audit) == (row.who == "person"), row.path
        assert row.method == "GET" or row.who == "person"


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_with_personal_data_is_noted(home: Furnished, path: str) -> None:
    async with visiting(home) as visitor:
        before = len(home.house.audit.entries())
        await visitor.get(path)
        (noted,) = home.house.audit.entries()[before:]
        assert noted.actor == f"person:{home.person}"
        assert noted.act == next(r.audit for r in ROUTES if _matches(r.path, path))
        home.house.audit.verify()


async def test_asking_not_to_be_tracked_changes_nothing(home: Furnished) -> None:
    async with visiting(home) as visitor:
        plain = await visitor.get("/readings")
        asked = await visitor.get("/readings", {"DNT": "1", "Sec-GPC": "1"})
        assert asked.text == plain.text


async def test_a_huge_form_is_refused(home: Furnished) -> None:
    async with visiting(home) as visitor:
        answer = await visitor.post("/share/collect", [("x", "y" * 300_000)])
        assert answer.status == 413


def _matches(pattern: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path) is not None
