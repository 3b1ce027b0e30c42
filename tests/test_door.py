"""The one door: what it sends, byte for byte, and what it does not let out."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.sharing.door import LARGEST_ANSWER, Door, Request
from gateway.sharing.errors import DoorClosed, LeakBlocked, SendingStopped, UploadDeferred
from gateway.sharing.scan import Scanner
from tests.loopback_proxy import LoopbackProxy, answer
from tests.loopback_proxy import always as everything


class Allowed:
    """A permit that can be held, and notes that it was."""

    def __init__(self) -> None:
        self.held = 0
        self.released = 0

    async def hold(self) -> None:
        self.held += 1

    def release(self) -> None:
        self.released += 1


class Refused(Allowed):
    """A permit that is no longer good."""

    async def hold(self) -> None:
        raise SendingStopped


@asynccontextmanager
async def door(proxy: LoopbackProxy, *local: str, timeout: float = 5.0) -> AsyncIterator[Door]:
    origin = proxy.base.removesuffix("/fhir")
    async with Door(lambda: {origin}, Scanner(local), timeout=timeout) as made:
        yield made


async def test_the_headers_are_the_same_from_every_house() -> None:
    async with LoopbackProxy(fault=everything(answer(201))) as proxy, door(proxy) as out:
        await out.send(
            Request("POST", f"{proxy.base}/Observation", b"{}", {"If-None-Exist": "identifier=x"}),
            Allowed(),
        )
        await out.send(Request("GET", f"{proxy.base}/metadata"), Allowed())
    posted, asked = proxy.seen
    host = proxy.base.split("/")[2]
    assert posted.headers == [
        ("Host", host),
        ("User-Agent", "health-gateway"),
        ("Accept", "application/fhir+json"),
        ("Accept-Encoding", "identity"),
        ("Prefer", "return=minimal"),
        ("Content-Type", "application/fhir+json; charset=utf-8"),
        ("If-None-Exist", "identifier=x"),
        ("Content-Length", "2"),
    ]
    assert asked.headers == [
        ("Host", host),
        ("User-Agent", "health-gateway"),
        ("Accept", "application/fhir+json"),
        ("Accept-Encoding", "identity"),
        ("Prefer", "return=minimal"),
    ]
    assert asked.path == "/fhir/metadata"
    assert out.destinations == {f"http://{host}"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_error_and_nothing_reaches_the_other_origin(status: int) -> None:
    async with LoopbackProxy(fault=everything(answer(200))) as other:
        to = everything(answer(status, Location=f"{other.base}/Observation"))
        async with LoopbackProxy(fault=to) as proxy, door(proxy) as out:
            with pytest.raises(UploadDeferred) as error:
                await out.send(
                    Request("POST", f"{proxy.base}/Observation", b'{"value":72}',
                            {"Authorization": "Bearer secret"}),
                    Allowed(),
                )  # fmt: skip
            assert not error.value.reached
        assert other.seen == []


@pytest.mark.parametrize(
    ("place", "request_"),
    [
        ("url", Request("GET", "{base}/Observation?identifier=c0decafe1701")),
        ("headers", Request("POST", "{base}/Device", b"{}", {"If-None-Exist": "identifier=C0%3ADE%3ACA%3AFE%3A17%3A01"})),  # noqa: E501
        ("body", Request("POST", "{base}/Device", b'{"note":"wN7K/hcB"}')),
    ],
    ids=["url", "headers", "body"],
)  # fmt: skip
async def test_a_leak_is_blocked_before_any_connection(place: str, request_: Request) -> None:
    async with (
        LoopbackProxy(fault=everything(answer(200))) as proxy,
        door(proxy, "C0:DE:CA:FE:17:01") as out,
    ):
        url = request_.url.format(base=proxy.base)
        with pytest.raises(LeakBlocked) as leak:
            await out.send(
                Request(request_.method, url, request_.body, request_.headers), Allowed()
            )
        assert leak.value.place == place
        assert out.blocked == 1
        assert out.destinations == set()
        assert "DE" not in str(leak.value)
        assert proxy.seen == []


async def test_a_header_that_the_client_adds_is_searched_too() -> None:
    async with LoopbackProxy(fault=everything(answer(200))) as proxy:
        host = proxy.base.split("/")[2]
        async with door(proxy, host) as out:
            with pytest.raises(LeakBlocked):
                await out.send(Request("GET", f"{proxy.base}/metadata"), Allowed())
    assert proxy.seen == []


async def test_without_a_permit_no_byte_leaves() -> None:
    async with LoopbackProxy(fault=everything(answer(200))) as proxy, door(proxy) as out:
        await out.send(Request("GET", f"{proxy.base}/metadata"), Allowed())
        for request in (
            Request("GET", f"{proxy.base}/metadata"),
            Request("POST", f"{proxy.base}/Observation", b"x" * 100_000),
        ):
            with pytest.raises(SendingStopped):
                await out.send(request, Refused())
    assert len(proxy.seen) == 1


async def test_a_permit_is_held_while_bytes_leave_and_given_back_before_the_answer() -> None:
    permit = Allowed()
    at_the_answer: list[tuple[int, int]] = []

    async def note(_: object) -> bytes:
        at_the_answer.append((permit.held, permit.released))
        return answer(200)

    async with LoopbackProxy(fault=note) as proxy, door(proxy) as out:
        await out.send(Request("POST", f"{proxy.base}/Observation", b"{}"), permit)
        await out.send(Request("GET", f"{proxy.base}/metadata"), permit)
    assert [held for held, _ in at_the_answer] == [1, 2]
    assert at_the_answer[0][1] == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://198.51.100.7/fhir/metadata",
        "https://elsewhere.example/fhir/metadata",
        "http://127.0.0.1:1/fhir/metadata",
        "http://user:password@127.0.0.1/fhir",
        "file:///etc/passwd",
        "/fhir/metadata",
    ],
)
async def test_an_address_that_no_invitation_names_is_not_reached(url: str) -> None:
    async with LoopbackProxy(fault=everything(answer(200))) as proxy, door(proxy) as out:
        with pytest.raises(DoorClosed):
            await out.send(Request("GET", url), Allowed())
        assert out.destinations == set()


async def test_a_simulation_reaches_nothing_outside_this_computer() -> None:
    async with Door(lambda: {"https://fhir.example"}, Scanner([]), loopback_only=True) as out:
        with pytest.raises(DoorClosed):
            await out.send(Request("GET", "https://fhir.example/metadata"), Allowed())


async def test_no_other_header_can_be_added() -> None:
    async with LoopbackProxy(fault=everything(answer(200))) as proxy, door(proxy) as out:
        with pytest.raises(DoorClosed):
            await out.send(
                Request("GET", f"{proxy.base}/metadata", headers={"X-Host": "pi"}), Allowed()
            )


async def test_cookies_are_neither_kept_nor_sent() -> None:
    async with (
        LoopbackProxy(fault=everything(answer(200, Set_Cookie="a=b; Path=/"))) as proxy,
        door(proxy) as out,
    ):
        for _ in range(2):
            await out.send(Request("GET", f"{proxy.base}/metadata"), Allowed())
    assert all("cookie" not in seen.named for seen in proxy.seen)


async def test_a_proxy_from_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with LoopbackProxy(fault=everything(answer(200))) as other:
        monkeypatch.setenv("http_proxy", other.base)
        monkeypatch.setenv("HTTP_PROXY", other.base)
        async with LoopbackProxy(fault=everything(answer(200))) as proxy, door(proxy) as out:
            await out.send(Request("GET", f"{proxy.base}/metadata"), Allowed())
        assert other.seen == []


async def test_a_lost_answer_says_that_it_may_have_arrived() -> None:
    async with LoopbackProxy(fault=everything("cut")) as proxy, door(proxy) as out:
        with pytest.raises(UploadDeferred) as error:
            await out.send(Request("POST", f"{proxy.base}/Observation", b"{}"), Allowed())
        assert error.value.reached


async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever() -> None:
    async def silence(_: object) -> bytes:
        import asyncio

        await asyncio.sleep(0.5)
        return answer(200)

    async with LoopbackProxy(fault=silence) as proxy, door(proxy, timeout=0.1) as out:
        with pytest.raises(UploadDeferred) as error:
            await out.send(Request("POST", f"{proxy.base}/Observation", b"{}"), Allowed())
        assert error.value.reached


async def test_a_server_that_is_not_there_got_nothing() -> None:
    async with LoopbackProxy() as proxy:
        gone = proxy.base
    async with Door(lambda: {gone.removesuffix("/fhir")}, Scanner([])) as out:
        with pytest.raises(UploadDeferred) as error:
            await out.send(Request("POST", f"{gone}/Observation", b"{}"), Allowed())
        assert not error.value.reached


async def test_an_answer_that_is_too_long_is_not_read() -> None:
    long = everything(answer(200, b"x" * (LARGEST_ANSWER + 1)))
    async with LoopbackProxy(fault=long) as proxy, door(proxy) as out:
        with pytest.raises(UploadDeferred):
            await out.send(Request("GET", f"{proxy.base}/metadata"), Allowed())


def certificate(host: str, days: int) -> tuple[bytes, bytes]:
    """A self-signed certificate and its key; ``days`` may lie in the past."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=9))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM), key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.mark.parametrize(
    ("host", "days", "known", "newest", "arrives"),
    [
        pytest.param("localhost", 9, True, None, True, id="a good one"),
        pytest.param("localhost", 9, False, None, False, id="self-signed"),
        pytest.param("elsewhere.example", 9, True, None, False, id="of another host"),
        pytest.param("localhost", -1, True, None, False, id="expired"),
        pytest.param("localhost", 9, True, ssl.TLSVersion.TLSv1_1, False, id="TLS 1.1"),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
async def test_only_a_server_with_a_valid_certificate_gets_anything(
    tmp_path: Path,
    host: str,
    days: int,
    known: bool,
    newest: ssl.TLSVersion | None,
    arrives: bool,
) -> None:
    came: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        came.append(await request.read())
        return web.Response(status=201)

    public, private = certificate(host, days)
    both, authority = tmp_path / "both.pem", tmp_path / "authority.pem"
    both.write_bytes(public + private)
    authority.write_bytes(public if known else certificate("other.example", 9)[0])
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(both)
    if newest is not None:
        served.set_ciphers("ALL:@SECLEVEL=0")
        served.minimum_version = newest
        served.maximum_version = newest
    app = web.Application()
    app.router.add_post("/fhir/Observation", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "localhost", 0, ssl_context=served)
    await site.start()
    port = runner.addresses[0][1]
    origin = f"https://localhost:{port}"
    try:
        async with Door(lambda: {origin}, Scanner([]), authorities=authority) as out:
            request = Request("POST", f"{origin}/fhir/Observation", b"{}")
            if arrives:
                assert (await out.send(request, Allowed())).status == 201
            else:
                with pytest.raises(UploadDeferred) as error:
                    await out.send(request, Allowed())
                assert not error.value.reached
    finally:
        await runner.cleanup()
    assert came == ([b"{}"] if arrives else [])
