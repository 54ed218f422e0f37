"""A machine with something in all its rows: programs, a queue in trouble, tonight's opening, evidence, a log."""

from __future__ import annotations

from datetime import date, time, timedelta

from dashboard.owner.evidence_files import PNG
from domain.errors import LoginBlocked, SiteUnavailable
from domain.model import ActionType, ClassRef
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.programs import Vitals
from domain.request_counts import RequestCount
from domain.requests import NewAction
from tests.support import outcomes
from tests.support.pages import FRIEND, OWNER, Site

FOLDER = "20261122T090000.000001Z-my-bookings"
LOG = """\
2026-11-22 09:00:00 worker   INFO    worker: → book 1 (attempt 1)
2026-11-22 09:00:01 worker   WARNING actions.runner: ↻ book 1: the site did not answer (2.10 s), again in a minute
2026-11-22 09:00:02 bot      ERROR   bot.transport.delivery: Unexpected error while sending notice 4
Traceback (most recent call last):
  File "bot/transport/delivery.py", line 120, in deliver
"""


async def make_busy(site: Site) -> None:
    db, now = site.db, site.clock.now
    for number, program in enumerate(("bot", "worker", "executor")):
        vitals = Vitals("2 in hand, 1 of them for an opening", 14, "0.4.0", 61_000_000, "131.0.6778.85")
        seen = now - timedelta(minutes=5) if program == "executor" else now
        await db.heartbeats.beat(program, f"here x {number}", 400 + number, seen, vitals, is_dead=None)
    await db.connection.write("UPDATE heartbeats SET at = '2026-11-22T09:50:00.000Z' WHERE program = 'executor'")
    raced = await db.requests.add(
        NewAction(ActionType.BOOK, OWNER, ClassRef("YOGA", "Giuriati", date(2026, 11, 24), time(18), "Corsi Platinum"))
    )
    claimed = await db.claims.claim("worker", 60)
    assert claimed
    assert claimed.id == raced.id
    error = SiteUnavailable("gone")
    shots = tuple(Shot(0, 0.0, 0.0, 0.1, each) for each in (ShotOutcome.EARLY, ShotOutcome.FULL, ShotOutcome.FULL))
    error.opening = OpeningReport(now - timedelta(hours=2), shots=shots)
    await db.settlement.settle(claimed, outcomes.failed(error))
    opens = now + timedelta(hours=13)
    for person, course in ((OWNER, "PILATES MATWORK"), (FRIEND, "FUNCTIONAL TRAINING AVANZATO")):
        wish = ClassRef(course, "Bovisa", date(2026, 11, 24), time(9), "Corsi Platinum")
        new = NewAction(
            ActionType.BOOK, person, wish, opens_at=opens, run_at=opens, rehearse_at=opens - timedelta(hours=4)
        )
        await db.requests.add(new)
    await db.connection.write("UPDATE booking_actions SET rehearsal = 'LoginBlocked' WHERE course_name LIKE 'FUNC%'")
    await db.requests.add(NewAction(ActionType.CHECK, FRIEND, run_at=now + timedelta(minutes=9)))
    await db.request_counts.add([RequestCount(FRIEND, now - timedelta(minutes=2), 75, 3)])
    await db.request_counts.add([RequestCount(OWNER, now - timedelta(minutes=1), 22)])
    await outcomes.pause(db, FRIEND, LoginBlocked("a page"), lambda _: timedelta(hours=1), now)
    await db.people.unreachable(FRIEND, tell=True)
    evidence = site.settings.state_dir / "evidence" / FOLDER
    evidence.mkdir(parents=True)
    (evidence / "page.html").write_text("<html>\n<body onload=alert(1)>\n" + "<p class='booking'>…</p>\n" * 40)
    (evidence / "note.txt").write_text("my bookings: the list is not as expected\nhttps://site.example/Booking")
    (evidence / "screenshot.png").write_bytes(PNG + b"rest")
    if site.settings.log.file:
        site.settings.log.file.write_text(LOG)
    site.clock.go(minutes=6)
    for number, program in enumerate(("bot", "worker")):
        await db.heartbeats.beat(
            program, f"here x {number}", 400 + number, now, Vitals("", 14, "0.4.0", 61_000_000), is_dead=None
        )
