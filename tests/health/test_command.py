"""python -m health: what it says of the programs, and its exit code, from the first start to the database's loss."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from database import Database, open_database
from domain.model import utc_now
from domain.programs import PROGRAMS, Vitals
from health.__main__ import UNWELL, WELL, look, main
from runtime.process_names import name_of
from tests.support.clock import FakeClock
from tests.support.pages import OTP
from tests.support.postgresql import Server

ROOT = Path(__file__).resolve().parents[2]
Ask = Callable[[], tuple[int, list[str]]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose database is not made yet."""
    path = tmp_path / "config.json"
    values = {
        "username": "1",
        "password": "secret",
        "otpatu": OTP,
        "telegram": {"bot_token": "1:x", "allowed_user_id": 42},
    }
    path.write_text(json.dumps(values))
    path.chmod(0o600)
    return path


@pytest.fixture
def ask(config: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Asks the command; returns its code and its lines."""

    def asked() -> tuple[int, list[str]]:
        code = main(["--config", str(config), "--memo", str(config.with_name("memo"))])
        return code, capsys.readouterr().out.splitlines()

    return asked


async def beats(db: Database, *programs: str) -> None:
    """A sign of life of each, by the database's clock."""
    for program in programs:
        await db.heartbeats.beat(program, f"another-machine x {program}", 1, utc_now(), Vitals(), is_dead=None)


def database(config: Path) -> Path:
    return config.with_name("polimisport.db")


def switch_off_web(config: Path) -> None:
    config.write_text(json.dumps(json.loads(config.read_text()) | {"web": {"enabled": False}}))


async def test_all_is_well_when_every_programs_live(config: Path, ask: Ask) -> None:
    async with open_database(database(config)) as db:
        await beats(db, *PROGRAMS)
        code, said = ask()
    assert code == WELL
    assert [line.split(":")[0] for line in said] == ["ok   database", *(f"ok   {each}" for each in PROGRAMS)]


async def test_a_program_without_a_sign_of_life_is_named(config: Path, ask: Ask) -> None:
    async with open_database(database(config)) as db:
        await beats(db, "bot", "executor", "web")
        code, said = ask()
    assert code == UNWELL
    assert [line for line in said if line.startswith("FAIL")] == ["FAIL worker: not running: no sign of life"]


async def test_a_program_that_hangs_is_named_after_a_minute_and_a_half(config: Path, ask: Ask) -> None:
    hanging = FakeClock(utc_now() - timedelta(seconds=100))
    async with open_database(database(config), hanging) as db:
        await beats(db, "worker")
    async with open_database(database(config)) as db:
        await beats(db, "bot", "executor", "web")
        code, said = ask()
    [line] = [line for line in said if line.startswith("FAIL")]
    assert (code, line.startswith("FAIL worker: last sign of life 1")) == (UNWELL, True)


async def test_a_process_that_has_ended_counts_no_more_however_fresh_its_sign_is(config: Path, ask: Ask) -> None:
    ended = await asyncio.create_subprocess_exec("true")
    await ended.wait()
    async with open_database(database(config)) as db:
        await beats(db, "bot", "executor", "web")
        await db.heartbeats.beat("worker", name_of(ended.pid), ended.pid, utc_now(), Vitals(), is_dead=None)
        code, said = ask()
        assert code == UNWELL
        assert said[2].startswith("FAIL worker: ")
        assert said[2].endswith("its process has ended")
        await db.heartbeats.beat("worker", name_of(os.getpid()), os.getpid(), utc_now(), Vitals(), is_dead=None)
        assert ask()[0] == WELL


async def test_the_pages_need_not_run_where_they_are_switched_off(config: Path, ask: Ask) -> None:
    async with open_database(database(config)) as db:
        await beats(db, "bot", "worker", "executor")
        assert ask()[0] == UNWELL
        switch_off_web(config)  # the memo of before does not count any more
        assert ask() == (WELL, ask()[1])
        assert not any("web" in line for line in ask()[1])


def test_before_the_first_start_nothing_is_well_and_nothing_is_made(config: Path, ask: Ask) -> None:
    code, said = ask()
    assert code == UNWELL
    assert said == [f"FAIL database: {database(config)} is not there yet: the first start makes it"]
    assert not database(config).exists()


def test_without_a_configuration_it_says_so(config: Path, ask: Ask) -> None:
    config.unlink()
    code, said = ask()
    assert (code, said[0].startswith("FAIL configuration: ")) == (UNWELL, True)
    assert "does not exist" in said[0]


async def test_a_database_that_is_lost_while_all_run_is_named(config: Path, ask: Ask) -> None:
    async with open_database(database(config)) as db:
        await beats(db, *PROGRAMS)
    assert ask()[0] == WELL
    database(config).unlink()
    assert ask()[1][0].startswith("FAIL database")
    database(config).write_text("no database at all, but long enough for its header to be looked at " * 20)
    code, said = ask()
    assert (code, "can't be read" in said[0]) == (UNWELL, True)


@pytest.mark.process
def test_on_a_server_its_clock_counts_and_nothing_is_made(config: Path, ask: Ask, postgresql: Server) -> None:
    address, ahead = postgresql.empty_database(), utc_now() + timedelta(hours=1)
    config.write_text(json.dumps(json.loads(config.read_text()) | {"database": address.uri}))
    assert ask()[1][0].startswith("FAIL database")

    async def programs_live() -> None:
        async with open_database(address) as db:
            await beats(db, *PROGRAMS)

    with psycopg.connect(address.uri) as shell:
        assert shell.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'polimisport'").fetchall() == []
    asyncio.run(programs_live())
    assert ask()[0] == WELL
    assert all(well for _, well, _ in look(config, None, ahead))


async def test_a_memo_that_is_not_whole_is_made_anew(config: Path, ask: Ask) -> None:
    async with open_database(database(config)) as db:
        await beats(db, *PROGRAMS)
        memo = config.with_name("memo")
        for content in ("", "{", "[]", "{}", '{"mark": 1}'):
            memo.write_text(content)
            assert ask()[0] == WELL
            assert json.loads(memo.read_text())["database"] == str(database(config))
        assert memo.stat().st_mode & 0o777 == 0o600


async def test_with_its_memo_it_loads_neither_the_settings_nor_the_store(config: Path, ask: Ask) -> None:
    async with open_database(database(config)) as db:
        await beats(db, *PROGRAMS)
        ask()
        code = "import sys; from health.__main__ import main; main(sys.argv[1:]); print(*sorted(sys.modules))"
        options = ("--config", str(config), "--memo", str(config.with_name("memo")))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, *options, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        said = (await process.communicate())[0].decode()
    assert said.startswith("ok   database")
    assert {"pydantic", "asyncio", "database", "runtime.settings", "aiosqlite"} & set(said.split()) == set()
