"""The week as a picture: what stands where, read as data; a few of its pixels; and how one comes to it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageColor

from bot.pictures.canvas import DARK, LIGHT, Theme, fit, font, text_width
from bot.pictures.week import WIDTH, Piece, lay_out, week_picture
from bot.screens.week import LONGEST_CAPTION, Standing, Week, WeekClass, WeekDay, week_page
from domain.model import Booking, stamp
from domain.preferences import Preferences, QuietHours
from languages import Language, speaking
from tests.support import chats
from tests.support.chats import MINE, TUESDAY, World, tapped

MONDAY = date(2026, 11, 23)
LONG = "PREPARAZIONE ATLETICA E GINNASTICA POSTURALE AVANZATA PLUS 2"  # 60 characters
YOGA = WeekClass("18:00", "18:55", "YOGA", "Giuriati", Standing.FREE, "7", "7 posti")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


def week(*days: tuple[WeekClass, ...]) -> Week:
    """A week with these classes from Monday on, and nothing on its other days."""
    seven = [*days, *[()] * (7 - len(days))]
    return Week("23-29", "", tuple(_day(each, classes) for each, classes in enumerate(seven)))


def _day(number: int, classes: tuple[WeekClass, ...]) -> WeekDay:
    day = MONDAY + timedelta(days=number)
    return WeekDay(day, f"{day:%d/%m}", number == 0, classes, "Nessun orario")


def busy() -> Week:
    """Sixty classes, three of them at each hour, of every standing, with long names, in two places."""
    kinds = list(Standing)
    classes = [
        WeekClass(
            f"{17 + n // 21}:00",
            f"{18 + n // 21}:00",
            f"{LONG[: 8 + n % 53]} {n}",
            ("Giuriati", "Lecco")[n % 2],
            kinds[n % len(kinds)],
            ("7", "piena", "apre mer")[n % 3],
            "",
        )
        for n in range(60)
    ]
    return week(*(tuple(classes[day::7]) for day in range(7)))


def pieces_of(kind: str, shown: Week) -> list[Piece]:
    return [piece for piece in lay_out(shown).pieces if piece.kind == kind]


def overlap(one: Piece, other: Piece) -> bool:
    across = one.left < other.left + other.width and other.left < one.left + one.width
    return across and one.top < other.top + other.height and other.top < one.top + one.height


def test_of_sixty_classes_none_lies_on_another_or_outside() -> None:
    layout = lay_out(busy())
    inside = [piece for piece in layout.pieces if piece.kind != "card"]
    assert sum(piece.kind == "row" for piece in inside) == 60
    assert not [pair for pair in combinations(inside, 2) if overlap(*pair)]
    assert not [pair for pair in combinations(pieces_of("card", busy()), 2) if overlap(*pair)]
    assert all(piece.left >= 0 and piece.left + piece.width <= WIDTH for piece in inside)
    assert all(piece.top + piece.height <= layout.height for piece in inside)


def test_a_long_name_takes_two_lines_and_ends_with_an_ellipsis() -> None:
    [row] = pieces_of("row", week((replace(YOGA, name=LONG, word="apre mer"),)))
    first, second, *_ = row.words
    assert second.endswith("…")
    assert LONG.startswith(f"{first} {second.removesuffix('…')}")
    assert all(text_width(line, font(27, bold=True)) < row.width - 88 for line in (first, second))
    assert fit("Q" * 60, font(27, bold=True), 200, most_lines=2)[1].endswith("…")


def test_the_gyms_hours_stand_beside_each_other_with_their_number_of_places() -> None:
    hours = tuple(replace(YOGA, name="Fit Center", start=f"{7 + n:02d}:00", word=str(n)) for n in range(8))
    full = replace(hours[0], standing=Standing.FULL, word="piena")
    chips = pieces_of("chip", week((full, *hours[1:])))
    assert len({chip.top for chip in chips}) == 3
    assert chips[0].words == ("07:00", "0")
    assert chips[7].words == ("14:00", "7")


def test_a_week_without_classes_has_seven_days_that_say_so() -> None:
    assert [piece.words for piece in pieces_of("nothing", week())] == [("Nessun orario",)] * 7


def test_a_class_says_where_it_is_once_there_are_several_places() -> None:
    [alone] = pieces_of("row", week((YOGA,)))
    [here, there] = pieces_of("row", week((YOGA, replace(YOGA, place="Lecco"))))
    assert "Giuriati" not in alone.words
    assert here.words[-1] == "Giuriati"
    assert there.words[-1] == "Lecco"


@pytest.mark.parametrize(("dark", "theme"), [(False, LIGHT), (True, DARK)])
def test_ones_own_class_stands_out_in_both_looks(dark: bool, theme: Theme) -> None:
    mine = week((replace(YOGA, standing=Standing.MINE, word="tua"),))
    [row] = pieces_of("row", mine)
    picture = Image.open(io.BytesIO(week_picture(mine, dark=dark)))
    assert picture.width == WIDTH
    at_its_edge, on_the_paper = (row.left - 2, row.top + row.height // 2), (4, 4)
    assert near(picture, at_its_edge, theme.mine[0])
    assert near(picture, on_the_paper, theme.paper)


def near(picture: Image.Image, place: tuple[int, int], colour: str) -> bool:
    """Whether a pixel has that colour, as far as a JPEG keeps it."""
    seen, meant = picture.getpixel(place), ImageColor.getrgb(colour)
    assert isinstance(seen, tuple)
    return all(abs(one - other) < 8 for one, other in zip(seen, meant, strict=True))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_word_can_be_read_on_its_colour(theme: Theme) -> None:
    on_grounds = [theme.mine, theme.waits, theme.free, theme.few, theme.full, theme.later]
    on_card = [(theme.card, colour) for colour in (theme.text, theme.faint, theme.mine[0])]
    pairs = [*on_grounds, *on_card, (theme.paper, theme.text), (theme.paper, theme.faint)]
    assert min(contrast(*pair) for pair in pairs) >= 4.5


def contrast(one: str, other: str) -> float:
    """As WCAG 2 computes it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [part / 255 for part in ImageColor.getrgb(colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_caption_says_every_class_or_what_each_day_comes_to() -> None:
    few = week_page(week((YOGA,)), dark=False, mondays=False).text
    many = week_page(busy(), dark=False, mondays=False).text
    assert "18:00 YOGA · 7 posti" in few
    assert "<b>23/11</b>: 9 orari" in many
    assert len(many) < LONGEST_CAPTION + 200


def test_the_picture_speaks_the_readers_language() -> None:
    with speaking(Language.ENGLISH):
        page = week_page(week((YOGA,)), dark=True, mondays=True)
    assert page.text.startswith("<b>Your week</b>")
    assert [button.label for row in page.rows for button in row][:2] == ["⬜ Light", "📬 On Mondays: yes"]


async def test_one_comes_to_it_from_the_timetable_and_turns_it_dark(world: World) -> None:
    await world.hold(MINE)
    await chats.menu(world.owner)
    await tapped(world.owner, "Orari Corsi", "Orari dei corsi")

    told = await tapped(world.owner, "La settimana", "La tua settimana")
    assert told.photo
    light = Image.open(io.BytesIO(told.photo))
    assert "✅ PILATES MATWORK 18:00" in told.text or "PILATES MATWORK · già tua" in told.text

    again = await tapped(world.owner, "⬛ Scura", "La tua settimana")
    assert again.photo
    dark = Image.open(io.BytesIO(again.photo))
    assert near(light, (4, 4), LIGHT.paper)
    assert near(dark, (4, 4), DARK.paper)

    await tapped(world.owner, "📬 Anche ogni lunedì?", "Ogni lunedì alle 7:30")
    page = await tapped(world.owner, "sì, alle 7:30", "Impostazioni")
    assert "🖼 Immagini: ⬛ scure" in page.text
    assert "📬 La settimana, il lunedì: sì, alle 7:30" in page.text
    prefers = await world.db.preferences.find(chats.OWNER)
    assert (prefers.dark, prefers.mondays) == (True, True)


@pytest.mark.parametrize("quiet", [None, QuietHours(time(23), time(8))])
async def test_on_monday_morning_it_comes_by_itself_and_in_quiet_hours_without_a_sound(
    world: World, quiet: QuietHours | None
) -> None:
    monday = chats.TODAY + timedelta(days=1)
    await world.db.preferences.set(chats.OWNER, Preferences(mondays=True, quiet=quiet))
    await world.stop()
    world.clock.now += timedelta(hours=19, minutes=30)
    assert await world.db.week_pictures.send(monday) == [chats.OWNER]
    assert await world.db.week_pictures.send(monday) == []
    await world.db.connection.write("UPDATE notices SET created_at = :now", {"now": stamp(world.clock())})
    world.start()
    told = await world.owner.wait_for(lambda message: "La tua settimana" in message.text)
    assert told.photo
    assert told.silent == (quiet is not None)


async def test_a_booking_that_the_timetable_does_not_have_is_in_the_week(world: World) -> None:
    await world.hold(Booking("ARRAMPICATA", "Lecco", TUESDAY, time(19, 30), 90))
    await chats.menu(world.owner)
    await tapped(world.owner, "Orari Corsi", "Orari dei corsi")
    told = await tapped(world.owner, "La settimana", "La tua settimana")
    assert "✅ ARRAMPICATA 19:30" in told.text or "19:30 ARRAMPICATA · già tua" in told.text
