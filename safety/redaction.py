"""Cleans the site's words of a person's secrets, in whatever spelling they come back. Pure, and linear in the text.

The rule: what leaves as prose (an error, a result, a note, a log line, evidence) is cleaned of every secret. What is
read and compared (course names, keys, ids) is cleaned only of secrets that nothing else can be spelled like: a password
that is an ordinary word, "Yoga" say, is also the name of a course, and hiding that would break its booking.

Spellings are not listed. The text is decoded, layer by layer (entities, URL, JSON and script escapes, each within the
other), each layer is compared without case, accents, spacing or invisible characters, and what is found is blotted in
the text as it came.
"""

from __future__ import annotations

import base64
import re
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html import unescape

HIDDEN = "[hidden]"
SHORTEST_SECRET = 4  # characters: hiding shorter ones would blacken the page and hide nothing
SHORTEST_CODED = 6  # bytes of a secret that is looked for in base64: shorter ones are met by chance
MOST_LAYERS = 6  # of encoding within encoding; nobody honest has more than three
MOST_ESCAPES = 150_000  # in all layers of a text; a page of the site has a few hundred

ESCAPE = re.compile(
    r"&\#(?:x[0-9a-f]{1,8}|[0-9]{1,8});?"
    r"|&[a-z][a-z0-9]{1,31};?"
    r"|%u[0-9a-f]{4}"
    r"|%(?:[cd][0-9a-f]%[89ab][0-9a-f]|e[0-9a-f](?:%[89ab][0-9a-f]){2}|f[0-7](?:%[89ab][0-9a-f]){3}|[0-9a-f]{2})"
    r"|\\u[d][89ab][0-9a-f]{2}\\u[d][c-f][0-9a-f]{2}"
    r"|\\u000[0-9a-f]{5}|\\u[0-9a-f]{4}|\\u\{[0-9a-f]{1,6}\}|\\x[0-9a-f]{2}|\\[0-3][0-7]{2}"
    r"|\\[^a-z0-9\s&%]|\\[bfnrtv]",
    re.IGNORECASE,
)
UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+|[^\x00-\x7f]")
SPACING = re.compile(r"[\s+]{2,}|[\t-\r+]")
HINTS: dict[re.Pattern[str], Callable[[str], bool]] = {
    ESCAPE: lambda text: "&" in text or "%" in text or "\\" in text,
    UNSEEN: lambda text: not (text.isascii() and text.isprintable()),
    SPACING: lambda text: "  " in text or "+" in text or not text.isprintable(),
}
"""Whether there can be a match at all. A text without any is looked through in a thousandth of the time: at an opening
a schedule is read while the place is still free."""
CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

NOTHING = ("Mn", "Cc", "Cf", "Zl", "Zp")  # categories of characters that show nothing of their own

Span = tuple[int, int]


class _TooOdd(Exception):
    """The text holds more escapes than can be searched in time."""


class _Layer:
    """A text, and for each of its parts the part of the layer below that it was decoded from."""

    def __init__(
        self, text: str, below: _Layer | None = None, tokens: tuple[list[Span], list[Span]] | None = None
    ) -> None:
        self.text = text
        self._below = below
        here, there = tokens or ([], [])
        self._starts, self._ends = [each[0] for each in here], [each[1] for each in here]
        self._there = there

    @property
    def rewrites(self) -> int:
        """How many parts of the text were decoded from something else in the layer below."""
        return len(self._there)

    def rewritten(self, pattern: re.Pattern[str], meant: Callable[[str], str]) -> _Layer:
        """The layer above: every match replaced by what it means. This one when nothing is to be replaced."""
        if (hint := HINTS.get(pattern)) is not None and not hint(self.text):
            return self
        here: list[Span] = []
        there: list[Span] = []
        parts: list[str] = []
        done = length = 0
        for match in pattern.finditer(self.text):
            token, (start, end) = match[0], match.span()
            if (value := meant(token)) == token:
                continue
            parts += (self.text[done:start], value)
            length += start - done
            if len(here) >= MOST_ESCAPES:
                raise _TooOdd
            here.append((length, length + len(value)))
            there.append((start, end))
            length += len(value)
            done = end
        if not there:
            return self
        parts.append(self.text[done:])
        return _Layer("".join(parts), self, (here, there))

    def in_source(self, start: int, end: int) -> Span:
        """The part of the text at the very bottom that these characters stand for; whole escapes."""
        layer = self
        while layer._below is not None:
            start, end = layer._down(start, end)
            layer = layer._below
        return start, end

    def _down(self, start: int, end: int) -> Span:
        first = bisect_right(self._starts, start) - 1
        last = bisect_left(self._starts, end) - 1
        if first < 0:
            below = start
        elif start < self._ends[first]:
            below = self._there[first][0]
        else:
            below = self._there[first][1] + start - self._ends[first]
        return below, end if last < 0 else self._there[last][1] + max(0, end - self._ends[last])


