"""A server over TCP, with a password and a certificate of a CA of its own: who is let in, and who is told why not."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from database import PostgresqlAddress, open_database
from domain.errors import DatabaseBusy, DatabaseError
from domain.server_time import ServerTime
from store.lock_timeouts import LockTimeouts
from store.postgresql.database import PostgresqlDatabase, refuse_unfit
from tests.support.postgresql import QUICK, Server, started
from tests.support.running import PATIENCE, installation

pytestmark = pytest.mark.process

NAME = "db.example.org"
PASSWORD = "sesame-and-plain"
WRONG = "not-the-password"
QUICKLY = LockTimeouts(running=0.2)
LETS_IN = "local all all trust\nhostssl all all 127.0.0.0/8 scram-sha-256\n"
PEM = serialization.Encoding.PEM


def certified(ca: str = "a CA of our own") -> tuple[bytes, bytes, bytes]:
    """A CA's certificate, one of NAME that the CA has signed, and the key of that."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (ca, NAME)]
    now = datetime.now(UTC)
    made = [
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(names[0])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=name is names[0], path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(keys[0], hashes.SHA256())
        .public_bytes(PEM)
        for name, key in zip(names, keys, strict=True)
    ]
    key = keys[1].private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made[0], made[1], key


@dataclass(frozen=True)
class Far:
    """The server as another machine reaches it."""

    server: Server
    ip: str
    ca: Path

    def uri(self, login: str = f"member:{PASSWORD}", name: str = "club", host: str = NAME, **more: str) -> str:
        options = {"hostaddr": self.ip, "sslmode": "verify-full", "sslrootcert": str(self.ca)} | more
        return f"postgresql://{login}@{host}/{name}?" + "&".join(f"{key}={value}" for key, value in options.items())


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    ca, certificate, key = certified()
    ip = ".".join(["127", *(str(random.randint(2, 250)) for _ in range(3))])  # noqa: S311 - nobody else's beside ours
    tls = {"ssl": "on", "ssl_cert_file": "'{folder}/crt'", "ssl_key_file": "'{folder}/key'"}
    reached = {"listen_addresses": f"'{ip}'", "hba_file": "'{folder}/hba'", "password_encryption": "scram-sha-256"}
    trusted = tmp_path_factory.mktemp("tls") / "ca.crt"
    trusted.write_bytes(ca)
    files = {"crt": certificate, "key": key, "hba": LETS_IN.encode()}
    with started({**QUICK, **tls, **reached}, files) as server:
        server.run(
            f"CREATE ROLE member LOGIN PASSWORD '{PASSWORD}'",
            "CREATE DATABASE members OWNER member",
            "CREATE DATABASE standby OWNER member",
            "ALTER DATABASE standby SET default_transaction_read_only = on",
        )
        yield Far(server, ip, trusted)


@pytest.fixture(autouse=True)
def _no_password_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE"):
        monkeypatch.delenv(name, raising=False)


