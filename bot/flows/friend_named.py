"""The friend for whom a message in plain words asks for a place too: one who has agreed to it, and by name."""

from __future__ import annotations

from bot.understanding.intents import Doubt, Unsure
from bot.understanding.lexicon import ALSO
from bot.understanding.words import words_of
from database import Database
from domain.together import Agreement


async def friend_named(db: Database, user_id: int, text: str, unsure: Unsure) -> Agreement | None:
    """The agreement with the one friend whose name, and nothing else, left a message in doubt; None when there is none.

    A message that asks for a place for the friend alone stays in doubt.
    """
    said = words_of(text)
    if unsure.doubt not in (Doubt.ANOTHER, Doubt.WORDS) or not said & ALSO:
        return None
    mine = [one for one in await db.agreements.of(user_id) if one.asker_id == user_id]
    named = [one for one in mine if words_of(one.friend_name) & said]
    if len(named) != 1:
        return None
    odd = {word for each in unsure.words for word in words_of(each)}
    return named[0] if odd <= ALSO | words_of(named[0].friend_name) else None
