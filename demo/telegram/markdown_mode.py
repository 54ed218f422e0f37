"""parse_mode=MarkdownV2 and the older Markdown: into text and entities, refused as Telegram refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from demo.telegram.entities import Formatted, TextBuilder, parse_failure

RESERVED = set("_*[]()~`>#+-=|{}.!")
MARKS = {"||": "spoiler", "__": "underline", "*": "bold", "_": "italic", "~": "strikethrough"}
NAMES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "text_link": "TextUrl",
    "code": "Code",
    "pre": "Pre",
}
LEGACY_MARKS = {"*": "bold", "_": "italic"}


@dataclass(slots=True)
class OpenMark:
    kind: str
    mark: str
    offset: int
    byte: int


class _Source:
    """The text being read, and where the reading has got to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def byte(self, index: int | None = None) -> int:
        return len(self.text[: self.at if index is None else index].encode("utf-8", "surrogatepass"))

    def sees(self, token: str) -> bool:
        return self.text.startswith(token, self.at)

    @property
    def char(self) -> str:
        return self.text[self.at]

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)

    @property
    def escaped(self) -> str | None:
        """The character a backslash here makes literal, if it does."""
        follows = self.text[self.at + 1 : self.at + 2]
        return follows if self.char == "\\" and follows and 0 < ord(follows) < 127 else None


def parse_markdown_v2(source: str) -> Formatted:
    """Text and entities. Raises ApiError "can't parse entities: ..." with the byte offset of the fault."""
    return _V2(source).read()


class _V2:
    def __init__(self, text: str) -> None:
        self.source = _Source(text)
        self.out = TextBuilder()
        self.opened: list[OpenMark] = []
        self.quote: int | None = None
        self.quote_kind = "blockquote"

    def read(self) -> Formatted:
        while not self.source.done:
            self._line_start()
            if not self.source.done:
                self._step()
        self._end_quote()
        if self.opened:
            last = self.opened[-1]
            raise parse_failure(f"Can't find end of {NAMES[last.kind]} entity at byte offset {last.byte}")
        return self.out.finish()

    def _line_start(self) -> None:
        at = self.source.at
        if at and self.source.text[at - 1] != "\n":
            return
        if self.source.sees("**>") and self.quote is None:
            self.quote_kind, self.source.at = "expandable_blockquote", at + 2
        if self.source.sees(">"):
            self.quote = self.out.length if self.quote is None else self.quote
            self.source.at += 1
        else:
            self._end_quote()

    def _end_quote(self) -> None:
        if self.quote is not None:
            self.out.close(self.quote_kind, self.quote)
        self.quote, self.quote_kind = None, "blockquote"

    def _step(self) -> None:
        source = self.source
        if literal := source.escaped:
            self.out.add(literal)
            source.at += 2
        elif source.sees("`"):
            self._code()
        elif source.sees("](") and self._innermost("text_link"):
            self._end_link()
        elif source.sees("[") or source.sees("!["):
            self._open("text_link", "![" if source.sees("!") else "[")
        elif self.quote_kind.startswith("exp") and self.quote is not None and source.sees("||") and self._ends_line():
            source.at += 2
        elif mark := next((m for m in MARKS if source.sees(m)), None):
            self._toggle(mark)
        elif source.char in RESERVED:
            raise parse_failure(f"Character '{source.char}' is reserved and must be escaped with the preceding '\\'")
        else:
            self.out.add(source.char)
            source.at += 1

    def _ends_line(self) -> bool:
        return self.source.text[self.source.at + 2 : self.source.at + 3] in {"", "\n"}

    def _innermost(self, kind: str) -> bool:
        return bool(self.opened) and self.opened[-1].kind == kind

    def _open(self, kind: str, mark: str) -> None:
        self.opened.append(OpenMark(kind, mark, self.out.length, self.source.byte()))
        self.source.at += len(mark)

    def _toggle(self, mark: str) -> None:
        kind = MARKS[mark]
        if mark == "__" and self._innermost("italic"):
            mark, kind = "_", "italic"
        if not self._innermost(kind):
            self._open(kind, mark)
            return
        self.out.close(kind, self.opened.pop().offset)
        self.source.at += len(mark)

    def _end_link(self) -> None:
        match = re.compile(r"\]\(((?:\\.|[^)\\])*)\)").match(self.source.text, self.source.at)
        if not match:
            raise parse_failure(f"Can't find end of a URL at byte offset {self.source.byte() + 1}")
        opened = self.opened.pop()
        target = re.sub(r"\\(.)", r"\1", match.group(1)) or self.out.text_from(opened.offset)
        if opened.mark == "[":
            self.out.close("text_link", opened.offset, url=target)
        self.source.at = match.end()

    def _code(self) -> None:
        fence = "```" if self.source.sees("```") else "`"
        kind, byte = ("pre" if len(fence) == 3 else "code"), self.source.byte()
        body = re.compile(r"((?:\\.|[^\\])*?)" + fence, re.S).match(self.source.text, self.source.at + len(fence))
        if not body:
            raise parse_failure(f"Can't find end of {'Pre' if kind == 'pre' else 'Code'} entity at byte offset {byte}")
        _add_code(self.out, kind, re.sub(r"\\([\x01-\x7e])", r"\1", body.group(1)))
        self.source.at = body.end()


def _add_code(out: TextBuilder, kind: str, body: str) -> None:
    language = re.match(r"(\S+)\n", body) if kind == "pre" else None
    offset = out.length
    out.add((body[language.end() :] if language else body).removeprefix("\n") if kind == "pre" else body)
    out.close(kind, offset, **({"language": language.group(1)} if language else {}))


def parse_markdown(source: str) -> Formatted:
    """The older Markdown: no nesting, a mark without its end is refused."""
    reader, out = _Source(source), TextBuilder()
    while not reader.done:
        if reader.char == "\\" and source[reader.at + 1 : reader.at + 2] in set("_*`["):
            out.add(source[reader.at + 1])
            reader.at += 2
        elif reader.char in "`*_[":
            _legacy_entity(reader, out)
        else:
            out.add(reader.char)
            reader.at += 1
    return out.finish()


def _legacy_entity(reader: _Source, out: TextBuilder) -> None:
    mark = "```" if reader.sees("```") else reader.char
    close = "]" if mark == "[" else mark
    end = reader.text.find(close, reader.at + len(mark))
    if end < 0:
        raise parse_failure(f"Can't find end of the entity starting at byte offset {reader.byte()}")
    body = reader.text[reader.at + len(mark) : end]
    reader.at = end + len(close)
    if mark == "[":
        _legacy_link(reader, out, body)
    elif mark in LEGACY_MARKS:
        offset = out.length
        out.add(body)
        out.close(LEGACY_MARKS[mark], offset)
    else:
        _add_code(out, "pre" if len(mark) == 3 else "code", body)


def _legacy_link(reader: _Source, out: TextBuilder, body: str) -> None:
    offset = out.length
    target = re.compile(r"\(([^)\s]*)\)").match(reader.text, reader.at)
    out.add(body if target else f"[{body}]")
    if target:
        out.close("text_link", offset, url=target.group(1))
        reader.at = target.end()
