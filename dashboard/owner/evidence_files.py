"""The folders of evidence as files: their names are matched, not joined from a path, and no link is followed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

NAME = re.compile(r"(?P<at>\d{8}T\d{6})\.\d{6}Z-(?P<about>[a-z0-9-]{0,40})")  # as portal/evidence/folders.py names them
PAGE, NOTE, PICTURE = "page.html", "note.txt", "screenshot.png"
MOST_TEXT = 2_000_000  # bytes of a page that are shown
MOST_PICTURE = 10_000_000
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Folder:
    name: str
    made_at: datetime
    about: str
    has_picture: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is in a folder, as text."""

    folder: Folder
    note: str
    page: str
    is_cut: bool  # there is more of the page than is shown


class EvidenceFiles:
    """Reads the folders below one. Whatever is not named like one of ours is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Folder]:
        """The folders, the newest first."""
        return sorted(self._all(), key=lambda each: each.name, reverse=True)

    def find(self, name: str) -> Evidence | None:
        """What is in the folder of that name."""
        folder = self._named(name)
        if folder is None:
            return None
        page = self._read(name, PAGE, MOST_TEXT + 1) or b""
        note = self._read(name, NOTE, MOST_TEXT) or b""
        shown = page[:MOST_TEXT].decode("utf-8", "replace")
        return Evidence(folder, note.decode("utf-8", "replace").strip(), shown, len(page) > MOST_TEXT)

    def picture(self, name: str) -> bytes | None:
        """The screenshot in the folder of that name; None where there is none, or a file that is no PNG."""
        content = self._read(name, PICTURE, MOST_PICTURE) if self._named(name) else None
        return content if content and content.startswith(PNG) else None

    def _all(self) -> Iterator[Folder]:
        try:
            names = os.listdir(self._folder)
        except OSError:
            return
        for name in names:
            if folder := self._named(name):
                yield folder

    def _named(self, name: str) -> Folder | None:
        match = NAME.fullmatch(name)
        path = self._folder / name
        if match is None or not _is_plain(path, stat.S_ISDIR):
            return None
        try:
            made_at = datetime.strptime(match["at"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            return None
        return Folder(name, made_at, match["about"].replace("-", " "), _is_plain(path / PICTURE, stat.S_ISREG))

    def _read(self, name: str, file: str, most: int) -> bytes | None:
        """The beginning of a plain file in the folder; None where there is none."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            folder = os.open(self._folder / name, flags | os.O_DIRECTORY)
            try:
                opened = os.open(file, flags | os.O_NONBLOCK, dir_fd=folder)
            finally:
                os.close(folder)
        except OSError:
            return None
        with os.fdopen(opened, "rb") as content:
            return content.read(most) if stat.S_ISREG(os.fstat(content.fileno()).st_mode) else None


def _is_plain(path: Path, is_kind: Callable[[int], bool]) -> bool:
    """Whether a path is of that kind itself, and no link to one."""
    try:
        return is_kind(path.lstat().st_mode)
    except OSError:
        return False
