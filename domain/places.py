"""Where the places of the site are: the city each lies in, for calendars and maps."""

from __future__ import annotations

from domain.names import plain, split_activity

CITIES = {"giuriati": "Milano", "bovisa": "Milano", "leonardo": "Milano", "lecco": "Lecco"}
"""The campuses whose sports are booked on the site, by the word that names them there."""

STREETS = frozenset({"via", "viale", "corso", "piazza", "piazzale", "largo"})
"""A place may be named by its street, and Milano has a Via Lecco."""


def city_of(location: str) -> str | None:
    """The city of a place as the site names it, `Giuriati` or `Giuriati - Fit Center`; None when it is not known."""
    words = plain(split_activity(location)[0]).replace(",", " ").split()
    cities = {CITIES[word] for word in words if word in CITIES}
    return cities.pop() if len(cities) == 1 and not STREETS.intersection(words) else None
