"""Reads "my bookings" of every account from the site into the database, now. For cron, or by hand.

    python sync_bookings.py [--config PATH]

Exit code 0: all were read. 1: somebody's could not be read, and are left as they were. 2: configuration.
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import sys

from actions.routine import Routine, open_routine
from domain.model import ActionStatus, ActionType
from languages.terminal import _
from runtime import program
from runtime.settings import Settings


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    async with open_routine(settings, lambda line: print(f"  {line}")) as routine:
        done = [await _sync(routine, user_id, stop) for user_id in routine.people]
    return program.DONE if all(done) else program.FAILED


async def _sync(routine: Routine, user_id: int, stop: asyncio.Event) -> bool:
    print(_("Reading the bookings of {user} ...", user=user_id))
    action = await routine.do(ActionType.CHECK, user_id, stop)
    if action.status is ActionStatus.COMPLETED:
        print(_("Done: {result}.", result=action.result))
        return True
    print(_("Not done, the rows stay as they were: {error}", error=action.error), file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(program.run("sync", lambda: program.options(_("Reads everybody's bookings from the site.")), main))
