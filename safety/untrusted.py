"""Reads JSON, dates and HTML that come from outside, the site's and those in our files: a value, or an error of ours.

The standard library's readers end with a RecursionError, an OverflowError or a number of 5,000 digits when somebody
wants them to. Whatever is read here is small enough, flat enough and near enough in time for whoever goes on with it.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

MOST_CHARACTERS = 2_000_000  # a day of the timetable has about fifty thousand
MOST_DEPTH = 40  # brackets within brackets; the site's answers have about four
YEARS = range(2000, 2100)  # a date outside of them is none of ours, and computing with it may overflow

MOST_PIECES = 20_000  # tags and entities of a page that is read: about a second; the site's have about a thousand
MOST_TAG = 20_000  # characters of one tag; the standard library's parser takes the square of it

BYTE_ORDER_MARK = "\ufeff"  # what some servers and editors put before a text
HALF_CHARACTER = re.compile("[\ud800-\udfff]")

MARKUP = re.compile(
    r"<!--(?>.*?(?:-->|\Z))"
    r"|<[!?](?>[^>]*)>?"
    r"|<(?P<raw>script|style|textarea|title)\b(?>[^>]*)>?(?>.*?(?:</(?P=raw)|\Z))"
    r"|</?[a-z](?>[^\"'>=]+|=\s*(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z))?|[\"'])*+>?"
    r"|<",
    re.DOTALL | re.IGNORECASE,
)


class Unreadable(ValueError):
    """JSON or a date from outside can't be read. The caller decides what that means."""


def read_json(text: str) -> Any:
    """The value a JSON text stands for, without numbers that are none and without halves of characters.

    Raises Unreadable when it is no JSON, too long or too deep, or names one thing twice.
    """
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"JSON of {len(text)} characters")
    try:
        value = json.loads(
            text.removeprefix(BYTE_ORDER_MARK),
            parse_float=_number,
            parse_constant=_no_number,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"no JSON: {type(error).__name__}") from None
    if text.count("[") + text.count("{") > MOST_DEPTH and _depth(value) > MOST_DEPTH:
        raise Unreadable(f"JSON deeper than {MOST_DEPTH} levels")
    return _whole(value) if "\\u" in text else value


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a JSON object that has one name twice: which value is meant can't be known."""
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return read


def _depth(value: Any) -> int:
    """Lists and objects within one another. What is neither is passed over: a day of the timetable is full of it."""
    deepest, level = 0, [value] if isinstance(value, dict | list) else []
    while level:
        deepest += 1
        contents = [each.values() if isinstance(each, dict) else each for each in level]
        level = [inner for content in contents for inner in content if isinstance(inner, dict | list)]
    return deepest


def _whole(value: Any) -> Any:
    """Refuses half a character (a lone surrogate), which JSON can hold and nothing can store."""
    if isinstance(value, dict):
        return {_whole(key): _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return HALF_CHARACTER.sub("\ufffd", value) if isinstance(value, str) else value


def read_moment(text: str) -> datetime:
    """A date with or without time and zone, ISO 8601. Raises Unreadable when it is none, or not of this century."""
    try:
        return _of_this_century(datetime.fromisoformat(text.strip()))
    except ValueError:
        raise Unreadable("no date") from None


def read_instant(written: object) -> datetime:
    """A moment as our own files keep it, aware. Raises Unreadable when it is none: somebody else wrote there."""
    read = read_moment(written) if isinstance(written, str) else None
    if read is None or read.tzinfo is None:
        raise Unreadable("no instant")
    return read


def read_http_date(text: str) -> datetime:
    """The moment in a `Date` header, aware. Raises Unreadable when it is none, or not of this century."""
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        raise Unreadable("no date") from None
    if read.tzinfo is None:  # "-0000": the time is UTC, the zone of who sent it is not told
        read = read.replace(tzinfo=UTC)
    return _of_this_century(read)


def tame_html(html: str) -> str:
    """The page without what the standard library's parser is slow at: comments, endless tags, unclosed elements.

    Takes time in proportion to the page. What begins and is not ended is left out up to the end, as browsers do.
    """
    return MARKUP.sub(_tame, html)


def readable_html(html: str) -> str:
    """As `tame_html`, for whoever reads all of the page. Raises Unreadable when that would take seconds."""
    pieces = html.count("<") + html.count("&")
    if pieces > MOST_PIECES:
        raise Unreadable(f"a page of {pieces} pieces")
    return tame_html(html)


def _tame(found: re.Match[str]) -> str:
    text = found[0]
    if text == "<":
        return "&lt;"
    if found["raw"]:
        return text if text[-len(found["raw"]) - 2 :].startswith("</") else ""
    is_tag = text.endswith(">") and len(text) <= MOST_TAG and text[1] not in "!?"
    return text if is_tag else " "


def _of_this_century(read: datetime) -> datetime:
    if read.year not in YEARS:
        raise Unreadable(f"a date in the year {read.year}")
    return read
