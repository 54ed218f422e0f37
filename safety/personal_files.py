"""What is kept on the disk of a person: their session on the site, and what the site showed when something went wrong.

Deleted when they are forgotten, by the bot at once and by every other program at its next start.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

SESSIONS = "sessions"  # the folder, among all that is kept on disk
OF_AN_ACCOUNT = re.compile(r"\.?([0-9]+)\.(?:json|otp|rejected|lock|shared)(?:\..*)?")  # half-written ones too

log = logging.getLogger(__name__)


def forget_others(folder: Path, people: Collection[int], evidence: Iterable[str]) -> None:
    """Deletes the files of every account that is not among the people, and these folders of evidence."""
    for file in (folder / SESSIONS).glob("*"):
        owner = OF_AN_ACCOUNT.fullmatch(file.name)
        if owner and int(owner[1]) not in people:
            file.unlink(missing_ok=True)
            log.info("%s is deleted: nobody with that Telegram id may use this bot", file.name)
    _delete_evidence(folder, evidence)


def forget(folder: Path, user_id: int, evidence: Iterable[str]) -> None:
    """Deletes the files of one account, and these folders of evidence."""
    for file in (folder / SESSIONS).glob(f"*{user_id}.*"):
        owner = OF_AN_ACCOUNT.fullmatch(file.name)
        if owner and int(owner[1]) == user_id:
            file.unlink(missing_ok=True)
    _delete_evidence(folder, evidence)


def _delete_evidence(folder: Path, evidence: Iterable[str]) -> None:
    for kept in map(Path, evidence):
        if folder in kept.parents:
            shutil.rmtree(kept, ignore_errors=True)
