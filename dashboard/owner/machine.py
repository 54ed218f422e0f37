"""The machine as the owner sees it: programs, outages, what the disk holds, versions. Pure, but for the versions."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from bot.screens.when import When
from database import VERSION as SCHEMA
from domain.programs import Heartbeat, Outage
from health.checks import Check
from health.measures import age, size, span
from health.snapshot import Disk, Snapshot
from languages import N_, _, n_
from runtime.backups import Copy
from runtime.version import VERSION

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements.txt"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", re.MULTILINE)
IN_HAND = re.compile(r"(\d+) in hand, (\d+) of them for an opening")  # as worker.py writes it

PROGRAMS = {
    "bot": N_("bot: scrive in Telegram"),
    "worker": N_("worker: prenota e annulla"),
    "executor": N_("executor: periodiche e promemoria"),
    "web": N_("web: queste pagine"),
}


@dataclass(frozen=True, slots=True)
class ProgramView:
    name: str
    is_alive: bool
    sign: str
    more: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of two columns."""

    name: str
    words: str


CHECK_NAMES = {
    "database": N_("Database"),
    "queue": N_("Coda"),
    "leases": N_("A metà"),
    "notices": N_("Messaggi"),
    "login": N_("Accesso"),
    "guests": N_("Ospiti"),
    "timetable": N_("Orari"),
    "disk": N_("Disco"),
    "backups": N_("Copie"),
}
"""What a check is called on the page; what watches the machine reads the same name in every language."""


def check_name(check: Check) -> str:
    """A program's check is called as its process is."""
    return str(CHECK_NAMES.get(check.name, check.name))


def programs(snapshot: Snapshot) -> list[ProgramView]:
    """Every process that has not ended as told."""
    order = {name: number for number, name in enumerate(PROGRAMS)}
    beats = sorted(snapshot.beats, key=lambda beat: (order.get(beat.program, len(order)), beat.started_at))
    return [_program(beat, snapshot) for beat in beats]


def _program(beat: Heartbeat, snapshot: Snapshot) -> ProgramView:
    name = str(PROGRAMS.get(beat.program, beat.program))
    running = _("acceso da {span}", span=span(snapshot.now - beat.started_at))
    told = beat.vitals
    more = (
        running,
        _("processo {pid}", pid=beat.pid),
        n_("{n} compito", "{n} compiti", told.tasks),
        size(told.memory) if told.memory else "",
        f"Chromium {told.browser}" if told.browser else "",
        _at_work(told.note),
        _("versione {version}, da riavviare", version=told.version) if told.version not in ("", VERSION) else "",
    )
    sign = _("segno di vita {age}", age=age(snapshot.now - beat.at))
    return ProgramView(name, beat in snapshot.living, sign, " · ".join(filter(None, more)))


def _at_work(note: str) -> str:
    """What a worker notes of itself, in the reader's language."""
    counts = IN_HAND.fullmatch(note)
    return _("{n} in mano, {some} per un'apertura", n=counts[1], some=counts[2]) if counts else note


def outages(latest: Sequence[Outage], when: When) -> list[Fact]:
    """When a program was missed."""
    return [Fact(str(PROGRAMS.get(each.program, each.program)), _outage(each, when)) for each in latest]


def _outage(outage: Outage, when: When) -> str:
    how = _("morto") if outage.died else _("bloccato, o la macchina era spenta")
    if outage.until is None:
        return _("{how} da {since}, manca ancora", how=how, since=when.at(outage.since))
    lasted = span(outage.until - outage.since)
    return _("{how} {since}, tornato dopo {span}", how=how, since=when.at(outage.since), span=lasted)


def disk_facts(disk: Disk) -> list[Fact]:
    """What the disk holds of ours."""
    total = sum(copy.size for copy in disk.backups)
    kept = n_("{n} copia", "{n} copie", len(disk.backups))
    log_size = _("nessun file") if disk.log is None else size(disk.log)
    return [
        Fact(_("Libero"), _("{free} di {size}", free=size(disk.free), size=size(disk.size))),
        Fact(_("Database"), size(disk.database)),
        Fact(_("Sessioni ed evidenze"), size(disk.state)),
        Fact(_("Log"), log_size),
        Fact(_("Copie"), f"{kept}, {size(total)}" if disk.backups else _("nessuna")),
    ]


def versions() -> list[Fact]:
    """Of the program, the form of the database, Python and the system."""
    system = f"{platform.system()} {platform.release()}"
    return [
        Fact("Polimisport Bot", VERSION),
        Fact(_("Database"), _("versione {number}", number=SCHEMA)),
        Fact("Python", f"{platform.python_version()} · {system}"),
    ]


def packages() -> list[Fact]:
    """Of the packages that are pinned, as they are installed."""
    return [Fact(name, version) for name, version in _installed()]


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    """Read once: it takes a tenth of a second, and a package that is installed later runs from the next start on."""
    return tuple(_read_versions())


def _read_versions() -> Iterator[tuple[str, str]]:
    for name in PINNED.findall(REQUIREMENTS.read_text(encoding="utf-8") if REQUIREMENTS.is_file() else ""):
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue


def newest(copies: Sequence[Copy], snapshot: Snapshot) -> str:
    """How old the newest of some files is."""
    return age(snapshot.now - copies[0].made_at) if copies else _("mai")
