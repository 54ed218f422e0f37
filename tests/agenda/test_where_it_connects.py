"""The connection goes to the very address that was checked, and its server must be the one that was named.

Two real servers with TLS, on 127.0.0.1 and 127.0.0.2; the second plays a machine of our own network.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agenda import Fetcher, Unread
from domain.own_calendars import CalendarTrouble

NAME = "calendar.example"
OUTSIDE, HOME = "127.0.0.1", "127.0.0.2"


class Server:
    """A server that has a certificate for NAME alone."""

    def __init__(self, host: str, certificate: Path) -> None:
        self.location = ""  # where it sends everybody, if anywhere
        self.asked: list[str] = []  # the Host of each request
        self.named: list[str | None] = []  # the name that each connection asked for
        application = web.Application()
        application.router.add_get("/x.ics", self._answer)
        self._server = TestServer(application, host=host)
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(certificate)
        self._context.sni_callback = lambda _, name, __: self.named.append(name)

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.host)
        headers = {"Location": self.location} if self.location else {}
        return web.Response(status=302 if self.location else 200, text="BEGIN:VCALENDAR", headers=headers)

    async def start(self) -> None:
        await self._server.start_server(ssl=self._context)

    async def close(self) -> None:
        await self._server.close()

    @property
    def place(self) -> tuple[str, int]:
        return str(self._server.host), int(self._server.port or 0)


class Names:
    """What a name leads to: the first answer, then the next, as the server of a rebinding name would have it."""

    def __init__(self, *answers: Iterable[Server]) -> None:
        self._answers = [[server.place for server in answer] for answer in answers]
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        self.asked.append((host, port))
        return self._answers.pop(0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for NAME that has signed itself, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(private + made.public_bytes(pem))
    return path


@pytest.fixture
async def outside(certificate: Path) -> AsyncIterator[Server]:
    server = Server(OUTSIDE, certificate)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
async def home(certificate: Path) -> AsyncIterator[Server]:
    server = Server(HOME, certificate)
    await server.start()
    yield server
    await server.close()


def fetcher(names: Names, certificate: Path) -> Fetcher:
    """One that takes OUTSIDE for the public internet, and believes the certificate."""
    trusts = ssl.create_default_context(cafile=str(certificate))
    return Fetcher(resolve=names, allows=lambda ip: ip == OUTSIDE, trusts=trusts)


async def trouble(reader: Fetcher, address: str) -> CalendarTrouble:
    with pytest.raises(Unread) as raised:
        await reader.fetch(address, None, None)
    return raised.value.trouble


async def test_the_server_is_asked_for_the_name_at_the_address_that_was_checked(
    outside: Server, certificate: Path
) -> None:
    names = Names([outside])
    fetched = await fetcher(names, certificate).fetch(f"https://{NAME}/x.ics", None, None)
    assert fetched is not None
    assert fetched.content == b"BEGIN:VCALENDAR"
    assert (outside.named, outside.asked, names.asked) == ([NAME], [NAME], [(NAME, 443)])


async def test_a_certificate_of_another_name_or_of_nobody_we_know_is_not_believed(
    outside: Server, certificate: Path
) -> None:
    other = fetcher(Names([outside]), certificate)
    assert await trouble(other, "https://other.example/x.ics") is CalendarTrouble.UNREACHABLE
    by_itself = Fetcher(resolve=Names([outside]), allows=lambda ip: ip == OUTSIDE)
    assert await trouble(by_itself, f"https://{NAME}/x.ics") is CalendarTrouble.UNREACHABLE
    assert outside.asked == []


async def test_a_name_that_leads_home_a_moment_later_is_not_followed_there(
    outside: Server, home: Server, certificate: Path
) -> None:
    names = Names([outside], [home])
    reader = fetcher(names, certificate)
    assert await reader.fetch(f"https://{NAME}/x.ics", None, None)
    assert len(names.asked) == 1, "the name is resolved once: nothing else can say where the connection goes"
    assert await trouble(reader, f"https://{NAME}/x.ics") is CalendarTrouble.NOT_ALLOWED
    assert (home.named, home.asked) == ([], [])


async def test_a_redirect_is_checked_like_the_first_address(outside: Server, home: Server, certificate: Path) -> None:
    outside.location = f"https://{NAME}/x.ics"
    names = Names([outside], [home])
    assert await trouble(fetcher(names, certificate), f"https://{NAME}/x.ics") is CalendarTrouble.NOT_ALLOWED
    assert (len(outside.asked), home.named, home.asked) == (1, [], [])


async def test_a_name_with_one_address_at_home_is_not_connected_to_at_all(
    outside: Server, home: Server, certificate: Path
) -> None:
    reader = fetcher(Names([outside, home]), certificate)
    assert await trouble(reader, f"https://{NAME}/x.ics") is CalendarTrouble.NOT_ALLOWED
    assert outside.named == home.named == []
