"""pairs: two bookings of one class for two people, and what follows for the one from how it goes with the other.

`follow_up` is part of every transaction that changes how it stands with a booking: no program has to remember anything,
and one that dies leaves nothing undone. What follows is the queue's own: a cancellation, or a withdrawn booking. The
rule itself is in domain/together.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.errors import AlreadyQueued, SlotFull
from domain.model import (
    BETWEEN_READINGS,
    Action,
    ActionStatus,
    ActionType,
    BookingStatus,
    ClassRef,
    Clock,
    HeldBooking,
    NoticeKind,
    WatchMode,
    stamp,
)
from domain.requests import NewAction
from domain.together import TIME_TO_GIVE_BACK, Agreement, Follows, Pair, PairState, Side, what_follows
from domain.unknown_outcome import leaves_unknown_outcome
from store.bookings import find_held, held_rows_of
from store.connection import Connection, Row, Transaction, in_transaction
from store.consent import may_book_for
from store.outbox import add_notice
from store.queue.rows import enqueue, live_like, to_action
from store.queue.withdrawing import withdraw
from store.row_reading import instant_or_none, readable

UNDECIDED = "state IN ('open', 'returning')"
LIVE = (ActionStatus.PENDING, ActionStatus.PROCESSING)
ENDS = {Follows.BOTH: PairState.BOTH, Follows.NONE: PairState.NONE, Follows.APART: PairState.APART}


class Pairs:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def book(
        self, tx: Transaction, agreed: Agreement, new: NewAction, free_until: datetime | None, *, both_or_none: bool
    ) -> Action | None:
        """Queues a booking for each of the two, and gives the asker's. None when the friend does not agree any more.

        What the friend holds, or has asked for, already is theirs, and counts. Raises AlreadyQueued when the asker has
        asked for the class before.
        """
        if new.wish is None or not may_book_for(tx, agreed.asker_id, agreed.friend_id):
            return None
        now = self._clock()
        first = enqueue(tx, replace(new, both_or_none=both_or_none), now)
        friends = NewAction(
            new.type, agreed.friend_id, new.wish, run_at=new.run_at, opens_at=new.opens_at,
            rehearse_at=new.rehearse_at, free_until=new.free_until, both_or_none=both_or_none,
        )  # fmt: skip
        second, is_own = _booking_of(tx, friends, now)
        row = tx.row(
            """
            INSERT INTO pairs (asker_id, friend_id, asker_name, friend_name, asker_action_id, friend_action_id,
                both_or_none, friends_own, free_until, created_at)
            VALUES (:asker, :friend, :asker_name, :friend_name, :first, :second, :both, :own, :free_until, :now)
            RETURNING id
            """,
            {
                "asker": agreed.asker_id,
                "friend": agreed.friend_id,
                "asker_name": agreed.asker_name,
                "friend_name": agreed.friend_name,
                "first": first.id,
                "second": second,
                "both": both_or_none,
                "own": is_own,
                "free_until": stamp(free_until) if free_until else None,
                "now": stamp(now),
            },
        )
        add_notice(tx, agreed.friend_id, NoticeKind.TOGETHER, pair_id=row["id"] if row else None)
        return first

    async def find(self, pair_id: int, user_id: int) -> Pair | None:
        """A pair that the person is one of the two in."""
        row = await self._db.row(
            "SELECT * FROM pairs WHERE id = :id AND :user IN (asker_id, friend_id)", {"id": pair_id, "user": user_id}
        )
        return readable(_pair, row)

    async def of_action(self, action_id: int) -> Pair | None:
        """The pair that a booking belongs to."""
        row = await self._db.row(
            "SELECT * FROM pairs WHERE asker_action_id = :id OR friend_action_id = :id ORDER BY id DESC LIMIT 1",
            {"id": action_id},
        )
        return readable(_pair, row)

    async def asked_by(self, action_id: int) -> Pair | None:
        """The pair in which a friend asked for a booking, also where that was refused as full and made once more."""
        row = await self._db.row(
            """
            SELECT pairs.* FROM booking_actions AS first
            JOIN pairs ON pairs.friend_id = first.user_id
            JOIN booking_actions AS last ON last.id = pairs.friend_action_id
            WHERE first.id = :id AND (last.id = first.id OR (friend_again = 1 AND last.id > first.id
                AND last.date = first.date AND last.time_slot = first.time_slot AND first.id >= asker_action_id))
            ORDER BY pairs.id DESC LIMIT 1
            """,
            {"id": action_id},
        )
        return readable(_pair, row)

    async def is_told_later(self, notice_id: int, pair_id: int, user_id: int) -> bool:
        """Whether a younger notice tells the person how it stands with the pair."""
        row = await self._db.row(
            "SELECT 1 FROM notices WHERE pair_id = :pair AND user_id = :user AND id > :id",
            {"pair": pair_id, "user": user_id, "id": notice_id},
        )
        return row is not None


def _booking_of(tx: Transaction, new: NewAction, now: datetime, *, makes_good: bool = False) -> tuple[int | None, bool]:
    """The booking of one of the two, and whether they had the place, or had asked for it, themselves."""
    if new.wish is not None and _held(tx, new.user_id, new.wish) is not None:
        return None, True
    live = _live(tx, new.user_id, new.wish) if new.wish is not None else None
    if live is not None and live.watch is WatchMode.TELL:
        withdraw(tx, live.id, new.user_id, now)  # a booking is more than a word about a free place
    try:
        return enqueue(tx, new, now, makes_good=makes_good).id, False
    except AlreadyQueued as same:
        return same.action_id, True


def follow_up(tx: Transaction, user_ids: Sequence[int], now: datetime) -> None:
    """Does what follows from how it stands now with the bookings that these people share with others."""
    for row in tx.run(f"SELECT * FROM pairs WHERE {UNDECIDED} ORDER BY id"):  # noqa: S608 - a constant
        pair = readable(_pair, row)
        if pair is not None and not {pair.asker_id, pair.friend_id}.isdisjoint(user_ids):
            _follow_up(tx, pair, now)


def _follow_up(tx: Transaction, pair: Pair, now: datetime) -> None:
    rows = (_action(tx, number) for number in (pair.asker_action_id, pair.friend_action_id))
    asked = next((one for row in rows if (one := readable(to_action, row)) is not None and one.wish is not None), None)
    if asked is None or asked.wish is None:  # somebody typed into both rows: nobody knows what it was about
        return
    pair = replace(pair, friends_own=_is_friends_own(tx, pair, asked.wish))
    if pair.state is PairState.RETURNING:
        _follow_return(tx, pair, asked.wish, now)
        return
    asker, friend = (_side(tx, pair, one, asked.wish) for one in (pair.asker_id, pair.friend_id))
    sides = ((pair.asker_id, asker), (pair.friend_id, friend))
    pair = _note_withdrawn(tx, pair, [one for one, side in sides if side is Side.LOST])
    winner = pair.asker_id if asker is Side.WON else pair.friend_id
    loser = pair.friend_id if winner == pair.asker_id else pair.asker_id
    free = pair.free_until is not None and now < pair.free_until and _is_here(tx, winner)
    follows = what_follows(
        asker, friend, both_or_none=pair.both_or_none, friends_own=pair.friends_own, free=free
    )  # fmt: skip
    match follows:
        case Follows.WAIT:
            return
        case Follows.GIVE_BACK if _asks_again(tx, pair, loser, asked.wish, now):
            return
        case Follows.GIVE_BACK:
            _give_back(tx, pair, winner, asked.wish, now)
        case Follows.WITHDRAW if _asks_again(
            tx, pair, pair.friend_id if friend is Side.LOST else pair.asker_id, asked.wish, now
        ):
            return
        case Follows.WITHDRAW:
            waiting = pair.asker_id if friend is Side.LOST else pair.friend_id
            row = withdraw(tx, pair.action_of(waiting) or 0, waiting, now)
            if row is not None:
                add_notice(tx, waiting, NoticeKind.PROGRESS, action_id=row["id"])
                _follow_up(tx, pair, now)
        case _:
            _end(tx, pair, ENDS[follows], winner if follows is Follows.APART else None)


def _note_withdrawn(tx: Transaction, pair: Pair, lost: Sequence[int]) -> Pair:
    """Notes, when the first of the two has lost, whether they did not want their place any more."""
    if pair.withdrew_id is not None or not lost:
        return pair
    who = next((one for one in lost if _did_not_want(tx, pair.action_of(one))), 0)
    tx.run("UPDATE pairs SET withdrew_id = :who WHERE id = :id", {"who": who, "id": pair.id})
    return replace(pair, withdrew_id=who)


def _did_not_want(tx: Transaction, action_id: int | None) -> bool:
    """Whether a booking was withdrawn by its person, or the place that it got was cancelled through us."""
    row = _action(tx, action_id)
    if row is None or row["status"] != ActionStatus.COMPLETED:
        return row is not None and row["status"] == ActionStatus.CANCELLED
    got = find_held(tx, row["won_row_id"] or 0, row["user_id"])
    return got is not None and got.status is BookingStatus.CANCELLED


def _side(tx: Transaction, pair: Pair, user_id: int, wish: ClassRef) -> Side:
    """How it stands with the place of one of the two, by what they hold and what they have asked for."""
    row = _action(tx, pair.action_of(user_id))
    live = _live(tx, user_id, wish)
    place = _place(tx, user_id, wish, row)
    if place is not None:
        in_doubt = place.missing_since is not None or (live is not None and live.type is ActionType.CANCEL)
        return Side.OPEN if in_doubt else Side.WON
    if live is not None and live.type is ActionType.BOOK and live.watch is not WatchMode.TELL:
        return Side.OPEN
    return Side.OPEN if row is not None and _may_have_been_done(tx, row) else Side.LOST


def wants_reading(tx: Transaction, user_id: int) -> bool:
    """Whether the person's bookings have to be read once more to know how it stands with what they share."""
    pairs = [readable(_pair, row) for row in tx.run(f"SELECT * FROM pairs WHERE {UNDECIDED}")]  # noqa: S608 - a constant
    numbers = [pair.action_of(user_id) for pair in pairs if pair and user_id in (pair.asker_id, pair.friend_id)]
    rows = [row for number in numbers if (row := _action(tx, number)) is not None]
    return any(row["status"] not in LIVE and _may_have_been_done(tx, row) for row in rows)


