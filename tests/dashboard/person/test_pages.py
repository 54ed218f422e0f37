"""A person's own pages, as a browser without scripts gets them: theirs, whole, and nobody else's."""

from __future__ import annotations

import json
import re

import pytest

from domain.model import ActionStatus
from tests.dashboard.person.conftest import GAG
from tests.support.pages import FRIEND, OWNER, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_overview_has_what_is_held_what_opens_and_how_the_last_opening_went(site: Site) -> None:
    page = await (await site.entered()).get("/")
    assert page.status == 200
    for told in ("Prossimi appuntamenti", "PILATES MATWORK", "Aperture in arrivo", "Apre tra 1 g 13:00:00",
                 "Presa in 21 millesimi"):  # fmt: skip
        assert told in page.words
    assert "Non ne hai ancora nessuna" in page.words  # of what recurs


async def test_a_friend_sees_none_of_it(site: Site) -> None:
    browser = await site.entered(FRIEND)
    for path in ("/", "/openings", "/history", "/statistics"):
        page = await browser.get(path)
        assert page.status == 200
        assert "PILATES" not in page.text
        assert "GAG" not in page.text
    assert (await browser.get("/openings/1")).status == 404
    assert b"PILATES" not in (await browser.get("/history.csv")).body


async def test_what_waits_is_taken_back_by_its_button_and_the_page_shows_where_it_went(site: Site) -> None:
    browser = await site.entered()
    [waiting] = [each for each in await site.db.requests.live(OWNER) if each.wish == GAG]
    page = await browser.get("/")
    assert f'value="withdraw:{waiting.id}"' in page.text
    assert "Apre tra 1 g 13:00:00" in (await browser.get(f"/do/ticket:{waiting.id}")).words
    told = await browser.do(f"withdraw:{waiting.id}")
    assert "Ritirata" in told.words
    withdrawn = await site.db.requests.find(waiting.id)
    assert withdrawn
    assert withdrawn.status is ActionStatus.CANCELLED
    assert "Aperture in arrivo" not in (await browser.get("/")).words
    await browser.do(f"undo:{waiting.id}")
    assert "Aperture in arrivo" in (await browser.get("/")).words


async def test_an_opening_is_drawn_and_told_shot_by_shot(site: Site) -> None:
    browser = await site.entered()
    page = await browser.get("/openings")
    assert '<a href="/openings" aria-current="page">' in page.text
    assert '<a href="/openings" aria-current="true">' in (await browser.get("/openings/1")).text
    drawn = re.findall(r'<rect class="bar (\w+)"', page.text)
    assert drawn == ["early", "accepted"]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page.text, re.DOTALL)[1:]
    assert [re.sub(r"<[^>]+>", " ", row).split() for row in rows] == [
        ["1", "non", "era", "ancora", "aperta", "-50", "ms", "-35", "ms", "-10", "ms", "1ª"],
        ["2", "presa", "-9", "ms", "+6", "ms", "+21", "ms", "1ª", "Prenotata"],
    ]
    assert "Orologio del sito rispetto al mio: +0,8 s, a ±4 ms" in page.words
    assert page.words.count("arrivato a +6 ms") == 1
    assert "Apre tra 1 g 13:00:00" in page.words  # what is waited for, above what was
    assert (await browser.get("/openings/99999")).status == 404
    assert (await browser.get("/openings/x")).status == 404


async def test_the_history_is_filtered_by_its_address_and_taken_along_as_files(site: Site) -> None:
    browser = await site.entered()
    site.clock.go(days=3)
    whole = await browser.get("/history")
    assert "Mar 24 nov 2026" in whole.words
    assert "Presa in 21 ms" in whole.words
    none = await browser.get("/history?course=0&month=202501&shown=0&page=7")
    assert "Con questo filtro non c'è niente" in none.words
    assert 'value="0" selected' in none.text
    for odd in ("?course=x&month=-1&shown=9999999999&page=99", "?shown=77", "?page=" + "9" * 40):
        assert (await browser.get(f"/history{odd}")).status == 200
    csv = await browser.get("/history.csv")
    assert csv.headers["Content-Disposition"].startswith("attachment")
    assert b"PILATES MATWORK" in csv.body
    assert b"PILATES" not in (await browser.get("/history.csv?month=202501")).body
    [entry] = json.loads((await browser.get("/history.json")).body)
    assert entry["course"] == "PILATES MATWORK"
    assert b"BEGIN:VEVENT" in (await browser.get("/history.ics")).body
    assert (await browser.get("/history.exe")).status == 404


async def test_the_numbers_are_told_in_words_and_drawn_once(site: Site) -> None:
    browser = await site.entered()
    page = await browser.get("/statistics")
    assert "1 su 1" in page.words
    picture = await browser.get("/statistics/dark.jpg")
    assert (picture.headers["Content-Type"], picture.body[:2]) == ("image/jpeg", b"\xff\xd8")
    known = {"If-None-Match": picture.headers["ETag"]}
    assert (await browser.get("/statistics/dark.jpg", headers=known)).status == 304
    assert (await browser.get("/statistics/light.jpg", headers=known)).status == 200


async def test_every_page_speaks_english_too(site: Site) -> None:
    browser = await site.entered()
    await site.db.people.choose_language(OWNER, "en")
    try:
        told = {path: (await browser.get(path)).words for path in ("/", "/openings", "/history", "/statistics")}
    finally:
        await site.db.people.choose_language(OWNER, None)
    assert "Coming up" in told["/"]
    assert "How the opening went" in told["/openings"]
    assert "As a file" in told["/history"]
    assert "Course by course" in told["/statistics"]