async def opened(uri: str) -> None:
    async with open_database(PostgresqlAddress(uri), lock_timeouts=QUICKLY) as db:
        [[is_tls]] = await db.connection.rows("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert is_tls


async def refused(uri: str, kind: type[DatabaseError] = DatabaseError) -> str:
    with pytest.raises(DatabaseError) as error:
        await opened(uri)
    assert type(error.value) is kind
    assert not [each for each in (PASSWORD, WRONG, "\n") if each in str(error.value)]
    return str(error.value)


async def test_a_password_may_stand_in_the_address_a_variable_the_passwords_file_or_a_service(
    far: Far, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await opened(far.uri(name="members"))
    await opened(far.uri(name="members", sslmode="require"))
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    await opened(far.uri("member", name="members"))
    monkeypatch.delenv("PGPASSWORD")
    file = tmp_path / "passwords"
    file.write_text(f"{NAME}:5432:members:member:{PASSWORD}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    await opened(far.uri("member", name="members"))
    monkeypatch.delenv("PGPASSFILE")
    (tmp_path / "services").write_text(
        f"[club]\nhost={NAME}\nhostaddr={far.ip}\nuser=member\npassword={PASSWORD}\n"
        f"sslmode=verify-full\nsslrootcert={far.ca}\n"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    await opened("postgresql:///members?service=club")


async def test_who_is_not_let_in_is_told_what_to_do_and_no_password(far: Far, tmp_path: Path) -> None:
    assert "refuses this user or its password: correct them" in await refused(far.uri(f"member:{WRONG}"))
    assert "refuses this user or its password: correct them" in await refused(far.uri(f"nobody:{WRONG}"))
    assert "asks for a password: write it in ~/.pgpass" in await refused(far.uri("member"))
    assert "is not there: make it on its server (createdb" in await refused(far.uri(name="nowhere"))
    assert "lets nobody in from this machine in this way (no pg_hba.conf entry" in await refused(
        far.uri(sslmode="disable")
    )
    assert "an address that can't be used (invalid sslmode value" in await refused(far.uri(sslmode="often"))
    assert "does not let this user do what the programs do" in await refused(far.uri(name="postgres"))
    assert "can only be read there (a standby?)" in await refused(far.uri(name="standby"))


async def test_a_certificate_that_is_not_trusted_is_told_with_the_remedy(far: Far, tmp_path: Path) -> None:
    assert "does not match host name" in await refused(far.uri(host="other.example.org"))
    assert "root certificate file" in await refused(far.uri(sslrootcert=str(tmp_path / "none")))
    (tmp_path / "another.crt").write_bytes(certified("another CA")[0])
    told = await refused(far.uri(sslrootcert=str(tmp_path / "another.crt")))
    assert "certificate verify failed): name its CA's with sslrootcert=FILE" in told


async def test_a_server_that_is_gone_is_waited_for_and_one_that_refuses_is_not(far: Far) -> None:
    told = await refused(far.uri(port="1"), DatabaseBusy)
    assert "can't be reached (Connection refused): see to the server and the network" in told
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(DatabaseError, match="refuses this user"):  # the usual patience is not spent on it
            async with open_database(PostgresqlAddress(far.uri(f"member:{WRONG}")), lock_timeouts=LockTimeouts(1e9)):
                pass


async def test_a_server_that_is_too_old_is_told(far: Far) -> None:
    async with PostgresqlDatabase(PostgresqlAddress(far.uri(name="members")), ServerTime()) as database:
        with pytest.raises(DatabaseError, match=": 14 or newer is needed"):
            await refuse_unfit(database, oldest=10**9)


async def test_a_server_that_becomes_a_standby_is_told_and_asked_anew_once_it_is_not(far: Far) -> None:
    only_reads = "ALTER DATABASE members SET default_transaction_read_only = "
    async with open_database(PostgresqlAddress(far.uri(name="members")), lock_timeouts=QUICKLY) as db:
        far.server.run(f"{only_reads} on")
        with psycopg.connect(far.server.address("postgres").uri, autocommit=True) as shell:
            shell.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'members'")
        with pytest.raises(DatabaseBusy, match="can only be read there"):
            await db.connection.write("DELETE FROM slot_days")
        far.server.run(f"{only_reads} off")
        await db.connection.write("DELETE FROM slot_days")


@pytest.mark.parametrize("program", [("setup.py", "--check", "--offline"), ("worker",)], ids=["doctor", "worker"])
async def test_a_program_says_it_in_one_line_and_the_password_nowhere(
    far: Far, tmp_path: Path, program: tuple[str, ...]
) -> None:
    async with installation(tmp_path, database=far.uri(f"member:{WRONG}")) as here:
        running = await here.start(*program)
        async with asyncio.timeout(PATIENCE):
            await running.process.wait()
        said = running.log.read_text()
    assert running.process.returncode
    assert "refuses this user or its password: correct them" in said
    assert "Traceback" not in said
    assert WRONG not in "".join(file.read_text(errors="replace") for file in tmp_path.rglob("*.log"))
