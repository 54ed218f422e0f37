"""The picture of the week: a card a day in two columns, readable on a phone. What stands where is computed first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.pictures.canvas import DARK, LIGHT, Canvas, Theme, fit, font, text_width
from bot.screens.week import Standing, Week, WeekClass, WeekDay
from languages import _

WIDTH = 1080  # pixels; a phone shows it about 390 points wide
MARGIN, GAP, PAD = 28, 20, 18
CARD = (WIDTH - 2 * MARGIN - GAP) // 2
TIMES = 88  # the hours at the left of a class
LEAST_GROUP = 4  # a course with so many hours in a day is shown as hours, not as lines: the gym
PER_ROW = 3  # hours of such a group beside each other
CHIP, ROW, LINE, TITLE, PILL, GROUP = 48, 72, 30, 58, 40, 54  # heights
HEAD = 214


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that stands in the picture: its place, its words and how it is drawn."""

    kind: str  # card, title, group, row, chip, nothing
    left: int
    top: int
    width: int
    height: int
    words: tuple[str, ...] = ()
    standing: Standing | None = None
    one: WeekClass | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    height: int
    pieces: tuple[Piece, ...]


def week_picture(week: Week, *, dark: bool) -> bytes:
    """The week as a JPEG."""
    layout = lay_out(week)
    canvas = Canvas(WIDTH, layout.height, DARK if dark else LIGHT)
    _draw_head(canvas, week)
    for piece in layout.pieces:
        DRAW[piece.kind](canvas, piece)
    return canvas.jpeg()


# Where everything stands


def lay_out(week: Week) -> Layout:
    """The days in reading order, left and right in turn; the last goes where there is room."""
    bottoms = [HEAD, HEAD]
    pieces: list[Piece] = []
    for number, day in enumerate(week.days):
        column = bottoms.index(min(bottoms)) if number == len(week.days) - 1 else number % 2
        left, top = MARGIN + column * (CARD + GAP), bottoms[column]
        inner = list(_day(day, left, top, with_place=week.several_places))
        height = max(piece.top + piece.height for piece in inner) - top + PAD
        standing = Standing.MINE if day.is_today else None
        pieces += [Piece("card", left, top, CARD, height, standing=standing), *inner]
        bottoms[column] = top + height + GAP
    return Layout(max(bottoms) - GAP + MARGIN, tuple(pieces))


def _day(day: WeekDay, left: int, top: int, *, with_place: bool) -> Iterator[Piece]:
    title = Standing.MINE if day.is_today else None
    yield Piece("title", left + PAD, top + 8, CARD - 2 * PAD, TITLE, (day.title,), title)
    at = top + 8 + TITLE
    if not day.classes:
        yield Piece("nothing", left + PAD, at, CARD - 2 * PAD, LINE + 12, (day.nothing,))
        return
    often = Counter((one.name, one.place) for one in day.classes)
    single = [one for one in day.classes if often[one.name, one.place] < LEAST_GROUP]
    for one in single:
        row = _row(one, left, at, with_place=with_place)
        yield row
        at += row.height
    rest = [one for one in day.classes if one not in single]
    for (name, place), group in groupby(sorted(rest, key=_name), key=_name):
        for piece in _group(name, place if with_place else "", tuple(group), left, at):
            yield piece
            at = max(at, piece.top + piece.height)


def _name(one: WeekClass) -> tuple[str, str]:
    return one.name, one.place


def _row(one: WeekClass, left: int, top: int, *, with_place: bool) -> Piece:
    """A class: its hours, its name on two lines at most, its place, and the word about its places."""
    room = CARD - 2 * PAD - TIMES - _pill_width(one) - 12
    name = fit(one.name, font(27, bold=True), room, most_lines=2)
    below = fit(one.place, font(23), room) if with_place and one.place else []
    height = max(ROW, 18 + LINE * len(name) + 27 * len(below))
    return Piece("row", left + PAD, top, CARD - 2 * PAD, height, (*name, "", *below), one.standing, one)


def _pill_width(one: WeekClass) -> int:
    return max(52, round(text_width(one.word, font(24, bold=True))) + 26) if one.word else 0


def _group(name: str, place: str, group: Sequence[WeekClass], left: int, top: int) -> Iterator[Piece]:
    """A course with many hours: its name, and its hours beside each other."""
    title = f"{name}, {place}" if place else name
    others = [one for one in group if one.standing is not Standing.MINE]
    same = others[0] if others and {(one.standing, one.word) for one in others} == _opens_with(others[0]) else None
    room = CARD - 2 * PAD - (_pill_width(same) + 12 if same else 0)
    words = tuple(fit(title, font(27, bold=True), room))
    yield Piece("group", left + PAD, top, CARD - 2 * PAD, GROUP, words, same.standing if same else None, same)
    width = (CARD - 2 * PAD - (PER_ROW - 1) * 8) // PER_ROW
    for number, one in enumerate(group):
        x = left + PAD + number % PER_ROW * (width + 8)
        y = top + GROUP + number // PER_ROW * (CHIP + 8)
        yield Piece("chip", x, y, width, CHIP, (one.start, _short(one)), one.standing, one)


def _opens_with(one: WeekClass) -> set[tuple[Standing, str]]:
    """What all hours of a group are that opens together."""
    return {(Standing.LATER, one.word)}


def _short(one: WeekClass) -> str:
    """What an hour says besides its colour: how many places, `…` for what waits; a tick is drawn for one's own."""
    if one.standing is Standing.WAITS:
        return "…"
    return "0" if one.standing is Standing.FULL else one.word if one.word.isdigit() else ""


