"""`--like survey.zip`: the simulated site becomes as a survey found the real one, as far as a survey tells.

Taken over are the activities with their order and ids, the weekly timetable, the order, names and forms of a slot's
fields, the switches that stand for observed facts; and where a page's markup was not as known, that page itself, as it
was recorded, in place of ours: a client then meets what it would meet there. Nothing in the file is believed: what does
not fit is left as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from admin.survey.bundle import Survey
from demo.site.catalogue import Activity, Catalogue, Weekly
from demo.site.likeness import Likeness, bare
from demo.site.world import SiteWorld

MOST_ACTIVITIES, MOST_WEEKLY = 30, 1000
SPARE = 5  # places more than were free: somebody had taken some
NAMES = {"eventname": "EventName", "eventdescription": "EventDescription"}
MARKUP = {  # the page, and the facts that say whether its markup is as known
    "bookings": ("bookings.list", "bookings.marked", "bookings.time", "bookings.place", "bookings.delete"),
    "activities": ("activities.links",),
    "calendar": ("calendar.shown", "calendar.labels", "calendar.slots", "calendar.states"),
    "confirmation": ("confirm.fragment",),
}
HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def take_over(world: SiteWorld, survey: Survey) -> list[str]:
    """Makes the world so; what was taken over, a line each."""
    told = [_catalogue(world, survey), *_switches(world, survey)]
    pages = {name: text for name in MARKUP if (text := _recorded(survey, name))}
    slot = next((each for _, _, each in _slots(survey)), {})
    world.likeness = Likeness(pages, slot)
    told += [f"the page of {name} is the recorded one: its markup was not as known" for name in pages]
    told += [f"a slot has {len(slot)} fields"] if slot else []
    return [each for each in told if each]


def _recorded(survey: Survey, name: str) -> str:
    differs = any(survey.mark(fact) == "differs" for fact in MARKUP[name])
    return survey.files.get(f"pages/{name}.html", "") if differs else ""


# ----- the timetable


def _catalogue(world: SiteWorld, survey: Survey) -> str:
    listed = survey.data("activities")
    rows = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    activities = [Activity(str(each.get("id"))[:40], str(each.get("name"))[:100]) for each in rows[:MOST_ACTIVITIES]]
    names = {each.id: each.name for each in activities}
    where = str(survey.value("schedule.name") or "skillname")
    found: dict[tuple[str, str, int, str], Weekly] = {}
    for activity_id, day, slot in _slots(survey):
        weekly = _weekly(names.get(activity_id, ""), day, slot, where)
        if weekly and len(found) < MOST_WEEKLY:
            found[weekly.activity, weekly.course, weekly.weekday, weekly.start] = weekly
    if not found or len(names) < len(activities):
        return ""
    world.timetable.catalogue = Catalogue(tuple(activities), (*found.values(), *_on_days_without(list(found.values()))))
    return f"{len(activities)} activities, {len(found)} classes a week"


def _slots(survey: Survey) -> Iterator[tuple[str, date, dict[str, Any]]]:
    """Activity, day and object of every recorded slot."""
    for name in sorted(each for each in survey.files if each.startswith("data/schedule-")):
        read = survey.data(name.removeprefix("data/").removesuffix(".json"))
        answer = read.get("answer") if isinstance(read, dict) else None
        listed = {bare(key): value for key, value in answer.items()}.get("data") if isinstance(answer, dict) else None
        try:
            day = date.fromisoformat(str(read["day"])) if listed else date.min
        except (ValueError, KeyError):
            continue
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict):
                yield str(read.get("activity")), day, each


def _weekly(activity: str, day: date, slot: dict[str, Any], where: str) -> Weekly | None:
    fields = {bare(name): value for name, value in slot.items()}
    start, minutes = str(fields.get("timestart") or "")[:5], fields.get("durationminutes")
    start = start if HOUR.fullmatch(start) else _hour_in(str(fields.get("startdatetime") or ""))
    if not activity or not start:
        return None
    course = str(fields.get(where) or "")[:80]
    places = re.search(r"\d{1,3}", str(fields.get("eventdescription3") or ""))
    return Weekly(
        activity,
        course.removeprefix(activity).lstrip(" -"),  # "Giuriati - Corsi Platinum - YOGA" in a description
        day.weekday(),
        start,
        minutes if isinstance(minutes, int) and 0 < minutes < 300 else 60,
        str(fields.get("eventdescription2") or "").removeprefix("con ")[:60],
        (int(places[0]) if places else 10) + SPARE,
    )


def _hour_in(text: str) -> str:
    found = HOUR.search(text)
    return found[0] if found else ""


def _on_days_without(weekly: list[Weekly]) -> Iterator[Weekly]:
    """A survey reads few days of many activities: on a weekday it has nothing of there is what there is on another."""
    there = {each.weekday for each in weekly}
    model = [each for each in weekly if each.weekday == min(there)]
    for weekday in set(range(7)) - there:
        for each in model:
            yield Weekly(each.activity, each.course, weekday, each.start, each.minutes, each.instructor, each.capacity)


# ----- switches


def _switches(world: SiteWorld, survey: Survey) -> Iterator[str]:
    """Each by itself: a value that does not fit leaves the others."""
    for group, values in (("switches", _observed(survey)), ("faults", _odd(survey))):
        for name, value in values.items():
            try:
                getattr(world, group).update({name: value})
            except ValueError:
                continue
            yield f"{name}: {value}"


def _observed(survey: Survey) -> dict[str, Any]:
    met, servers = survey.value("login.pages"), survey.value("servers.one")
    found: dict[str, Any] = {"login_pages": met} if isinstance(met, list) and met else {}
    if isinstance(servers, dict) and servers.get("servers") in range(2, 10):
        spread = survey.value("clock.one")
        found |= {"servers": servers["servers"], "servers_told": servers.get("told")}
        found |= {"clock_spread": spread / (servers["servers"] - 1)} if isinstance(spread, float) and spread > 1 else {}
    flags = {
        "chooser": survey.value("login.chooser") is True,
        "hide_unopened": survey.value("schedule.unopened") is False,
        "grouped": survey.value("calendar.grouped") is True,
        "penalties": survey.value("home.penalties") is True,
    }
    words = {"overlap": "warned"} if survey.mark("bookings.overlap") == "differs" else {}
    return {**found, **{name: True for name, seen in flags.items() if seen}, **words}


def _odd(survey: Survey) -> dict[str, Any]:
    form, name = survey.value("schedule.dates"), survey.value("schedule.name")
    found: dict[str, Any] = {"json_dates": form} if form in ("ms", "italian") else {}
    found |= {"no_start_datetime": True} if form == "none" else {}
    found |= {"course_name_in": NAMES[name]} if isinstance(name, str) and name in NAMES else {}
    sizes = survey.value("bookings.read")
    empty = isinstance(sizes, dict) and sizes.get("sent") == 0 and bool(sizes.get("shown"))
    return found | ({"bookings_by_script": True} if empty else {})
