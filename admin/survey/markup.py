"""A page of the site as it may leave the house: its structure, its words and addresses as cleaning.py makes them.

Parsed as a stream. Nothing is copied: each tag, attribute and text is written anew, and only if it is of a known kind.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

from admin.survey.cleaning import Cleaner
from portal.evidence.sanitizer import EMPTY, PERSON, SILENT
from safety.untrusted import tame_html

MOST_HTML = 1_000_000  # characters of a page that are kept
KNOWN = """html head body title main header footer nav section article aside div span p a ul ol li dl dt dd h1 h2 h3 h4
h5 h6 table thead tbody tfoot tr td th caption form fieldset legend label input button select option textarea b i em
strong small sup sub br hr img details summary dialog script style template noscript iframe"""
TAGS = frozenset(KNOWN.split())
NAMES = frozenset(("id", "class", "name", "for", "role", "type", "method"))
TEXTS = frozenset(("title", "placeholder", "alt", "aria-label"))
ADDRESSES = frozenset(("href", "action", "formaction"))
FLAGS = frozenset(("hidden", "disabled", "readonly"))
BUTTONS = frozenset(("submit", "button", "reset"))
OF_PERSON = re.compile(r"description2|instructor|trainer|teacher|docente|istruttor", re.IGNORECASE)
UNSEEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
DATA = re.compile(r"[+-]?\d{1,2}|\d{4}-\d\d-\d\d|[a-zA-Z-]{1,30}")


def cleaned(html: str, cleaner: Cleaner) -> str:
    """The page without anything that is somebody's."""
    reader = _Reader(cleaner)
    reader.feed(tame_html(html[:MOST_HTML]))
    reader.close()
    return reader.page()


def people_in(html: str) -> list[str]:
    """What a page says where it names who is logged in, or who teaches."""
    reader = _Names()
    reader.feed(tame_html(html[:MOST_HTML]))
    reader.close()
    return reader.names


class _Within(HTMLParser):
    """Knows whether what it reads stands inside an element that is about a person."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, str]] = []  # tag, and whose: "", "user" or "teacher"
        self.whose = ""

    def enter(self, tag: str, values: dict[str, str]) -> None:
        if tag in EMPTY:
            return
        named = f"{values.get('class', '')} {values.get('id', '')}"
        whose = "user" if PERSON.search(named) else "teacher" if OF_PERSON.search(named) else ""
        self._open.append((tag, self.whose))
        self.whose = self.whose or whose

    def leave(self, tag: str) -> None:
        if not any(each == tag for each, _ in self._open):
            return
        while self._open:
            opened, self.whose = self._open.pop()
            if opened == tag:
                return


class _Names(_Within):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.enter(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        self.leave(tag)

    def handle_data(self, data: str) -> None:
        text = data.strip()
        if self.whose == "user" or (self.whose and text.lower().startswith("con ")):
            self.names.append(re.sub(r"^con\s+", "", text, flags=re.IGNORECASE))


class _Reader(_Within):
    """Writes the page anew. Texts are collected and cleaned together at the end: a number may be split over tags."""

    def __init__(self, cleaner: Cleaner) -> None:
        super().__init__()
        self._cleaner = cleaner
        self._kept: list[str | int] = []  # markup, or the number of a text
        self._texts: list[str] = []
        self._persons: set[int] = set()
        self._silent, self._depth = "", 0

    def page(self) -> str:
        plain = [text if number not in self._persons else "" for number, text in enumerate(self._texts)]
        made = self._cleaner.texts(plain)
        for number in self._persons:
            made[number] = self._cleaner.text(self._texts[number], of_person=True)
        return "".join(each if isinstance(each, str) else escape(made[each], quote=False) for each in self._kept)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            self._depth += tag == self._silent
            return
        values = {name: value or "" for name, value in attrs}
        if tag in ("link", "meta", "base", "svg", "object", "embed", "picture", "video", "audio", "canvas", "map"):
            self._silent, self._depth = ("", 0) if tag in EMPTY else (tag, 1)
            return
        self.enter(tag, values)
        name = tag if tag in TAGS else "span"
        self._kept.append(f"<{name}{''.join(self._attribute(tag, each, values) for each in values)}>")
        if tag in SILENT or tag == "iframe" or (tag == "option" and "selected" in values):
            self._silent, self._depth = tag, 1

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._depth -= tag == self._silent
            if self._depth:
                return
            self._silent = ""
            if tag not in TAGS:
                return
        self.leave(tag)
        self._kept.append(f"</{tag if tag in TAGS else 'span'}>")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self.whose:
            self._persons.add(len(self._texts))
        self._kept.append(len(self._texts))
        self._texts.append(data)

    def _attribute(self, tag: str, name: str, values: dict[str, str]) -> str:
        value = values[name]
        if name in FLAGS:
            return f" {name}"
        if name == "style":
            return ' style="display:none"' if UNSEEN.search(value) else ""
        if name in NAMES:
            made = " ".join(map(self._cleaner.markup_name, value.split()))
        elif name in TEXTS or (name == "value" and tag in ("input", "button") and values.get("type") in BUTTONS):
            made = self._cleaner.text(value, of_person=bool(self.whose))
        elif name in ADDRESSES:
            made = address(value, self._cleaner)
        elif re.fullmatch(r"data-[a-z-]{1,40}", name):
            name, made = self._cleaner.identifier(name), self._data(value)
        else:
            return ""
        return f' {name}="{escape(made)}"'

    def _data(self, value: str) -> str:
        if (known := self._cleaner.known_id(value)) is not None:
            return known
        return self._cleaner.text(value) if DATA.fullmatch(value) else ""


def address(value: str, cleaner: Cleaner) -> str:
    """Where it leads, word by word; of a query its names, and those of its values that are words of the site."""
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("", "http", "https"):
        return "#"
    path = cleaner.identifier_path(re.sub(r";[^/]*", "", parts.path))
    asked = parse_qsl(parts.query, keep_blank_values=True)
    query = "&".join(f"{cleaner.identifier(name)}={_of_query(each, cleaner)}" for name, each in asked)
    host = "//elsewhere" if parts.netloc else ""
    return host + path + (f"?{query}" if query else "") + ("#" if value.strip().startswith("#") else "")


def _of_query(value: str, cleaner: Cleaner) -> str:
    if (known := cleaner.known_id(value)) is not None:
        return known
    return cleaner.identifier(value) if re.fullmatch(r"[A-Za-z]{1,30}", value) else ""
