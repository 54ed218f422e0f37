"""What is wrong with config.json, in one sentence that somebody who never saw it can act on. Pure; quotes no value.

Used by settings.py and config_file.py, so that neither pydantic's nor the JSON parser's own words reach people.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic_core import ErrorDetails

from languages.terminal import N_, _

A_NUMBER, A_WHOLE_NUMBER = N_("write a number, without quotes"), N_("write a whole number, without quotes")
OF_VALUES = {  # by pydantic's name of the mistake; what is in braces is the bound that it gives
    "string_type": N_("write a text, between quotes"),
    "string_unicode": N_("it holds half a character: write it again"),
    "literal_error": N_("write {expected}"),
    "path_type": N_("write a path, between quotes"),
    "time_type": N_("write a time as HH:MM or HH:MM:SS"),
    "model_type": N_("write a group of keys, {{...}}"),
    "tuple_type": N_("write a list, [...]"),
    "too_short": N_("the list is too short: write {min_length} or more in it"),
    "too_long": N_("the list is too long: write no more than {max_length} in it"),
    "bool_type": N_("write true or false, without quotes"),
    "bool_parsing": N_("write true or false, without quotes"),
    "int_type": A_WHOLE_NUMBER,
    "int_parsing": A_WHOLE_NUMBER,
    "int_parsing_size": A_WHOLE_NUMBER,
    "int_from_float": A_WHOLE_NUMBER,
    "float_type": A_NUMBER,
    "float_parsing": A_NUMBER,
    "finite_number": A_NUMBER,
    "greater_than": N_("write a number above {gt}"),
    "greater_than_equal": N_("write a number from {ge} up"),
    "less_than": N_("write a number below {lt}"),
    "less_than_equal": N_("write a number up to {le}"),
}
NO_PASSWORD = "no_password"  # noqa: S105 - runtime/config_values.py's name of a mistake
OURS = "value_error"  # what runtime/config_values.py and runtime/settings.py refuse, in words of their own
ANY_OTHER = N_("write it as config.example.json does")

COMPARE = N_("compare that place with config.example.json")
CURLED = "“”„‟«»‘’‚"
OF_JSON = {  # by what the parser's message begins with, where the text itself does not tell more
    "Expecting property name": N_('write the key between double quotes, as "username"'),
    "Expecting ':'": N_("a : is missing between key and value, or a quote at the end of the key"),
    "Expecting ','": N_("a comma is missing before this place, or a quote"),
    "Expecting value": N_("write a text between double quotes, a number, true, false or null"),
    "Extra data": N_("something follows the } that closes the file: remove it, or the } before it"),
    "Invalid control character": N_("a quote is missing at the end of a text"),
    "Invalid \\": N_("a backslash is written twice, \\\\"),
}


def of_value(problem: ErrorDetails) -> str:
    """What a key's value should be instead."""
    kind, bounds = problem["type"], problem.get("ctx", {})
    if kind == "missing":
        return _("is missing: add it, see config.example.json")
    if kind == NO_PASSWORD:
        return _(
            'is missing: add it, or write "login": "by_hand" if you log in with SPID, CIE or another way of your own'
        )
    if kind == OURS:
        return _("is wrong: {why}", why=bounds["error"])
    return _("is wrong: {why}", why=OF_VALUES.get(kind, ANY_OTHER).filled(**_as_json(bounds)))


def _as_json(bounds: Mapping[str, object]) -> dict[str, str]:
    return {name: str(bound).replace("'", '"') for name, bound in bounds.items()}


def of_json(text: str, error: json.JSONDecodeError) -> str:
    """Where the text stops being JSON, and the likely cause."""
    before = text[: error.pos].rstrip()
    rest = text[error.pos :].lstrip()
    comma = before.endswith(",") and rest[:1] in ("}", "]")  # the parser names the place behind the comma, or, from
    if comma or (rest[:1] == "," and rest[1:].lstrip()[:1] in ("}", "]")):  # Python 3.13 on, the comma itself
        at = len(before) - 1 if comma else error.pos
        closing = rest.lstrip(", \t\r\n")[:1]
        return _(
            "{place}: there is a comma too many before {closing}: remove it", place=_place(text, at), closing=closing
        )
    place = _place(text, error.pos)
    if rest[:1] in CURLED and rest:
        return _('{place}: there are curly quotes “ ”: write straight ones, "', place=place)
    if rest[:1] == "'":
        return _('{place}: there are single quotes: write double ones, "', place=place)
    if not rest or error.msg.startswith("Unterminated"):
        return _("{place}: the file ends too early: a quote or a }} is missing from there on", place=place)
    causes = (cause for start, cause in OF_JSON.items() if error.msg.startswith(start))
    return f"{place}: {next(causes, COMPARE)}"


def _place(text: str, at: int) -> str:
    return _(
        "line {line}, column {column}", line=text.count(chr(10), 0, at) + 1, column=at - text.rfind(chr(10), 0, at)
    )
