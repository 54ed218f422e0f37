"""Files that are ours alone: judged before they are trusted, closed to others, never followed through a symbolic link.

Used by every program at its start (runtime/program.py), for the configuration (runtime/settings.py) and the database
(store/).
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path

from domain.errors import ConfigError
from languages.terminal import _

ROOT = 0
OTHERS = stat.S_IRWXG | stat.S_IRWXO
UNFOLLOWED = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # the last: a pipe in place of the file must not block us


def read_trusted(path: Path) -> bytes:
    """The content of a file with secrets, opened once and judged by its descriptor, as ssh judges its own.

    A symbolic link to it is followed; what is judged is the file it leads to, and every folder above either of them.
    Raises ConfigError with the remedy for a file that others could have written, or can read; OSError without one.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(handle, "rb") as file:
        _judge(path, os.fstat(handle))
        judge_folders(path)
        return file.read()


def _judge(path: Path, found: os.stat_result) -> None:
    me, shown = os.geteuid(), shlex.quote(str(path))
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(
            _("{path} is not an ordinary file: put the configuration in one, and name it with --config", path=path)
        )
    if found.st_mode & (stat.S_IROTH | stat.S_IWOTH):
        raise ConfigError(
            _(
                "{path} holds passwords, and every user of this machine can read or change it: run "
                "'chmod 600 {shown}', and change the passwords if others could have looked",
                path=path,
                shown=shown,
            )
        )
    if found.st_uid not in (me, ROOT):
        raise ConfigError(
            _(
                "{path} belongs to user {other}, who can change it, and this program runs as user "
                "{me}: run 'sudo chown {me} {shown}' (for a container: on the machine that lends it "
                "the file), or start as that user",
                path=path,
                other=found.st_uid,
                me=me,
                shown=shown,
            )
        )
    if found.st_mode & stat.S_IWGRP:
        raise ConfigError(
            _("{path} holds passwords, and its group can change it: run 'chmod 600 {shown}'", path=path, shown=shown)
        )


def judge_folders(path: Path) -> None:
    """Raises ConfigError when a folder above lets every user of the machine put another file in this one's place."""
    for folder in {*Path(os.path.abspath(path)).parents, *Path(os.path.realpath(path)).parents}:
        try:
            mode = folder.stat().st_mode
        except FileNotFoundError:
            continue  # to be made by us
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise ConfigError(
                _(
                    "every user of this machine can put another file in the place of {path}: run "
                    "'chmod o-w {folder}', and look whether it is still yours",
                    path=path,
                    folder=shlex.quote(str(folder)),
                )
            )


def refuse_link(path: Path) -> None:
    """Raises ConfigError for a symbolic link: whoever can make one could direct our writes to any of our files."""
    if path.is_symlink():
        raise _followed(path)


def _followed(path: Path) -> ConfigError:
    return ConfigError(
        _(
            "{path} is a symbolic link, and is not followed: remove it, and name the real place in the configuration",
            path=path,
        )
    )


def refuse_strangers_folder(path: Path) -> None:
    """Raises ConfigError when the folder is another user's, who could read and change whatever we put in it."""
    if path.exists() and path.stat().st_uid != os.geteuid():
        raise ConfigError(
            _(
                "{path} belongs to user {other}, and this program runs as user {me}: start it "
                "as that user, or run 'sudo chown -R {me} {folder}'",
                path=path,
                other=path.stat().st_uid,
                me=os.geteuid(),
                folder=shlex.quote(str(path)),
            )
        )


def tighten(paths: Iterable[Path]) -> Iterator[Path]:
    """Removes the permissions of group and others on these files, and on folders with everything in them.

    Gives what it changed. What is another user's is left alone; what is missing is no error. Raises ConfigError for a
    symbolic link, as one of them or inside them.
    """
    for path in paths:
        yield from _tighten(path, None, path)


def _tighten(name: str | Path, folder: int | None, path: Path) -> Iterator[Path]:
    """`name` is looked up in the open folder, so that nothing can be put in the place of what was looked at."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(found.st_mode):
            raise _followed(path)
        is_folder = stat.S_ISDIR(found.st_mode)
        if not is_folder and not _is_loose(found):
            return  # not even opened: closing the database's file would end locks of SQLite in this process
        handle = os.open(name, os.O_RDONLY | UNFOLLOWED, dir_fd=folder)
    except (FileNotFoundError, PermissionError):  # gone meanwhile, or not ours
        return
    except OSError as error:  # a link has come in its place
        raise _followed(path) from error
    try:
        found = os.fstat(handle)
        if _is_loose(found):
            os.fchmod(handle, stat.S_IMODE(found.st_mode) & ~OTHERS)
            yield path
        for inside in os.listdir(handle) if is_folder else ():
            yield from _tighten(inside, handle, path / inside)
    finally:
        os.close(handle)


def _is_loose(found: os.stat_result) -> bool:
    kind = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
    return kind and found.st_uid == os.geteuid() and bool(stat.S_IMODE(found.st_mode) & OTHERS)


def holds_only(folder: Path, beginning: str) -> bool:
    """Whether a folder is there and everything in it has a name that begins so: it was made for that alone."""
    try:
        return not folder.is_symlink() and all(each.name.startswith(beginning) for each in folder.iterdir())
    except OSError:
        return False


def open_log(path: Path) -> TextIOWrapper:
    """The file, to be written at its end; made if it is missing, with mode 0600. Raises OSError, also for a link."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | UNFOLLOWED, 0o600)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise OSError(0, "it is not an ordinary file")
    if _is_loose(found):
        os.fchmod(handle, stat.S_IMODE(found.st_mode) & ~OTHERS)
    return open(handle, "a", encoding="utf-8")
