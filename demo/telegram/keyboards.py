"""reply_markup: checked as Telegram checks it, turned into the form messages carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from demo.telegram.errors import ApiError, bad_request
from demo.telegram.html_mode import URL

Json = dict[str, Any]

MAX_BUTTONS = 100  # of one inline keyboard: more are refused
MAX_ROW = 8  # buttons of one row
REPLY_BUTTONS = 300  # of one reply keyboard: what is more is left out without a word (seen in TDLib's ReplyMarkup.cpp)
REPLY_ROW = 12
CALLBACK_BYTES = 64
ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
DECORATION = ("style", "icon_custom_emoji_id")
REPLY_REQUESTS = ("request_contact", "request_location", "request_poll", "request_users", "request_chat", "web_app")


def read_markup(markup: Any) -> Json | None:
    """The keyboard in normal form, or None when there is none. Raises ApiError for what Telegram would refuse."""
    if markup in (None, "", {}):
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if "keyboard" in markup:
        return _reply(markup)
    return markup if markup.get("remove_keyboard") or markup.get("force_reply") else None


def inline_only(markup: Json | None) -> Json | None:
    """The keyboard of an edited message. Raises ApiError when it is not an inline one."""
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def _rows(value: Any, field: str) -> list[list[Any]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request(f'field "{field}" of the ReplyKeyboardMarkup must be an Array of Arrays')
    return [row for row in value if row]


def _inline(value: Any) -> Json | None:
    asked = _rows(value, "inline_keyboard")
    if sum(map(len, asked)) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in asked):
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    rows = [[_inline_button(button) for button in row] for row in asked]
    return {"inline_keyboard": rows} if rows else None


def _inline_button(button: Any) -> Json:
    text = _button_text(button, "inline keyboard button")
    action = next((name for name in ACTIONS if name in button and button[name] is not None), None)
    if action is None:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if action == "callback_data":
        _check_data(button[action])
    if action == "url":
        _check_url(str(button[action]))
    return {"text": text, action: button[action], **{name: button[name] for name in DECORATION if name in button}}


def _button_text(button: Any, what: str, *, may_be_empty: bool = False) -> str:
    if not isinstance(button, dict):
        raise bad_request(f"can't parse {what}: {what[0].upper()}{what[1:]} must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(f"can't parse {what}: Can't find field \"text\"")
    if not button["text"].strip() and not may_be_empty:
        raise bad_request(f"{what} text must be non-empty")
    return str(button["text"])


def _check_data(data: Any) -> None:
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_url(url: str) -> None:
    if not URL.match(url):
        raise ApiError(400, f"Bad Request: inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _reply(markup: Json) -> Json:
    read = [[_reply_button(button) for button in row] for row in _rows(markup["keyboard"], "keyboard")]
    rows = list(_that_fit([button for button in row if button["text"]][:REPLY_ROW] for row in read))
    if not rows:
        raise bad_request("reply keyboard must be non-empty")
    return {**markup, "keyboard": rows}


def _that_fit(rows: Iterable[list[Json]]) -> Iterator[list[Json]]:
    """The rows of a reply keyboard, as far as there is room."""
    left = REPLY_BUTTONS
    for row in rows:
        if row[:left]:
            yield row[:left]
        left = max(0, left - len(row))


def _reply_button(button: Any) -> Json:
    if isinstance(button, str):
        button = {"text": button}
    text = _button_text(button, "keyboard button", may_be_empty=True)
    return {"text": text, **{name: button[name] for name in REPLY_REQUESTS if name in button}}
