"""The steps of an upgrade, in order, and the way back from each.

While the programs go on running, the new release is made ready beside the present one: its code, its environment, a
look at the configuration, and its migration tried on a copy of the database. Only then they are stopped, and code,
environment and database are changed; whatever is unhappy then, all three are put back before the programs are started
again.
"""

from __future__ import annotations

import glob
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from upgrade.bot import NOTHING, Bot, Facts, ServerSilent
from upgrade.checkout import Checkout, number_of
from upgrade.commands import Identity, UpgradeFailed
from upgrade.environment import Environment
from upgrade.handed_over import CONFIG, VARIABLE
from upgrade.marks import Desk, Marks, Phase, Release
from upgrade.programs import Programs, Started

BEFORE_OPENING = timedelta(minutes=30)  # so long before an opening nothing is stopped any more
FIRST_SIGN = 90.0  # s until each program shows its first sign of life
LOOK_AGAIN = 2.0  # s
REHEARSAL = ".rehearsal"  # how the name of a copy ends on which a release is tried

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Before:
    """What was found out while the programs went on running."""

    complaints: dict[str, str]  # the doctor's
    changes_database: bool  # whether the new release has another schema


class Journey:
    """`lock`: the file that says that nobody else upgrades here. `lent`: as Bot has it."""

    def __init__(
        self, folder: Path, config: Path, desk: Desk, lock: int, say: Say, lent: Mapping[str, str] = NOTHING
    ) -> None:
        self._folder = folder
        self._config = config
        self._desk = desk
        self._lock = lock
        self._say = say
        self._code = Checkout(folder, lock)
        self._environment = Environment(folder, self._code.staged, lock)
        self._programs = Programs(folder)
        self._lent = lent
        self._here = Bot(folder, config, lock, lent)

    # ----- forwards

    def upgrade(self, tag: str | None) -> None:
        """To that release, or the newest. Raises UpgradeFailed, with all as it was before."""
        self._refuse_what_cannot_be()
        old = self._code.present()
        self._say("Looking for releases ...")
        self._code.fetch()
        newest = self._code.newest()
        if tag is None and number_of(newest) <= number_of(f"v{old.version}"):
            self._say(f"{old.version} is here, and there is no newer release.")
            return
        new = self._code.verified(tag or newest, old)
        units, started = self._running()
        facts = self._facts_here()
        refuse_near_opening(facts)
        complaints = self._here.complaints()
        try:
            schema = self._make_ready(old, new, facts, with_browser=not units)
            marks = Marks(Phase.STOPPED, old, new, str(self._config), units=units)
            self._travel(marks, started, Before(complaints, changes_database=schema != facts.schema))
        finally:
            self._code.unstage()
        self._see_them_live(facts, new.version)

    def _refuse_what_cannot_be(self) -> None:
        self._code.refuse_none()
        self._environment.refuse_link()
        owner = Identity.of_owner(self._folder).name
        if owner:
            raise UpgradeFailed(f"the code here belongs to {owner}: type it as that user, or make root its owner")
        if not (self._folder / ".venv" / "bin" / "python").exists():
            raise UpgradeFailed("nothing is installed here yet: ./run does it")

    def _facts_here(self) -> Facts:
        try:
            return self._here.facts()
        except UpgradeFailed as failure:
            raise UpgradeFailed(f"what is here can't be looked at: {failure}") from None

    def _running(self) -> tuple[tuple[str, ...], list[Started]]:
        """The units of systemd and the ./run that are to be stopped. Raises UpgradeFailed for what must not be."""
        units, started = self._programs.units(), self._programs.started()
        if units and os.geteuid() != 0:
            raise UpgradeFailed("the programs run under systemd: type it with sudo")
        user = self._programs.user_of(units)
        if user and user != Identity.of_keeper(self._config).name and user != "root":
            raise UpgradeFailed(
                f"the programs run as {user}, and {self._config} is not theirs: name their configuration with --config"
            )
        for one in started:
            if Path(one.config).resolve() != self._config.resolve():
                raise UpgradeFailed(f"a ./run with {one.config} is at work in this folder: stop it first")
        return units, started

    def _make_ready(self, old: Release, new: Release, facts: Facts, *, with_browser: bool) -> int:
        """Whatever can be found out without stopping anything; the new release's schema. Raises UpgradeFailed."""
        self._say(f"Making {new.version} ready beside {old.version}, which goes on running ...")
        self._code.stage(new)
        wants_browser = with_browser and not names_browser(read_configuration(self._config, self._lent))
        self._environment.stage(self._config, self._lent, with_browser=wants_browser)
        there = Bot(self._code.staged, self._config, self._lock, self._lent)
        there.refuse_configuration()
        schema = rehearsed(self._here, there, facts)
        if schema != facts.schema:
            refuse_elsewhere(facts, new)
        return schema

    def _travel(self, marks: Marks, started: list[Started], before: Before) -> None:
        self._desk.note(marks)
        self._desk.hold()
        try:
            try:
                self._change(marks, started, before)
            except UpgradeFailed as failure:
                reached = self._desk.marks() or marks
                if reached.phase is Phase.STARTING:  # code and database are of the new release, and its doctor is happy
                    raise UpgradeFailed(
                        f"{marks.new.version} is here, but what ran before is not started again: {failure}. Start it "
                        "by hand, or type ./run --upgrade again"
                    ) from None
                self._return(reached, str(failure))
                raise UpgradeFailed(
                    f"The upgrade to {marks.new.version} failed, and {marks.old.version} is back as it was: {failure}"
                ) from None
        finally:
            self._desk.let_go()
        if self._code.has_new_units(marks.old, marks.new):
            self._say(
                "deploy/systemd has changed: whoever uses it copies its files again, as they say at their beginning."
            )

    def _change(self, marks: Marks, started: list[Started], before: Before) -> None:
        """Stops, backs up, switches, migrates, looks, starts. Raises UpgradeFailed as soon as something is unhappy."""
        self._say("Stopping the programs ...")
        self._programs.stop_units(marks.units)
        self._programs.have_wait(started)
        facts = self._here.facts()
        refuse_living(facts)
        refuse_near_opening(facts)
        if before.changes_database:
            refuse_elsewhere(facts, marks.new)
        if not facts.ahead:
            self._here.back_up(facts.backup)
            os.sync()  # with its name: what is changed from now on is gone back to it
            self._say(f"The database is copied to {facts.backup}.")
        marks = replace(marks, phase=Phase.CHANGING, backup="" if facts.ahead else str(facts.backup))
        self._desk.note(marks)
        self._code.switch(marks.new)
        self._environment.switch()
        os.sync()
        self._here.refuse_other_version(marks.new.version)
        after = self._here.facts()
        worse = [line for subject, line in self._here.complaints().items() if subject not in before.complaints]
        if worse:
            raise UpgradeFailed(f"its doctor says: {'; '.join(worse)}")
        marks = replace(marks, phase=Phase.STARTING, migrated=facts.ahead or after.schema != facts.schema)
        self._desk.note(marks)
        self._finish(marks)
        self._say(f"{marks.new.version} is here, and its doctor finds nothing that was not so before.")

    def _finish(self, marks: Marks, *, wait: bool = True) -> None:
        """Starts what ran, and clears up. What can be gone back to stays, until the next upgrade."""
        self._programs.start_units(marks.units, wait=wait)
        arrived = self._code.present().commit == marks.new.commit
        self._desk.done(last=marks if arrived else None)

    def _see_them_live(self, before: Facts, version: str) -> None:
        """Waits until each program that ran shows a sign of life as the new version. Raises UpgradeFailed."""
        wanted = {program for program, _ in before.living}
        until = time.monotonic() + FIRST_SIGN
        while missing := wanted - {program for program, said in self._here.facts().living if said == version}:
            if time.monotonic() > until:
                raise UpgradeFailed(
                    f"{version} is here, but {', '.join(sorted(missing))} shows no sign of life yet: look at the log; "
                    "./run --upgrade --back goes back"
                )
            time.sleep(LOOK_AGAIN)
        if wanted:
            self._say(f"All programs run again: {', '.join(sorted(wanted))}.")

    # ----- back

    def recover(self, *, wait: bool) -> None:
        """Brings to its end what was killed on the way: forwards where all was changed and well, else back."""
        marks = self._desk.marks()
        if marks is None:
            return
        if marks.phase is Phase.STARTING:
            self._finish(marks, wait=wait)
        else:
            self._return(marks, f"an upgrade to {marks.new.version} was interrupted", wait=wait)
            self._say(f"{marks.old.version} is back as it was.")
        self._desk.let_go()
        self._code.unstage()

    def back(self, *, with_data: bool) -> None:
        """To what was here before the last upgrade; the database too, where it was changed and that is wanted."""
        marks = self._desk.last()
        if marks is None or self._code.present().commit != marks.new.commit:
            raise UpgradeFailed("there is no upgrade to go back from")
        self._refuse_what_cannot_be()
        if marks.migrated and not marks.backup:
            raise UpgradeFailed(
                f"another machine has changed the database for {marks.new.version}: stop the programs here, go back "
                f"there (--back --with-data), then check out {marks.old.ref} here (git checkout)"
            )
        if marks.migrated and not with_data:
            raise UpgradeFailed(
                f"the database was changed for {marks.new.version}. To go back to the copy of before, {marks.backup}, "
                "add --with-data: what was written since is kept in a file beside it, and is not used any more"
            )
        units, started = self._running()
        before = self._facts_here()
        refuse_near_opening(before)
        if marks.migrated:
            refuse_elsewhere(before, marks.old)
        marks = replace(marks, phase=Phase.STOPPED, units=units)
        self._desk.note(marks)
        self._desk.hold()
        try:
            self._say("Stopping the programs ...")
            self._programs.stop_units(units)
            self._programs.have_wait(started)
            refuse_living(self._here.facts())
            marks = marks.at(Phase.CHANGING)
            self._desk.note(marks)
            self._return(marks, f"{marks.new.version} is left")
        except UpgradeFailed:
            if marks.phase is Phase.STOPPED:
                self._finish(marks)
            raise
        finally:
            self._desk.let_go()
        self._see_them_live(before, marks.old.version)

    def _return(self, marks: Marks, why: str, *, wait: bool = True) -> None:
        """All as it was before, as far as it was changed; then starts what ran. May be done again when interrupted."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        self._say(f"Going back to {marks.old.version}: {why}.")
        try:
            if marks.phase is Phase.CHANGING:
                self._code.switch_back(marks.old, marks.new)
                self._environment.switch_back()
                self._put_database_back(marks)
                os.sync()
            marks = marks.at(Phase.STARTING)
            self._desk.note(marks)
            self._finish(marks, wait=wait)
        except UpgradeFailed as failure:
            raise UpgradeFailed(
                f"{why}; going back to {marks.old.version} failed too: {failure}. When that is mended, type "
                "./run --upgrade again"
            ) from None

    def _put_database_back(self, marks: Marks) -> None:
        """Restores the backup where the old code can't use the database any more: else nothing was changed in it.

        Raises UpgradeFailed also where a server does not say whether it can: other machines may write there.
        """
        if not marks.backup:
            return
        try:
            if not self._here.facts().ahead:
                return
        except ServerSilent:
            raise
        except UpgradeFailed:  # a file that is newer, or is none any more
            pass
        self._say(self._here.restore(Path(marks.backup)))


def rehearsed(here: Bot, there: Bot, facts: Facts) -> int:
    """Has the new release upgrade a copy of the database, which goes again; of what is ahead of us, an empty one.

    Gives the version to which it did so.
    """
    copy = facts.backup.with_suffix(REHEARSAL)
    for left in copy.parent.glob(f"*{REHEARSAL}*"):  # by one that was killed over it
        left.unlink()
    try:
        if not facts.ahead:
            here.back_up(copy)
        return there.facts(copy).schema
    finally:
        for file in copy.parent.glob(glob.escape(copy.name) + "*"):
            file.unlink(missing_ok=True)


def refuse_elsewhere(facts: Facts, release: Release) -> None:
    """For a release that changes the database: raises UpgradeFailed when other machines use it, or have changed it."""
    if facts.ahead:
        raise UpgradeFailed(
            f"another machine has brought the database to version {facts.schema}, which is not that of "
            f"{release.version}: name the release that is there (./run --upgrade TAG)"
        )
    if facts.elsewhere:
        names = ", ".join(facts.elsewhere)
        raise UpgradeFailed(
            f"the database changes with {release.version}, and other machines use it ({names}): stop the programs "
            "there first; the others are upgraded after this one"
        )


def refuse_near_opening(facts: Facts) -> None:
    """Raises UpgradeFailed while somebody waits for an opening that is near, or is going on."""
    if facts.opening and facts.opening < datetime.now(UTC) + BEFORE_OPENING:
        local = facts.opening.astimezone()
        raise UpgradeFailed(f"somebody waits for the opening at {local:%H:%M}: nothing is stopped so near to it")


def refuse_living(facts: Facts) -> None:
    """Raises UpgradeFailed when a program goes on running that is started by neither systemd nor ./run."""
    if facts.living:
        names = ", ".join(sorted({program for program, _ in facts.living}))
        raise UpgradeFailed(f"{names} goes on running, and was started neither by systemd nor by ./run: stop it first")


def read_configuration(config: Path, lent: Mapping[str, str]) -> Path:
    """The file that the programs read: what is handed over comes before config.json."""
    folder = lent.get(VARIABLE)
    given = Path(folder, CONFIG) if folder else None
    return given if given and given.exists() else config


def names_browser(config: Path) -> bool:
    """Whether the configuration names a browser: then none is looked for."""
    try:
        return bool(json.loads(config.read_text(encoding="utf-8-sig")).get("browser", {}).get("executable_path"))
    except (OSError, ValueError, AttributeError):
        return False
