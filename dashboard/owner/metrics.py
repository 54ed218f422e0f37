"""The measurements in Prometheus' format, in a registry of their own. No label names a person.

Gauges are what a snapshot shows at the moment of the scrape. Counters and histograms count what ended since this
program started, from the rows of what ended: whatever worker did it.
"""

from __future__ import annotations

import platform
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

from database import VERSION as SCHEMA
from domain.model import ActionStatus, ActionType
from domain.opening_report import ShotOutcome
from domain.oversight import Finished
from domain.programs import PROGRAMS
from domain.request_counts import PER_MINUTE
from domain.results import REHEARSED_UNSEEN, REHEARSED_WELL
from health.checks import checks
from health.snapshot import Snapshot
from languages import Language, speaking
from runtime.version import VERSION

SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600)
AFTER_OPENING = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30)
LATE_ROWS = timedelta(minutes=5)  # a row may be written so long after the moment it bears
MOST_REMEMBERED = 50_000  # of the rows that were counted lately

LIVE = (ActionStatus.PENDING, ActionStatus.PROCESSING)


class State:
    """The gauges: how things are."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"polimisport_{name}", what, labels, registry=registry)

        self._build = gauge("build_info", "Versions; always 1.", "version", "database", "python")
        self._check = gauge("check_ok", "Whether what /healthz looks at is well.", "check")
        self._alive = gauge("program_processes", "Processes with a sign of life in the last 90 seconds.", "program")
        self._beat = gauge("program_heartbeat_age_seconds", "Since a program's last sign of life.", "program")
        self._memory = gauge("program_memory_bytes", "Held by a program's processes, without browsers.", "program")
        self._tasks = gauge("program_tasks", "asyncio tasks in a program's event loops.", "program")
        self._queue = gauge("queue_actions", "Actions that are not finished.", "type", "status")
        self._due = gauge("queue_due_actions", "Actions that a worker may claim now.")
        self._held_up = gauge("queue_held_up_actions", "Actions that are due and whose accounts wait.")
        self._oldest = gauge("queue_oldest_due_seconds", "How long what is due has waited at most.")
        self._leases = gauge("queue_lost_leases", "Actions whose worker was silent for longer than its lease.")
        self._openings = gauge("openings_ahead", "Bookings that wait for an opening within a day.", "rehearsal")
        self._next = gauge("next_opening_timestamp_seconds", "When the next class opens that somebody waits for.")
        self._accounts = gauge("accounts", "Accounts, and those in trouble.", "state")
        self._sent = gauge("site_requests_last_minute", "Requests sent to the site in the last whole minute.")
        self._sent_hour = gauge("site_requests_last_hour", "Requests sent to the site in the last hour.")
        self._busiest = gauge("site_requests_busiest_minute", "The most of one account in a minute of the last hour.")
        self._over = gauge("site_accounts_over_budget", "Accounts that sent more than 60 in some minute of that hour.")
        self._delayed = gauge("site_requests_delayed_last_hour", "Requests that had to wait for their budget.")
        self._notices = gauge("notices_waiting", "Messages and edits that were not delivered yet.", "kind")
        self._untold = gauge("notices_oldest_seconds", "How long a message to somebody reachable has waited at most.")
        self._given_up = gauge("notices_given_up_last_day", "Messages that were not told.")
        self._timetable = gauge("timetable_age_seconds", "Since the timetable was read.")
        self._free = gauge("disk_free_bytes", "Free on the disk of the database.")
        self._bytes = gauge("files_bytes", "Size of what is kept.", "what")
        self._backup = gauge("backup_age_seconds", "Since the newest backup in backups/ was made.")
        self._backups_failed = gauge("backup_failures", "Daily backups that failed since one succeeded.")
        self._survey = gauge("survey_age_seconds", "Since the newest survey from the page was made.")
        self._build.labels(VERSION, str(SCHEMA), platform.python_version()).set(1)

    def show(self, now: Snapshot) -> None:
        """Sets every gauge; one of something that is not known is not shown."""
        self._show_programs(now)
        self._show_queue(now)
        self._show_requests(now)
        self._show_notices(now)
        with speaking(Language.ENGLISH):
            for check in checks(now):
                self._check.labels(check.name).set(check.is_well)
        for state in ("active", "rejected", "paused", "unreachable"):
            self._accounts.labels(state).set(getattr(now.accounts, state))
        _age(self._timetable, now.now, now.timetable_read_at)
        self._free.set(now.disk.free)
        for what, amount in (("database", now.disk.database), ("state", now.disk.state), ("log", now.disk.log)):
            self._bytes.labels(what).set(amount or 0)
        _age(self._backup, now.now, now.disk.backups[0].made_at if now.disk.backups else None)
        self._backups_failed.set(now.daily_backups.failures if now.daily_backups else 0)
        _age(self._survey, now.now, now.disk.surveys[0].made_at if now.disk.surveys else None)

    def _show_programs(self, now: Snapshot) -> None:
        for program in PROGRAMS:
            beats = [beat for beat in now.beats if beat.program == program]
            alive = [beat for beat in now.living if beat.program == program]
            self._alive.labels(program).set(len(alive))
            self._memory.labels(program).set(sum(beat.vitals.memory for beat in alive))
            self._tasks.labels(program).set(sum(beat.vitals.tasks for beat in alive))
            last = max((beat.at for beat in beats), default=None)
            if last is not None:
                self._beat.labels(program).set((now.now - last).total_seconds())

    def _show_queue(self, now: Snapshot) -> None:
        queue = now.queue
        for kind in ActionType:
            for status in LIVE:
                self._queue.labels(kind, status).set(queue.live.get((kind, status), 0))
        self._due.set(queue.due)
        self._held_up.set(queue.held_up)
        self._leases.set(queue.lost_leases)
        self._oldest.set((now.now - queue.oldest_due).total_seconds() if queue.oldest_due else 0)
        ahead = [each for each in now.openings if each.opens_at > now.now]
        results = [_rehearsal(each.action.rehearsal) for each in ahead]
        for result in ("none", "ok", "unseen", "failed"):
            self._openings.labels(result).set(results.count(result))
        self._next.set(min(each.opens_at for each in ahead).timestamp() if ahead else 0)

    def _show_requests(self, now: Snapshot) -> None:
        sent = now.requests
        self._sent.set(sum(each.last_minute for each in sent))
        self._sent_hour.set(sum(each.last_hour for each in sent))
        self._busiest.set(max((each.busiest_minute for each in sent), default=0))
        self._over.set(sum(each.busiest_minute > PER_MINUTE for each in sent))
        self._delayed.set(sum(each.delayed for each in sent))

    def _show_notices(self, now: Snapshot) -> None:
        self._notices.clear()
        for kind, number in now.outbox.waiting.items():
            self._notices.labels(kind).set(number)
        self._untold.set((now.now - now.outbox.oldest).total_seconds() if now.outbox.oldest else 0)
        self._given_up.set(now.outbox.given_up)


class Events:
    """The counters and histograms: what has ended since this program started."""

    def __init__(self, registry: CollectorRegistry, since: datetime) -> None:
        self._finished = Counter(
            "polimisport_actions_finished", "Actions that ended.", ("type", "status"), registry=registry
        )
        self._seconds = Histogram(
            "polimisport_action_seconds", "From the last claim of an action to its end.", ("type",),
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self._read_back = Histogram(
            "polimisport_opening_read_back_seconds", "From an opening until the place was read back.",
            buckets=AFTER_OPENING, registry=registry,
        )  # fmt: skip
        self._shots = Counter(
            "polimisport_opening_shots", "Requests for a place at an opening.", ("outcome",), registry=registry
        )
        self._began = since
        self._counted: OrderedDict[tuple[int, ActionStatus], None] = OrderedDict()
        for kind in ActionType:
            self._seconds.labels(kind)

    def since(self, now: datetime) -> datetime:
        """From when on rows may not have been counted yet."""
        return max(self._began, now - 2 * LATE_ROWS)

    def count(self, finished: Sequence[Finished]) -> None:
        """Counts each end once, however often it is shown."""
        for each in finished:
            key = (each.id, each.status)
            if key in self._counted:
                continue
            self._counted[key] = None
            if len(self._counted) > MOST_REMEMBERED:
                self._counted.popitem(last=False)
            self._finished.labels(each.type, each.status).inc()
            if each.started_at is not None and each.status is not ActionStatus.CANCELLED:
                self._seconds.labels(each.type).observe(max(0.0, (each.completed_at - each.started_at).total_seconds()))
            self._count_opening(each.read_back, each.shots)

    def _count_opening(self, read_back: float | None, shots: Mapping[ShotOutcome, int]) -> None:
        if read_back is not None:
            self._read_back.observe(max(0.0, read_back))
        for outcome, number in shots.items():
            self._shots.labels(outcome).inc(number)


class Metrics:
    """What /metrics answers."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, since: datetime) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._state = State(self._registry)
        self.events = Events(self._registry, since)

    def families(self) -> list[tuple[str, str]]:
        """The name and kind of everything that is measured."""
        return [(family.name, family.type) for family in self._registry.collect()]

    def text(self, snapshot: Snapshot) -> bytes:
        """Everything, as Prometheus reads it."""
        self._state.show(snapshot)
        return generate_latest(self._registry)


def _age(gauge: Gauge, now: datetime, then: datetime | None) -> None:
    """NaN for what never was, as Prometheus knows it."""
    gauge.set((now - then).total_seconds() if then is not None else float("nan"))


def _rehearsal(result: str | None) -> str:
    known = {None: "none", REHEARSED_WELL: "ok", REHEARSED_UNSEEN: "unseen"}
    return known.get(result, "failed")
