"""The picture of a person's numbers: the months' rhythm, what was had, given back and lost, and a bar per course."""

from __future__ import annotations

from bot.pictures.canvas import DARK, LIGHT, Canvas, Theme, fit, font
from bot.screens.history import duration
from bot.screens.when import month_name
from domain.history import CourseNumbers, Numbers
from languages import _, n_

WIDTH = 1080  # pixels; a phone shows it about 390 points wide
MARGIN, GAP, PAD = 28, 20, 28
INNER = WIDTH - 2 * MARGIN
HEAD, TILES, MONTHS, COURSE = 100, 150, 360, 104  # heights
BARS = 200  # the highest of the months
MOST_COURSES = 8
WORDS = 420  # beside the bars


def statistics_picture(numbers: Numbers, *, dark: bool = False) -> bytes:
    """The numbers as a JPEG."""
    courses = numbers.courses[:MOST_COURSES]
    height = HEAD + TILES + GAP + MONTHS + (GAP + PAD + len(courses) * COURSE if courses else 0) + MARGIN
    canvas = Canvas(WIDTH, height, DARK if dark else LIGHT)
    canvas.text(MARGIN + 4, 66, _("I tuoi numeri"), font(46, bold=True), canvas.theme.text)
    _tiles(canvas, numbers, HEAD)
    _months(canvas, numbers, HEAD + TILES + GAP)
    if courses:
        _courses(canvas, courses, HEAD + TILES + GAP + MONTHS + GAP)
    return canvas.jpeg()


def _tiles(canvas: Canvas, numbers: Numbers, top: int) -> None:
    theme = canvas.theme
    told = [
        (str(numbers.had), _("avute"), theme.free),
        (str(numbers.ahead), _("in arrivo"), theme.mine),
        (f"{numbers.in_time}/{numbers.given_back}" if numbers.given_back else "0", _("rese in tempo"), theme.few),
        (str(numbers.lost), _("mai prese"), theme.full),
    ]
    width = (INNER - GAP * (len(told) - 1)) // len(told)
    for number, (figure, word, (paper, ink)) in enumerate(told):
        left = MARGIN + number * (width + GAP)
        canvas.box(left, top, width, TILES, paper, 22)
        canvas.text(left + width // 2, top + 78, figure, font(58, bold=True), ink, middle=True)
        canvas.text(left + width // 2, top + 122, word, font(28), ink, middle=True)


def _months(canvas: Canvas, numbers: Numbers, top: int) -> None:
    """A bar a month, the last twelve; its number above it."""
    theme, most = canvas.theme, max(had for _month, had in numbers.months) or 1
    canvas.box(MARGIN, top, INNER, MONTHS, theme.card, 22)
    canvas.text(MARGIN + PAD, top + 50, _("Lezioni al mese"), font(30, bold=True), theme.text)
    step = (INNER - 2 * PAD) / len(numbers.months)
    base = top + MONTHS - 62
    if not numbers.had:
        words = _("Le prossime si contano qui.")
        canvas.text(MARGIN + INNER // 2, top + MONTHS // 2, words, font(30), theme.faint, middle=True)
    for place, (month, had) in enumerate(numbers.months):
        middle = round(MARGIN + PAD + step * (place + 0.5))
        height = max(6, round(BARS * had / most)) if had else 4
        canvas.box(middle - 26, base - height, 52, height, theme.mine[0] if had else theme.line, 10 if had else 0)
        canvas.text(middle, base - height - 10, str(had) if had else "", font(24, bold=True), theme.text, middle=True)
        canvas.text(middle, base + 36, month_name(month.month)[:3], font(24), theme.faint, middle=True)


def _courses(canvas: Canvas, courses: tuple[CourseNumbers, ...], top: int) -> None:
    canvas.box(MARGIN, top, INNER, PAD + len(courses) * COURSE, canvas.theme.card, 22)
    most = max(course.had + _never_got(course) for course in courses) or 1  # all that was won may be ahead
    for place, course in enumerate(courses):
        _course(canvas, course, most, top + PAD // 2 + place * COURSE)


def _course(canvas: Canvas, course: CourseNumbers, most: int, top: int) -> None:
    """Its name, how fast it was had, how often it was had and never got, and how often it was won at its opening."""
    theme, left, width = canvas.theme, MARGIN + PAD, INNER - 2 * PAD
    fast = "" if course.median_ms is None else _("di solito in {time}", time=duration(max(0.0, course.median_ms)))
    [name] = fit(course.course, font(30, bold=True), width - 320) or [""]
    canvas.text(left, top + 44, name, font(30, bold=True), theme.text)
    canvas.text(left + width, top + 44, fast, font(28), theme.faint, right=True)
    unit = (width - WORDS) / most
    had, lost = round(unit * course.had), round(unit * _never_got(course))
    canvas.box(left, top + 60, max(had, 4), 22, _colour(theme, won=True) if had else theme.line, 8)
    if lost:
        canvas.box(left + had + 6, top + 60, lost, 22, _colour(theme, won=False), 8)
    raced = _("{won} su {raced} all'apertura", won=course.won, raced=course.raced) if course.raced else ""
    had_words = n_("{n} avuta", "{n} avute", course.had) if course.had else ""
    words = ", ".join(each for each in (had_words, raced) if each)
    canvas.text(left + width, top + 80, words, font(24), theme.faint, right=True)


def _never_got(course: CourseNumbers) -> int:
    """How many were lost at their opening for good."""
    return course.raced - course.won - course.later


def _colour(theme: Theme, *, won: bool) -> str:
    return theme.free[1] if won else theme.full[1]