def _layers(text: str) -> Iterator[_Layer]:
    """The text as it came, then with one more layer of escapes decoded at a time."""
    layer = _Layer(text)
    escapes = 0
    for _ in range(MOST_LAYERS):
        yield layer
        decoded = layer.rewritten(ESCAPE, _meaning)
        if decoded is layer:
            return
        layer = decoded
        escapes += layer.rewrites
        if escapes > MOST_ESCAPES:
            raise _TooOdd


@lru_cache(maxsize=4096)
def _meaning(escape: str) -> str:
    """The character that an escape encodes; the escape itself when it encodes none."""
    if escape[0] == "&":
        known = unescape(escape)
        return known if known != escape else unescape(escape.lower())
    if escape[0] == "%" and escape[1] not in "uU":
        octets = bytes.fromhex(escape.replace("%", ""))
        return _decoded(octets, "utf-8") or _decoded(octets, "cp1252") or octets.decode("latin-1")
    if len(escape) == 12:  # two halves of one character
        return _decoded(bytes.fromhex(escape[2:6] + escape[8:]), "utf-16-be") or escape
    if number := re.fullmatch(r"[%\\][ux]\{?([0-9a-f]+)\}?", escape, re.IGNORECASE):
        code = int(number[1], 16)
        return chr(code) if code <= sys.maxunicode else escape
    if len(escape) == 4:
        return chr(int(escape[1:], 8))
    return CONTROLS.get(escape[1].lower(), escape[1])


def _decoded(octets: bytes, encoding: str) -> str:
    try:
        return octets.decode(encoding)
    except UnicodeDecodeError:
        return ""


@lru_cache(maxsize=4096)
def _folded(token: str) -> str:
    """The character without accent and case; empty for one that is not visible."""
    letters = unicodedata.normalize("NFKD", token)
    return "".join(each for each in letters if unicodedata.category(each) not in NOTHING).casefold()


def _comparable(layer: _Layer) -> tuple[_Layer, str]:
    """The layer as it is searched, one space for all spacing and for `+`, and its text in lower case."""
    folded = layer.rewritten(UNSEEN, _folded).rewritten(SPACING, lambda _: " ")
    return folded, folded.text.lower()  # what is not ASCII is folded already: no character becomes two


class _Needles:
    """What is looked for. However many there are, a line of a log is looked through in about the same time."""

    def __init__(self) -> None:
        self._all: dict[str, None] = {}
        self._by_beginning: dict[str, list[str]] = {}

    def add(self, needles: Iterable[str]) -> None:
        """Looks for these too."""
        for needle in needles:
            if needle not in self._all:
                self._by_beginning.setdefault(needle[:SHORTEST_SECRET], []).append(needle)
                self._all[needle] = None

    def __bool__(self) -> bool:
        return bool(self._all)

    def found_in(self, lower: str) -> Iterator[str]:
        """Those that the text holds."""
        yield from (each for each in self._worth_a_look(lower) if each in lower)

    def _worth_a_look(self, lower: str) -> Iterable[str]:
        if len(self._all) <= len(lower):  # a look for each costs less than one at every place
            return tuple(self._all)
        places = range(len(lower) - SHORTEST_SECRET + 1)
        beginnings = self._by_beginning.keys() & {lower[at : at + SHORTEST_SECRET] for at in places}
        return (needle for beginning in sorted(beginnings) for needle in self._by_beginning[beginning])


