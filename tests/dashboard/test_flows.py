"""/do: what the chat can do a browser can do too, by the same flows; and looking changes nothing."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.screens.callbacks import CHOICE, DAY, ID, KEY, NUMBERS, ONLY_READ, WEEKDAY, Call, Verb
from domain.errors import SlotFull
from domain.model import ActionType
from domain.requests import NewAction
from domain.web import LinkPurpose
from tests.support import chats, pages
from tests.support.chats import FRIEND, MINE, OWNER, PILATES, WEEK, World
from tests.support.pages import Browser, Site

YOGA = WEEK[1]  # this evening

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Rows of every kind, and no bot."""
    async with chats.world(tmp_path_factory.mktemp("world"), start=False) as here:
        await here.db.requests.add(NewAction(ActionType.BOOK, OWNER, PILATES.ref))
        await here.fail(SlotFull("«posti esauriti»"))
        await here.hold(MINE)
        await chats.periodic(here)
        yield here


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(world: World) -> AsyncIterator[Site]:
    async with pages.serving(world.db, world.settings, world.clock) as here:
        yield here


async def everything(world: World) -> list[Any]:
    """Every row of every table."""
    tables = await world.db.connection.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    return [
        (name, [tuple(row) for row in await world.db.connection.rows(f"SELECT * FROM {name} ORDER BY 1")])
        for (name,) in tables
    ]


def calls(verb: Verb) -> list[Call]:
    """The verb with numbers that lead somewhere, and with some that lead nowhere."""
    likely = {ID: (1, 2), DAY: (20261124,), KEY: (0, 1), WEEKDAY: (1,), CHOICE: (0, 1)}
    each = [likely.get(largest, (0,)) for largest in NUMBERS.get(verb, ())]
    return [Call(verb, numbers) for numbers in itertools.product(*each)][:6]


async def press(browser: Browser, verb: Verb) -> list[int]:
    return [(await browser.get(f"/do/{call.data}")).status for call in calls(verb)]


async def test_looking_changes_no_row_whatever_is_looked_at(world: World, site: Site) -> None:
    browser = await site.entered()
    world.clock.go(minutes=30)  # what the timetable says is old: the chat would have it read again
    before = await everything(world)
    for verb in sorted(ONLY_READ):
        assert set(await press(browser, verb)) == {200}, verb
        assert await everything(world) == before, verb


async def test_what_does_something_is_never_done_by_get(world: World, site: Site) -> None:
    browser, before = await site.entered(), None
    before = await everything(world)
    for verb in sorted(set(Verb) - ONLY_READ):
        assert set(await press(browser, verb)) == {405}, verb
    refused = await browser.get("/do/!new")
    assert refused.status == 405
    assert "Torna alla pagina di prima e toccalo lì" in refused.words
    assert await everything(world) == before


async def test_nobody_sees_or_does_anything_of_another(world: World, site: Site) -> None:
    giulias, marco = await world.db.requests.latest(OWNER, 1), await site.entered(FRIEND)
    assert "non la trovo tra le tue" in (await marco.get(f"/do/ticket:{giulias[0].id}")).words
    [held] = await world.db.bookings.held(OWNER, world.clock())
    assert "PILATES" not in (await marco.get(f"/do/held:{held.id}")).words
    before = await everything(world)
    for data in (f"cancel:{held.id}:0", f"withdraw:{giulias[0].id}", "delete:1", "pause:1", "skip_date:20261124:1"):
        await marco.do(data)
    assert await everything(world) == before


async def test_a_booking_made_in_the_browser_is_the_chats(world: World, site: Site) -> None:
    browser = await site.entered(FRIEND)
    assert "Corsi Platinum" in (await browser.get("/do/day:20261124")).words
    slot = await world.db.connection.row("SELECT id FROM slots WHERE course_name = 'YOGA' AND time_start = '19:00'")
    assert slot
    page = await browser.get(f"/do/slot:{slot['id']}")
    assert "Conferma Prenotazione" in page.words
    assert "Condividi" in page.words
    done = await browser.do(f"book:{slot['id']}:0")
    assert "In coda" in done.words
    [action] = await world.db.requests.live(FRIEND)
    assert (action.type, action.class_ref) == (ActionType.BOOK, YOGA.ref)
    assert done.path == f"/do/ticket:{action.id}"  # to reload it does nothing again
    await browser.do(f"withdraw:{action.id}")
    assert await world.db.requests.live(FRIEND) == []


async def test_who_books_and_then_picks_an_alternative_is_led_to_picking(world: World, site: Site) -> None:
    browser = await site.entered(FRIEND)
    slot = await world.db.connection.row("SELECT id FROM slots WHERE course_name = 'YOGA' AND time_start = '19:00'")
    assert slot
    before = await world.db.connection.row("SELECT max(id) FROM booking_actions")
    done = await browser.do(f"book_alt:{slot['id']}:{before[0] if before else 0}")
    [action] = await world.db.requests.live(FRIEND)
    assert done.path == f"/do/alt_days:{action.id}"
    await browser.do(f"withdraw:{action.id}")


