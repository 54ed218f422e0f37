"""What of the machine is well and what is not, a sentence each. Pure: a snapshot in, checks out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from health.measures import age, size
from health.snapshot import Snapshot
from languages import _, n_
from runtime.room import LEAST_ROOM

UNTOLD = timedelta(minutes=15)  # a message that waits for longer: the bot does not get it out
TIMETABLE_OLD = timedelta(hours=36)  # it is read daily, and some tries may fail
TICK_LATE = timedelta(minutes=5)  # of the executor, which looks each minute and writes that down seldom


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `name` is the same in every language."""

    name: str
    is_well: bool
    words: str


def checks(snapshot: Snapshot) -> list[Check]:
    """Everything that is looked at, in the language that is spoken."""
    return [
        _database(snapshot),
        *_programs(snapshot),
        _queue(snapshot),
        _leases(snapshot),
        _notices(snapshot),
        _login(snapshot),
        *_guests(snapshot),
        _timetable(snapshot),
        _disk(snapshot),
        _backups(snapshot),
    ]


def report(found: Iterable[Check]) -> str:
    """A line for each, for whatever watches the machine."""
    return "".join(f"{'ok  ' if each.is_well else 'FAIL'} {each.name}: {each.words}\n" for each in found)


def _database(snapshot: Snapshot) -> Check:
    well = snapshot.writable
    return Check("database", well, _("si legge e si scrive") if well else _("non si lascia scrivere: disco pieno?"))


def _programs(snapshot: Snapshot) -> Iterator[Check]:
    for program in snapshot.programs:
        beats = [beat for beat in snapshot.beats if beat.program == program]
        alive = sum(beat.program == program for beat in snapshot.living)
        last = max((beat.at for beat in beats), default=None)
        yield Check(program, alive > 0, _signs(alive, last, snapshot.now))


def _signs(alive: int, last: datetime | None, now: datetime) -> str:
    if last is None:
        return _("non gira: nessun segno di vita")
    seen = _("ultimo segno di vita {age}", age=age(now - last))
    if not alive:
        return _("non risponde: {seen}", seen=seen)
    return ", ".join((n_("{n} processo", "{n} processi", alive), seen))


def _queue(snapshot: Snapshot) -> Check:
    queue = snapshot.queue
    words = n_("{n} richiesta in coda", "{n} richieste in coda", queue.size)
    if queue.oldest_due is not None:
        late = snapshot.now - queue.oldest_due
        words += ", " + _("la più vecchia da fare aspetta {span}", span=age(late, ago=False))
    return Check("queue", not queue.is_stuck(snapshot.now), words)


def _leases(snapshot: Snapshot) -> Check:
    lost = snapshot.queue.lost_leases
    none = _("nessun worker ha smesso a metà")
    return Check(
        "leases", not lost, n_("{n} richiesta lasciata a metà", "{n} richieste lasciate a metà", lost) if lost else none
    )


def _notices(snapshot: Snapshot) -> Check:
    oldest = snapshot.outbox.oldest
    if oldest is None:
        return Check("notices", True, _("nessun messaggio aspetta"))
    waits = snapshot.now - oldest
    return Check("notices", waits <= UNTOLD, _("un messaggio aspetta {span}", span=age(waits, ago=False)))


def _login(snapshot: Snapshot) -> Check:
    if snapshot.owner_stopped:
        return Check("login", False, _("l'account di chi tiene il bot non può entrare nel sito"))
    return Check("login", True, _("niente ferma l'account di chi tiene il bot"))


def _guests(snapshot: Snapshot) -> Iterator[Check]:
    """Nothing where there are none."""
    shut = snapshot.shut_logins
    if shut:
        lost = n_(
            "i dati di accesso di {n} ospite non si aprono: rimetti la chiave al suo posto",
            "i dati di accesso di {n} ospiti non si aprono: rimetti la chiave al suo posto",
            shut,
        )
        yield Check("guests", False, lost)
    elif snapshot.sealed_logins:
        yield Check("guests", True, _("la chiave apre i dati di accesso di tutti gli ospiti"))


def _timetable(snapshot: Snapshot) -> Check:
    read = snapshot.timetable_read_at
    if read is None:
        return Check("timetable", False, _("gli orari non sono mai stati letti"))
    old = snapshot.now - read
    return Check("timetable", old <= TIMETABLE_OLD, _("gli orari sono stati letti {age}", age=age(old)))


def _disk(snapshot: Snapshot) -> Check:
    free = snapshot.disk.free
    return Check("disk", free >= LEAST_ROOM, _("{size} liberi", size=size(free)))


def _backups(snapshot: Snapshot) -> Check:
    state, there = snapshot.daily_backups, snapshot.disk.backups
    newest = _("l'ultima copia è di {age}", age=age(snapshot.now - there[0].made_at)) if there else _("nessuna copia")
    if state is None:
        return Check("backups", True, newest)
    if state.error is not None:
        return Check(
            "backups", False, _("{newest}; quella di ogni giorno non riesce: {why}", newest=newest, why=state.error)
        )
    if state.is_overdue(snapshot.now):
        return Check("backups", False, _("{newest}; quella di ogni giorno non è stata fatta", newest=newest))
    return Check("backups", True, newest)
