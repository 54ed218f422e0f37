"""Chromium's sandbox: on for an ordinary user, and where it can't be on, that is said with the remedy."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil  # type: ignore[import-untyped]
import pytest

from domain.errors import SiteUnavailable
from portal.access import SiteAccess
from portal.browser.chromium import ROOT, forbidden
from portal.portal import open_portal
from tests.support.processes import children_of, name_of
from tests.support.sites import chromium

NOBODY = 65534
# An ordinary user's, whoever runs the tests; with a folder that this user may write.
AS_USER = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups " if os.geteuid() == 0 else ""
# In a user namespace in which no further one can be made: what a kernel that forbids them looks like to Chromium.
WITHOUT_NAMESPACES = (
    "unshare -r sh -c 'echo 1 >/proc/sys/user/max_user_namespaces; exec unshare --user --map-user=1000 \"$@\"' - "
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="user namespaces are Linux's")


async def starter(tmp_path: Path, before: str = "") -> str:
    """A command that starts Chromium as an ordinary user. Skips where such a user can't make user namespaces."""
    if shutil.which("unshare") is None or await shell(f"{AS_USER}unshare -r true") != 0:
        pytest.skip("this machine lets no ordinary user make user namespaces")
    script = tmp_path / "chromium"
    browser = f'{chromium()} "$@" --user-data-dir="$folder"'
    script.write_text(
        f'#!/bin/sh\nfolder=$({AS_USER}mktemp -d)\ntrap \'rm -rf "$folder"\' EXIT\nexport HOME="$folder"\n'
        f"{AS_USER}{before}{browser}\n"
    )
    script.chmod(0o755)
    return str(script)


async def shell(command: str) -> int:
    process = await asyncio.create_subprocess_shell(command, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait()


def access(tmp_path: Path, executable_path: str | None) -> SiteAccess:
    return SiteAccess(
        base_url="http://127.0.0.1:9",
        login_hosts=("127.0.0.1:9",),
        state_dir=tmp_path / "state",
        timezone=ZoneInfo("Europe/Rome"),
        executable_path=executable_path,
    )


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs believe that they don't run as root."""
    monkeypatch.setattr("os.geteuid", lambda: NOBODY)


def renderers() -> list[psutil.Process]:
    return [each for each in children_of(os.getpid()) if name_of(each) and "--type=renderer" in each.cmdline()]


@pytest.mark.usefixtures("ordinary")
async def test_pages_run_in_namespaces_of_their_own_and_behind_a_filter(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        open_portal(access(tmp_path, await starter(tmp_path))) as portal,
        portal.resources.pages.opened(None) as page,
    ):
        await page.set_content("<p>hello")
        assert renderers() != []
        for renderer in renderers():
            assert "--no-sandbox" not in renderer.cmdline()
            status = Path(f"/proc/{renderer.pid}/status").read_text()
            assert "Seccomp:\t2" in status
            assert os.readlink(f"/proc/{renderer.pid}/ns/user") != os.readlink("/proc/self/ns/user")
        assert portal.engine.launcher.unprotected is None
    assert "sandbox" not in caplog.text


@pytest.mark.usefixtures("ordinary")
async def test_where_the_kernel_forbids_it_the_browser_starts_all_the_same_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_portal(access(tmp_path, await starter(tmp_path, WITHOUT_NAMESPACES))) as portal:
        for _ in range(2):
            async with portal.resources.pages.opened(None) as page:
                await page.set_content("<p>hello")
            browser = await portal.engine.browser()
            await browser.close()
        assert portal.engine.launcher.unprotected is not None
    [line] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "runs without its sandbox" in line.getMessage()
    assert "seccomp.json" in line.getMessage()


@pytest.mark.usefixtures("ordinary")
async def test_a_browser_that_does_not_start_for_another_reason_is_not_tried_without_a_sandbox(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho started >>\"$0.log\"; echo 'error while loading libnss3.so' >&2; exit 127\n")
    broken.chmod(0o755)
    async with open_portal(access(tmp_path, str(broken))) as portal:
        with pytest.raises(SiteUnavailable):
            await portal.engine.browser()
    assert Path(f"{broken}.log").read_text() == "started\n"
    assert "sandbox" not in caplog.text


async def test_root_is_told_that_the_browser_has_no_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    async with open_portal(access(tmp_path, chromium())) as portal:
        await portal.engine.browser()
        assert portal.engine.launcher.unprotected == ROOT
    assert caplog.text.count("the programs run as root") == 1


@pytest.mark.parametrize(
    ("switch", "value", "remedy"),
    [
        ("kernel.unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
        ("kernel.apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0"),
        ("user.max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=10000"),
        ("user.max_user_namespaces", "63231", "seccomp.json"),
    ],
)
def test_the_remedy_names_the_switch_that_forbids_it(tmp_path: Path, switch: str, value: str, remedy: str) -> None:
    file = tmp_path.joinpath(*switch.split("."))
    file.parent.mkdir()
    file.write_text(f"{value}\n")
    assert remedy in forbidden(tmp_path).remedy
