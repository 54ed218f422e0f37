"""What a screen is: a text in Telegram's HTML and rows of buttons. And the parts every screen is made of."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Generic, TypeVar

from bot.screens.callbacks import Call, Verb, pack
from languages import Later, _

LONGEST_NAME = 120  # characters of one thing from outside; the site's own are far shorter
LONGEST_LABEL = 60  # characters on a button; more would not show on a phone anyway
PER_PAGE = 8  # lines of a list: fits a phone without scrolling
MOST_ON_ONE = 10  # lines of a list that needs no second page

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+")
"""Characters that show nothing of their own, but turn a line around or hide a part of it; joiners of emoji stay."""

Item = TypeVar("Item")
Words = str | Later
"""A sentence, or one that is yet to be said in its reader's language."""


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    data: str

    def marked(self, mark: str) -> Button:
        """With a sign before it that says what it does, unless it has one."""
        return (
            self if not self.label[:1].isalnum() else replace(self, label=clip(f"{mark} {self.label}", LONGEST_LABEL))
        )


ButtonRow = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A screen. `text` is HTML, with everything from outside escaped."""

    text: str
    rows: tuple[ButtonRow, ...] = ()
    card_of: int | None = None  # the action whose card the message becomes that shows this
    living: Call | None = None  # what makes it anew when the timetable was read: it is edited then, while it is shown
    opens_at: datetime | None = None  # what it is about waits for that opening: where a page can, it counts down
    waits: bool = False  # it says that the timetable is being read


@dataclass(frozen=True, slots=True)
class File:
    """A document or a picture that is sent with a page."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A page that is sent as a new message, with a document or a picture when it has one."""

    page: Page
    document: File | None = None
    picture: Path | File | None = None
    silent: bool = False  # it comes with one that rings


@dataclass(frozen=True, slots=True)
class Chunk(Generic[Item]):
    """One page of a long list."""

    items: Sequence[Item]
    number: int
    pages: int

    @property
    def caption(self) -> str:
        """The line with the number of the page; empty when there is only one page."""
        if self.pages <= 1:
            return ""
        return "\n\n" + _("<i>Pagina {number} di {pages}</i>", number=self.number + 1, pages=self.pages)

    def turns(self, verb: Verb, *values: int | date) -> tuple[ButtonRow, ...]:
        """The row of buttons that turns the page; the page's number goes last into the button."""
        row = []
        if self.number > 0:
            row.append(button(_("‹ Precedenti"), verb, *values, self.number - 1))
        if self.number < self.pages - 1:
            row.append(button(_("Altri ›"), verb, *values, self.number + 1))
        return (tuple(row),) if row else ()


def page_size(count: int) -> int:
    """How many lines of a list of that many go on a page: a few more than usual, or pages of about one length."""
    return count if count <= MOST_ON_ONE else -(-count // -(-count // PER_PAGE))


def chunk(items: Sequence[Item], number: int) -> Chunk[Item]:
    """That page of the list; the last page when the list has become shorter since the button was made."""
    size = max(1, page_size(len(items)))
    pages = max(1, -(-len(items) // size))
    number = min(number, pages - 1)
    return Chunk(items[number * size : (number + 1) * size], number, pages)


def safe(text: str) -> str:
    """Something from outside, fit for a page: no markup, one line, not endless."""
    return html.escape(clip(text, LONGEST_NAME), quote=False)


def in_quotes(words: str) -> str:
    """What somebody else said, in quotation marks and without its own full stop: the sentence around it has one."""
    return _("«{words}»", words=safe(words).rstrip().rstrip("."))


def clip(text: str, most: int) -> str:
    """On one line and at most that long, an ellipsis showing where it was cut, and without what turns a line around.

    Everything from outside that is shown passes here: in a text through `safe`, on a button through `button`.
    """
    if text.isprintable() and "  " not in text:  # as nearly all are, and nothing unseen is
        line = text.strip()
    else:
        line = " ".join(UNSEEN.sub("", " ".join(text.split())).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def button(label: Words, verb: Verb, *values: int | date, fresh: bool = False) -> Button:
    return Button(clip(str(label), LONGEST_LABEL), pack(verb, *values, fresh=fresh))


def home_button(*, fresh: bool = False) -> Button:
    return button(_("🏠 Menu"), Verb.HOME, fresh=fresh)


def back_row(verb: Verb, *values: int | date, on_card: bool = False) -> ButtonRow:
    """The last row of every screen: one step back, and home. `on_card`: the message must stay, home opens another."""
    return (button(_("‹ Indietro"), verb, *values), home_button(fresh=on_card))


@dataclass(slots=True)
class Lines:
    """Builds a text out of blocks, leaving out the empty ones; an empty line between blocks."""

    blocks: list[str] = field(default_factory=list)

    def add(self, *lines: Words) -> Lines:
        block = "\n".join(said for line in lines if (said := str(line)))
        if block:
            self.blocks.append(block)
        return self

    def __str__(self) -> str:
        return "\n\n".join(self.blocks)