# How it is drawn


def _colours(theme: Theme, standing: Standing | None) -> tuple[str, str]:
    found = {
        Standing.MINE: theme.mine, Standing.WAITS: theme.waits, Standing.FREE: theme.free, Standing.FEW: theme.few,
        Standing.FULL: theme.full, Standing.LATER: theme.later,
    }  # fmt: skip
    return found[standing] if standing else (theme.card, theme.text)


def _draw_head(canvas: Canvas, week: Week) -> None:
    theme = canvas.theme
    canvas.text(MARGIN, 70, _("La tua settimana"), font(50, bold=True), theme.text)
    canvas.text(MARGIN, 116, week.title, font(30), theme.text)
    canvas.text(WIDTH - MARGIN, 116, week.read, font(26), theme.faint, right=True)
    at = MARGIN
    for word, told, standing in _legend():
        at = _draw_key(canvas, at, word, told, standing)


def _legend() -> list[tuple[str, str, Standing]]:
    return [
        ("9", _("posti"), Standing.FREE),
        ("2", _("ultimi posti"), Standing.FEW),
        ("0", _("piena"), Standing.FULL),
        ("", _("non ancora aperta"), Standing.LATER),
        (_("tua"), _("prenotata"), Standing.MINE),
    ]


def _draw_key(canvas: Canvas, left: int, word: str, told: str, standing: Standing) -> int:
    """One colour of the legend; returns where the next begins."""
    face, background = font(24), _colours(canvas.theme, standing)
    width = max(36, round(text_width(word, font(24, bold=True))) + 22)
    canvas.box(left, 146, width, 36, background[0], 10)
    canvas.text(left + width // 2, 173, word, font(24, bold=True), background[1], middle=True)
    canvas.text(left + width + 8, 173, told, face, canvas.theme.text)
    return left + width + 8 + round(text_width(told, face)) + 22


def _draw_card(canvas: Canvas, piece: Piece) -> None:
    canvas.box(piece.left, piece.top, piece.width, piece.height, canvas.theme.card, 22)


def _draw_title(canvas: Canvas, piece: Piece) -> None:
    colour = canvas.theme.text if piece.standing is None else _today_colour(canvas.theme)
    canvas.text(piece.left, piece.top + 42, piece.words[0], font(32, bold=True), colour)


def _today_colour(theme: Theme) -> str:
    return theme.mine[0]


def _draw_nothing(canvas: Canvas, piece: Piece) -> None:
    canvas.text(piece.left, piece.top + 26, piece.words[0], font(26), canvas.theme.faint)


def _draw_group(canvas: Canvas, piece: Piece) -> None:
    canvas.box(piece.left, piece.top + 2, piece.width, 2, canvas.theme.line)
    canvas.text(piece.left, piece.top + 37, piece.words[0], font(27, bold=True), canvas.theme.text)
    if piece.one:
        _draw_pill(canvas, piece, piece.one, _colours(canvas.theme, piece.standing))


def _draw_row(canvas: Canvas, piece: Piece) -> None:
    theme, one = canvas.theme, piece.one
    if one is None:
        return
    is_mine = piece.standing is Standing.MINE
    background, words = _colours(theme, piece.standing)
    text, faint = (words, words) if is_mine else (theme.text, theme.faint)
    if is_mine:
        canvas.box(piece.left - 10, piece.top + 3, piece.width + 20, piece.height - 6, background, 14)
    else:
        canvas.box(piece.left, piece.top + 2, piece.width, 2, theme.line)
    name, below = piece.words[: piece.words.index("")], piece.words[piece.words.index("") + 1 :]
    at = piece.top + 36
    canvas.text(piece.left, at, one.start, font(28, bold=True), text)
    canvas.text(piece.left, at + 27, one.end, font(22), faint)
    for line in name:
        canvas.text(piece.left + TIMES, at, line, font(27, bold=True), text)
        at += LINE
    for line in below:
        canvas.text(piece.left + TIMES, at - 2, line, font(23), faint)
    _draw_pill(canvas, piece, one, (words, background) if is_mine else (background, words))


def _draw_pill(canvas: Canvas, piece: Piece, one: WeekClass, colours: tuple[str, str]) -> None:
    width = _pill_width(one)
    if not width:
        return
    left, top = piece.left + piece.width - width, piece.top + (piece.height - PILL) // 2
    canvas.box(left, top, width, PILL, colours[0], PILL // 2)
    canvas.text(left + width // 2, top + 29, one.word, font(24, bold=True), colours[1], middle=True)


def _draw_chip(canvas: Canvas, piece: Piece) -> None:
    background, words = _colours(canvas.theme, piece.standing)
    canvas.box(piece.left, piece.top, piece.width, piece.height, background, 12)
    start, places = piece.words
    if piece.standing is Standing.MINE:
        canvas.text(piece.left + 14, piece.top + 33, start, font(25, bold=True), words)
        canvas.tick(piece.left + piece.width - 42, piece.top + 11, 26, words)
    elif not places:
        canvas.text(piece.left + piece.width // 2, piece.top + 33, start, font(25), words, middle=True)
    else:
        canvas.text(piece.left + 10, piece.top + 33, start, font(25), words)
        canvas.text(piece.left + piece.width - 10, piece.top + 33, places, font(25, bold=True), words, right=True)


DRAW = {
    "card": _draw_card, "title": _draw_title, "nothing": _draw_nothing, "group": _draw_group, "row": _draw_row,
    "chip": _draw_chip,
}  # fmt: skip
