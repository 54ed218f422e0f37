"""The elements of a page are parsed once for all its readers, and none of them changes what the next one sees."""

from __future__ import annotations

import scraper
from portal.responses.page_errors import words_in_page
from safety.elements import elements

MY_BOOKINGS = """<html><head><title>Le mie prenotazioni</title></head><body><div id="event-repository" hidden>
<div class="event-main-block"><div class="event-info-schedule">24/11/2026</div><span class="time-start">18:00</span>
<span class="time-duration">60 min</span><div class="event-info-description">Giuriati - Corsi Platinum</div>
<div class="event-info-skill-level">PILATES</div></div></div></body></html>"""


def test_who_asks_what_a_page_shows_takes_nothing_hidden_from_who_reads_it_next() -> None:
    before = scraper.bookings(MY_BOOKINGS)
    assert "PILATES" not in words_in_page(MY_BOOKINGS)
    assert scraper.bookings(MY_BOOKINGS) == before
    assert [booking.course for booking in before] == ["PILATES"]


def test_a_page_is_parsed_once_for_all_its_readers() -> None:
    assert elements(MY_BOOKINGS) is elements(MY_BOOKINGS)