def _may_have_been_done(tx: Transaction, row: Row) -> bool:
    """Whether it is unknown what the site did: until two readings of the person's bookings since. One can be wrong."""
    if row["status"] in LIVE or not leaves_unknown_outcome(row["error_kind"], row["failures"]):
        return row["status"] in LIVE
    read = tx.row(
        """
        SELECT min(completed_at) AS first, max(started_at) AS last FROM booking_actions
        WHERE user_id = :user AND action_type = 'check' AND action_type IN ('check', 'refresh')
            AND status = 'completed' AND completed_at >= :ended AND started_at >= :ended
        """,
        {"user": row["user_id"], "ended": row["completed_at"]},
    )
    first, last = (instant_or_none(read[name]) if read else None for name in ("first", "last"))
    return first is None or last is None or last - first < BETWEEN_READINGS


def _place(tx: Transaction, user_id: int, wish: ClassRef, row: Row | None) -> HeldBooking | None:
    """What a person holds of the class, under whatever name the site lists what their booking got."""
    got = find_held(tx, row["won_row_id"], user_id) if row is not None and row["won_row_id"] else None
    return got if got is not None and got.status is BookingStatus.CONFIRMED else _held(tx, user_id, wish)


def _held(tx: Transaction, user_id: int, wish: ClassRef) -> HeldBooking | None:
    rows = held_rows_of(tx, user_id, wish)
    return next((held for held, _ in reversed(rows) if held.status is BookingStatus.CONFIRMED), None)


