"""git: which releases there are, whether one may be gone to, and the code switched to it and back."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from upgrade.commands import Answer, UpgradeFailed, ask
from upgrade.marks import Release

RELEASE_TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
VERSION_FILE = "runtime/version.py"
NETWORK = 180.0  # s


def number_of(tag: str) -> tuple[int, ...]:
    """The number in a release's tag, to be compared; () for any other tag."""
    found = RELEASE_TAG.fullmatch(tag)
    return tuple(int(part) for part in found.groups()) if found else ()


def version_in(text: str) -> str:
    """What the text of runtime/version.py calls the version; empty when it does not."""
    found = re.search(r'^VERSION = "([^"]+)"$', text, re.MULTILINE)
    return found[1] if found else ""


class Checkout:
    """The folder with the code, under git. `lock`: a file that every command gets too."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self.staged = folder / ".upgrade" / "next"
        self._lock = lock

    def _git(self, *words: str, patience: float = 120.0) -> Answer:
        return ask(["git", *words], self.folder, patience=patience, keep_open=[self._lock])

    def _must(self, sentence: str, *words: str, patience: float = 120.0) -> str:
        answer = self._git(*words, patience=patience)
        if answer.code:
            raise UpgradeFailed(f"{sentence}: {answer.last_line}")
        return answer.output.strip()

    # ----- what is there

    def refuse_none(self) -> None:
        """Raises UpgradeFailed for a folder that is no checkout of its own, or whose code was changed by hand."""
        if not (self.folder / ".git").exists():
            raise UpgradeFailed("this folder was not made by git clone: get the new release the way you got this one")
        changed = self._must("git can't read this folder", "status", "--porcelain", "--untracked-files=no")
        if changed:
            names = ", ".join(line.split(maxsplit=1)[1] for line in changed.splitlines()[:3])
            raise UpgradeFailed(f"there are local changes ({names}): commit or undo them first (git status)")

    def present(self) -> Release:
        branch = self._git("symbolic-ref", "--quiet", "--short", "HEAD").output.strip()
        commit = self._must("git can't read this folder", "rev-parse", "HEAD")
        version = version_in((self.folder / VERSION_FILE).read_text(encoding="utf-8"))
        return Release(branch or commit, commit, version)

    # ----- what there is to go to

    def fetch(self) -> None:
        """Gets the tags of the releases. One that names another commit than before is refused, not taken."""
        more = ["--unshallow"] if self._git("rev-parse", "--is-shallow-repository").output.strip() == "true" else []
        wanted = ["fetch", "--no-tags", *more, "origin", "refs/tags/v*:refs/tags/v*"]
        self._must("the releases can't be fetched", *wanted, patience=NETWORK)

    def newest(self) -> str:
        """The tag with the highest number. Raises UpgradeFailed when there is no release at all."""
        tags = [tag for tag in self._must("git can't list the tags", "tag", "--list").split() if number_of(tag)]
        if not tags:
            raise UpgradeFailed("origin has no release yet (a tag like v0.5.0)")
        return max(tags, key=number_of)

    def verified(self, tag: str, present: Release) -> Release:
        """The release of a tag, once it has shown that it may be gone to. Raises UpgradeFailed, saying why not."""
        if not number_of(tag):
            raise UpgradeFailed(f"{tag} is no release: they are called like v0.5.0")
        found = self._git("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}")
        if found.code:
            raise UpgradeFailed(f"there is no release {tag}; the newest is {self.newest()}")
        commit = found.output.strip()
        if number_of(tag) <= number_of(f"v{present.version}"):
            raise UpgradeFailed(f"{tag} is not newer than {present.version}, which is here")
        if self._git("merge-base", "--is-ancestor", present.commit, commit).code:
            raise UpgradeFailed(f"{tag} does not come after what is here: this checkout has commits that it has not")
        said = version_in(self._must(f"{tag} has no version", "show", f"{commit}:{VERSION_FILE}"))
        if f"v{said}" != tag:
            raise UpgradeFailed(f"{tag} calls itself {said or 'nothing'}: it was not made as a release")
        self._verify_signature(tag)
        untracked = self._git("read-tree", "--dry-run", "-m", "-u", "HEAD", commit)
        if untracked.code:
            raise UpgradeFailed(f"{tag} can't be checked out here: {untracked.last_line}")
        return Release(tag, commit, said)

    def _verify_signature(self, tag: str) -> None:
        """Where git was told whose signatures count, or polimisport.verifyTags says so, the tag must have one."""
        wanted = self._git("config", "--type=bool", "--get", "polimisport.verifyTags").output.strip()
        signers = self._git("config", "--get", "gpg.ssh.allowedSignersFile").output.strip()
        if wanted == "true" or (signers and wanted != "false"):
            why = f"the signature of {tag} is not good (git config polimisport.verifyTags false goes without it)"
            self._must(why, "verify-tag", tag)

    # ----- aside

    def stage(self, release: Release) -> None:
        """Puts the code of a release into a folder of its own, from which it can be tried."""
        self.unstage()
        self._must(
            "the release can't be unpacked", "worktree", "add", "--detach", "--force", str(self.staged), release.commit
        )

    def unstage(self) -> None:
        shutil.rmtree(self.staged, ignore_errors=True)
        self._git("worktree", "prune")

    # ----- in place

    def switch(self, release: Release) -> None:
        self._must("the code can't be switched", "checkout", "--quiet", "--detach", release.commit)

    def switch_back(self, old: Release, new: Release) -> None:
        """Whatever of the new code is here, all is the old after it; files of nobody's are left alone."""
        (self._own_git() / "index.lock").unlink(missing_ok=True)  # a git that was killed; we are alone here
        self._must("the code can't be switched back", "checkout", "--quiet", "--force", old.ref)
        self._must("the code can't be switched back", "reset", "--quiet", "--hard", old.commit)
        came = self._must(
            "git can't compare", "diff", "--name-only", "--no-renames", "--diff-filter=A", "-z", old.commit, new.commit
        )
        for name in filter(None, came.split("\0")):
            (self.folder / name).unlink(missing_ok=True)
            self._drop_empty((self.folder / name).parent)

    def _own_git(self) -> Path:
        return self.folder / self._must("git can't read this folder", "rev-parse", "--git-dir")

    def _drop_empty(self, folder: Path) -> None:
        shutil.rmtree(folder / "__pycache__", ignore_errors=True)
        while folder != self.folder and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent

    def has_new_units(self, old: Release, new: Release) -> bool:
        return bool(self._git("diff", "--name-only", old.commit, new.commit, "--", "deploy/systemd").output.strip())
