"""Accounts without files, at the terminal: a person is added, config.json's friends are moved in, the key is changed.

Used by `python setup.py --add-person`, `--move-people` and `--rotate-key`. Nothing that is secret is shown or echoed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from admin.guest_keys import masked
from admin.wizard import Wizard, write
from database import Database, open_database
from domain.errors import ConfigError, KeyMissing, SealBroken
from domain.guests import SealedGuest
from domain.model import Clock, Credentials, utc_now
from domain.site_login import PerLogin, SiteLogin
from languages.terminal import N_, _, n_
from runtime import config_file
from runtime.backups import make_backup, new_backup
from runtime.configured import people_of
from runtime.credentials import CONFIG, handed_over
from runtime.directory import Directory
from runtime.sealing_key import KeyRing
from runtime.settings import Settings, fingerprint
from safety.sealing import SealingKeys, Secrets, sealed_with

LONGEST_NAME = 60  # characters of what somebody is called
TAKEN = PerLogin(
    polimi=N_("that Codice Persona is {other}'s already: an account belongs to one person"),
    club=N_("that user name is {other}'s already: an account belongs to one person"),
)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Room:
    """The open database, and who there is."""

    db: Database
    directory: Directory
    keys: KeyRing


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Room]:
    """The database with everybody in it, as a program has it after its start."""
    keys = KeyRing(settings.local_path)
    async with open_database(settings.database) as db:
        await db.people.set(people_of(settings))
        directory = Directory(settings, db.guests, keys)
        await directory.refresh()
        yield Room(db, directory, keys)


def everybody(settings: Settings) -> list[Credentials]:
    """Config.json's people and the guests, the owner first; without whom no key opens."""
    return asyncio.run(_everybody(settings)) if settings.has_database else list(settings.people)


async def _everybody(settings: Settings) -> list[Credentials]:
    found = []
    async with opened(settings) as room:
        for user_id in room.directory:
            try:
                found.append(room.directory[user_id])
            except (KeyMissing, SealBroken):
                continue  # the doctor tells
    return found


# ----- --add-person


def add_person(settings: Settings, user_id: int, wizard: Wizard, ask: Callable[[str], str], say: Say) -> None:
    """Asks for what a person logs in with, and stores it sealed. They need not have come with an invitation."""
    secrets = Secrets.of(_asked(settings, user_id, wizard))
    name = asyncio.run(_name_of(settings, user_id)) or ask(_("What is this person called?") + " ").strip()
    asyncio.run(_add(settings, user_id, name[:LONGEST_NAME] or str(user_id), secrets))
    say(_("Stored, encrypted. The bot tries the login as soon as it runs, and writes to them in Telegram."))


def _asked(settings: Settings, user_id: int, wizard: Wizard) -> Credentials:
    if any(each.user_id == user_id for each in settings.people):
        raise ConfigError(
            _("{id} stands in config.json: change it there, or move it out of there with --move-people", id=user_id)
        )
    site = settings.site.lets_in
    answers = wizard.ask_account(site)
    return Credentials(
        user_id,
        answers["username"],
        answers.get("password") or "",
        answers.get("otpatu") or "",
        by_hand="login" in answers or site is SiteLogin.BY_HAND,
    )


async def _name_of(settings: Settings, user_id: int) -> str:
    async with opened(settings) as room:
        guest = await room.db.guests.find(user_id)
    return guest.name if guest else ""


async def _add(settings: Settings, user_id: int, name: str, secrets: Secrets) -> None:
    async with opened(settings) as room:
        if (other := room.directory.whose(secrets.username)) not in (None, user_id):
            raise ConfigError(TAKEN.at(settings.site.lets_in).filled(other=other))
        secret = await room.db.guests.invite(settings.telegram.allowed_user_id)
        await room.db.guests.welcome(secret, user_id, name)
        await room.db.guests.forget_invitation(secret)  # of who had come before it is left over
        await room.directory.admit(user_id, secrets)


# ----- --move-people


def move_people(settings: Settings, ask: Callable[[str], bool], say: Say, clock: Clock = utc_now) -> bool:
    """Moves config.json's friends into the database, and takes them out of the file, once the person says yes.

    The file is changed last, when every blob in the database has been opened again with the key as it lies there.
    """
    friends = [friend.credentials() for friend in settings.friends if friend.active]
    if not friends:
        say(_("There is nobody in config.json besides you: there is nothing to move."))
        return True
    values = config_file.read(settings.config_file)
    if place := handed_over(CONFIG):
        raise ConfigError(_("{place} is only lent to the programs: type this where config.json lies", place=place))
    if len(values.get("friends", [])) != len(settings.friends):
        raise ConfigError(_("the friends come from an environment variable: they can't be moved out of there"))
    for friend in friends:
        say(f"  {friend.user_id} ({masked(friend.username)})")
    if not ask(_("Move them into the database, encrypted, and take them out of config.json?")):
        return False
    backup = asyncio.run(_move(settings, friends, clock))
    moved = {friend.user_id for friend in friends}
    values["friends"] = [each for each in values["friends"] if each.get("telegram_user_id") not in moved]
    write(settings.config_file, values)
    say(
        n_(
            "{n} person is moved. The database as it was is kept in {backup}.",
            "{n} people are moved. The database as it was is kept in {backup}.",
            len(friends),
            backup=backup,
        )
    )
    say(_("Restart the programs. Keep a copy of the key {key}, apart from the backups.", key=_place(settings)))
    return True


