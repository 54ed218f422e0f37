"""What a survey's file holds of persons: nothing, wherever a site puts it and however it spells it.

Searched with the decoder of test_canaries.py, which knows nothing of what the survey cleans with.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from datetime import time, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from admin.survey.bundle import contents
from admin.survey.cleaning import Cleaner, vocabulary
from admin.survey.facts import examined
from admin.survey.markup import cleaned
from admin.survey.seen import Cookie, Got, Met, Post, Schedule, Seen, Trial
from demo.site import Site, SiteWorld, echo
from domain.model import Activity, OpeningRule
from portal.evidence.redactor import AccountRedactor
from scraper import Calendar
from tests.admin.test_survey import differing, surveyed
from tests.programs.test_canaries import escapes, found_in, plainly
from tests.support.clock import FakeClock
from tests.support.lent_browser import LentBrowser, portal, site  # noqa: F401 - fixtures
from tests.support.sites import GIULIA, NOON, PASSWORD, ROME, SECRET, credentials

pytest_plugins = ["tests.support.site_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

TODAY = NOON.astimezone(ROME).date()
NAME = "Zanzibarra O'Quokkini"
SECRETS = {  # what must not be there -> what is planted
    "zanzibarra": NAME,
    "quokkini": f"QUOKKINI {NAME}",
    "pappagallosa": "via Pappagallosa 77, 20133 Vimerchiate",
    "vimerchiate": "Vimerchiate (MI)",
    "zqkk@": "zqkk@posta.example",
    "qkkznz99": "QKKZNZ99A41F205X",
    "3471234987": "347 1234987",
    "0223994455": "02 2399 44 55",
    "987643": "matricola 987643",
    "4111222233334444": "4111 2222 3333 4444",
    "01/02/1999": "nata il 01/02/1999",
    "6f9619ff": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
    "qwzx7ytr": "qwzx7ytrPLOK98mnbV5tgbnhyujm",
    GIULIA: GIULIA,
    SECRET.lower(): SECRET,
    PASSWORD: PASSWORD,
}
CORNERS = """<head><title>{0}</title><meta name="csrf-token" content="{0}"><meta name="{0}"><link href="/u/{0}.css">
<base href="https://{0}/"></head><body class="u-{0} {0}" id="{0}" data-user="{0}" data-{1}="1" onload="x('{0}')">
<p>{0}</p><p title="{0}" aria-label="{0}" style="content:'{0}'" lang="{0}">Prenota</p><!-- {0} -->
<img src="/{0}.png" alt="{0}">
<script>var u = "{0}"; MyApp = {{user: "{0}", token: '{0}'}}</script><script src="/js/{0}.js?u={0}"></script>
<script type="application/json">{{"u": "{0}"}}</script><style>.{0} {{}}</style><template>{0}</template>
<noscript>{0}</noscript><textarea>{0}</textarea>
<select><option value="{0}" selected>{0}</option><option>{0}</option></select>
<input type=hidden name=__RequestVerificationToken value="{0}"><input name="{0}" value="{0}" placeholder="{0}">
<input type=submit value="{0}"><a href="/Profile/{0}?u={0}&{0}=1#{0}">{0}</a><a href="mailto:{0}">x</a>
<a href="https://{0}/x">x</a><form action="/{0};jsessionid={0}"></form><img src="data:image/png;base64,{2}">
<svg><text>{0}</text></svg><iframe src="/{0}" srcdoc="{0}"></iframe><x-{1}>{0}</x-{1}><div {1}="{0}">{0}</div>
<span class=username>{0}</span><div class=slot-description2>con {0}</div><div class=event-slot>
<div class=slot-description>Giuriati - Corsi Platinum - <span class=skill>{0}</span></div>
<div class=slot-notes>{0}</div></div>{3}
<div id=event-repository><div class=event-main-block>{0} <b class=event-info-schedule>24/11/2026</b>
{0}</div></div></body>"""

FEW = """<p class="{0}" title="{0}" data-x="{0}">{0} <a href="/x?{0}={0}">x</a></p>"""
EVERYWHERE = ("plain", "decimal", "percent")  # spellings that are tried in every corner


def planted(text: str) -> Iterator[str]:
    """The secret in a page, in every spelling, and cut in pieces by tags."""
    letters = re.sub(r"[^a-z]", "", text.lower()) or "canary"
    in_base64 = base64.b64encode(text.encode()).decode()
    cuts = "".join(f"<i>{each}</i>" for each in re.findall(r".{1,3}", text))
    cuts += "".join(f"<b>{each}</b>" for each in re.findall(r".{1,2}", text))
    for name, spell in echo.SPELLINGS.items():
        yield (CORNERS if name in EVERYWHERE else FEW).format(spell(text), letters, in_base64, cuts)


def slot(text: str) -> dict[str, object]:
    fields: tuple[str, ...] = (
        "AppointmentId",
        "ParentCourseId",
        "SkillName",
        "Type",
        "Status",
        "StartDateTime",
        "TimeDescription",
    )
    fields += ("EventName", "EventDescription", "EventDescription2", "EventDescription3", "Notes", "Icon", "TimeStart")
    more = {"Cliente": text, "Saldo": 34712349.87, text: text, "Iscritti": [text, {"Nome": text}], "Nato": "1999-02-01"}
    return {**dict.fromkeys(fields, text), "DurationMinutes": 987643, **more}


def hostile(text: str) -> Seen:
    """All that a visit can have seen, with the secret in each part of it."""
    seen = Seen(NOON, ROME, OpeningRule(2, time(0), ROME), "http://127.0.0.1:1/sportpolimi", ("127.0.0.1:1",))
    pages = list(planted(text))
    got = Got(200, pages[0], {"date": text, f"x-{text}": text, "x-server": text}, 0.1, (f"{text}={text}",))
    seen.pages = dict(zip(("dashboard", "bookings", "calendar", "activities"), pages, strict=False))
    seen.sent = {"bookings": got, "activities": got, "confirmation": got}
    seen.strangers = {"login": got, "page": got, "script": got}
    seen.login = [Met("127.0.0.1:1", f"/u/{text}", page) for page in pages]
    seen.cookies = [Cookie(text, "127.0.0.1", True, True)]
    seen.server, seen.servers = text, {text: {text}}
    calendar = Calendar(Activity("245765508040862208", f"Giuriati - {text}"), text)
    seen.calendars = (calendar,)
    for answer in ({"status": text, "data": [slot(text)]}, {"status": "OK", "data": [slot(text)], text: text}):
        told = Got(200, json.dumps(answer), {"date": "x"})
        seen.schedules.append(Schedule(calendar, TODAY, told))
    said = Got(200, json.dumps({"status": text, "message": text, "url": f"/u?{text}", "altro": text}), {})
    seen.trial = Trial(text, Post(f"/{text}", (text,), said), Post(f"/{text}", (text,), said), True, True, True, text)
    return seen


def all_lines(texts: Iterable[str]) -> str:
    """Each line once: a survey's files are alike, and the search takes its time."""
    return "\n".join(dict.fromkeys(line for text in texts for line in text.splitlines()))


