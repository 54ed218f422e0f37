"""python -m bench [NAME...] [--rounds N] [--kind K] [--list]: runs the measurements and prints a table.

Exit code 0: every goal was reached. 1: one was not. 2: a measurement could not be made.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from bench import (
    accounts,
    book,
    cancel,
    catalogue,
    engines,
    first_time,
    history,
    idle,
    neighbours,
    opening,
    pages,
    periodic_tick,
    picture,
    queue,
    sync,
    tap,
)
from bench.crowd import CROWDS
from bench.figures import Figure, table
from bench.kinds import KINDS
from bench.machine import describe
from bench.programs import BenchError
from domain.errors import AppError

REACHED, MISSED, BROKEN = 0, 1, 2

Measure = Callable[[int | None], Awaitable[list[Figure]]]
"""A measurement: takes the number of rounds (None: its own), gives its figures. Raises BenchError."""

MEASUREMENTS: dict[str, Measure] = {
    "tap": tap.measure,
    "book": book.measure,
    "first-time": first_time.measure,
    "catalogue": catalogue.measure,
    "cancel": cancel.measure,
    "sync": sync.measure,
    "idle": idle.measure,
    "history": history.measure,
    "queue": queue.measure,
    "engines": engines.measure,
    "opening": opening.measure,
    "periodic-tick": periodic_tick.measure,
    "picture": picture.measure,
    "accounts": accounts.measure,
    "neighbours": neighbours.measure,
    "pages": pages.measure,
}
"""In the order in which they run; what exactly is timed stands at the top of each one's file."""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures the product on this machine.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which measurements; all when none is named")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each is repeated")
    parser.add_argument("--kind", default="", metavar="K", help='only the openings of that kind, as "calm"')
    parser.add_argument("--list", action="store_true", help="tells what each measures, and measures nothing")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"{', '.join(unknown)}: not known; there are {', '.join(MEASUREMENTS)}")
    kinds = [*(each.name for each in KINDS), *(each.name for each in CROWDS)]
    if options.kind and not any(options.kind in each for each in kinds):
        parser.error(f"--kind {options.kind}: not known; there are {'; '.join(kinds)}")
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds needs a number from 1 up")
    return options


def catalogue_of_measurements() -> str:
    """Every measurement with what it times."""
    texts = [(name, inspect.getdoc(sys.modules[measure.__module__])) for name, measure in MEASUREMENTS.items()]
    return "\n\n".join(f"{name}\n{text}" for name, text in texts)


async def run(names: Sequence[str], rounds: int | None, kind: str = "") -> int:
    """Makes the measurements one after the other; one that fails does not keep the others from being made."""
    print(await describe(), flush=True)
    figures: list[Figure] = []
    broken = [name for name in names or MEASUREMENTS if not await _made(name, rounds, kind, figures)]
    if figures:
        print(f"\n{table(figures)}")
    if broken:
        print(f"\nNot measured: {', '.join(broken)}")
    return BROKEN if broken else REACHED if all(figure.met for figure in figures) else MISSED


async def _made(name: str, rounds: int | None, kind: str, figures: list[Figure]) -> bool:
    began = time.monotonic()
    print(f"{name} ...", end=" ", file=sys.stderr, flush=True)
    try:
        measure = partial(opening.measure, only=kind) if name == "opening" else MEASUREMENTS[name]
        figures.extend(await measure(rounds))
    except (BenchError, AppError, OSError) as error:
        print(f"failed: {error}", file=sys.stderr)
        return False
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    return True


def main() -> int:
    options = parse()
    if options.list:
        print(catalogue_of_measurements())
        return REACHED
    return asyncio.run(run(options.names, options.rounds, options.kind))


if __name__ == "__main__":
    sys.exit(main())
