"""A PostgreSQL server for the tests, started by themselves: on a socket in a folder of its own, with nothing kept."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest

from database import PostgresqlAddress
from store.migrations import VERSION
from store.postgresql.schema import HOME, schema

QUICK = {  # what is written is not kept
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "listen_addresses": "''",
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
        self._folder = folder
        self._first_rows = [each for each in schema() if each.startswith("INSERT INTO")]

    def address(self, name: str) -> PostgresqlAddress:
        return PostgresqlAddress(f"postgresql://polimisport@/{name}?host={self._folder}")

    def run(self, *statements: str, name: str = "postgres", options: str = "") -> None:
        with psycopg.connect(self.address(name).uri, autocommit=True, options=options) as connection:
            for statement in statements:
                connection.execute(statement)

    def make_database(self) -> None:
        self.run("CREATE DATABASE club")
        made = f"INSERT INTO schema_version (version) VALUES ({VERSION})"
        self.run(f"CREATE SCHEMA {HOME}", *schema(), made, name="club", options=f"-c search_path={HOME}")

    def database(self) -> PostgresqlAddress:
        """The database, as good as new. It is one for all tests: to make another takes PostgreSQL up to a second."""
        without_triggers = f"-c search_path={HOME} -c session_replication_role=replica"
        self.run(EMPTIED, *self._first_rows, name="club", options=without_triggers)
        return self.address("club")


def programs() -> Path:
    """The folder of PostgreSQL's programs, the newest version's. Skips the test where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    in_path = shutil.which("initdb")
    if not found and in_path is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    return found[-1].parent if found else Path(in_path or "").parent


@contextmanager
def started() -> Iterator[Server]:
    """A server, which ends with the block. It does not run as root: then Debian's own user runs it."""
    bin_folder, folder = programs(), Path(tempfile.mkdtemp(prefix="polimisport-pg-"))
    run = _as_another(folder) if os.geteuid() == 0 else partial(subprocess.run, check=True, stdout=subprocess.DEVNULL)
    data, settings = folder / "data", {**QUICK, "unix_socket_directories": f"'{folder}'"}
    made = ["-U", "polimisport", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    run([bin_folder / "initdb", "-D", data, *made])
    with (data / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = {value}\n" for name, value in settings.items())
    run([bin_folder / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "start"])
    try:
        ready = Server(folder)
        ready.make_database()
        yield ready
    finally:
        run([bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
        shutil.rmtree(folder)


def _as_another(folder: Path) -> Callable[[list[str | Path]], object]:
    """Runs programs as the user that Debian makes for PostgreSQL, who owns the folder: it refuses to run as root."""
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return partial(
        subprocess.run, check=True, stdout=subprocess.DEVNULL,
        user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd=folder,
    )  # fmt: skip