class Redactor:
    """Hides a set of secrets. Made once for many texts."""

    def __init__(self, secrets: Iterable[str], mark: str = HIDDEN) -> None:
        self._mark = mark
        self._needles, self._in_pieces = _Needles(), _Needles()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Hides these too from now on."""
        known = {each for each in secrets if len(each.strip()) >= SHORTEST_SECRET}
        found = {needle for secret in known for needle in _needles(secret)}
        needles = {each for each in found if len(each) >= SHORTEST_SECRET}
        self._in_pieces.add(each for each in map(_unspaced, needles) if _is_no_word(each))
        self._needles.add(needles)

    def clean(self, text: str) -> str:
        """The text with its secrets, however they are spelled, blotted; all of it when it can't be looked through."""
        parts: list[str] = []
        done = 0
        try:
            spans = _merged(self._found(text))
        except _TooOdd:
            return self._mark
        for start, end in spans:
            parts += (text[done:start], self._mark)
            done = end
        return "".join((*parts, text[done:])) if parts else text

    def holds(self, text: str) -> bool:
        """Whether there is any secret in the text, as far as it can be looked through."""
        try:
            return next(self._found(text), None) is not None
        except _TooOdd:
            return True

    def _found(self, text: str) -> Iterator[Span]:
        if not self._needles:
            return
        for layer in _layers(text):
            searched, lower = _comparable(layer)
            for needle in self._needles.found_in(lower):
                for start, end in _occurrences(needle, lower):
                    yield searched.in_source(start, end)
            if len(lower) <= LONGEST_PROSE and self._in_pieces:
                yield from self._found_in_pieces(searched)

    def _found_in_pieces(self, searched: _Layer) -> Iterator[Span]:
        """Finds secrets into which markup, or an attacker, has put spaces."""
        together = _unspaced(searched.text).lower()
        if not any(self._in_pieces.found_in(together)):
            return  # nearly always: to say where each space stood takes a hundred times as long
        unspaced = searched.rewritten(SPACE, lambda _: "")
        lower = unspaced.text.lower()
        for needle in self._in_pieces.found_in(lower):
            for start, end in _occurrences(needle, lower):
                yield unspaced.in_source(start, end)


SPACE = re.compile(" ")
LONGEST_PROSE = 20_000  # characters: what a person is to read is far shorter
LEAST_IN_PIECES = 8  # characters of a secret that is also looked for with spaces within
MARKUP = re.compile(r"<[A-Za-z/!?][^<>]*(?:>|$)")


def _needles(secret: str) -> Iterator[str]:
    """The forms a secret is searched in: each of its own layers (it may look encoded), misread bytes, base64.

    A part of it that looks like markup is not shown by a page: then the rest of it is the secret.
    """
    if MARKUP.search(secret):
        yield from _needles(MARKUP.sub("", secret))
        yield from _needles(MARKUP.sub(" ", secret))
    octets = secret.encode("utf-8", "replace")
    for spelling in (secret, octets.decode("latin-1"), octets.decode("cp1252", "replace")):
        for layer in _layers(spelling):
            yield _comparable(layer)[1].strip()
    if secret.isdigit():
        yield f"{secret[: len(secret) // 2]} {secret[len(secret) // 2 :]}"
    yield octets.hex()
    if len(octets) >= SHORTEST_CODED:
        yield from (_comparable(_Layer(coded))[1].strip() for coded in _in_base64(octets))


def _unspaced(needle: str) -> str:
    return needle.replace(" ", "")


def _is_no_word(needle: str) -> bool:
    """Whether the secret is long enough not to appear by chance in a sentence without its spaces."""
    return len(needle) >= LEAST_IN_PIECES and re.search(r"\d|[^\w\s]", needle) is not None


def _in_base64(octets: bytes) -> Iterator[str]:
    """Base64 of the secret alone, and in a longer text at each offset, without what its neighbours change."""
    for lead in range(3):
        coded = base64.b64encode(bytes(lead) + octets).decode().rstrip("=")
        within = coded[-(-lead * 4 // 3) : len(coded) - 1] if (lead + len(octets)) % 3 else coded[-(-lead * 4 // 3) :]
        for spelled in (within, coded) if lead == 0 else (within,):
            yield from (spelled, spelled.replace("+", "-").replace("/", "_"))


def _occurrences(needle: str, text: str) -> Iterator[Span]:
    """The places where a secret is found; digits only where they are not part of a longer number."""
    at = text.find(needle)
    while at >= 0:
        end = at + len(needle)
        longer = needle.isdigit() and (text[at - 1 : at].isdigit() or text[end : end + 1].isdigit())
        if not longer:
            yield at, end
        at = text.find(needle, end if not longer else at + 1)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order; spans that touch are joined."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
