"""What a survey makes of what it has seen: which field names a class, whether slots are folded up, which class names
may leave the house."""

from __future__ import annotations

import json
from datetime import date, time, timedelta
from typing import Any

import pytest

from actions import cancelling
from actions.cancelling import Cancelled
from admin.survey import looks, trial, verdicts
from admin.survey.class_names import markup_words
from admin.survey.cleaning import Cleaner
from admin.survey.markup import cleaned
from admin.survey.seen import Got, Schedule, Seen, Trial
from admin.survey.visit import FOLDED, MOST_SCHEDULES, WEEK, _wanted
from domain.errors import SiteChanged
from domain.model import Activity, ClassRef, OpeningRule, utc_now
from portal.session.site_session import SiteSession
from scraper import Calendar
from tests.support.lent_browser import LentBrowser
from tests.support.sites import NOON, ROME

pytestmark = pytest.mark.asyncio(loop_scope="session")

TODAY = NOON.astimezone(ROME).date()
TOMORROW = TODAY + timedelta(days=1)
PLATINUM = Activity("245765508040862208", "Giuriati - Corsi Platinum")
GYM = Activity("245765508040862209", "Giuriati - Fit Center")
COURSES = ("YOGA", "PILATES", "TRX")


def seen(*schedules: tuple[Activity, date, list[dict[str, Any]]]) -> Seen:
    rule = OpeningRule(2, time(0), ROME)
    made = Seen(NOON, ROME, rule, "http://127.0.0.1:1/sportpolimi", ("127.0.0.1:1",))
    for activity, day, slots in schedules:
        got = Got(200, json.dumps({"status": "OK", "data": slots}), {})
        made.schedules.append(Schedule(Calendar(activity), day, got))
    return made


def slot(**fields: Any) -> dict[str, Any]:
    return {"AppointmentId": "1", "TimeStart": "18:00", **fields}


@pytest.mark.parametrize(
    ("fields", "best"),
    [
        (("{0}", "Giuriati - Corsi Platinum - {0}", "Giuriati - Corsi Platinum"), "skillname"),
        (("{0}", "Giuriati - Corsi Platinum - {0} con ROSSI {1}", "{0} {1}"), "skillname"),
        (("{0}", "{0}", "{0}"), "skillname"),
        (("Livello {1}", "Giuriati - Corsi Platinum", "{0}"), "eventname"),
        ((None, "Giuriati-Corsi Platinum-{0}", "Corsi Platinum"), "eventdescription"),
        ((None, "Giuriati - Corsi Platinum", "{0}"), "eventname"),
        (("Sala A", "Giuriati - Corsi Platinum", "{0}"), "eventname"),
        ((None, None, "Giuriati - Corsi Platinum"), ""),
    ],
)
async def test_the_field_with_the_courses_name_is_the_one_that_tells_the_classes_of_an_activity_apart(
    fields: tuple[str | None, str | None, str | None], best: str
) -> None:
    """Whatever else the slots of an activity of one class say of themselves."""

    def named(course: str, number: int) -> dict[str, Any]:
        texts = [each and each.format(course, number) for each in fields]
        return slot(**dict(zip(("SkillName", "EventDescription", "EventName"), texts, strict=True)))

    gym = slot(SkillName=None, EventDescription="Giuriati - Fit Center", EventName="Fit Center")
    classes = [named(course, number) for number, course in enumerate(COURSES)]
    verdict = looks.name_field(seen((GYM, TODAY, [gym] * 9), (PLATINUM, TODAY, classes)))
    assert (verdict.value, verdict.mark is verdicts.Mark.KNOWN) == (best, best == "skillname")


DAY = "<div class=day-schedule {0}><h3 class=day-schedule-label>{1}</h3>{2}</div>"
SLOT = "<div class=event-slot>18:00</div>"
CALENDAR = "<style>.corpo {{ display: none }}</style><div id=day-schedule-container>{0}</div>"


