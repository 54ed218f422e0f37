"""The pages in the browser: what a person may look at and do, the same as in the chat. Rows in, pages out.

    python web.py [--config PATH]

It reads and writes rows only, like the bot: whatever touches the site is done by workers. Stopping it loses nothing.
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import logging
import resource
import sys
import time

from dashboard.assets import Assets
from dashboard.server import dashboard_of, serve
from database import open_database
from languages.terminal import _
from runtime import program, service_manager
from runtime.changes import changes_of
from runtime.heartbeat import HeartbeatLoop
from runtime.settings import Settings
from runtime.trusted_clock import clock_of

LAST_NOTES = 1.0  # s to finish, when the program stops, what is done beside the answers
MOST_FILES = 4096  # open at once: each browser that is kept up to date holds a connection

log = logging.getLogger(__name__)


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    if not settings.web.enabled:
        log.info("The pages are switched off (web.enabled)")
        service_manager.tell(service_manager.READY, service_manager.status("switched off (web.enabled)"))
        return program.DONE
    allow_many_connections()
    clock = clock_of(settings)
    async with (
        open_database(settings.database, clock, stop, server_time=clock.server_time) as db,
        clock.kept(db.heartbeats.last_sign, stop),
        changes_of(db.connection.changes, stop) as changes,
    ):
        assets = Assets()
        dashboard = dashboard_of(db, settings, clock, changes, assets)
        try:
            async with HeartbeatLoop(db.heartbeats, "web", time.monotonic, clock=clock).running():
                await serve(dashboard, assets, stop)
        finally:
            await dashboard.services.beside.finish(LAST_NOTES)
    log.info("The pages have stopped")
    return program.DONE


def allow_many_connections() -> None:
    """Raises the number of files this process may open, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(program.run("web", lambda: program.options(_("The pages in the browser.")), main))
