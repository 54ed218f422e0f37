"""How the names of places, kinds of classes and courses are taken apart and compared: the site varies them."""

from __future__ import annotations

import re
import unicodedata
from html import unescape


def plain(text: str) -> str:
    """A name as it is compared: no accents, no case, single spaces. The site writes the same name in several ways."""
    decomposed = unicodedata.normalize("NFKD", unescape(text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(letters.casefold().split())


def words_of(name: str) -> frozenset[str]:
    """The words of a name, as they are compared."""
    return frozenset(re.findall(r"\w+", plain(name)))


def name_parts(name: str) -> list[str]:
    """`Giuriati - Corsi Platinum` -> its parts; a dash without blanks divides only a name that has none with them."""
    text = " ".join(name.split())
    parts = re.split(r" [-\u2013\u2014] ", text)
    return parts if len(parts) > 1 else [part.strip() for part in re.split(r"[-\u2013\u2014]", text)]


def split_activity(name: str) -> tuple[str, str]:
    """`Giuriati - Corsi Platinum` -> (`Giuriati`, `Corsi Platinum`); a name without a dash is all place."""
    place, *kind = name_parts(name)
    return place, " - ".join(kind)


def same_place(one: str, other: str) -> bool:
    """Whether two locations, or two kinds of classes, can mean the same: `Giuriati` and `Giuriati - Corsi Platinum`."""
    a, b = plain(one), plain(other)
    return not a or not b or a == b or a.startswith(b + " - ") or b.startswith(a + " - ")