async def test_each_page_is_called_by_what_it_is_about(site: Site) -> None:
    browser = await site.entered()
    for data, name in (("hours", "Orari dei corsi"), ("settings", "Impostazioni"), ("mine:0", "Le tue prenotazioni")):
        page = await browser.get(f"/do/{data}")
        assert f"<title>{name} · Polimisport</title>" in page.text
        assert f'<h1 class="unseen">{name}</h1>' in page.text


async def test_what_can_not_be_undone_looks_like_it_and_nothing_asks_for_words_that_have_no_field(
    world: World, site: Site
) -> None:
    browser = await site.entered()
    [held] = await world.db.bookings.held(OWNER, world.clock())
    page = await browser.get(f"/do/ask_cancel:{held.id}")
    assert page.text.count('<button class="button bad">') == 1
    assert "scrivimi come si chiama" not in (await browser.get("/do/courses:0")).words


async def test_a_document_is_offered_and_a_picture_shown(site: Site) -> None:
    browser = await site.entered()
    page = await browser.get("/do/history_file:0:0:0:0")
    assert "/do/history_file:0:0:0:0/file" in page.text
    file = await browser.get("/do/history_file:0:0:0:0/file")
    assert file.headers["Content-Disposition"].startswith('attachment; filename="')
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert '<img class="picture" src="/do/week/file"' in (await browser.get("/do/week")).text
    picture = await browser.get("/do/week/file")
    assert (picture.headers["Content-Type"], picture.body[:4]) == ("image/jpeg", b"\xff\xd8\xff\xe0")


async def test_what_came_of_a_form_is_shown_to_its_session_alone(site: Site) -> None:
    browser, other = await site.entered(), await site.entered(FRIEND)
    answer = await browser.do("share:1")
    assert answer.path.startswith("/answer/")
    assert (await browser.get(answer.path)).words == answer.words
    assert (await other.get(answer.path)).path == "/"


async def test_what_is_made_to_forward_leads_to_the_bot_once_its_name_is_known(world: World, site: Site) -> None:
    browser = await site.entered()
    slot = await world.db.connection.row("SELECT id FROM slots WHERE course_name = 'YOGA' AND time_start = '19:00'")
    [held] = await world.db.bookings.held(OWNER, world.clock())
    assert slot
    making = (f"share:{slot['id']}", f"share_held:{held.id}", "invite", "invite_guest")
    before = await everything(world)
    for data in making:
        done = await browser.do(data)
        assert "Questo link lo fa il bot, nella chat" in done.words, data
        assert "t.me" not in done.text
    assert await everything(world) == before
    await world.db.bot_profile.learn("polimisport_bot")
    for data in making:
        assert "https://t.me/polimisport_bot?start=" in (await browser.do(data)).text, data


async def test_a_person_is_called_as_telegram_calls_them_while_their_session_lasts(world: World, site: Site) -> None:
    browser = site.browser()
    await browser.post(f"/enter/{await world.db.web_links.make(FRIEND, LinkPurpose.PAGE, 'Marco <b>')}", {})
    await world.db.bot_profile.learn("polimisport_bot")
    assert "se dici di sì Marco <b> può prenotare" in (await browser.do("invite")).words
    [session] = [one for one in await world.db.web_sessions.of(FRIEND) if one.name]
    await world.db.web_sessions.end(FRIEND, session.id)
    assert [one.name for one in await world.db.web_sessions.of(FRIEND) if one.name] == []


async def test_what_no_button_carries_is_not_found(site: Site) -> None:
    browser = await site.entered()
    for data in ("nonsense", "home:1", "../../etc/passwd", "%2e%2e", "held:" + "9" * 40):
        assert (await browser.get(f"/do/{data}")).status == 404
    assert (await browser.do("nonsense")).status == 404


async def test_who_ends_the_session_they_are_in_is_still_told_so(world: World, site: Site) -> None:
    browser = await site.entered(FRIEND)
    session = max(await world.db.web_sessions.of(FRIEND), key=lambda each: each.id)
    page = await browser.do(f"leave_browser:{session.id}")
    assert "Uscito: lì non si entra più" in page.words
    assert (await browser.get("/")).status == 403


async def test_who_is_forgotten_in_the_browser_reads_what_went(world: World, site: Site) -> None:
    browser = await site.entered(FRIEND)
    page = await browser.do("forget")
    assert (page.status, page.path) == (200, "/do")
    assert "Fatto: ti ho dimenticato" in page.words
    assert "<form" not in page.text  # of a session that is no more
    assert (await browser.get("/")).status == 403
