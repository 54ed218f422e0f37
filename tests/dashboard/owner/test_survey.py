"""The survey as a process of its own: one at a time, what it says kept, ended with the pages."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from dashboard.owner.survey import PROJECT, Surveys, command
from tests.support.recurring import settings_of
from tests.support.running import PATIENCE

WAITS = "import sys; print('looking', flush=True); sys.stdin.read(); import time; time.sleep(600)"
SAYS = "open('survey-2026-11-22.zip', 'wb').close(); print('✓ as known')"


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def until_it_said(surveys: Surveys, words: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while words not in (await surveys.said()).words:  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.02)


async def until_it_ends(surveys: Surveys) -> None:
    async with asyncio.timeout(PATIENCE):
        while surveys.is_running():  # noqa: ASYNC110 - a file's lock tells nobody
            await asyncio.sleep(0.02)


async def test_what_a_survey_says_and_writes_stays(tmp_path: Path) -> None:
    surveys = Surveys(tmp_path / "surveys", python(SAYS))
    assert (await surveys.said()).words == ""
    assert await surveys.start()
    await until_it_said(surveys, "✓ as known")
    await until_it_ends(surveys)
    assert (tmp_path / "surveys" / "survey-2026-11-22.zip").exists()
    assert (tmp_path / "surveys" / "survey.log").stat().st_mode & 0o077 == 0


async def test_there_is_one_at_a_time_whoever_started_it_and_it_ends_with_the_pages(tmp_path: Path) -> None:
    surveys, others = Surveys(tmp_path, python(WAITS)), Surveys(tmp_path, python(SAYS))
    assert await surveys.start()
    await until_it_said(surveys, "looking")
    assert not await others.start()
    assert (await others.said()).running
    [child] = [each for each in psutil.Process().children() if WAITS in each.cmdline()]
    [watching] = [task for task in asyncio.all_tasks() if task.get_name() == "survey"]
    watching.cancel()
    await asyncio.wait({watching})
    await until_it_ends(surveys)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert await others.start()
    await until_it_ends(others)


def test_it_is_the_survey_of_the_terminal(tmp_path: Path) -> None:
    said = command(settings_of(tmp_path))
    assert said[:3] == (sys.executable, str(PROJECT / "setup.py"), "--survey")
    assert (PROJECT / "setup.py").is_file()
