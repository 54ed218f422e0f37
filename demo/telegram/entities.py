"""Formatted text: entities in Telegram's own terms (UTF-16 offsets), found in plain text, trimmed, and drawn as HTML.

Reading HTML and Markdown into entities is in `html_mode.py` and `markdown_mode.py`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from demo.telegram.errors import ApiError, bad_request

Json = dict[str, Any]

SIMPLE_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "blockquote": "blockquote",
}
# What Telegram finds by itself in any text. Order matters: the first to claim a stretch keeps it.
FOUND_IN_TEXT = (
    (
        "url",
        re.compile(r"(?:https?://|tg://)[^\s<>\"]*[^\s<>\".,;:!?)\]]|\bwww\.[\w-]+\.\w[^\s<>\"]*[^\s<>\".,;:!?)\]]"),
    ),
    ("email", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}\b")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d]\w*")),
)
OPAQUE = {"code", "pre", "text_link", "text_mention"}  # nothing is found inside these


def parse_failure(sentence: str) -> ApiError:
    return bad_request(f"can't parse entities: {sentence}")


def units(text: str) -> int:
    """Length in UTF-16 code units, the unit of every offset in the Bot API."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Entity:
    type: str
    offset: int
    length: int
    extra: Json = field(default_factory=dict)

    @property
    def end(self) -> int:
        return self.offset + self.length

    def to_json(self) -> Json:
        return {"type": self.type, "offset": self.offset, "length": self.length, **self.extra}


@dataclass(frozen=True, slots=True)
class Formatted:
    """Plain text and its entities, trimmed as Telegram trims them."""

    text: str
    entities: tuple[Entity, ...] = ()

    def entities_json(self) -> list[Json]:
        return [entity.to_json() for entity in self.entities]


class TextBuilder:
    """Text that grows while entities are opened and closed on it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.entities: list[Entity] = []
        self.length = 0

    def add(self, text: str) -> None:
        self._parts.append(text)
        self.length += units(text)

    def text(self) -> str:
        return "".join(self._parts)

    def text_from(self, offset: int) -> str:
        encoded = self.text().encode("utf-16-le", "surrogatepass")
        return encoded[offset * 2 :].decode("utf-16-le", "surrogatepass")

    def close(self, kind: str, offset: int, **extra: Any) -> None:
        if self.length > offset:
            self.entities.append(Entity(kind, offset, self.length - offset, extra))

    def finish(self) -> Formatted:
        return tidy(self.text(), self.entities)


def tidy(text: str, entities: list[Entity]) -> Formatted:
    """Trims the text, fits the entities to it, drops those inside code, and adds the ones Telegram finds by itself."""
    text = text.replace("\r\n", "\n").replace("\r", "\n") if not entities else text
    stripped = text.strip()
    lead, total = units(text[: len(text) - len(text.lstrip())]), units(stripped)
    fitted = [shifted for entity in entities if (shifted := _fit(entity, lead, total))]
    code = [entity for entity in fitted if entity.type in {"code", "pre"}]
    kept = [e for e in fitted if not any(c is not e and c.offset <= e.offset and e.end <= c.end for c in code)]
    found = list(_find(stripped, [entity for entity in kept if entity.type in OPAQUE]))
    return Formatted(stripped, tuple(sorted(kept + found, key=lambda e: (e.offset, -e.length))))


def _fit(entity: Entity, lead: int, total: int) -> Entity | None:
    start, end = max(entity.offset - lead, 0), min(entity.end - lead, total)
    return replace(entity, offset=start, length=end - start) if end > start else None


def _find(text: str, taken: list[Entity]) -> Iterator[Entity]:
    claimed = list(taken)
    for kind, pattern in FOUND_IN_TEXT:
        for match in pattern.finditer(text):
            offset = units(text[: match.start()])
            entity = Entity(kind, offset, units(match.group()))
            if all(entity.end <= other.offset or other.end <= offset for other in claimed):
                claimed.append(entity)
                yield entity


def from_list(text: str, listed: list[Json]) -> Formatted:
    """Text with the entities a client listed itself. Raises ApiError when one is not an entity of this text."""
    entities = []
    for item in listed:
        try:
            extra = {key: value for key, value in item.items() if key not in {"type", "offset", "length"}}
            entities.append(Entity(str(item["type"]), int(item["offset"]), int(item["length"]), extra))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise parse_failure("MessageEntity must have type, offset and length") from error
    wanted = [entity for entity in entities if entity.type not in {kind for kind, _ in FOUND_IN_TEXT}]
    return tidy(text, wanted)


def to_html(text: str, entities: list[Json], *, page: bool = False) -> str:
    """The text as Telegram's HTML; with `page`, as markup for the chat page (links and commands can be clicked)."""
    spans = [Entity(e["type"], e["offset"], e["length"], e) for e in entities]
    cuts = sorted({0, units(text), *(e.offset for e in spans), *(e.end for e in spans)})
    encoded = text.encode("utf-16-le", "surrogatepass")
    out: list[str] = []
    opened: list[Entity] = []
    for start, end in zip(cuts, [*cuts[1:], cuts[-1]], strict=True):
        _close_ended(opened, start, out, page)
        for entity in sorted((e for e in spans if e.offset == start), key=lambda e: -e.length):
            out.append(_open_tag(entity, _slice(encoded, entity.offset, entity.end), page))
            opened.append(entity)
        out.append(html.escape(_slice(encoded, start, end), quote=False))
    return "".join(out)


