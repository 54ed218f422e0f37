"""What is left after the shooting: the site, the database, the chats and the processes, compared with one another.

Used by bench.crash, bench.soak and bench.hosts. Everything may first settle; what then does not agree is a finding.
"""

from __future__ import annotations

import asyncio
import html
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.students import Ledger
from bench.town import Town, user_of
from bot.screens.when import long_day
from demo.site import Person, Slot
from domain.model import FIT_CENTER, Action, ActionStatus, ActionType, ClassRef, clock_time
from store.queue.rows import to_action

SETTLES = 150.0  # s for everything that is under way to end, pauses between tries included
LOOK_AGAIN = 0.1  # s
MOST_CASES = 10  # of one finding that are written out

UNSETTLED = "SELECT * FROM booking_actions WHERE status IN ('pending', 'processing') ORDER BY id"
UNSENT = "SELECT count(*) FROM notices WHERE sent_at IS NULL"
ENDED = "SELECT * FROM booking_actions WHERE action_type IN ('book', 'cancel') AND quiet = 0 ORDER BY completed_at, id"
UNTOLD = """
    SELECT id, action_type, user_id FROM booking_actions
    WHERE status IN ('completed', 'failed') AND quiet = 0 AND NOT EXISTS (
        SELECT 1 FROM notices
        WHERE action_id = booking_actions.id AND kind = 'result' AND sent_at IS NOT NULL AND error IS NULL
    )
"""
GIVEN_UP = "SELECT id, user_id, kind, error FROM notices WHERE error IS NOT NULL"
TOLD_BY = {  # words of which one stands in the message about a deed; the bot may tell of a place when it is lost again
    ActionType.BOOK: ("Prenotata!", "Poi annullata", "Poi sul sito non c'era più"),
    ActionType.CANCEL: ("Annullata",),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table: what is counted, and every case of it."""

    what: str
    cases: tuple[str, ...]


def findings_table(findings: Sequence[Finding]) -> str:
    """The table of counts, and below it the first cases of every count that is not 0."""
    width = max((len(finding.what) for finding in findings), default=0)
    counts = [f"{finding.what.ljust(width)}  {len(finding.cases):>4}" for finding in findings]
    cases = [f"{finding.what}: {case}" for finding in findings for case in finding.cases[:MOST_CASES]]
    return "\n".join([*counts, "", *cases]).rstrip()


def shown(counter: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counter.items()))


async def examine(town: Town, ledger: Ledger) -> tuple[Finding, ...]:
    """Waits until nothing more happens, stops the programs, and looks. Every finding should have no cases."""
    await _settled(town)
    await town.cast.stop()
    actions = [to_action(row) for row in await town.db.connection.rows(ENDED)]
    unsettled = [to_action(row) for row in await town.db.connection.rows(UNSETTLED)]
    twice = town.site.asked_twice
    return (
        Finding("taps lost", tuple([str(tap) for tap in ledger.late if await tap.row(town.db) is None])),
        Finding("messages never read", tuple(str(each) for each in town.telegram.world.updates.pending())),
        Finding("actions stuck", tuple(_shown(action) for action in unsettled)),
        Finding("asked for twice on the site", (f"{twice} bookings of what was held already",) if twice else ()),
        Finding("held on the site, and not told", tuple(_not_told(town, actions))),
        Finding("told, and not so on the site", (*ledger.lies, *_not_so(town, actions))),
        Finding("notices lost", tuple([*await _notices_lost(town), *_missing_in_chat(town, actions)])),
        Finding("rows of the database damaged", tuple(await town.db.health.damage())),
        Finding("drivers and browsers left over", tuple(str(each) for each in await town.left_over())),
    )


async def _settled(town: Town) -> None:
    """Until nothing is live, unsent or unread; gives up after a while: then there is something to be found."""
    give_up = time.monotonic() + SETTLES
    while time.monotonic() < give_up:
        town.cast.check()
        live = await town.db.connection.rows(UNSETTLED)
        unsent = await town.db.connection.row(UNSENT)
        if not live and unsent and not unsent[0] and not town.telegram.world.updates.pending():
            return
        await asyncio.sleep(LOOK_AGAIN)


def _shown(action: Action) -> str:
    return f"{action.type} {action.id} of {action.user_id}: {action.status}, {action.attempts} attempts, {action.error}"


def _wish(slot: Slot) -> ClassRef:
    return ClassRef(slot.course or FIT_CENTER, "", slot.date, clock_time(slot.start))


def _last_about(actions: Iterable[Action], user_id: int, wish: ClassRef) -> Action | None:
    """The action that was completed last about a place."""
    done = (each for each in actions if each.user_id == user_id and each.status is ActionStatus.COMPLETED)
    return max((each for each in done if each.class_ref.matches(wish)), key=_completed, default=None)


def _completed(action: Action) -> tuple[str, int]:
    return str(action.completed_at), action.id


def _not_told(town: Town, actions: list[Action]) -> Iterator[str]:
    for person in town.site.people:
        for slot in town.site.bookings(person.username):
            last = _last_about(actions, user_of(person), _wish(slot))
            if last is None or last.type is not ActionType.BOOK:
                yield f"{user_of(person)}: {slot.course} on {slot.date} at {slot.start}, last {last and _shown(last)}"


def _not_so(town: Town, actions: list[Action]) -> Iterator[str]:
    for person in town.site.people:
        held = [_wish(slot) for slot in town.site.bookings(person.username)]
        for action in actions:
            if action.user_id != user_of(person) or action.status is not ActionStatus.COMPLETED:
                continue
            holds = any(action.class_ref.matches(wish) for wish in held)
            if _last_about(actions, action.user_id, action.class_ref) is action and holds != (
                action.type is ActionType.BOOK
            ):
                yield _shown(action)


async def _notices_lost(town: Town) -> list[str]:
    untold = await town.db.connection.rows(UNTOLD)
    given_up = await town.db.connection.rows(GIVEN_UP)
    return [
        *(f"{row['action_type']} {row['id']} of {row['user_id']} ended, and no notice was sent" for row in untold),
        *(f"notice {row['id']} ({row['kind']}) for {row['user_id']} was given up: {row['error']}" for row in given_up),
    ]


def _missing_in_chat(town: Town, actions: list[Action]) -> Iterator[str]:
    """Bookings and cancellations that the chat does not report as often as they were done."""
    for person in town.site.people:
        messages = _sent_to(town, person)
        mine = [each for each in actions if each.user_id == user_of(person)]
        yield from _untold_deeds(person, messages, [each for each in mine if each.status is ActionStatus.COMPLETED])
        yield from _untold_failures(messages, [each for each in mine if each.status is ActionStatus.FAILED])


def _sent_to(town: Town, person: Person) -> list[str]:
    """The texts of the messages that reached a chat, as they were then: some are edited later."""
    calls = [call for call in town.telegram.calls if call.method.startswith("send") and call.code == 200]
    mine = [call.params for call in calls if str(call.params.get("chat_id")) == str(user_of(person))]
    return [html.unescape(str(params.get("text") or params.get("caption") or "")) for params in mine]


def _untold_deeds(person: Person, messages: list[str], done: list[Action]) -> Iterator[str]:
    deeds = Counter(
        (action.type, action.class_ref.course or FIT_CENTER, action.class_ref.day, action.class_ref.start)
        for action in done
    )
    for (kind, course, day, start), times in deeds.items():
        date = long_day(day)[1:] if day else ""  # its first letter may be large
        words = (course, date, f"alle {start:%H:%M}")
        about = [message for message in messages if all(each in message for each in words)]
        told = sum(any(each in message for each in TOLD_BY[kind]) for message in about)
        if told < times:
            yield f"{person.username}: {TOLD_BY[kind][0]} {' '.join(words)} was told {told} times of {times}"


def _untold_failures(messages: list[str], failed: list[Action]) -> Iterator[str]:
    for action in failed:
        if not any(f"n. {action.id}:" in message for message in messages):
            yield f"the failure of {_shown(action)} does not stand in the chat"