def _place(settings: Settings) -> str:
    return KeyRing(settings.local_path).place


async def _move(settings: Settings, friends: list[Credentials], clock: Clock) -> str:
    token = settings.telegram.bot_token.get_secret_value()
    async with opened(settings) as room:
        backup = new_backup(settings, clock)
        await make_backup(room.db.connection.backup, settings.local_path, backup)
        had_one = any(guest.sealed for guest in (await room.db.guests.changed_since(-1))[2])
        for friend in friends:
            sealed = room.keys.seal(friend.user_id, Secrets.of(friend), had_one=had_one)
            mark = fingerprint(friend, token)
            await room.db.guests.take_over(friend.user_id, sealed, mark, by_hand=friend.by_hand)
        guests = (await room.db.guests.changed_since(-1))[2]
        found = {guest.user_id: guest.sealed for guest in guests}
        for friend in friends:
            if KeyRing(settings.local_path).open(friend.user_id, found[friend.user_id]) != Secrets.of(friend):
                raise ConfigError(_("{id} could not be read back: config.json stays as it was", id=friend.user_id))
    return str(backup)


# ----- --rotate-key


def rotate_key(settings: Settings, say: Say, clock: Clock = utc_now) -> bool:
    """Seals everybody's secrets with a new key. Whenever it is killed, all can be opened, and it goes on when repeated.

    False when somebody's could not be opened, and stay as they were.
    """
    ring = KeyRing(settings.local_path)
    keys = ring.begin_rotation()
    if not ring.is_ours and len(keys.ids) < 2:
        raise ConfigError(
            _("the key comes from {place}: put a new one in front of it (openssl rand -base64 32), then once more",
              place=ring.place)
        )  # fmt: skip
    changed, left = asyncio.run(_reseal(settings, ring, keys))
    say(
        n_(
            "{n} person's login is sealed with the new key.",
            "{n} people's logins are sealed with the new key.",
            changed,
        )
    )
    for user_id in left:
        say(_("That of {id} can't be opened with any key that is here: it has to be entered again.", id=user_id))
    aside = ring.end_rotation(clock)
    if aside:
        say(_("The old key is in {aside}: backups made before need it. Delete it together with them.", aside=aside))
    elif not ring.is_ours:
        say(_("Now take the old key out of {place}; backups made before need it.", place=ring.place))
    return not left


async def _reseal(settings: Settings, ring: KeyRing, keys: SealingKeys) -> tuple[int, list[int]]:
    """How many were sealed anew, and whose could not be opened. Again, until nobody's is under another key."""
    changed, left = 0, list[int]()
    async with opened(settings) as room:
        while stale := await _under_another_key(room, keys, left):
            resealed = {}
            for guest in stale:
                try:
                    secrets = ring.open(guest.user_id, guest.sealed)
                except (KeyMissing, SealBroken):
                    left.append(guest.user_id)
                else:
                    resealed[guest.user_id] = guest.sealed, keys.seal(guest.user_id, secrets)
            changed += await room.db.guests.reseal(resealed)
        await _reseal_sessions(room, ring, keys)
    return changed, left


async def _reseal_sessions(room: Room, ring: KeyRing, keys: SealingKeys) -> None:
    """Those that several machines share. One that no key opens any more is made anew by the next login."""
    for user_id, kept in (await room.db.site_logins.all_kept()).items():
        try:
            session = ring.open_session(user_id, kept.sealed)
        except (KeyMissing, SealBroken):
            await room.db.site_logins.discard(user_id, kept.version)
        else:
            await room.db.site_logins.keep(user_id, keys.seal_session(user_id, session), kept.version)


async def _under_another_key(room: Room, keys: SealingKeys, left: list[int]) -> list[SealedGuest]:
    guests = (await room.db.guests.changed_since(-1))[2]
    return [each for each in guests if each.user_id not in left and each.sealed and _sealed_with(each) != keys.ids[0]]


def _sealed_with(guest: SealedGuest) -> bytes:
    try:
        return sealed_with(guest.sealed)
    except SealBroken:
        return b""
