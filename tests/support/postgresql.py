"""A PostgreSQL server for the tests, started by themselves: on a socket in a folder of its own, with nothing kept."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import psycopg

from database import PostgresqlAddress
from store.migrations import SCHEMA, VERSION
from store.postgresql.schema import HOME, schema

QUICK = {  # what is written is not kept
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_wal_senders": "0",
    "wal_level": "minimal",
}


EMPTIED = f"""
    DO $$ DECLARE each record; BEGIN
        FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = '{HOME}' AND tablename <> 'schema_version' LOOP
            EXECUTE format('DELETE FROM %I', each.tablename);
        END LOOP;
        PERFORM setval(format('%I', sequencename), 1, false) FROM pg_sequences WHERE schemaname = '{HOME}';
    END $$
"""


class Server:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.has_empty = False
        self._first_rows = [each for each in schema() if each.startswith("INSERT INTO")]

    def address(self, name: str) -> PostgresqlAddress:
        return PostgresqlAddress(f"postgresql://polimisport@/{name}?host={self.folder}")

    def run(self, *statements: str, name: str = "postgres", options: str = "") -> None:
        with psycopg.connect(self.address(name).uri, autocommit=True, options=options) as connection:
            for statement in statements:
                connection.execute(statement)

    def make_database(self, name: str = "club", script: Path = SCHEMA, version: int = VERSION) -> PostgresqlAddress:
        """A database of that version, which `script` is the schema of."""
        self.run(f"CREATE DATABASE {name}")
        made = f"INSERT INTO schema_version (version) VALUES ({version})"
        self.run(f"CREATE SCHEMA {HOME}", *schema(script), made, name=name, options=f"-c search_path={HOME}")
        return self.address(name)

    def database(self) -> PostgresqlAddress:
        """The database, as good as new. It is one for all tests: to make another takes PostgreSQL up to a second."""
        without_triggers = f"-c search_path={HOME} -c session_replication_role=replica"
        self.run(EMPTIED, *self._first_rows, name="club", options=without_triggers)
        return self.address("club")

    def empty_database(self) -> PostgresqlAddress:
        """Another database, without our tables. It is one for all tests, too."""
        address = self.address("empty")
        if not self.has_empty:
            self.run("CREATE DATABASE empty")
            self.has_empty = True
        self.run(f"DROP SCHEMA IF EXISTS {HOME} CASCADE", name="empty", options="-c client_min_messages=warning")
        return address


def programs() -> Path:
    """The folder of PostgreSQL's programs: that which POSTGRESQL_BIN names, else the newest version's.

    Raises FileNotFoundError where there is none.
    """
    if chosen := os.environ.get("POSTGRESQL_BIN"):
        return Path(chosen)
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    in_path = shutil.which("initdb")
    if not found and in_path is None:
        raise FileNotFoundError(
            "PostgreSQL is not installed: on Debian, apt-get install --no-install-recommends postgresql"
        )
    return found[-1].parent if found else Path(in_path or "").parent


KEEPER = """
    "$1/initdb" -D "$2/data" -U polimisport -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions &&
    cat "$2/settings" >>"$2/data/postgresql.conf" &&
    "$1/pg_ctl" -D "$2/data" -l "$2/log" -w start && echo started || echo failed
    cat
    "$1/pg_ctl" -D "$2/data" -m immediate -w stop >/dev/null 2>&1
    rm -rf "$2"
"""
"""Starts a server and, once its input ends, stops it: a pipe ends with us, however we do, and with it the server."""


@contextmanager
def started(settings: Mapping[str, str] = QUICK, files: Mapping[str, bytes] = MappingProxyType({})) -> Iterator[Server]:
    """A server, which ends with the block, or with a process that is killed in it.

    `files` lie in its folder, which the settings may name as {folder}.
    """
    bin_folder, folder = programs(), Path(tempfile.mkdtemp(prefix="polimisport-pg-"))
    lines = {"listen_addresses": "''", "unix_socket_directories": f"'{folder}'", **settings}
    for name, content in {**files, "settings": _conf(lines).replace("{folder}", str(folder)).encode()}.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", bin_folder, folder], cwd=folder, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, **_as_another(folder),
    )  # fmt: skip
    assert keeper.stdout
    said = list(_until_started(keeper.stdout))
    try:
        assert said[-1:] == ["started\n"], "".join(said)
        ready = Server(folder)
        ready.make_database()
        yield ready
    finally:
        keeper.communicate()


def _conf(settings: Mapping[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


def _until_started(said: IO[str]) -> Iterator[str]:
    """What the keeper says until the server is there. One that failed waits for the end of its input."""
    for line in said:
        yield line
        if line in ("started\n", "failed\n"):
            return


def _as_another(folder: Path) -> dict[str, Any]:
    """The user that Debian makes for PostgreSQL, whose the folder is then: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    for each in (folder, *folder.iterdir()):
        shutil.chown(each, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