def _slice(encoded: bytes, start: int, end: int) -> str:
    return encoded[start * 2 : end * 2].decode("utf-16-le", "replace")


def _close_ended(opened: list[Entity], at: int, out: list[str], page: bool) -> None:
    """Closes what ends here; entities that merely overlap are closed and opened again, so the markup stays nested."""
    reopen: list[Entity] = []
    while any(entity.end <= at for entity in opened):
        entity = opened.pop()
        out.append(_close_tag(entity, page))
        if entity.end > at:
            reopen.append(entity)
    for entity in reversed(reopen):
        out.append(_open_tag(entity, "", page))
        opened.append(entity)


def _open_tag(entity: Entity, content: str, page: bool) -> str:
    if entity.type == "pre":
        language = html.escape(str(entity.extra.get("language") or ""))
        return f'<pre><code class="language-{language}">' if language else "<pre>"
    if entity.type in {"text_link", "text_mention"}:
        return _link(_target(entity), page)
    if entity.type in {"blockquote", "expandable_blockquote"}:
        return "<blockquote expandable>" if entity.type.startswith("expandable") else "<blockquote>"
    if entity.type == "spoiler" and page:
        return '<span class="spoiler" role="button" tabindex="0"><span>'
    if entity.type in SIMPLE_TAGS:
        return f"<{SIMPLE_TAGS[entity.type]}>"
    return _found_tag(entity.type, content) if page else ""


def _found_tag(kind: str, content: str) -> str:
    if kind == "bot_command":
        return f'<a class="command" href="#" data-command="{html.escape(content)}">'
    if kind == "url":
        return _link(content if "://" in content else f"https://{content}", page=True)
    return _link(f"mailto:{content}", page=True) if kind == "email" else '<span class="mention">'


def _close_tag(entity: Entity, page: bool) -> str:
    if entity.type == "pre":
        return "</code></pre>" if entity.extra.get("language") else "</pre>"
    if entity.type in {"text_link", "text_mention"}:
        return "</a>"
    if entity.type == "expandable_blockquote":
        return "</blockquote>"
    if entity.type == "spoiler" and page:
        return "</span></span>"
    if entity.type in SIMPLE_TAGS:
        return f"</{SIMPLE_TAGS[entity.type]}>"
    if not page:
        return ""
    return "</a>" if entity.type in {"bot_command", "url", "email"} else "</span>"


def _target(entity: Entity) -> str:
    if entity.type == "text_mention":
        return f"tg://user?id={entity.extra.get('user', {}).get('id', '')}"
    return str(entity.extra.get("url", ""))


def _link(target: str, page: bool) -> str:
    new_tab = ' target="_blank" rel="noopener noreferrer"' if page else ""
    return f'<a href="{html.escape(target)}"{new_tab}>'
