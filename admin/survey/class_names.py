"""Which class names of the site's pages may leave the house as they are: a maintainer needs them. Used by bundle.py.

A class on several elements is the page's markup; but it may name a teacher on each of their classes. So a word of it
stays only if nothing that a person could be named by has it: no text, no attribute, no string of a script or of JSON.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

from admin.survey.cleaning import PIECES, plain, vocabulary
from safety.untrusted import tame_html

SEVERAL = 3  # elements of one page
MOST_HTML = 1_000_000  # characters of a page that are looked at
MOST_NAMES = 200  # of a page
TOKEN = re.compile(r"[A-Za-z_-]{2,30}")
LONGEST_PIECE = 20  # letters of one word in it
SHARED = 4  # letters in a row that a word and a person's have in common, where one is a part of the other
WORD = re.compile(r"[^\W_]+")
STRING = re.compile(r"[\"']([^\"'<>.#_-]{2,60})[\"']")
OF_MARKUP = re.compile(r"class|id|style|role|type|on.*")


def markup_words(pages: Iterable[str], data: Iterable[Any]) -> frozenset[str]:
    """The words, as `plain` gives them, of class names that say nothing of anybody; `data` is JSON, read."""
    names: set[str] = set()
    said: set[str] = {word for value in data for text in _strings(value) for word in _words(text)}
    for page in pages:
        reader = _Reader()
        reader.feed(tame_html(page[:MOST_HTML]))
        reader.close()
        several = [name for name, count in reader.classes.most_common(MOST_NAMES) if count >= SEVERAL]
        names |= {name for name in several if TOKEN.fullmatch(name)}
        said |= reader.words()
    said -= vocabulary()
    everything = "\n".join(said)
    pieces = {plain(piece) for name in names for piece in PIECES.findall(name) if piece.isalpha()}
    return frozenset(each for each in pieces if not _is_said(each, said, everything))


def _is_said(piece: str, said: set[str], everything: str) -> bool:
    """Whether a text has it: as a word, as part of one, or a word of it as part of this."""
    if piece in said or len(piece) > LONGEST_PIECE or (len(piece) >= SHARED and piece in everything):
        return True
    ends = range(SHARED, len(piece) + 1)
    return any(piece[begin:end] in said for end in ends for begin in range(end - SHARED + 1))


def _words(text: str) -> Iterator[str]:
    return map(plain, WORD.findall(text))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from map(str, value)
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, str):
        yield value


class _Reader(HTMLParser):
    """Counts the classes of a page, and gathers what it says in other places."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.classes: Counter[str] = Counter()
        self._said: list[str] = []
        self._texts: list[str] = []
        self._is_script = False

    def words(self) -> set[str]:
        """Of each text, and of texts that stand side by side: a name may be cut in pieces by tags."""
        return {word for text in (*self._said, *self._texts, "".join(self._texts)) for word in _words(text)}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_script = tag in ("script", "style")
        for name, value in attrs:
            if name == "class":
                self.classes.update(set((value or "").split()))
            elif not OF_MARKUP.fullmatch(name):
                self._said += [name, value or ""]

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False

    def handle_data(self, data: str) -> None:
        if self._is_script:
            self._said += STRING.findall(data)
        else:
            self._texts.append(data)
