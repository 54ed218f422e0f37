"""parse_mode=HTML: Telegram's small HTML into text and entities, refusing what Telegram refuses, in its words."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from demo.telegram.entities import Formatted, TextBuilder, parse_failure

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
REFERENCE = re.compile(r"&(?:#(?:x[0-9a-fA-F]{1,6}|[0-9]{1,7})|lt|gt|amp|quot);?")
ATTRIBUTE = re.compile(r"""\s*([a-zA-Z0-9._-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
URL = re.compile(r"^(?:[a-z][a-z0-9+.-]*:(?://)?)?[^\s]+\.[^\s]+$|^(?:https?|tg|ton|tonsite|mailto|tel):\S+$", re.I)


@dataclass(slots=True)
class OpenTag:
    name: str
    offset: int
    attributes: dict[str, str] = field(default_factory=dict)


def parse_html(source: str) -> Formatted:
    """Text and entities. Raises ApiError "can't parse entities: ..." with the byte offset of the fault."""
    return _Reader(source).read()


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out = TextBuilder()
        self.opened: list[OpenTag] = []

    def read(self) -> Formatted:
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                self._end_tag()
            elif self.source[self.at] == "<":
                self._start_tag()
            else:
                self._text()
        if self.opened:
            raise parse_failure(f'Can\'t find end tag corresponding to start tag "{self.opened[-1].name}"')
        return self.out.finish()

    def _byte(self, index: int) -> int:
        return len(self.source[:index].encode("utf-8", "surrogatepass"))

    def _text(self) -> None:
        if reference := REFERENCE.match(self.source, self.at):
            self.out.add(html.unescape(reference.group()))
            self.at = reference.end()
            return
        stop = re.compile("[<&]").search(self.source, self.at + 1)
        end = stop.start() if stop else len(self.source)
        self.out.add(self.source[self.at : end])
        self.at = end

    def _start_tag(self) -> None:
        start = self.at
        match = re.compile(r"<([^\s>]*)").match(self.source, start)
        name = (match.group(1) if match else "").lower()
        if name not in TAGS:
            raise parse_failure(f'Unsupported start tag "{name}" at byte offset {self._byte(start)}')
        self.at = start + 1 + len(name)
        attributes = self._attributes(start)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise parse_failure(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(start)}')
        self.opened.append(OpenTag(name, self.out.length, attributes))

    def _attributes(self, start: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            rest = re.compile(r"\s*>").match(self.source, self.at)
            if rest:
                self.at = rest.end()
                return found
            match = ATTRIBUTE.match(self.source, self.at)
            if not match:
                raise parse_failure(f"Unclosed start tag at byte offset {self._byte(start)}")
            value = next((group for group in match.groups()[1:] if group is not None), "")
            found[match.group(1).lower()] = html.unescape(value)
            self.at = match.end()

    def _end_tag(self) -> None:
        start = self.at
        end = self.source.find(">", start)
        if not self.opened:
            raise parse_failure(f"Unexpected end tag at byte offset {self._byte(start)}")
        if end < 0:
            raise parse_failure(f"Unclosed end tag at byte offset {self._byte(start)}")
        name, expected = self.source[start + 2 : end].strip().lower(), self.opened[-1].name
        if name and name != expected:
            raise parse_failure(
                f'Unmatched end tag at byte offset {self._byte(start)}, expected "</{expected}>", found "</{name}>"'
            )
        self.at = end + 1
        self._close(self.opened.pop())

    def _close(self, tag: OpenTag) -> None:
        kind = TAGS[tag.name]
        if kind == "text_link":
            self._close_link(tag)
        elif kind == "blockquote" and "expandable" in tag.attributes:
            self.out.close("expandable_blockquote", tag.offset)
        elif kind == "custom_emoji":
            self.out.close(kind, tag.offset, custom_emoji_id=tag.attributes.get("emoji-id", ""))
        elif kind == "code":
            self._close_code(tag)
        elif kind == "pre":
            self.out.close(kind, tag.offset, **self._language(tag))
        elif kind != "date_time":
            self.out.close(kind, tag.offset)

    def _close_link(self, tag: OpenTag) -> None:
        target = tag.attributes.get("href") or self.out.text_from(tag.offset)
        user = re.fullmatch(r"tg://user\?id=(\d+)", target)
        if user:
            mentioned = {"id": int(user.group(1)), "is_bot": False, "first_name": ""}
            self.out.close("text_mention", tag.offset, user=mentioned)
        elif URL.match(target):
            self.out.close("text_link", tag.offset, url=target)

    def _close_code(self, tag: OpenTag) -> None:
        """<pre><code class="language-x"> is one `pre` with a language: hand the language to the `pre` around it."""
        language = tag.attributes.get("class", "")
        parent = self.opened[-1] if self.opened else None
        if parent and parent.name == "pre" and language.startswith("language-"):
            parent.attributes["language"] = language.removeprefix("language-")
        else:
            self.out.close("code", tag.offset)

    @staticmethod
    def _language(tag: OpenTag) -> dict[str, str]:
        return {"language": tag.attributes["language"]} if tag.attributes.get("language") else {}
