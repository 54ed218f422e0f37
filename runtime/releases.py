"""Asks git what there is newer: the tags of origin, nothing else; and the changelog of a release that is here."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

from domain.releases import changes_in, newest

PATIENCE = 30.0  # s
NEVER_ASK = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}  # nobody is there to answer


class NotKnown(Exception):
    """Its message says why the releases are not known."""


class Releases:
    """`checkout`: the folder with the code, which may belong to another user."""

    def __init__(self, checkout: Path) -> None:
        self._checkout = checkout

    async def newest(self) -> str | None:
        """The newest version that origin has. Raises NotKnown."""
        if not (self._checkout / ".git").exists() or shutil.which("git") is None:
            raise NotKnown("the code was not got by git clone, or git is not installed")
        listed = await self._git("ls-remote", "--tags", "--refs", "origin", "v*")
        return newest(line.rpartition("refs/tags/")[2] for line in listed.splitlines())

    async def changes(self, version: str) -> tuple[str, ...]:
        """What the changelog says of a version; nothing where its tag was not fetched."""
        try:
            return changes_in(await self._git("show", f"v{version}:CHANGELOG.md"), version)
        except NotKnown:
            return ()

    async def _git(self, *words: str) -> str:
        trusted = ("-c", f"safe.directory={self._checkout}")  # else git reads no folder of another user
        process = await asyncio.create_subprocess_exec(
            *("git", *trusted, *words),
            cwd=self._checkout,
            env=os.environ | NEVER_ASK,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                said, complained = await process.communicate()
        except TimeoutError:
            raise NotKnown(f"git did not answer within {PATIENCE:.0f} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            first = complained.decode(errors="replace").strip().partition("\n")[0]
            raise NotKnown(first or "git failed")
        return said.decode(errors="replace")