@pytest.mark.parametrize(
    ("slots", "folded"),
    [
        (SLOT * 2, 0),
        (f"<div class=corpo>{SLOT * 2}</div>{SLOT}", 2),
        (f"<div style='display:none'>{SLOT}</div>", 1),
        (f"<div hidden>{SLOT}</div><details><summary>18:00</summary>{SLOT}</details>", 2),
        (f"<div style='height:0;overflow:hidden'>{SLOT}</div>", 1),
        (f"<div style='visibility:hidden'>{SLOT}</div><div style='display:contents'>{SLOT}</div>", 1),
    ],
)
async def test_slots_are_folded_up_whatever_hides_them(engine: LentBrowser, slots: str, folded: int) -> None:
    page = await engine[1].new_page()
    try:
        await page.set_content(CALENDAR.format(DAY.format("", "", slots) + DAY.format("hidden", "", SLOT * 3)))
        assert await page.evaluate(FOLDED) == folded
    finally:
        await page.close()


@pytest.mark.parametrize(("listed", "there", "value"), [(3, 3, False), (3, 1, True), (1, 3, False)])
async def test_slots_that_come_only_when_a_line_is_opened_are_folded_up_too(
    listed: int, there: int, value: bool
) -> None:
    slots = [slot(AppointmentId=str(number)) for number in range(listed)]
    found = seen((PLATINUM, TODAY, slots * 2), (PLATINUM, TOMORROW, slots), (GYM, TOMORROW, slots * 5))
    days = DAY.format("", "Domenica, 22 nov", SLOT) + DAY.format("", "Lunedì, 23 nov", SLOT * there)
    found.pages["calendar"] = CALENDAR.format(days)
    assert looks.grouped(found).mark is verdicts.Mark.UNSEEN
    found.folded, found.shown = 0, PLATINUM
    assert looks.grouped(found).value is value


PAGE = """<style>.x {{}}</style>{0}<p class="x">con ZANZIBARRA Quokko</p><script>var user = "Ermengarda"</script>
<p>Pap<b>pagal</b>la</p><div class="slot-ammucchiata">a</div><div data-u="fusilloni">a</div>"""
NAMED = (
    '<div class="slot-ammucchio ammucchio_Testata istr-zanzibarra zquokko ermengarda istr-pappagalla fusil xabc1234 '
    'tortellino nocciola" id="ammucchio-12">b</div>'
)


async def test_class_names_of_several_elements_stay_unless_somebody_may_be_named_so() -> None:
    page = PAGE.format(NAMED * 3)
    data = [{"data": [{"EventDescription2": "con NOCCIOLA ANNA"}]}]
    words = markup_words([page], data)
    assert words >= {"ammucchio"}
    cleaner = Cleaner(TODAY, ["Tortellino Maria"])
    cleaner.know_markup(words)
    made = cleaned(page, cleaner)
    assert 'class="slot-ammucchio ammucchio_Testata ' in made
    assert 'id="ammucchio-12"' in made
    told = ("zanzibarra", "quokko", "ermengarda", "pappagal", "fusil", "xabc1234", "tortellino", "nocciola")
    assert [each for each in (*told, "ammucchiata") if each in made.lower()] == []


async def test_a_survey_asks_for_no_more_days_than_is_polite() -> None:
    for activities in (1, 3, 9, 40):
        calendars = tuple(Calendar(Activity(str(number), "x")) for number in range(activities))
        assert len(_wanted(calendars, TODAY, WEEK)) <= MOST_SCHEDULES


@pytest.mark.parametrize(("answers", "gone"), [
    ([True], True),
    ([False, False], True),
    ([False, SiteChanged("no"), False], False),
    ([SiteChanged("no"), SiteChanged("no"), False], False),
])  # fmt: skip
async def test_one_list_without_the_booking_of_the_trial_is_not_believed(
    answers: list[bool | SiteChanged], gone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancel(session: object, wish: object) -> Cancelled:
        answer = answers.pop(0)
        if isinstance(answer, SiteChanged):
            raise answer
        return Cancelled(utc_now(), proven=answer)

    monkeypatch.setattr(cancelling, "cancel", cancel)
    tried = Trial("YOGA", seen_booked=True, still_held=True)
    session, ref = SiteSession.__new__(SiteSession), ClassRef("YOGA", "Giuriati", TODAY, time(18))
    await trial._give_back(session, ref, tried, timedelta(0))
    assert (tried.seen_gone, tried.still_held) == (gone, not gone)
    assert answers == []
