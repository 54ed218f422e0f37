"""A text in Telegram's HTML, as safe HTML of a page: tags that no screen of ours makes are left out."""

from __future__ import annotations

from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import urlsplit

from markupsafe import Markup, escape

KEPT = 4096  # sentences: pages say the same ones again and again
PLAIN = {
    "b": "strong", "strong": "strong", "i": "em", "em": "em", "u": "u", "ins": "u", "s": "s", "del": "s",
    "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
"""Telegram's tags that need no attribute, and the tag that a page has for each."""


@lru_cache(maxsize=KEPT)
def safe_html(text: str) -> Markup:
    """The text with its line breaks, its emphasis and its links to the web; every tag that is opened is closed."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[tuple[str, str]] = []  # the tag as it was written, and as it is shown

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        shown = PLAIN.get(tag)
        if shown:
            self._begin(tag, shown, f"<{shown}>")
        elif tag == "a" and (address := _web_address(dict(attrs).get("href"))):
            self._begin(tag, "a", f'<a href="{escape(address)}" rel="noreferrer noopener">')

    def _begin(self, tag: str, shown: str, written: str) -> None:
        self._open.append((tag, shown))
        self._parts.append(written)

    def handle_endtag(self, tag: str) -> None:
        if tag in (written for written, _ in self._open):
            while self._end_innermost() != tag:
                pass

    def _end_innermost(self) -> str:
        tag, shown = self._open.pop()
        self._parts.append(f"</{shown}>")
        return tag

    def handle_data(self, data: str) -> None:
        self._parts.append("<br>".join(str(escape(line)) for line in data.split("\n")))

    def page(self) -> Markup:
        """What was read, whole."""
        while self._open:
            self._end_innermost()
        return Markup("".join(self._parts))  # noqa: S704 - every part is a tag of ours, or escaped


def _web_address(address: str | None) -> str | None:
    """The address when it leads to the web; a page follows no other."""
    try:
        scheme = urlsplit(address or "").scheme
    except ValueError:
        return None
    return address if scheme in ("http", "https") else None
