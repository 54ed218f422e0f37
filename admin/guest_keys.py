"""Whether the key is here that opens what guests log in with, and nobody uses another's account. For the doctor."""

from __future__ import annotations

from database import open_database
from domain.errors import AppError, ConfigError, KeyMissing, SealBroken
from domain.guests import SealedGuest
from languages.terminal import _, n_
from runtime.sealing_key import KeyRing
from runtime.settings import Settings

Found = tuple[str, str | None]
"""What was found, and the remedy: None when all is well, empty when what was found says it already."""


def masked(username: str) -> str:
    """A Codice Persona that its owner recognises and nobody else learns: 10••••89."""
    return f"{username[:2]}••••{username[-2:]}" if len(username) > 6 else f"{username[:1]}••••"


async def look(settings: Settings) -> list[Found]:
    """What there is to say; nothing where there are no guests."""
    if not settings.has_database:
        return []
    try:
        async with open_database(settings.database) as db:
            guests = [each for each in (await db.guests.changed_since(-1))[2] if each.sealed]
    except AppError:
        return []  # told of the database itself
    keys = KeyRing(settings.local_path)
    try:
        names = {guest.user_id: _username(keys, guest) for guest in guests}
    except ConfigError as error:
        return [(str(error), "")]
    return [*_of_the_key(keys, names), *_of_accounts([each.username for each in settings.people], names)]


def _username(keys: KeyRing, guest: SealedGuest) -> str | None:
    try:
        return keys.open(guest.user_id, guest.sealed).username
    except (KeyMissing, SealBroken):
        return None


def _of_the_key(keys: KeyRing, names: dict[int, str | None]) -> list[Found]:
    shut = ", ".join(str(user_id) for user_id, name in sorted(names.items()) if name is None)
    if shut:
        what = _("the key in {place} does not open the login of {ids}", place=keys.place, ids=shut)
        return [(what, _("bring back the key that sealed it, or have it entered again (/accesso in the chat)"))]
    if not names:
        return []
    return [
        (
            n_(
                "the key in {place} opens the login of {n} guest",
                "the key in {place} opens the logins of {n} guests",
                len(names),
                place=keys.place,
            ),
            None,
        )
    ]


def _of_accounts(configured: list[str], names: dict[int, str | None]) -> list[Found]:
    every = [*configured, *(name for name in names.values() if name)]
    return [
        (
            _("{name} is the account of two people", name=masked(name)),
            _("an account belongs to one person: remove one of them"),
        )
        for name in sorted(set(every))
        if every.count(name) > 1
    ]
