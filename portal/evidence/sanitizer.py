"""A page of the site as evidence: its markup and its words, without anything that was typed, stored or computed.

Parsed as a stream, in time in proportion to the page and without a tree, however deep its tags are nested.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from safety.untrusted import tame_html

MOST_HTML = 2_000_000  # characters of a page that are kept
CUT_EDGE = 1000  # characters before a cut that may be half of a secret

KEPT = frozenset(("id", "class", "type", "name", "role", "for", "method", "title", "placeholder", "alt", "aria-label"))
ADDRESSES = frozenset(("href", "src", "action", "formaction"))
SILENT = frozenset(("script", "style", "textarea", "template", "noscript"))  # nothing in them is kept
EMPTY = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)  # tags that hold nothing, and are never ended
NAMED = re.compile(r"data-[a-z-]{1,40}|value|checked|selected|hidden|disabled|readonly")  # without what they hold
PERSON = re.compile(r"user-?name|user-?menu|profile|welcome|benvenut", re.IGNORECASE)


def sanitized(html: str) -> str:
    """The page as it may be kept once its secrets are blotted.

    Attributes are known ones only: no value, no data, no style, no script; addresses without query. Comments, scripts,
    what stands in text areas and what is chosen in a list are left out.
    """
    reader = _Reader()
    reader.feed(tame_html(html[:MOST_HTML]))
    reader.close()
    kept = "".join(reader.kept)
    return kept if len(html) <= MOST_HTML else kept[:-CUT_EDGE]


def bare_address(address: str) -> str:
    """An address without what it carries: only where it leads."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("", "http", "https"):
        return f"{parts.scheme[:20]}:"
    host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
    return host + re.sub(r";[^/]*", "", parts.path)  # ";jsessionid=..." is one more way to carry something


class _Reader(HTMLParser):
    """Writes down what may be kept, as it is read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self._silent = ""  # the tag nothing is kept of until it ends
        self._depth = 0  # of tags of that name within each other
        self._chosen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            self._depth += tag == self._silent
            return
        values = {name: value or "" for name, value in attrs}
        self.kept.append(f"<{tag}{''.join(map(_attribute, values, values.values()))}>")
        self._chosen = tag == "option" and "selected" in values
        named = f"{values.get('class', '')} {values.get('id', '')}"
        if tag in SILENT or (tag not in EMPTY and PERSON.search(named)):
            self._silent, self._depth = tag, 1

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._depth -= tag == self._silent
            if self._depth:
                return
        self._silent, self._chosen = "", False
        self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._silent and not self._chosen:
            self.kept.append(escape(data, quote=False))


def _attribute(name: str, value: str) -> str:
    if name in KEPT:
        return f' {name}="{escape(value)}"'
    if name in ADDRESSES:
        return f' {name}="{escape(bare_address(value))}"'
    return f" {name}" if NAMED.fullmatch(name) else ""
