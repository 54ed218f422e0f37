"""Files: what others could write is not trusted, what is ours is closed to them, and no link is followed."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from database import open_database
from domain.errors import ConfigError, DatabaseError
from runtime import program
from runtime.settings import Settings, configure_logging, load
from safety import private
from tests.runtime.test_settings import GOOD, written

NOBODY = 65534
OURS = (
    "polimisport.db", "polimisport.db-wal", "polimisport.db-shm", "polimisport.db.version0-20261122T100000.bak",
    "polimisport.db.replaced-20261122T100000", "polimisport.state/sessions/42.json", "polimisport.state/42.lock",
    "polimisport.state/evidence/20261122-login/page.html", "backups/polimisport-20261122T100000Z.db", "logs/all.log",
    "logs/all.log.1",
)  # fmt: skip


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration in a folder of its own, with a log."""
    folder = tmp_path / "bot"
    folder.mkdir(mode=0o700)
    return written(folder, GOOD | {"log": {"file": "logs/all.log"}})


@pytest.fixture
def settings(config: Path) -> Settings:
    return load(config)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def leave_open(folder: Path) -> list[Path]:
    """What an old bot with a careless umask left behind: files of 0644 and 0666, folders of 0755 and 0777."""
    for number, name in enumerate(OURS):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
        file.chmod((0o644, 0o666)[number % 2])
    folders = [path for path in folder.rglob("*") if path.is_dir()]
    for number, inside in enumerate(folders):
        inside.chmod((0o755, 0o777)[number % 2])
    return folders


# --- what is ours is closed


def test_what_is_open_to_others_is_closed_once_with_one_line(
    settings: Settings, config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folders = leave_open(config.parent)
    program.take_care_of_files(settings)
    assert {mode(config.parent / name) for name in OURS} == {0o600}
    assert {mode(folder) for folder in folders} == {0o700}
    [line] = caplog.messages
    assert line.startswith("closed to other users, who could look into it: ")
    assert line.endswith("more")
    program.take_care_of_files(settings)
    assert len(caplog.messages) == 1


def test_what_is_not_ours_is_left_as_it_is(settings: Settings, config: Path) -> None:
    leave_open(config.parent)
    others = [config.parent / name for name in ("backups/photos.zip", "logs/other.txt", "thesis.db", "polimisport.pdf")]
    for other in others:
        other.write_text("mine")
        other.chmod(0o644)
    program.take_care_of_files(settings)
    assert {mode(other) for other in others} == {0o644}
    assert (
        mode(config.parent / "backups/polimisport-20261122T100000Z.db") == mode(config.parent / "logs/all.log") == 0o600
    )
    assert mode(config.parent / "backups") != 0o700


def test_a_file_with_more_rights_for_its_owner_keeps_them(settings: Settings, config: Path) -> None:
    leave_open(config.parent)
    (config.parent / "polimisport.db").chmod(0o755)
    program.take_care_of_files(settings)
    assert mode(config.parent / "polimisport.db") == 0o700


@pytest.mark.process
async def test_the_locks_of_a_database_that_is_open_outlive_another_look(settings: Settings) -> None:
    """POSIX ends all locks a process holds on a file when it closes any descriptor of it."""
    lock = "LOCK_EX | fcntl.LOCK_NB, 510, 2**30 + 2"  # the bytes on which SQLite's readers hold theirs
    steal = f"import fcntl; fcntl.lockf(open({str(settings.local_path)!r}, 'r+'), fcntl.{lock})"
    async with open_database(settings.database):
        program.take_care_of_files(settings)
        async with open_database(settings.database):
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", steal, stderr=asyncio.subprocess.PIPE)
            _, said = await process.communicate()
    assert b"BlockingIOError" in said


# --- no link is followed


@pytest.mark.parametrize("name", ["polimisport.db", "polimisport.db-wal", "polimisport.db-shm", "polimisport.state"])
@pytest.mark.parametrize("dangling", [True, False])
async def test_database_and_state_are_not_followed_through_links(
    settings: Settings, tmp_path: Path, name: str, dangling: bool
) -> None:
    target = tmp_path / "somebody elses"
    if not dangling:
        target.mkdir() if name.endswith("state") else target.write_text("precious")
    settings.local_path.with_name(name).symlink_to(target)
    with pytest.raises(ConfigError, match=r"is a symbolic link, and is not followed: remove it"):
        program.take_care_of_files(settings)
    if not name.endswith("state"):
        with pytest.raises(DatabaseError, match="is a symbolic link"):
            async with open_database(settings.database):
                pass
    assert not target.exists() if dangling else target.is_dir() or target.read_text() == "precious"


@pytest.mark.parametrize("name", ["sessions", "sessions/42.json", "evidence"])
def test_a_link_inside_the_state_is_found(settings: Settings, tmp_path: Path, name: str) -> None:
    link = settings.state_dir / name
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path)
    with pytest.raises(ConfigError, match=f"{link} is a symbolic link"):
        program.take_care_of_files(settings)


