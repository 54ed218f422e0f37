"""What ./run --upgrade asks of an installation, as one line of JSON: python -m admin.upgrade_facts --config PATH

The upgrade itself knows nothing of the database: it asks the code that is there, whichever release that is. The keys
may only grow. Opening the database upgrades it, as with every program. Exit code 2: it can't be used.
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

from database import VERSION, open_database
from domain.errors import ConfigError, DatabaseError
from domain.model import Clock, stamp, utc_now
from domain.programs import living
from languages.terminal import _
from runtime import process_names, program
from runtime.settings import Settings, load

OPENING_LASTS = timedelta(minutes=3)  # after it nothing is tried any more
AHEAD = timedelta(days=8)
DONE, UNUSABLE = 0, 2


async def facts(settings: Settings, clock: Clock = utc_now) -> dict[str, object]:
    """Version of the database, the next opening that somebody waits for, who is alive, where a backup goes."""
    if not isinstance(settings.database, Path):
        raise DatabaseError(
            _(
                "{database} is a server's, which other machines use too: stop the programs on all of them, copy the "
                "database (setup.py --backup), then check the release out on each ('git checkout TAG') and start it; "
                "whichever is the first upgrades the database",
                database=settings.database,
            )
        )
    now = clock()
    async with open_database(settings.database) as db:
        ahead = await db.oversight.openings(OPENING_LASTS, AHEAD, 1)
        alive = living(await db.heartbeats.all(), clock(), process_names.is_dead)
    name = f"{settings.local_path.name}.version{VERSION}-{now:%Y%m%dT%H%M%S%f}-upgrade.bak"
    return {
        "schema": VERSION,
        "opening": stamp(ahead[0].opens_at) if ahead else None,
        "living": [{"program": beat.program, "version": beat.vitals.version} for beat in alive],
        "backup": str(settings.local_path.with_name(name)),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="upgrade_facts")
    parser.add_argument("--config", type=Path, required=True)
    chosen = parser.parse_args()
    program.keep_private()
    try:
        print(json.dumps(asyncio.run(facts(load(chosen.config)))))
    except (ConfigError, DatabaseError) as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    return DONE


if __name__ == "__main__":
    sys.exit(main())
