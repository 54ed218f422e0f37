"""Which releases may be gone to: real git, an origin with releases, and clones as people leave them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.releases import git, make_origin
from upgrade.checkout import Checkout
from upgrade.commands import UpgradeFailed
from upgrade.marks import Desk, Release

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_origin(tmp_path_factory.mktemp("releases") / "origin")


@pytest.fixture
def code(tmp_path: Path, origin: Path) -> Iterator[Checkout]:
    """A clone of the first release."""
    git(tmp_path, "clone", "--quiet", str(origin), "here")
    git(tmp_path / "here", "reset", "--quiet", "--hard", "v0.1.0")
    desk = Desk(tmp_path / "here")
    desk.open()
    with desk.alone() as lock:
        yield Checkout(tmp_path / "here", lock)


def found(code: Checkout, tag: str) -> Release:
    code.refuse_none()
    code.fetch()
    return code.verified(tag, code.present())


def test_a_release_is_found_with_its_commit_and_version(code: Checkout) -> None:
    commit = git(code.folder, "rev-parse", "v0.2.0^{commit}")
    assert found(code, "v0.2.0") == Release("v0.2.0", commit, "0.2.0")
    assert code.newest() == "v0.10.0"  # and not v0.8.0


def change_something(code: Checkout) -> None:
    (code.folder / "setup.py").write_text("mine")


def commit_something(code: Checkout) -> None:
    change_something(code)
    git(code.folder, "commit", "--quiet", "--all", "--message", "mine")


def lose_the_network(code: Checkout) -> None:
    git(code.folder, "remote", "set-url", "origin", str(code.folder.parent / "nowhere"))


def put_a_file_in_the_way(code: Checkout) -> None:
    (code.folder / "newer").mkdir()
    (code.folder / "newer" / "module.py").write_text("mine")


def want_signatures(code: Checkout) -> None:
    git(code.folder, "config", "polimisport.verifyTags", "true")


def move_a_tag(code: Checkout) -> None:
    git(code.folder, "tag", "--force", "v0.2.0", "HEAD")


def tag_what_is_no_release(code: Checkout) -> None:
    git(code.folder, "tag", "v0.9.0", "v0.2.0^{commit}")


def have_no_git(code: Checkout) -> None:
    (code.folder / ".git").rename(code.folder.parent / "git")


def change_nothing(code: Checkout) -> None:
    """All is as it was cloned."""


@pytest.mark.parametrize(
    ("prepare", "tag", "sentence"),
    [
        (change_something, "v0.2.0", "there are local changes (setup.py)"),
        (commit_something, "v0.2.0", "v0.2.0 does not come after what is here"),
        (lose_the_network, "v0.2.0", "the releases can't be fetched: fatal: "),
        (put_a_file_in_the_way, "v0.2.0", "v0.2.0 can't be checked out here"),
        (want_signatures, "v0.2.0", "the signature of v0.2.0 is not good"),
        (move_a_tag, "v0.2.0", "the releases can't be fetched: ! [rejected]"),
        (tag_what_is_no_release, "v0.9.0", "v0.9.0 calls itself 0.2.0: it was not made as a release"),
        (have_no_git, "v0.2.0", "this folder was not made by git clone"),
        (change_nothing, "v0.1.0", "v0.1.0 is not newer than 0.1.0, which is here"),
        (change_nothing, "v9.9.9", "there is no release v9.9.9; the newest is v0.10.0"),
        (change_nothing, "main", "main is no release: they are called like v0.5.0"),
    ],
)
def test_what_may_not_be_gone_to_is_refused_with_one_sentence(
    code: Checkout, prepare: Callable[[Checkout], None], tag: str, sentence: str
) -> None:
    prepare(code)
    with pytest.raises(UpgradeFailed) as refused:
        found(code, tag)
    assert str(refused.value).startswith(sentence)


def test_a_good_signature_is_accepted(code: Checkout, origin: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    signers = tmp_path / "signers"
    signers.write_text(f"g@example.org {key.with_suffix('.pub').read_text()}")
    git(tmp_path, "clone", "--quiet", str(origin), "mine")
    signing = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={key}"]
    git(tmp_path / "mine", *signing, "tag", "--force", "--sign", "v0.2.0", "--message", "signed", "v0.2.0^{commit}")
    git(code.folder, "tag", "--delete", "v0.2.0")
    git(code.folder, "remote", "set-url", "origin", str(tmp_path / "mine"))
    git(code.folder, "config", "gpg.ssh.allowedSignersFile", str(signers))
    assert found(code, "v0.2.0").version == "0.2.0"


def test_a_clone_without_history_gets_it(tmp_path: Path, origin: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--branch", "v0.1.0", f"file://{origin}", "here")
    desk = Desk(tmp_path / "here")
    desk.open()
    with desk.alone() as lock:
        assert found(Checkout(tmp_path / "here", lock), "v0.2.0").version == "0.2.0"


def test_going_back_leaves_files_of_nobodys_alone(code: Checkout) -> None:
    old, new = code.present(), found(code, "v0.2.0")
    (code.folder / "notes.txt").write_text("mine")
    code.switch(new)
    assert (code.folder / "newer" / "module.py").exists()
    (code.folder / ".git" / "index.lock").touch()  # of a git that was killed
    code.switch_back(old, new)
    assert code.present() == old
    assert git(code.folder, "status", "--porcelain", "--untracked-files=all") == "?? notes.txt"
    assert not (code.folder / "newer").exists()
