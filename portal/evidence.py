"""What the site showed when it was not as expected: a folder with the page, a picture and a note, without secrets."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from model import Clock

log = logging.getLogger(__name__)

KEPT = 20  # folders; the oldest go first
SHORTEST_SECRET = 4  # characters: hiding shorter ones would blacken the page and hide nothing

HIDDEN_VALUE = re.compile(
    r"(<input\b(?=[^>]*\b(?:type\s*=\s*[\"']?(?:hidden|password)|name\s*=\s*[\"']?(?:otp|password))\b)"
    r"[^>]*?\bvalue\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s>]+)",
    re.IGNORECASE,
)
TOKEN = re.compile(r"((?:token|saml\w*|relaystate|assertion)[\"']?\s*[:=]\s*[\"']?)[\w\-+/=.%]{12,}", re.IGNORECASE)


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text without hidden and password fields, tokens, and every secret that is given."""
    text = TOKEN.sub(r"\1[hidden]", HIDDEN_VALUE.sub(r'\1"[hidden]"', text))
    for secret in sorted({each for each in secrets if len(each) >= SHORTEST_SECRET}, key=len, reverse=True):
        text = text.replace(secret, "[hidden]")
    return text


class Evidence:
    """The folders of evidence; the last 20 are kept."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def keep(self, what: str, html: str, note: str, picture: bytes | None, secrets: Iterable[str]) -> str | None:
        """Writes `<UTC time>-<what>/` and gives its path; None when the disk refuses: it must not make things worse."""
        secrets = tuple(secrets)
        try:
            target = self._new_folder(what)
            self._write(target / "page.html", redact(html, secrets).encode())
            self._write(target / "note.txt", redact(note + "\n", secrets).encode())
            if picture:
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