def in_any(text: str, secrets: Iterable[str]) -> list[str]:
    """The secrets that can be read in it, as it is or with what parts their pieces left out."""
    searched = plainly(*secrets)
    read = (text, html.unescape(text), unquote(unquote(text)), escapes(text))
    glued = "\n".join(re.sub(r"<[^<>]*>|[\s+.,\-]", "", each).casefold() for each in read)
    return [*found_in(text, searched), *(each.text for each in searched if each.is_in(glued))]


async def test_no_file_of_a_survey_holds_what_is_somebodys_in_any_spelling() -> None:
    redactor = AccountRedactor(credentials(), lambda: NOON)
    written: list[str] = []
    listed = list(SECRETS.values())
    for text in (" ".join(listed[first::2]) for first in range(2)):
        seen = hostile(text)
        files = contents(seen, examined(seen), credentials(), redactor)
        assert [name for name, content in files.items() if content == "left out\n" or "data:" in content] == []
        written += files.values()
    assert in_any(all_lines(written), SECRETS) == []


async def test_the_search_would_find_them_uncleaned() -> None:
    for secret, unreadable in (
        ("quokkini", 0),
        ("6f9619ff", 0),
        ("3471234987", 1),
    ):  # of base64 its spaces are no pieces
        unread = [page for page in planted(SECRETS[secret]) if not in_any(all_lines([page]), [secret])]
        assert len(unread) <= unreadable, (secret, unread)


