"""What the site showed when it was not as expected: a folder with the page, a picture and a note, without secrets."""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
from html import unescape
from pathlib import Path

from domain.model import Clock
from portal.evidence.redactor import AccountRedactor
from portal.evidence.sanitizer import sanitized
from safety.redaction import HIDDEN

log = logging.getLogger(__name__)

KEPT = 20  # folders; the oldest go first
MOST_PICTURE = 10_000_000  # bytes
TAG = re.compile("<[^<>]*>")


class Evidence:
    """The folders of evidence; the last 20 are kept."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def keep(
        self, what: str, html: str, note: str, picture: bytes | None, redactor: AccountRedactor
    ) -> str | None:
        """Writes `<UTC time>-<what>/` and gives its path; None when the disk refuses: it must not make things worse.

        Done beside the event loop: a page may take seconds.
        """
        redactor.note_name(html)
        return await asyncio.to_thread(self._keep, what, html, note, picture, redactor)

    def _keep(self, what: str, html: str, note: str, picture: bytes | None, redactor: AccountRedactor) -> str | None:
        try:
            target = self._new_folder(what)
            self._write(target / "page.html", clean_page(html, redactor).encode("utf-8", "replace"))
            self._write(target / "note.txt", (redactor.text(note) + "\n").encode("utf-8", "replace"))
            if picture and len(picture) <= MOST_PICTURE:
                self._write(target / "screenshot.png", picture)
            self._drop_old()
        except OSError as error:
            log.warning("evidence of %s could not be kept: %s", what, error)
            return None
        return str(target)

    def _new_folder(self, what: str) -> Path:
        words = re.sub(r"[^a-z0-9]+", "-", what.lower()).strip("-")[:40]
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamped = self._folder / f"{self._clock():%Y%m%dT%H%M%S.%f}Z-{words}"
        stamped.mkdir(mode=0o700, exist_ok=True)
        return stamped

    @staticmethod
    def _write(file: Path, content: bytes) -> None:
        file.touch(mode=0o600)
        file.write_bytes(content)

    def _drop_old(self) -> None:
        for old in sorted(each for each in self._folder.iterdir() if each.is_dir())[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)


def clean_page(html: str, redactor: AccountRedactor) -> str:
    """The page as evidence; nothing of it when a secret can still be read across its tags."""
    page = redactor.text(sanitized(html))
    return HIDDEN if redactor.holds_secret(unescape(TAG.sub("", page))) else page
