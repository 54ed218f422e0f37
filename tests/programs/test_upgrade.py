"""./run --upgrade: real git, real shells, real supervisord; releases of a stand-in bot, good and bad in every way."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.programs.test_front_doors import terminal
from tests.support.releases import RELEASES, Installation, make_environment, make_origin
from tests.support.running import PATIENCE


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_origin(tmp_path_factory.mktemp("releases") / "origin")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_environment(tmp_path_factory.mktemp("environment") / "venv")


@pytest.fixture
def here(tmp_path: Path, origin: Path, environment: Path) -> Installation:
    """An installation of the first release."""
    return Installation(tmp_path / "here", origin, environment)


def test_an_upgrade_changes_code_environment_and_database_and_keeps_what_is_the_persons(here: Installation) -> None:
    code, said = here.upgrade("v0.2.0")
    assert code == 0, said
    assert (here.version, here.schema(), here.installed()) == ("0.2.0", 2, "two==2\n")
    assert here.notes() == ["written before", "migrated"]
    now = here.state()
    assert {key: now[key] for key in ("config", "files", "under way", "aside")} == {
        key: here.before[key] for key in ("config", "files", "under way", "aside")
    }
    [backup] = here.folder.glob("polimisport.db.*.bak")
    assert backup.read_bytes()


def test_the_newest_release_is_that_with_the_highest_number(here: Installation) -> None:
    code, said = here.upgrade()
    assert (code, here.version) == (0, "0.10.0"), said
    assert here.upgrade() == (
        0,
        "Looking for releases ...\n0.10.0 is here, and there is no newer release.\n",
    )


BAD = {
    "v0.3.0": "its doctor says: ✗ browser: it does not start",
    "v0.4.0": "its requirements can't be installed: ERROR: No matching distribution found for impossible==1",
    "v0.5.0": "the migration fails: no such column",
    "v0.6.0": "the migration fails: no such column",
    "v0.7.0": "worker.py does not start: ModuleNotFoundError",
}


@pytest.mark.parametrize("tag", BAD)
def test_a_release_that_is_unhappy_is_left_again_with_everything_as_before(here: Installation, tag: str) -> None:
    code, said = here.upgrade(tag)
    assert code == 1
    assert here.state() == here.before
    assert BAD[tag] in said.splitlines()[-1]


def test_what_was_unwell_before_is_not_held_against_a_release(tmp_path: Path, origin: Path, environment: Path) -> None:
    here = Installation(tmp_path / "here", origin, environment, "0.3.0")
    code, said = here.upgrade("v0.10.0")
    assert code == 1
    assert "made by a newer version" in said  # its schema is 2, and the file's is 3
    assert here.state() == here.before


def test_a_configuration_that_the_release_refuses_stops_nothing(here: Installation) -> None:
    here.config.write_text('{"old key": 1, "browser": {"executable_path": "/nowhere"}}')
    before = here.state()
    code, said = here.upgrade("v0.8.0")
    assert (code, here.state()) == (1, before)
    assert "it can't use the configuration: config.json: 'old key' is not known" in said
    assert "Stopping" not in said


def wait_for_an_opening(here: Installation) -> None:
    (here.folder / "opening").write_text((datetime.now(UTC) + timedelta(minutes=20)).isoformat())


def link_the_environment(here: Installation) -> None:
    (here.folder / ".venv").rename(here.folder.parent / "venv")
    (here.folder / ".venv").symlink_to(here.folder.parent / "venv")


REFUSED = [
    (wait_for_an_opening, "somebody waits for the opening at "),
    (link_the_environment, "is a link: an upgrade would change what it leads to"),
]


@pytest.mark.parametrize(("prepare", "sentence"), REFUSED)
def test_what_must_not_be_upgraded_is_refused_with_one_sentence_and_untouched(
    here: Installation, prepare: Callable[[Installation], None], sentence: str
) -> None:
    prepare(here)
    before = here.state()
    code, said = here.upgrade("v0.2.0")
    assert (code, here.state()) == (1, before)
    assert sentence in said.splitlines()[-1]


# --- back by hand


def test_one_can_go_back_by_hand_as_long_as_the_database_was_not_changed(
    tmp_path: Path, origin: Path, environment: Path
) -> None:
    here = Installation(tmp_path / "here", origin, environment, "0.2.0")
    assert here.upgrade("v0.10.0")[0] == 0
    code, said = here.upgrade("--back")
    assert (code, here.state()) == (0, here.before), said
    assert here.upgrade("--back")[1] == "there is no upgrade to go back from.\n"


def test_going_back_with_the_database_is_asked_for_and_keeps_what_was_written_since(here: Installation) -> None:
    assert here.upgrade("v0.2.0")[0] == 0
    code, said = here.upgrade("--back")
    assert (code, here.version) == (1, "0.2.0")
    assert "--with-data" in said
    code, said = here.upgrade("--back", "--with-data")
    assert (code, here.state()) == (0, here.before), said
    assert "kept in polimisport.db.replaced" in said


# --- killed on the way


async def killed_on_the_way(here: Installation, *, how: signal.Signals) -> str:
    """An upgrade that is killed while the new release's doctor looks: all is changed by then. What it had said."""
    (here.folder / "doctor_waits").touch()
    async with terminal("./run", "--upgrade", "v0.2.0", folder=here.folder) as shell:
        async with asyncio.timeout(PATIENCE):
            while not (here.folder / "doctor_waits").read_text():  # noqa: ASYNC110 - a file can't be awaited
                await asyncio.sleep(0.02)
        upgrade = int((here.folder / ".upgrade" / "at-work").read_text())
        os.kill(upgrade, how)
        if how is signal.SIGKILL:
            os.kill(int((here.folder / "doctor_waits").read_text()), signal.SIGKILL)  # as when the power goes
        await shell.end()
    (here.folder / "doctor_waits").unlink()
    return shell.said