def _is_friends_own(tx: Transaction, pair: Pair, wish: ClassRef) -> bool:
    """Whether the friend's place is their own: from before, every week, or since they agree no more."""
    agrees = may_book_for(tx, pair.asker_id, pair.friend_id)
    return pair.friends_own or not agrees or _is_weekly(tx, pair.friend_id, wish)


def _is_weekly(tx: Transaction, user_id: int, wish: ClassRef) -> bool:
    """Whether the class is also one of their weekly ones, to which what was asked for, or held, counted."""
    row = tx.row(
        """
        SELECT 1 FROM occurrences JOIN periodic_bookings AS weekly ON weekly.id = periodic_booking_id
        WHERE occurrences.date = :date AND occurrences.state = 'queued' AND weekly.user_id = :user
            AND substr(weekly.time_slot, 1, 5) = :start
        """,
        {"date": wish.day.isoformat(), "user": user_id, "start": f"{wish.start:%H:%M}"},
    )
    return row is not None


def _live(tx: Transaction, user_id: int, wish: ClassRef) -> Action | None:
    """The person's unfinished action about the class."""
    return readable(to_action, _action(tx, live_like(tx, NewAction(ActionType.BOOK, user_id, wish))))


def _asks_again(tx: Transaction, pair: Pair, loser: int, wish: ClassRef, now: datetime) -> bool:
    """Queues one more booking for who was told once that the class is full: what was seen once can be wrong.

    Only after a second refusal is the place that the other holds given back, or what they wait for withdrawn. False
    when there was one, when the booking was lost otherwise, or when there is no time, or no word any more, to ask.
    """
    row = _action(tx, pair.action_of(loser))
    if (
        loser in pair.again
        or row is None
        or (row["status"], row["error_kind"]) != (ActionStatus.FAILED, SlotFull.__name__)
    ):
        return False
    free_until = pair.free_until - TIME_TO_GIVE_BACK if pair.free_until else now
    is_theirs = loser == pair.asker_id or may_book_for(tx, pair.asker_id, loser)
    if now >= free_until or not is_theirs or not _is_here(tx, loser):
        return False
    again = NewAction(ActionType.BOOK, loser, wish, free_until=free_until, both_or_none=True)
    second, _ = _booking_of(tx, again, now, makes_good=True)
    who = "asker" if loser == pair.asker_id else "friend"
    tx.run(
        f"UPDATE pairs SET {who}_again = 1, {who}_action_id = :action, withdrew_id = NULL WHERE id = :id",  # noqa: S608 - one of two constants
        {"action": second, "id": pair.id},
    )
    for user_id in (pair.asker_id, pair.friend_id):
        add_notice(tx, user_id, NoticeKind.TOGETHER, pair_id=pair.id)
    return True


