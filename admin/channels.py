"""The ping and the channels beside the chat: how they went lately, for the doctor; a test of each (--try-alarms)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from alarms import ping
from alarms.configured import Configured, all_of, channels_of, ping_of
from database import open_database
from domain.alarms import PING, ChannelState
from domain.errors import AppError
from domain.model import Clock
from languages.terminal import N_, _
from runtime.config_file import command
from runtime.settings import Settings

Found = tuple[str, str | None]
"""What was found, and the remedy: None when all is well."""
TEST_TITLE = N_("Polimisport Bot: a test")
TEST = N_("This is a test notice. What must not be missed will come here too.")


async def look(settings: Settings, clock: Clock) -> list[Found]:
    """What there is to say; nothing when nothing is configured: nothing is sent then."""
    configured = all_of(settings)
    if not configured or not settings.has_database:
        return []
    try:
        async with open_database(settings.database) as db:
            states = {each.digest: each for each in await db.alarms.channels()}
    except AppError:
        return []  # told of the database itself
    attempt = command(".venv/bin/python setup.py --try-alarms", settings.config_file)
    return [_found(each, states.get(each.channel.digest), clock, attempt) for each in configured]


def _found(configured: Configured, state: ChannelState | None, clock: Clock, attempt: str) -> Found:
    name = configured.channel.name
    if state is not None and state.error is not None and state.failing_since is not None:
        since = f"{state.failing_since:%d/%m %H:%M}"
        return (
            _("{name} fails since {since} UTC: {error}", name=name, since=since, error=state.error),
            _("run: {command}", command=attempt),
        )
    if state is None or state.reached_at is None:
        return (
            _("{name}: nothing was sent there yet (try: {command})", name=name, command=attempt),
            None,
        )
    minutes = int((clock() - state.reached_at).total_seconds() // 60)
    return (_("{name} was last reached {minutes} minutes ago", name=name, minutes=max(minutes, 0)), None)


async def try_all(settings: Settings, say: Callable[[str], object]) -> bool:
    """Sends a test notice to each channel, and a ping, and says what came of each. Whether all arrived."""
    ping_channel = ping_of(settings)
    if not all_of(settings):
        say(_("Nothing is configured in 'alarms': nothing is sent beside the chat."))
        return True
    results = []
    if ping_channel is not None:
        why = await ping.send(ping_channel.address, str(TEST_TITLE), well=True)
        results.append(_said(say, PING, why))
    results += [_said(say, each.channel.name, await _try(each)) for each in channels_of(settings)]
    return all(results)


def _said(say: Callable[[str], object], name: str, why: str | None) -> bool:
    if why is None:
        say(_("✓ {name}: sent; look whether it has arrived", name=name))
    else:
        say(_("✗ {name}: not sent ({why})", name=name, why=why))
    return why is None


async def _try(configured: Configured) -> str | None:
    """Why it could not be sent; None when it was."""
    from alarms.apprise_channel import NotSent, send  # here: it takes a second, and nobody else needs it

    try:
        await asyncio.to_thread(send, configured.address, str(TEST_TITLE), str(TEST))
    except NotSent as error:
        return str(error)
    return None