async def test_an_upgrade_that_was_killed_finds_its_way_when_it_is_typed_again(here: Installation) -> None:
    await killed_on_the_way(here, how=signal.SIGKILL)
    assert (here.version, here.schema()) == ("0.2.0", 2)
    code, said = here.upgrade("v0.2.0")
    assert (code, here.version, here.notes()) == (0, "0.2.0", ["written before", "migrated"]), said
    assert "0.1.0 is back as it was" in said


async def test_after_a_power_cut_nothing_starts_before_all_is_as_before(here: Installation) -> None:
    await killed_on_the_way(here, how=signal.SIGKILL)
    async with terminal(
        "bash", "-c", "set -e; . deploy/environment.sh; prepare_environment", folder=here.folder
    ) as shell:
        assert await shell.end() == 0, shell.said
    assert here.state() == here.before


async def test_ctrl_c_goes_back(here: Installation) -> None:
    said = await killed_on_the_way(here, how=signal.SIGINT)
    assert "The upgrade to 0.2.0 failed, and 0.1.0 is back as it was: it was stopped by SIGINT." in said
    assert here.state() == here.before


# --- while the programs run


async def test_programs_under_run_are_stopped_and_run_again_after_good_and_bad_upgrades(here: Installation) -> None:
    async with terminal("./run", "--workers", "2", folder=here.folder) as shell:
        await shell.until("of 0.1.0 starts", times=5)
        code, said = await asyncio.to_thread(here.upgrade, "v0.2.0")
        assert code == 0, said
        assert "All programs run again: bot_db, periodic_executor, web, worker." in said
        await shell.until("of 0.2.0 starts", times=5)
        code, said = await asyncio.to_thread(here.upgrade, "v0.6.0")
        assert "0.2.0 is back as it was: the database can't be used by it: the migration fails" in said
        await shell.until("of 0.2.0 starts", times=10)
        shell.process.terminate()
        await shell.end()
    assert (here.version, here.notes()) == ("0.2.0", ["written before", "migrated"])
    assert list((here.folder / ".upgrade" / "running").iterdir()) == []