def _give_back(tx: Transaction, pair: Pair, winner: int, wish: ClassRef, now: datetime) -> None:
    """Queues the cancellation of the winner's place, to be carried out only while that is free.

    While something else about the class is under way for them, that comes first: its end is followed up too.
    """
    held = _place(tx, winner, wish, _action(tx, pair.action_of(winner)))
    if held is None:
        return
    new = NewAction(ActionType.CANCEL, winner, held.ref, booking_id=held.booking_id, free_until=pair.free_until)
    if live_like(tx, new) is not None:
        return
    action = enqueue(tx, new, now)
    tx.run(
        "UPDATE pairs SET state = 'returning', return_id = :action, winner_id = :winner WHERE id = :id",
        {"action": action.id, "winner": winner, "id": pair.id},
    )


def _follow_return(tx: Transaction, pair: Pair, wish: ClassRef, now: datetime) -> None:
    """While a place is given back: the other may have won after all, and what was cancelled is known when it ends.

    Where a cancellation's answer was lost, that is when the person's bookings were read.
    """
    winner = pair.winner_id or pair.asker_id
    other = pair.friend_id if winner == pair.asker_id else pair.asker_id
    other_won = _side(tx, pair, other, wish) is Side.WON
    row = _action(tx, pair.return_id)
    stays = other_won or (pair.friends_own and winner == pair.friend_id)
    if row is not None and row["status"] in LIVE and stays:
        row = withdraw(tx, row["id"], winner, now) or row
    if row is not None and _may_have_been_done(tx, row):
        return
    place = _place(tx, winner, wish, _action(tx, pair.action_of(winner)))
    if place is not None and place.missing_since is not None:
        return
    if place is not None:
        _end(tx, pair, PairState.BOTH if other_won else PairState.APART, winner)
    else:
        by_us = row is not None and row["status"] == ActionStatus.COMPLETED
        alone = PairState.RETURNED if by_us else PairState.NONE
        _end(tx, pair, PairState.APART if other_won else alone, other if other_won else winner)


def _end(tx: Transaction, pair: Pair, state: PairState, winner: int | None) -> None:
    """Stores how it ended, and tells both."""
    tx.run(
        "UPDATE pairs SET state = :state, winner_id = :winner, friends_own = :own WHERE id = :id",
        {"state": state, "winner": winner, "own": pair.friends_own, "id": pair.id},
    )
    for user_id in (pair.asker_id, pair.friend_id):
        add_notice(tx, user_id, NoticeKind.TOGETHER, pair_id=pair.id)


def _action(tx: Transaction, action_id: int | None) -> Row | None:
    return tx.row("SELECT * FROM booking_actions WHERE id = :id", {"id": action_id}) if action_id else None


def _is_here(tx: Transaction, user_id: int) -> bool:
    """Whether the person is still in the configuration: for who left nothing is sent any more."""
    return tx.row("SELECT 1 FROM accounts WHERE user_id = :user AND active = 0", {"user": user_id}) is None


def _pair(row: Row) -> Pair:
    return Pair(
        id=row["id"], asker_id=row["asker_id"], friend_id=row["friend_id"], asker_name=row["asker_name"],
        friend_name=row["friend_name"], asker_action_id=row["asker_action_id"],
        friend_action_id=row["friend_action_id"], both_or_none=bool(row["both_or_none"]),
        friends_own=bool(row["friends_own"]), free_until=instant_or_none(row["free_until"]),
        state=PairState(row["state"]), return_id=row["return_id"], winner_id=row["winner_id"],
        withdrew_id=row["withdrew_id"],
        again=frozenset(row[f"{who}_id"] for who in ("asker", "friend") if row[f"{who}_again"]),
    )  # fmt: skip
