"""Words, numbers, ids and JSON as they may leave the house: what is known to be harmless stays, the rest is made up.

A word stays when it is in vocabulary.txt: the words of the site's pages and of sports, none of them a name. Any
other becomes a made-up one, the same each time, so that what was alike is alike still. A list of what to hide would
miss something; a list of what to keep misses nothing but sense.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

VOCABULARY = Path(__file__).with_name("vocabulary.txt")
NEAR = timedelta(days=70)  # around the day of the survey: a date farther off may be somebody's birth
MOST_FIGURES = 3  # of a number that counts places or minutes
SUSPECT_FIGURES = 6  # of numbers that stand in a row, whatever is between them: a telephone number may be in pieces
MARKS = frozenset(" \n\t.,:;!?'\"()[]{}/\\-+*=#%&€°<>|@_’“”«»–—…·×‹›")
TOKEN = re.compile(r"(?P<word>[^\W_]+)|(?P<mark>[\W_])")
MOMENT = re.compile(
    r"(?<![\w.])(?:(?:(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d\d?)/(?P<m2>\d\d?)/(?P<y2>\d{4}))"
    r"(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?"
    r"|/Date\((?P<ms>\d{12,13})\)/|(?:[01]?\d|2[0-3])[:.][0-5]\d(?::[0-5]\d)?)(?![\w:])"
)
PIECES = re.compile(r"[^\W\d_A-Z]*[A-Z](?![a-z])[A-Z]*(?![a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+|[\W_]")
IDS = ("appointmentid", "parentcourseid", "serviceid", "activityid", "eventid", "bookingid", "id")
FIELDS = """skillname eventname eventdescription eventdescription3 notes timedescription message type status timestart
timeduration datestart startdatetime enddatetime icon errormessage error url"""
TEXTS = frozenset(FIELDS.split())
NAMES = frozenset(("srmodal_g_confirm_dialog", "srmodal_g_alert_dialog", "booking360code", "application/json"))
"""Names that programs know, and that would be taken for something of somebody's."""
DEEPEST = 30  # levels of JSON
COUNTED = {"1": "123456789", "a": "abcdef", "A": "ABCDEF"}  # what stands at such a place of a made-up id


@cache
def vocabulary() -> frozenset[str]:
    """The words that may stay, without accents."""
    return frozenset(plain(word) for word in VOCABULARY.read_text(encoding="utf-8").split())


def plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word)
    return "".join(each for each in letters if not unicodedata.combining(each)).casefold()


@dataclass(slots=True)
class _Piece:
    """A part of a text, and of which of the texts that stand beside each other."""

    text: str
    of: int
    is_number: bool = False


