"""Reads the timetable of the site into the database, now. For cron, or by hand.

    python refresh_courses.py [--config PATH]

Exit code 0: the catalogue is new. 1: it could not be read, and the old one is still there. 2: configuration.
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import sys

from actions.routine import open_routine
from domain.model import ActionStatus, ActionType
from languages.terminal import _
from runtime import program
from runtime.settings import Settings


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    print(_("Reading the timetable ..."))
    async with open_routine(settings, lambda line: print(f"  {line}")) as routine:
        action = await routine.do(ActionType.REFRESH, settings.telegram.allowed_user_id, stop)
    if action.status is ActionStatus.COMPLETED:
        print(_("Done: {result}.", result=action.result))
        return program.DONE
    print(_("Not done, the old timetable stays: {error}", error=action.error), file=sys.stderr)
    return program.FAILED


if __name__ == "__main__":
    sys.exit(program.run("refresh", lambda: program.options(_("Reads the site's timetable into the database.")), main))
