"""The recipes of deploy/proxy/, tried with the real nginx and Caddy in front of the real server."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support import pages
from tests.support.clock import FakeClock
from tests.support.pages import OWNER, Browser, Site
from tests.support.running import PATIENCE, ROOT, free_port

NAME = "sport.example"
PUBLIC = f"https://{NAME}"
NGINX = """daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user}
events {{ }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {site}
}}
"""


def nginx(folder: Path, recipe: str, port: int) -> list[str]:
    """The recipe as a whole configuration that anybody may run, and the command that runs it."""
    site = (ROOT / "deploy/proxy" / f"nginx-{recipe}.conf").read_text()
    site = re.sub(r"server \{\s*listen 80;.*?\n\}\n", "", site, flags=re.DOTALL).replace("443", f"127.0.0.1:{port}")
    site = re.sub(r"/etc/letsencrypt/live/sport.example/(\w+)\.pem", rf"{folder}/\1.pem", site)
    site = site.replace("/var/log/nginx/", f"{folder}/")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user, site=site))
    return ["nginx", "-e", f"{folder}/nginx.log", "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, recipe: str, port: int) -> list[str]:
    text = (ROOT / "deploy/proxy" / f"Caddyfile-{recipe}").read_text()
    text = text.replace("{\n", "{\n\tadmin off\n\tauto_https disable_redirects\n", 1)
    own = f"{PUBLIC}:{port} {{\n\tbind 127.0.0.1\n\ttls {folder}/fullchain.pem {folder}/privkey.pem\n"
    (folder / "Caddyfile").write_text(text.replace("sport.example {\n", own, 1))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


PROXIES: dict[str, Callable[[Path, str, int], list[str]]] = {"nginx": nginx, "caddy": caddy}


def make_certificate(folder: Path) -> None:
    """A certificate that signs itself, for a day."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )


@dataclass
class Outside:
    """What somebody on the internet gets to: the proxy's port, under the public name."""

    site: Site
    port: int
    http: aiohttp.ClientSession
    folder: Path

    def browser(self) -> Browser:
        return Browser(f"{PUBLIC}:{self.port}", self.http)

    async def ask(self, path: str, method: str = "GET", **more: Any) -> pages.Answer:
        return await self.browser().ask(method, path, **more)


class HereOnly(aiohttp.abc.AbstractResolver):
    """Every name is this machine."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[aiohttp.abc.ResolveResult]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        pass


@asynccontextmanager
async def outside(folder: Path, proxy: str, recipe: str) -> AsyncIterator[Outside]:
    if shutil.which(proxy) is None:
        pytest.skip(f"{proxy} is not on this machine: its recipe is tried where it is (apt-get install {proxy})")
    make_certificate(folder)
    clock, port = FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC)), free_port()
    web = {"public_url": PUBLIC, "trusted_proxies": ["127.0.0.1"]}
    trusted = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
    connector = aiohttp.TCPConnector(ssl=trusted, resolver=HereOnly(), force_close=True)
    async with (
        pages.site(folder, clock, web=web) as site,
        aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http,
    ):
        command = PROXIES[proxy](folder, recipe, port)
        for file in ("nginx.conf", "Caddyfile"):
            if (folder / file).exists():
                text = (folder / file).read_text()
                (folder / file).write_text(text.replace("127.0.0.1:8484", site.base.removeprefix("http://")))
        with (folder / "said.log").open("wb") as said_to:
            process = await asyncio.create_subprocess_exec(
                *command, env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}, stdout=said_to,
                stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
        try:
            await reachable(port, process)
            yield Outside(site, port, http, folder)
        finally:
            process.terminate()
            await process.wait()
    said = "".join(file.read_text() for file in folder.glob("*.log"))
    assert "/feed/" not in said, "a log has the address of a feed"
    assert "/enter/" not in said, "a log has a link"


async def reachable(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE):
        while process.returncode is None:
            try:
                _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return
    raise AssertionError("the proxy has ended")


@pytest.mark.parametrize("proxy", PROXIES)
async def test_the_feeds_alone_can_be_reached(tmp_path: Path, proxy: str) -> None:
    async with outside(tmp_path, proxy, "feed") as there:
        path = f"/feed/{await there.site.db.feeds.make(OWNER)}.ics"
        calendar = await there.ask(path)
        assert calendar.status == 200
        assert b"BEGIN:VCALENDAR" in calendar.body
        tag = calendar.headers["ETag"]
        assert (await there.ask(path, headers={"If-None-Match": tag})).status == 304
        assert (await there.ask(path, "HEAD")).status == 200
        assert (await there.ask(path, "POST")).status in (403, 404)
        for inside in (
            "/", await there.site.link(), "/do/home", "/healthz", "/metrics", "/static/page.css", "/feed/",
            "/feed/x.ics", "/feed/../", f"{path}/..", "/feed/..%2f..%2f", f"{path}%00", f"/x/..{path}/../../",
        ):  # fmt: skip
            answer = await there.ask(inside)
            assert answer.status in (400, 404), inside
            assert "Content-Security-Policy" not in answer.headers, f"{inside} was let through"


@pytest.mark.parametrize("proxy", PROXIES)
async def test_the_pages_can_be_reached_and_what_is_for_the_machine_can_not(tmp_path: Path, proxy: str) -> None:
    async with outside(tmp_path, proxy, "page") as there:
        browser, link = there.browser(), await there.site.link()
        assert "Entra" in (await browser.get(link)).words
        answer = await browser.ask("POST", link, data={}, follow=False, headers={"Origin": PUBLIC})
        assert answer.status == 303
        assert answer.headers["Location"] == "/"
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-polimisport=")
        assert "Secure" in cookie
        page = await browser.get("/")
        assert page.status == 200
        sent = {"data": "sync", "csrf": page.csrf}
        assert (await browser.post("/do", sent, headers={"Origin": "https://evil.example"})).status == 403
        assert (await browser.post("/do", sent, headers={"Origin": PUBLIC})).status == 200
        for inside in ("/healthz", "/metrics", "/healthz/", "/metrics/x", "/%68ealthz", "//healthz", "/./metrics"):
            assert (await browser.get(inside)).status == 404, inside


@pytest.mark.parametrize("proxy", PROXIES)
async def test_nobody_outside_chooses_as_whom_their_tries_count(tmp_path: Path, proxy: str) -> None:
    async with outside(tmp_path, proxy, "page") as there:
        others = [f"203.0.113.{number}" for number in range(25)]
        forged = [{"X-Forwarded-For": one, "Forwarded": f"for={one}", "X-Real-IP": one} for one in others]
        tries = [(await there.ask("/enter/wrong", headers=headers)).status for headers in forged]
        assert tries[0] == 410
        assert tries[-1] == 429
        assert "evil" not in (await there.ask("/", headers={"X-Forwarded-Host": "evil.example"})).text
