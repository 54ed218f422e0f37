"""One person's wrong password, block or storm beside everybody else: what the others wait for their readings.

A small town: the real worker, the simulated site in this process, and nine people with sessions. Eight of them have "my
bookings" read again and again, each with a pause after it; timed is each reading from the row that asks for it to its
end. First while all is calm, then, as long each, while the ninth has a trouble:

    a wrong password    the site has ended the session and takes the password no more, with twenty bookings in the queue
    a block             the site answers everything of theirs with 403, with twenty bookings in the queue
    a storm             twenty bookings of classes that do not exist are asked for at once, and one more each second

Judged is how much longer than in the calm the others' slowest readings (p95) take then.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from bench.figures import Figure
from bench.programs import BenchError
from bench.town import Town, open_town, user_of
from demo.site import Person
from domain.errors import AlreadyQueued
from domain.model import ActionStatus, ActionType, ClassRef, clock_time, utc_now
from domain.requests import NewAction

PEOPLE = 9
SECONDS = 20.0  # of each stretch
PAUSE = 1.0  # s of a person after each reading: shorter ones would use up the account's budget, and wait for that
WARM_UP = 60.0  # s at the most, until everybody has a session
LOOK_AGAIN = 0.02  # s between looks at a row, which itself bears its times: more looks would only cost the processor
LONGEST_WAIT = 60.0  # s
MOST_SLOWER = 10.0  # %
RECOVERIES = 5  # readings after a trouble, of which the first may have begun within it
STORM = 20  # of one person, as many as a guest may have wait at once
LIVE = (ActionStatus.PENDING, ActionStatus.PROCESSING)

Trouble = Callable[[Town, Person], Coroutine[Any, Any, None]]


async def measure(rounds: int | None) -> list[Figure]:
    """`rounds`: how often each stretch is repeated."""
    async with open_town(PEOPLE) as town:
        *others, troubled = town.site.people
        password = troubled.password
        await town.cast.start("worker 1")
        await _warm_up(town)
        calm: list[float] = []
        troubles: dict[str, list[float]] = {name: [] for name in TROUBLES}
        for _ in range(rounds or 1):
            calm += await _stretch(town, others)
            for name, trouble in TROUBLES.items():
                async with asyncio.TaskGroup() as group:
                    beside = group.create_task(trouble(town, troubled))
                    troubles[name] += await _stretch(town, others)
                    beside.cancel()
                await _recover(town, troubled, password)
                town.cast.check()
    return _figures(calm, troubles)


def _figures(calm: Sequence[float], troubles: dict[str, list[float]]) -> list[Figure]:
    usual = Figure("others' readings, all calm", "s", tuple(calm))
    found = [usual]
    for name, seconds in troubles.items():
        beside = Figure(f"others' readings beside {name}", "s", tuple(seconds))
        slower = 100 * (beside.p95 / usual.p95 - 1)
        found += [beside, Figure(f"others' p95 beside {name}: longer by", "%", (slower,), MOST_SLOWER, "max")]
    return found


async def _warm_up(town: Town) -> None:
    """Everybody has a session, and the driver runs."""
    async with asyncio.timeout(WARM_UP):
        await asyncio.gather(*(_reading(town, person) for person in town.site.people))


async def _stretch(town: Town, others: Sequence[Person]) -> list[float]:
    """What everybody waited for each reading."""
    ends = time.monotonic() + SECONDS
    found = await asyncio.gather(*(_life(town, person, ends) for person in others))
    return [seconds for one in found for seconds in one]


async def _life(town: Town, person: Person, ends: float) -> list[float]:
    seconds = []
    while time.monotonic() < ends:
        seconds.append(await _reading(town, person))
        await asyncio.sleep(PAUSE)
    return seconds


async def _reading(town: Town, person: Person) -> float:
    """Seconds from the row that asks for it to its end."""
    asked = await _asked(town, person)
    give_up = time.monotonic() + LONGEST_WAIT
    while (row := await town.db.requests.find(asked)) is None or row.status in LIVE:
        if time.monotonic() > give_up:
            raise town.error(f"the reading {asked} does not end")
        await asyncio.sleep(LOOK_AGAIN)
    if row.completed_at is None or row.status is not ActionStatus.COMPLETED:
        raise BenchError(f"a reading of somebody without a trouble ended otherwise: {row.status} {row.error}")
    return (row.completed_at - row.created_at).total_seconds()


async def _asked(town: Town, person: Person) -> int:
    """The number of a reading that is asked for, or of the one that is queued already."""
    try:
        return (await town.db.requests.add(NewAction(ActionType.CHECK, user_of(person)))).id
    except AlreadyQueued as same:
        return same.action_id


# ----- the troubles


async def _wrong_password(town: Town, person: Person) -> None:
    person.password = "another"
    town.site.accounts.end_sessions(person.username)
    await _ask_for(town, person, 1)


async def _block(town: Town, person: Person) -> None:
    town.site.faults.blocked = [person.username]
    await _ask_for(town, person, 1)


async def _storm(town: Town, person: Person) -> None:
    await _ask_for(town, person, 1)
    for number in itertools.count(2):
        await asyncio.sleep(1)
        await _ask_for(town, person, number, bookings=1)


async def _ask_for(town: Town, person: Person, number: int, bookings: int = STORM) -> None:
    """So many bookings of classes that do not exist."""
    tomorrow = (utc_now() + timedelta(days=1)).date()
    for hour in range(bookings):
        wish = ClassRef(f"NOTHING {number}", "Giuriati", tomorrow, clock_time(f"{hour:02}:10"))
        with suppress(AlreadyQueued):
            await town.db.requests.add(NewAction(ActionType.BOOK, user_of(person), wish))


async def _recover(town: Town, person: Person, password: str) -> None:
    """All is as it was, and the person's session lives again."""
    town.site.faults.blocked = []
    for action in await town.db.requests.live(user_of(person)):
        await town.db.requests.withdraw(action.id, user_of(person))
    person.password = password
    for tries_left in reversed(range(RECOVERIES)):
        await town.db.pauses.end(user_of(person), log_in=True)
        try:
            await _reading(town, person)
        except BenchError:
            if not tries_left:
                raise
        else:
            return


TROUBLES: dict[str, Trouble] = {"a wrong password": _wrong_password, "a block": _block, "a storm": _storm}
