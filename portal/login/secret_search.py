"""Finds in what a request would carry the words that must not leave, in whatever usual spelling. Pure.

Instead of guessing how a word may be written it reads the request in every way its receiver
might: percent signs, plus signs, HTML, JSON and JavaScript escapes, base64, hexadecimal, and one within the other.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote_to_bytes

DEEP = 4  # readings within readings
MOST_READINGS = 60  # of one request: more than any honest one has
SHORT = 8  # characters: a shorter word counts only as a whole one, or it would be found everywhere

ESCAPE = re.compile(rb"\\u\{([0-9a-fA-F]{1,6})\}|[\\%]u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\(.)", re.DOTALL)
BASE64 = (re.compile(rb"[A-Za-z0-9+/]{6,}"), re.compile(rb"[A-Za-z0-9_-]{6,}"))
PLAIN = bytes.maketrans(b"-_", b"+/")  # the letters base64 has in addresses -> its own
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){4,}")
NUMBERS = re.compile(rb"(?:\d{1,3}[,;\s]+){3,}\d{1,3}")
READABLE = bytes(range(32, 127)) + b"\t\r"

Word = re.Pattern[bytes]


def word(text: str) -> list[Word]:
    """What a word looks like in bytes of each character set a page may have, whatever the case of its letters."""
    cases = (text, text.lower(), text.upper())
    written = {each.encode(charset, "ignore") for each in cases for charset in ("utf-8", "latin-1", "cp1252")}
    return [_alone(each) for each in written if each.decode("latin-1").strip()]


def _alone(written: bytes) -> Word:
    pattern = re.escape(written)
    if written.isdigit():
        pattern = rb"(?<!\d)" + pattern + rb"(?!\d)"
    elif len(written) < SHORT and written.isalnum():
        pattern = rb"(?<![0-9a-z])" + pattern + rb"(?![0-9a-z])"
    return re.compile(pattern, re.IGNORECASE)


def carries(parts: Iterable[bytes], words: Iterable[Word]) -> bool:
    """Whether one of the words is in one of the parts, in whichever reading."""
    searched = tuple(words)
    return any(pattern.search(text) for part in parts for text in readings(part) for pattern in searched)


def readings(data: bytes) -> Iterator[bytes]:
    """The data, and what it says when it is decoded in the usual ways, one within the other. Each once."""
    seen = {data}
    now = [data]
    yield data
    for _ in range(DEEP):
        found = (text for each in now for decode in DECODERS for text in decode(each))
        now = []
        for text in found:
            if not text or text in seen or len(seen) >= MOST_READINGS:
                continue
            yield text
            seen.add(text)
            now.append(_sense(text))


def _percent(data: bytes) -> Iterator[bytes]:
    if b"%" in data:
        yield unquote_to_bytes(data)
    if b"+" in data:
        yield unquote_to_bytes(data.replace(b"+", b" "))


def _entities(data: bytes) -> Iterator[bytes]:
    if b"&" in data:
        yield html.unescape(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _escapes(data: bytes) -> Iterator[bytes]:
    if b"\\" in data or b"%u" in data:
        yield ESCAPE.sub(_escaped, data)


def _escaped(found: re.Match[bytes]) -> bytes:
    number = next((each for each in found.groups()[:3] if each), None)
    return found[4] if number is None else chr(min(int(number, 16), 0x10FFFF)).encode("utf-8", "ignore")


def _base64(data: bytes) -> Iterator[bytes]:
    """Each run at each of its four beginnings: what stands before it may be of the same letters."""
    for alphabet in BASE64:
        runs = alphabet.findall(data)
        for start in range(4):
            yield b"\n".join(_from_base64(run[start:]) for run in runs)


def _from_base64(run: bytes) -> bytes:
    whole = run[: len(run) - (1 if len(run) % 4 == 1 else 0)]
    return binascii.a2b_base64(whole.translate(PLAIN) + b"=" * (-len(whole) % 4))


def _hexadecimal(data: bytes) -> Iterator[bytes]:
    yield b"\n".join(binascii.unhexlify(run) for run in HEX.findall(data))


def _numbers(data: bytes) -> Iterator[bytes]:
    """Codes of characters, as a script's charCodeAt gives them."""
    runs = (re.findall(rb"\d+", run) for run in NUMBERS.findall(data))
    yield b"\n".join(bytes(int(each) for each in run if int(each) < 256) for run in runs)


def _wide(data: bytes) -> Iterator[bytes]:
    if b"\0" in data:
        yield data.replace(b"\0", b"")


def _sense(decoded: bytes) -> bytes:
    """Of what was decoded the lines that say something: nearly everything can be decoded, into noise."""
    lines = decoded.split(b"\n")
    return b"\n".join(each for each in lines if len(each.translate(None, READABLE)) * 4 <= len(each) or b"\0" in each)


DECODERS: tuple[Callable[[bytes], Iterator[bytes]], ...] = (
    _percent,
    _entities,
    _escapes,
    _base64,
    _hexadecimal,
    _numbers,
    _wide,
)