class Cleaner:
    """Cleans all texts of one survey. The same word or id is replaced by the same made-up one everywhere."""

    def __init__(self, today: date, people: Iterable[str] = ()) -> None:
        """`people`: names and words that belong to persons, though they may be in the vocabulary."""
        self._today = today
        self._people = {plain(word) for name in people for word in re.findall(r"[^\W_]+", name) if len(word) > 1}
        self._words: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._of_shape: Counter[str] = Counter()
        self._markup: frozenset[str] = frozenset()

    def know_person(self, text: str) -> None:
        self._people |= {plain(word) for word in re.findall(r"[^\W_]+", text) if len(word) > 1}

    def know_markup(self, words: frozenset[str]) -> None:
        """Words of class names that may stay in classes and ids, though they are not in the vocabulary."""
        self._markup = words - self._people

    # ----- texts

    def text(self, text: str, *, of_person: bool = False) -> str:
        return self.texts([text], of_person=of_person)[0]

    def texts(self, texts: Sequence[str], *, of_person: bool = False) -> list[str]:
        """Texts that stand beside each other, as a page's do: a number in pieces is still one."""
        pieces = [piece for number, text in enumerate(texts) for piece in self._pieces(text, number, of_person)]
        _mask_long_numbers(pieces)
        made = [""] * len(texts)
        for piece in pieces:
            made[piece.of] += piece.text
        return made

    def _pieces(self, text: str, number: int, of_person: bool) -> Iterator[_Piece]:
        done = 0
        for moment in MOMENT.finditer(text):
            if self._is_near(moment):
                yield from self._words_of(text[done : moment.start()], number, of_person)
                yield _Piece(moment[0], number)
                done = moment.end()
        yield from self._words_of(text[done:], number, of_person)

    def _is_near(self, moment: re.Match[str]) -> bool:
        """A time of day is; a date, when it is not long ago or far ahead."""
        try:
            if moment["ms"]:
                day = datetime.fromtimestamp(int(moment["ms"]) / 1000, UTC).date()
            elif year := moment["y"] or moment["y2"]:
                day = date(int(year), int(moment["m"] or moment["m2"]), int(moment["d"] or moment["d2"]))
            else:
                return True
        except (ValueError, OverflowError, OSError):
            return False
        return abs(day - self._today) <= NEAR

    def _words_of(self, text: str, number: int, of_person: bool) -> Iterator[_Piece]:
        for token in TOKEN.finditer(text):
            if token["mark"]:
                yield _Piece(token[0] if token[0] in MARKS else " ", number)
            elif token[0].isascii() and token[0].isdigit():
                yield _Piece(token[0], number, is_number=True)
            else:
                yield _Piece(self._word(token[0], of_person=of_person), number)

    def _word(self, word: str, *, of_person: bool = False) -> str:
        known = plain(word)
        if not of_person and known not in self._people and known in vocabulary():
            return word
        if of_person and known == "con":
            return word
        made = self._words.setdefault(known, f"parola{len(self._words) + 1}")
        return made.upper() if word.isupper() else made.title() if word[:1].isupper() else made

    # ----- names that programs give: ids, classes, fields

    def identifier(self, name: str, kept: frozenset[str] = frozenset()) -> str:
        """`btnConfirmAppointmentBooking`, `slot-available`: piece by piece, as the words are."""
        if name.lower() in NAMES:
            return name
        pieces = PIECES.findall(name[:200])
        return "".join(piece if plain(piece) in kept else self._of_identifier(piece) for piece in pieces)

    def markup_name(self, name: str) -> str:
        """A class, or an id in a page."""
        return self.identifier(name, self._markup)

    def identifier_path(self, path: str) -> str:
        return "/".join(map(self.identifier, path.split("/")))

    def _of_identifier(self, piece: str) -> str:
        if piece.isdigit():
            return piece if len(piece) <= 2 else "9" * len(piece)
        if not re.search(r"[^\W_]", piece):
            return piece if piece in "-_ .:" else "-"
        known = plain(piece)
        return piece if known in vocabulary() and known not in self._people else self._word(piece)

    # ----- ids

    def id(self, value: str) -> str:
        """Another id of the same shape, the same each time: the first of a shape, the second, and so on.

        None is drawn by lot: eighteen random figures may well hold somebody's number by chance.
        """
        if value not in self._ids:
            self._ids[value] = self._next_of("".join(map(_place, value[:80])), unlike=value)
        return self._ids[value]

    def _next_of(self, places: str, unlike: str) -> str:
        number = self._of_shape[places]
        if _counted(places, number) == unlike:
            number += 1
        self._of_shape[places] = number + 1
        return _counted(places, number)

    def known_id(self, value: str) -> str | None:
        return self._ids.get(value)

    # ----- JSON

    def json(self, value: Any, name: str = "", depth: int = 0) -> Any:
        """A JSON value, cleaned by its field: harmless ones as a text, ids made up; of others only the shape stays."""
        if depth > DEEPEST:
            return None
        if isinstance(value, dict):
            return {self.identifier(str(key)): self.json(each, _key(key), depth + 1) for key, each in value.items()}
        if isinstance(value, list):
            return [self.json(each, name, depth + 1) for each in value]
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return self._number(value, name)
        return self._string(str(value), name)

    def _number(self, value: int | float, name: str) -> int | float:
        if name in IDS:
            return int(self.id(str(int(value))))
        return value if value == int(value) and abs(value) < 10**MOST_FIGURES else 999

    def _string(self, value: str, name: str) -> str:
        if name in IDS:
            return self.id(value)
        if name == "eventdescription2":
            return self.text(value, of_person=re.match(r"con\b", value, re.IGNORECASE) is not None or _is_name(value))
        return self.text(re.sub(r"<[^<>]*>", " ", value)) if name in TEXTS else shape(value)


def shape(value: str) -> str:
    """`Rossi 12` -> `Xxxxx 99`."""
    return "".join(map(_shape, value[:80]))


def _shape(character: str) -> str:
    if character.isalnum():
        return "9" if character.isnumeric() else "X" if character.isupper() else "x"
    return character if character in MARKS else " "


def _is_name(value: str) -> bool:
    """Whether a text that should say who teaches may be a name: it has no number, and no word of the site's."""
    words = re.findall(r"[^\W\d_]+", value)
    return bool(words) and not any(plain(word) in vocabulary() for word in words)


def _key(key: object) -> str:
    return re.sub(r"[^a-z0-9]", "", str(key).lower())


def _place(character: str) -> str:
    """A figure as 1, a letter as a or A, a separator as it is."""
    if character.isdigit():
        return "1"
    if character.isalpha():
        return "a" if character.islower() else "A"
    return character if character in "-{}" else "-"


def _counted(places: str, number: int) -> str:
    """The id of this shape with that number: it is counted up in its last places, in figures without a zero."""
    made: list[str] = []
    for place in reversed(places):
        choices = COUNTED.get(place, place)
        number, chosen = divmod(number, len(choices))
        made.append(choices[chosen])
    return "".join(reversed(made))


def _mask_long_numbers(pieces: list[_Piece]) -> None:
    """Long numbers, and those of which several in a row, with no word between them, make a long one."""
    run: list[_Piece] = []
    for piece in (*pieces, _Piece("end", -1)):
        if piece.is_number:
            run.append(piece)
        elif any(map(str.isalnum, piece.text)):
            figures = [len(each.text) for each in run]
            if sum(figures) >= SUSPECT_FIGURES or max(figures, default=0) > MOST_FIGURES:
                for each in run:
                    each.text = "9" * len(each.text)
            run = []