async def test_a_program_that_nobody_can_stop_is_named(here: Installation) -> None:
    program = (here.folder / ".venv" / "bin" / "python", "worker.py", "--config", here.config)
    async with terminal(*program, folder=here.folder) as alone:
        await alone.until("starts")
        code, said = await asyncio.to_thread(here.upgrade, "v0.2.0")
        assert (code, here.version) == (1, "0.1.0")
        assert "worker goes on running, and was started neither by systemd nor by ./run" in said


SYSTEMCTL = """\
#!/bin/sh
echo "$@" >>"{log}"
case $1 in
list-units) [ -e "{down}" ] || printf '%s loaded active running x\\n' polimisport@worker.service polimisport.target ;;
show) case $* in *User*) echo "{user}" ;; *) echo "{folder}" ;; esac ;;
stop) touch "{down}" ;;
start) [ ! -e "{down}.fails" ] || exit 1; rm -f "{down}" ;;
esac
"""


def systemd(here: Installation, folder: Path, user: str = "root") -> tuple[Path, Path]:
    """A systemctl that knows two units which are up; its folder, and what it was asked."""
    (folder / "bin").mkdir()
    systemctl, log, down = folder / "bin" / "systemctl", folder / "log", folder / "down"
    systemctl.write_text(SYSTEMCTL.format(log=log, down=down, folder=here.folder, user=user))
    systemctl.chmod(0o755)
    return folder / "bin", log


@pytest.mark.skipif(os.geteuid() != 0, reason="the code is then whose the programs are")
def test_what_root_puts_here_can_be_read_by_the_programs_user_whatever_roots_umask_is(here: Installation) -> None:
    """That of the units is 0077, and what they do before they start puts code back after a power cut, and packages."""
    code, said = here.upgrade("v0.2.0", umask=0o077)
    assert code == 0, said
    [installed] = (here.folder / ".venv" / "lib").glob("python*/site-packages/pip/installed.txt")
    came = [here.folder / "newer" / "module.py", here.folder / "newer", here.folder / "release.json", installed]
    assert [path.name for path in came if not path.stat().st_mode & 0o004] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="units of systemd are root's")
@pytest.mark.parametrize("tag", ["v0.2.0", "v0.3.0"])
def test_units_of_systemd_are_stopped_and_started_again(here: Installation, tmp_path: Path, tag: str) -> None:
    path, log = systemd(here, tmp_path)
    code, said = here.upgrade(tag, path=path)
    assert (code == 0) == (tag == "v0.2.0"), said
    verbs = [line for line in log.read_text().splitlines() if line.split()[0] in ("stop", "start")]
    units = "polimisport@worker.service polimisport.target"
    assert verbs == [f"stop {units}", f"start {units}"]


@pytest.mark.skipif(os.geteuid() != 0, reason="units of systemd are root's")
def test_a_release_whose_units_do_not_start_is_not_called_gone_and_is_started_when_typed_again(
    here: Installation, tmp_path: Path
) -> None:
    path, _ = systemd(here, tmp_path)
    (tmp_path / "down.fails").touch()
    code, said = here.upgrade("v0.2.0", path=path)
    assert (code, here.version, here.schema()) == (1, "0.2.0", 2)
    assert "0.2.0 is here, but what ran before is not started again" in said.splitlines()[-1]
    (tmp_path / "down.fails").unlink()
    assert "0.2.0, which is here" in here.upgrade("v0.2.0", path=path)[1]
    assert not (tmp_path / "down").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="units of systemd are root's")
def test_units_whose_user_does_not_own_the_configuration_are_left_alone(here: Installation, tmp_path: Path) -> None:
    path, log = systemd(here, tmp_path, user="polimisport")
    code, said = here.upgrade("v0.2.0", path=path)
    assert (code, here.state()) == (1, here.before)
    assert "the programs run as polimisport, and " in said
    assert "stop" not in log.read_text()


def test_every_release_is_tried() -> None:
    tried = {"v0.1.0", "v0.2.0", "v0.8.0", "v0.10.0", *BAD}
    assert tried == {f"v{version}" for version in RELEASES}
