"""Sending polls and ending them."""

from __future__ import annotations

import random
from typing import Any

from demo.telegram import polls
from demo.telegram.errors import bad_request
from demo.telegram.methods.base import Json, Method, formatted, markup_of, message_of, send
from demo.telegram.params import Params
from demo.telegram.world import World

MOST_OPTIONS = 12
QUESTION_LIMIT, OPTION_LIMIT = 300, 100  # characters


async def send_poll(world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    question = formatted(params.text("question"), params.text("question_parse_mode"), None).text
    if not 1 <= len(question) <= QUESTION_LIMIT:
        raise bad_request(f"poll question length must be between 1 and {QUESTION_LIMIT}")
    kind = params.text("type", "regular")
    if kind not in {"regular", "quiz"}:
        raise bad_request("unsupported poll type specified")
    poll: Json = {
        "id": str(random.randint(10**17, 10**18)),
        "question": question,
        "options": _options(params),
        "total_voter_count": 0,
        "is_closed": params.flag("is_closed"),
        "is_anonymous": not params.has("is_anonymous") or params.flag("is_anonymous"),
        "type": kind,
        "allows_multiple_answers": params.flag("allows_multiple_answers"),
        "allows_revoting": kind == "regular",
        "members_only": False,
    }
    return send(world, chat, {"poll": poll | (_answer(params, poll) if kind == "quiz" else {})}, params)


def _options(params: Params) -> list[Json]:
    asked = params.json("options", "poll options")
    texts = [str(each.get("text") if isinstance(each, dict) else each) for each in asked or []]
    if not 1 <= len(texts) <= MOST_OPTIONS:
        raise bad_request(f"poll must have 1-{MOST_OPTIONS} options")
    if not all(1 <= len(text) <= OPTION_LIMIT for text in texts):
        raise bad_request(f"poll options length must not exceed {OPTION_LIMIT}")
    return [{"text": text, "persistent_id": str(number), "voter_count": 0} for number, text in enumerate(texts)]


def _answer(params: Params, poll: Json) -> Json:
    """What a quiz has besides: the right option."""
    if not params.has("correct_option_id") or not 0 <= params.integer("correct_option_id") < len(poll["options"]):
        raise bad_request("wrong correct option ID specified")
    right = params.integer("correct_option_id")
    explained = {"explanation": params.text("explanation")} if params.has("explanation") else {}
    return {"correct_option_id": right, "correct_option_ids": [right], **explained}


async def stop_poll(world: World, params: Params) -> Any:
    chat = world.chat(params.text("chat_id"))
    record = message_of(chat, params, "stop poll in")
    if "poll" not in record.payload or not record.from_bot:
        raise bad_request("message with poll to stop not found")
    if record.payload["poll"]["is_closed"]:
        raise bad_request("poll has already been closed")
    markup = markup_of(params)
    kept = {key: value for key, value in record.payload.items() if key != "reply_markup"}
    record.payload = {**kept, **({"reply_markup": markup} if markup else {})}
    return polls.close(world, chat, record)


METHODS: dict[str, Method] = {"sendpoll": send_poll, "stoppoll": stop_poll}