def test_the_log_is_not_followed_through_a_link(settings: Settings, tmp_path: Path) -> None:
    assert settings.log.file
    settings.log.file.parent.mkdir()
    settings.log.file.symlink_to(tmp_path / "bashrc")
    with pytest.raises(ConfigError, match="is a symbolic link"):
        configure_logging(settings, "test")
    with pytest.raises(OSError, match="symbolic links"):
        private.open_log(settings.log.file)
    assert not (tmp_path / "bashrc").exists()


def folder_there(path: Path) -> None:
    path.mkdir(parents=True)


def pipe_there(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)


def file_above(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")


@pytest.mark.parametrize("put", [folder_there, pipe_there, file_above])
def test_a_log_that_cannot_be_written_is_one_sentence(settings: Settings, put: object) -> None:
    assert settings.log.file
    assert callable(put)
    put(settings.log.file)
    with pytest.raises(ConfigError, match=r"the log .* can't be written .*: name another file in 'log.file'"):
        configure_logging(settings, "test")


@pytest.fixture
def logging_as_it_was() -> object:
    """Takes away the handlers that a test gave to all of logging."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:], root.level = handlers, level


@pytest.mark.usefixtures("logging_as_it_was")
def test_a_log_that_vanishes_or_becomes_a_link_stops_no_program(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settings.log.file
    configure_logging(settings, "test")
    log = logging.getLogger("test")
    log.warning("one")
    assert mode(settings.log.file) == 0o600
    settings.log.file.rename(settings.log.file.with_suffix(".1"))  # as logrotate does
    log.warning("two")
    assert settings.log.file.read_text().endswith("test: two\n")
    settings.log.file.unlink()
    settings.log.file.symlink_to(tmp_path / "bashrc")
    log.warning("three")
    assert not (tmp_path / "bashrc").exists()
    shutil.rmtree(settings.log.file.parent)
    log.warning("four")
    assert "four" in capsys.readouterr().err


# --- the configuration is judged as ssh does


def test_a_configuration_behind_a_link_is_judged_by_what_is_read(config: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(config)
    assert load(link).username == "10000001"
    config.chmod(0o644)
    with pytest.raises(ConfigError, match="every user of this machine can read"):
        load(link)


@pytest.mark.parametrize("wrong", [0o620, 0o660, 0o670])
def test_a_configuration_that_its_group_can_change_is_refused(config: Path, wrong: int) -> None:
    config.chmod(wrong)
    with pytest.raises(ConfigError, match=f"its group can change it: run 'chmod 600 {config}'"):
        load(config)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_configuration_of_another_user_is_refused_and_one_of_root_is_not(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.chown(config, NOBODY, -1)
    with pytest.raises(
        ConfigError, match=f"belongs to user {NOBODY}, who can change it.*'sudo chown 0 {config}'.*container"
    ):
        load(config)
    os.chown(config, 0, -1)
    monkeypatch.setattr("os.geteuid", lambda: NOBODY)
    assert load(config).username == "10000001"


@pytest.mark.parametrize("depth", [0, 1])
def test_a_folder_above_that_everybody_can_write_is_refused_unless_it_is_sticky(config: Path, depth: int) -> None:
    above = config.parents[depth]
    was = mode(above)
    above.chmod(0o777)
    with pytest.raises(ConfigError, match=f"can put another file in the place of .*'chmod o-w {above}'"):
        load(config)
    above.chmod(0o1777)
    assert load(config).username == "10000001"
    above.chmod(was)


def test_a_link_in_a_folder_that_everybody_can_write_is_refused(config: Path, tmp_path: Path) -> None:
    everybodys = tmp_path / "everybodys"
    everybodys.mkdir()
    everybodys.chmod(0o777)
    (everybodys / "link.json").symlink_to(config)
    with pytest.raises(ConfigError, match=f"chmod o-w {everybodys}"):
        load(everybodys / "link.json")


def test_a_database_in_a_folder_that_everybody_can_write_is_refused(config: Path, tmp_path: Path) -> None:
    everybodys = tmp_path / "everybodys"
    everybodys.mkdir()
    everybodys.chmod(0o777)
    settings = load(written(config.parent, GOOD | {"database": str(everybodys / "polimisport.db")}))
    with pytest.raises(ConfigError, match=f"chmod o-w {everybodys}"):
        program.take_care_of_files(settings)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
def test_a_state_folder_of_another_user_is_refused(settings: Settings) -> None:
    settings.state_dir.mkdir()
    os.chown(settings.state_dir, NOBODY, -1)
    with pytest.raises(ConfigError, match=f"{settings.state_dir} belongs to user {NOBODY}"):
        program.take_care_of_files(settings)


def test_a_pipe_is_no_configuration_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.json", 0o600)
    with pytest.raises(ConfigError, match="not an ordinary file"):
        load(tmp_path / "config.json")
