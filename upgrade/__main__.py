"""What ./run --upgrade starts, as a copy in .upgrade/tool: options in, an exit code out.

Exit code 0: the new release is here, or there is none. 1: all is as it was, and one sentence says why.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from upgrade.commands import Identity, UpgradeFailed
from upgrade.handed_over import lent
from upgrade.journey import Journey
from upgrade.marks import Desk, Phase
from upgrade.programs import Programs

IN_MEMORY = Path("/run")
WELL, FAILED = 0, 1


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run --upgrade", description=__doc__.splitlines()[0])
    parser.add_argument("tag", nargs="?", help="a release, as v0.5.0; default: the newest")
    parser.add_argument("--checkout", type=Path, required=True, help="the folder with the code")
    parser.add_argument("--config", type=Path, required=True, help="config.json")
    parser.add_argument("--back", action="store_true", help="go back to what was here before the last upgrade")
    parser.add_argument("--with-data", action="store_true", help="with --back: the database too")
    parser.add_argument("--recover", action="store_true", help="only bring to its end what was interrupted")
    return parser.parse_args()


def say(line: str) -> None:
    with suppress(OSError):  # the terminal may be gone: the upgrade is not
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def stopped(number: int, frame: FrameType | None) -> None:
    raise UpgradeFailed(f"it was stopped by {signal.Signals(number).name}")


def main() -> int:
    chosen = options()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stopped)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        travel(chosen)
    except UpgradeFailed as failure:
        say(f"{failure}.")
        return FAILED
    return WELL


def travel(chosen: argparse.Namespace) -> None:
    desk = Desk(chosen.checkout)
    marks = desk.marks()
    if chosen.recover and (marks is None or marks.phase is Phase.STARTING):
        return  # all is of one release: it may start
    desk.open()
    with desk.alone() as lock:
        if (left := desk.marks()) is not None:
            with prepared(chosen.checkout, Path(left.config), desk, lock) as journey:
                journey.recover(wait=not chosen.recover)
        if chosen.recover:
            return
        with prepared(chosen.checkout, chosen.config, desk, lock) as journey:
            if chosen.back:
                journey.back(with_data=chosen.with_data)
            else:
                journey.upgrade(chosen.tag)


@contextmanager
def prepared(checkout: Path, config: Path, desk: Desk, lock: int) -> Iterator[Journey]:
    """A journey whose commands find what systemd hands over to the programs of this checkout."""
    folder = IN_MEMORY / f"polimisport-upgrade-{checkout.stat().st_ino}"
    with lent(Programs(checkout).handed_over(), folder, Identity.of_keeper(config)) as environment:
        yield Journey(checkout, config, desk, lock, say, environment)


if __name__ == "__main__":
    sys.exit(main())
