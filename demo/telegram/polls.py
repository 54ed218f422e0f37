"""Polls: what a vote changes, and what the bot hears of it. The bot makes and stops them in `methods/polls.py`."""

from __future__ import annotations

from typing import Any

from demo.telegram.world import Chat, Record, World

Json = dict[str, Any]


def vote(world: World, chat: Chat, record: Record, choices: list[int]) -> None:
    """The person chooses these options (none takes the vote back). Raises ValueError for a vote that can't be cast."""
    poll: Json = record.payload.get("poll") or {}
    if not poll or poll["is_closed"]:
        raise ValueError("no open poll in this message")
    if not set(choices) <= set(range(len(poll["options"]))) or len(set(choices)) != len(choices):
        raise ValueError("no such option")
    if len(choices) > 1 and not poll["allows_multiple_answers"]:
        raise ValueError("this poll takes one answer")
    if record.votes and (poll["type"] == "quiz" or not poll["allows_revoting"]):
        raise ValueError("this vote is final")
    record.votes = choices
    options = [{**each, "voter_count": int(n in choices)} for n, each in enumerate(poll["options"])]
    _change(world, chat, record, {**poll, "options": options, "total_voter_count": int(bool(choices))})
    if not poll["is_anonymous"]:
        ids = [poll["options"][number]["persistent_id"] for number in choices]
        chosen = {"option_ids": choices, "option_persistent_ids": ids}
        world.updates.add("poll_answer", {"poll_id": poll["id"], "user": chat.user, **chosen})


def close(world: World, chat: Chat, record: Record) -> Json:
    """Nobody can vote any more. The poll as it ended."""
    return _change(world, chat, record, {**record.payload["poll"], "is_closed": True})


def _change(world: World, chat: Chat, record: Record, poll: Json) -> Json:
    world.replace(chat, record, {**record.payload, "poll": poll}, edited=False)
    world.updates.add("poll", poll)
    return poll