async def test_a_site_that_gives_back_all_it_knows_leaves_nothing_in_the_file_and_a_place_it_keeps_is_said_loudly(
    engine: LentBrowser,
    site: Site,
    world: SiteWorld,
    tmp_path: Path,
    site_clock: FakeClock,
) -> None:
    world.accounts.people[GIULIA].name = NAME
    world.switches.late_cancel, world.terms.free_cancel_hours = "no_button", 24 * 30
    world.faults.where["echo_secrets"] = "/Booking"
    world.faults.update({"echo_secrets": GIULIA, "booking_note": f"Cliente: {NAME}, tel. 347 1234987"})
    world.book(GIULIA, world.slot(world.today + timedelta(days=1), activity="Giuriati - Fit Center").appointment_id)
    well, said, found = await surveyed(engine, site, tmp_path, site_clock, book=True)
    assert not well
    assert len(world.bookings(GIULIA)) == 2
    assert any("NOT GIVEN BACK" in line for line in said)
    assert "trial.deleted" in differing(found)
    accounts = world.accounts
    values = [*accounts._opened, *(code for codes in accounts.codes_received.values() for code in codes)]
    assert in_any(all_lines(found.files.values()), [*SECRETS, *values, "bianchi", "d'amico"]) == []
    assert "left out\n" not in found.files.values()
    assert any("Posti disponibili" in text for name, text in found.files.items() if name.startswith("data/schedule"))


async def test_what_is_the_sites_own_stays() -> None:
    cleaner = Cleaner(TODAY)
    number = cleaner.id("245765508040862208")
    page = (
        '<a class="list-group-item" href="/sportpolimi/Booking/BookActivity?activityId=245765508040862208&amp;'
        'activityFlags=Classes">Giuriati - Corsi Platinum</a><div class="event-slot slot-available" '
        'data-date-offset="+1"><span class="time-start">18:00</span> 55 min <b>PILATES MATWORK</b> 24/11/2026 '
        'Posti disponibili: 7</div><button id="btnConfirmAppointmentBooking">Conferma Prenotazione</button>'
    )
    assert cleaned(page, cleaner) == page.replace("245765508040862208", number)
    assert re.fullmatch(r"\d{18}", number)
    assert cleaner.text("con ROSSI ANNA") == cleaner.text("con ROSSI ANNA") != "con ROSSI ANNA"
    assert cleaner.json({"SkillName": "YOGA", "Quokka": "Abc 12"}) == {"SkillName": "YOGA", "Parola3": "Xxx 99"}


async def test_made_up_ids_are_counted_not_drawn_so_none_holds_a_number_by_chance() -> None:
    cleaner = Cleaner(TODAY)
    ids = [str(245765508040862208 + step) for step in range(200)]
    made = [cleaner.id(each) for each in ids]
    assert made == [cleaner.id(each) for each in ids]
    assert len({*made, *ids}) == 400
    assert {each[:14] for each in made} == {"1" * 14}
    assert cleaner.id("6F9619ff-8b86-d011") == "1A1111aa-1a11-a111"
    assert cleaner.id("6F9619ff-8b86-d012") == "1A1111aa-1a11-a112"
    assert (cleaner.id("1"), cleaner.id("7"), cleaner.id("-")) == ("2", "3", "-")


async def test_the_vocabulary_has_no_names() -> None:
    names = "rossi bianchi ferrari russo colombo ricci marino greco bruno gallo conti costa giordano mancini rizzo"
    names += (
        " anna luca marco giulia sara matteo chiara paolo andrea elena francesco laura maria giuseppe antonio giovanni"
    )
    assert vocabulary() & set(names.split()) == set()
