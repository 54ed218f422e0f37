"""What ./run --upgrade asks of an installation, as one line of JSON: python -m admin.upgrade_facts --config PATH

The upgrade itself knows nothing of the database: it asks the code that is there, whichever release that is. The keys
may only grow. Opening the database upgrades it, as with every program. Exit code 2: it can't be used; 3: nor can it be
told of a database on a server whether it could.
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

from database import VERSION, PostgresqlAddress, open_database
from domain.errors import ConfigError, DatabaseError, DatabaseNewer
from domain.model import Clock, stamp, utc_now
from domain.programs import Heartbeat, living
from runtime import process_names, program
from runtime.settings import Settings, load

OPENING_LASTS = timedelta(minutes=3)  # after it nothing is tried any more
AHEAD = timedelta(days=8)
DONE, UNUSABLE, UNTOLD = 0, 2, 3


async def facts(settings: Settings, clock: Clock = utc_now) -> dict[str, object]:
    """Version of the database, the next opening that somebody waits for, who is alive, where a backup goes.

    Of a database on a server also which programs live on other machines, and whether one of those has upgraded it to
    more than this release knows: then nothing else is told of it.
    """
    now = clock()
    name = f"{settings.local_path.name}.version{VERSION}-{now:%Y%m%dT%H%M%S%f}-upgrade.bak"
    told = {"schema": VERSION, "opening": None, "backup": str(settings.local_path.with_name(name)), "ahead": False}
    alive: list[Heartbeat] = []
    try:
        async with open_database(settings.database) as db:
            waited_for = await db.oversight.openings(OPENING_LASTS, AHEAD, 1)
            alive = living(await db.heartbeats.all(), db.clock(), process_names.is_dead)
    except DatabaseNewer as newer:
        return told | {"schema": newer.found, "ahead": True, "living": [], "elsewhere": []}
    on_server = isinstance(settings.database, PostgresqlAddress)
    elsewhere = [beat for beat in alive if on_server and process_names.is_elsewhere(beat.name)]
    return told | {
        "opening": stamp(waited_for[0].opens_at) if waited_for else None,
        "living": [
            {"program": beat.program, "version": beat.vitals.version} for beat in alive if beat not in elsewhere
        ],
        "elsewhere": sorted({beat.program for beat in elsewhere}),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="upgrade_facts")
    parser.add_argument("--config", type=Path, required=True)
    chosen = parser.parse_args()
    program.keep_private()
    failed = UNUSABLE
    try:
        settings = load(chosen.config)
        failed = UNTOLD if isinstance(settings.database, PostgresqlAddress) else UNUSABLE
        print(json.dumps(asyncio.run(facts(settings))))
    except (ConfigError, DatabaseError) as error:
        print(error, file=sys.stderr)
        return failed
    return DONE


if __name__ == "__main__":
    sys.exit(main())
