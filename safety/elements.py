"""Parses a page of the site into elements, once for all that look at it: most of the time of reading it goes there."""

from __future__ import annotations

from functools import lru_cache

from bs4 import BeautifulSoup

from safety.untrusted import readable_html

RECENT = 2  # pages: my bookings and a timetable are asked for side by side


@lru_cache(maxsize=RECENT)
def elements(html: str) -> BeautifulSoup:
    """The elements of a page, shared by its readers: whoever changes them takes a copy. Raises Unreadable."""
    return BeautifulSoup(readable_html(html), "html.parser")
