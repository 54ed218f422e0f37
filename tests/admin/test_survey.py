"""The survey of the simulated site as it is, and of one that differs, lived through at home; and bad files."""

from __future__ import annotations

import asyncio
import io
import json
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import booking
import setup
from actions.runner import site_access
from admin.survey import terminal
from admin.survey.bundle import BadSurvey, Survey, read
from admin.survey.terminal import Wanted, carry_out
from admin.survey.visit import Visit
from database import open_database
from demo.site import Site, SiteWorld
from demo.site.like import take_over
from domain import errors
from domain.errors import ConfigError
from domain.model import ActionType, ClassRef, clock_time
from domain.requests import NewAction
from runtime.settings import Settings, load
from tests.support.clock import FakeClock
from tests.support.lent_browser import IMPATIENT, LentBrowser, lent, portal, site  # noqa: F401 - fixtures
from tests.support.sites import GIULIA, OTP_URL, PASSWORD, chromium, enter, person, wish

pytest_plugins = ["tests.support.site_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

BRIEF = (1, 3)  # tomorrow, which is open, and a day that is not, in place of a week
TOKEN = "987654321:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def settings_for(there: Site, folder: Path) -> Settings:
    config = folder / "config.json"
    values = {
        "username": GIULIA,
        "password": PASSWORD,
        "otpatu": OTP_URL,
        "telegram": {"bot_token": TOKEN, "allowed_user_id": 1},
        "site": {"base_url": there.base_url, "login_hosts": [there.login_host]},
        "browser": {"executable_path": chromium()},
    }
    config.write_text(json.dumps(values))
    config.chmod(0o600)
    return load(config)


async def surveyed(
    engine: LentBrowser, there: Site, folder: Path, clock: Callable[[], datetime], *, book: bool = False
) -> tuple[bool, list[str], Survey]:
    """Whether all went well, the lines on the terminal, and the file."""
    settings, said = settings_for(there, folder), list[str]()
    wanted = Wanted(settings.people[0], book, folder, 0.0, BRIEF)
    visit = Visit(settings, wanted.credentials, clock, wanted.pace, said.append, wanted.days)
    async with lent(engine, replace(site_access(settings), clock=clock), observer=visit.observer) as through:
        well = await carry_out(visit, through, wanted, said.append, lambda _: True)
    [file] = folder.glob("survey-*.zip")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return well, said, read(file)


def differing(found: Survey) -> set[str]:
    return {each["id"] for each in found.report["facts"] if each["mark"] == "differs"}


async def test_a_site_as_known_differs_in_nothing_and_has_its_place_back(
    engine: LentBrowser, site: Site, world: SiteWorld, tmp_path: Path, site_clock: FakeClock
) -> None:
    well, said, found = await surveyed(engine, site, tmp_path, site_clock, book=True)
    assert differing(found) == set()
    assert {each["id"] for each in found.report["facts"] if each["mark"] == "known"} >= {
        "login.pages",
        "session.script",
        "bookings.delete",
        "calendar.third",
        "schedule.unopened",
        "trial.answer",
        "trial.deleted",
    }
    assert well
    assert world.bookings(GIULIA) == []
    assert [each.outcome for each in world.shots] == ["booked"]
    assert any("Given back" in line for line in said)
    asked = [each for each in world.log if "/static/" not in each.path]
    assert len(asked) <= 85  # sixty, the login's own, and those of a booking and its cancellation
    assert found.data("trial")["deletion"]["path"] == "/Booking/DeleteEvent"
    assert {each["name"] for each in found.data("activities")} == {
        each.name for each in world.timetable.catalogue.activities
    }
    assert not {each["id"] for each in found.data("activities")} & {
        each.id for each in world.timetable.catalogue.activities
    }


async def test_a_site_that_differs_is_told_and_lived_through_at_home(
    engine: LentBrowser, site: Site, world: SiteWorld, tmp_path: Path, site_clock: FakeClock
) -> None:
    world.timetable.catalogue = type(world.timetable.catalogue)(
        world.timetable.catalogue.activities[::-1], world.timetable.catalogue.weekly
    )
    world.switches.update(
        {"hide_unopened": True, "login_pages": ["code", "notice"], "servers": 2, "clock_spread": 4.0, "grouped": True}
    )
    odd = {"json_dates": "italian", "course_name_in": "EventName", "json_case": "camel"}
    renamed = {"event-main-block": "reservation-card", "day-schedule-label": "giorno"}
    world.faults.update({**odd, "rename_classes": renamed})
    world.book(GIULIA, world.slot(world.today + timedelta(days=1), activity="Giuriati - Fit Center").appointment_id)
    well, said, found = await surveyed(engine, site, tmp_path, site_clock)
    assert well
    assert differing(found) >= {
        "login.pages",
        "clock.one",
        "servers.one",
        "bookings.marked",
        "calendar.labels",
        "calendar.grouped",
        "schedule.case",
        "schedule.dates",
        "schedule.name",
        "schedule.unopened",
    }
    assert any(line.startswith("✗ SkillName carries") and "->" in line for line in said)

    home = SiteWorld(clock=site_clock, people=[person()])
    take_over(home, found)
    assert [each.name for each in home.timetable.catalogue.activities] == [
        each.name for each in world.timetable.catalogue.activities
    ]
    assert (home.switches.hide_unopened, home.switches.login_pages) == (True, ["code", "notice"])
    assert (home.switches.servers, home.switches.grouped, home.faults.course_name_in) == (2, True, "EventName")
    assert list(home.likeness.slot)[:2] == ["appointmentId", "parentCourseId"]
    assert set(home.likeness.pages) == {"bookings", "calendar"}
    home.switches.update({"servers": 1, "clock_spread": 0.0, "login_pages": ["code"]})
    async with Site(home) as there:
        settings = settings_for(there, tmp_path)
        async with lent(engine, replace(site_access(settings), clock=site_clock)) as through:
            session = through.session(settings.people[0])
            enter(session, there)
            monday = wish(home, home.today + timedelta(days=1), "PILATES MATWORK")
            assert (await booking.find_slot(session, monday)).course == "PILATES MATWORK"
            with pytest.raises(errors.SiteChanged):
                await booking.read_my_bookings(session)


async def test_a_login_that_ends_on_an_unknown_page_is_surveyed_all_the_same(
    engine: LentBrowser, site: Site, world: SiteWorld, tmp_path: Path, site_clock: FakeClock
) -> None:
    world.faults.answer = "<title>Consenso</title><h1>Consenso</h1><button>Accetta</button><button>Rifiuta</button>"
    world.faults.where["answer"] = "/aunicalogin/otp"
    well, said, found = await surveyed(engine, site, tmp_path, site_clock)
    assert not well
    assert any("The login did not end on the dashboard" in line for line in said)
    assert "login.end" in differing(found)
    assert any("Rifiuta" in text for name, text in found.files.items() if name.startswith("pages/login"))


async def test_no_survey_is_made_near_an_opening_nor_a_booking_without_being_asked(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(site, tmp_path)
    now = datetime.now(UTC)
    day = (now + timedelta(days=2)).date()
    async with open_database(settings.database) as db:
        await setup.prepare_database(settings)
        soon = NewAction(
            ActionType.BOOK,
            1,
            ClassRef("YOGA", "Giuriati", day, clock_time("18:00")),
            opens_at=now + timedelta(minutes=9),
        )
        await db.requests.add(soon)
    with pytest.raises(ConfigError, match="opens soon"):
        await terminal.survey(settings, Wanted(settings.people[0], False, tmp_path), print, lambda _: False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    config = str(tmp_path / "config.json")
    for wrong in (["--book"], ["--person", "nobody"]):  # in a thread, as a loop of its own is run there
        assert await asyncio.to_thread(setup.main, ["--config", config, "--survey", *wrong]) == setup.UNUSABLE


# ----- files that are no survey


GOOD = {"report.json": json.dumps({"made_by": "Polimisport Bot", "format": 1, "facts": []})}


def zipped(path: Path, files: dict[str, str | bytes], **more: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return path


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({**GOOD, "../../evil.html": "x"}, "no survey has"),
        ({**GOOD, "/etc/passwd": "x"}, "no survey has"),
        ({**GOOD, "pages/../../x.html": "x"}, "no survey has"),
        ({**GOOD, "pages\\x.html": "x"}, "no survey has"),
        ({**GOOD, "pages/big.html": b"0" * 50_000_000}, "too large"),
        ({**GOOD, "pages/bomb.html": b"0" * 2_900_000}, "too large"),
        ({**GOOD, **{f"pages/p{n}.html": "x" for n in range(200)}}, "more than any survey"),
        ({"report.txt": "x"}, "no report.json of ours"),
        ({"report.json": "[1]"}, "no report.json of ours"),
        ({"report.json": "{" * 2_000}, "no report.json of ours"),
        ({"report.json": json.dumps({"made_by": "Polimisport Bot", "format": 99})}, "newer version"),
    ],
)
async def test_a_file_that_is_no_survey_is_refused_with_one_sentence(
    tmp_path: Path, files: dict[str, str | bytes], said: str
) -> None:
    with pytest.raises(BadSurvey, match=said):
        read(zipped(tmp_path / "s.zip", files))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["s.zip"]


async def test_what_is_no_zip_or_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    good = zipped(tmp_path / "good.zip", {**GOOD, "pages/a.html": "x" * 900}).read_bytes()
    sparse = tmp_path / "1gb.zip"
    with sparse.open("wb") as file:
        file.truncate(2**30)
    cases = {
        "no.zip": b"no zip",
        "cut.zip": good[:-30],
        "empty.zip": b"",
        "broken.zip": good[:60] + b"\xff" * 20 + good[80:],
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
    for path in (sparse, tmp_path / "absent.zip", tmp_path, *(tmp_path / name for name in cases)):
        with pytest.raises(BadSurvey):
            read(path)
    lies = bytearray(zipped(tmp_path / "lies.zip", {"pages/a.html": "x" * 4_000_000, **GOOD}).read_bytes())
    size = (4_000_000).to_bytes(4, "little")
    while size in lies:
        at = lies.index(size)
        lies[at : at + 4] = (1000).to_bytes(4, "little")
    (tmp_path / "lies.zip").write_bytes(lies)
    with pytest.raises(BadSurvey):
        read(tmp_path / "lies.zip")


async def test_a_survey_of_nonsense_leaves_the_world_as_it_was(site_clock: FakeClock) -> None:
    facts = [
        {"id": "login.pages", "mark": "differs", "value": ["code", "evil"]},
        {"id": "servers.one", "value": {"servers": 10**9, "told": 3}},
        {"id": "schedule.name", "value": {"x": 1}},
        {"id": 3},
        "x",
    ]
    odd = {
        "data/activities.json": '[{"id": null}, 4, {"id": "1", "name": "Palestra"}]',
        "data/schedule-00.json": '{"day": "2026-13-45", "answer": {"data": [{"TimeStart": "18:00"}]}}',
        "data/schedule-01.json": '{"day": 5, "answer": [1]}',
        "data/schedule-02.json": "no json",
    }
    home = SiteWorld(clock=site_clock, people=[person()])
    before = (home.timetable.catalogue, home.switches.as_dict(), home.faults.as_dict())
    take_over(home, Survey({"facts": facts}, odd))
    take_over(home, Survey({"facts": 7}, {}))
    assert (home.timetable.catalogue, home.switches.as_dict(), home.faults.as_dict()) == before
