"""One of several programs does what only one may do at a time, whatever machine they run on: it holds a session's lock.

Whoever has the lock asks the server for a sign each second. When none comes it stops at once; the server, which has not
heard from it meanwhile, ends the session some seconds later, and with that the lock is the next one's. So it is also
after a network cable was pulled, a machine has lost its power, or a program stands still.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import psycopg

from domain.errors import DatabaseBusy
from domain.postgresql_address import PostgresqlAddress
from store.connection import Duty, Waiting, Work

Result = TypeVar("Result")

DUTY_LOCK = 0x506F4C6B  # "PoLk": with the number of the duty, the advisory lock of whoever has it
REACHED_WITHIN = 2  # s; libpq takes whole seconds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DutyPace:
    """Seconds. Who gets no sign has stopped before the server gives the lock to another, `silence` after the last."""

    sign: float = 1.0  # between two signs that are asked for
    answer: float = 2.0  # within which one comes
    silence: float = 7.0  # after which the server ends the session: three more to act no longer, and to be taken over
    look: float = 0.5  # between two tries for the lock


PACE = DutyPace()


class _Session:
    """The session that holds the lock, on a thread of its own."""

    def __init__(self, address: PostgresqlAddress, duty: Duty, silence: float) -> None:
        self._address = address
        self._duty = duty
        self._silence_ms = int(1000 * silence)
        self._thread = ThreadPoolExecutor(1, "duty")
        self._connection: psycopg.Connection[tuple[bool]] | None = None

    async def take(self, within: float) -> bool:
        """Whether the lock is ours now. Raises OSError when the server does not say so in time."""
        return await self._ask(self._take, within + REACHED_WITHIN)

    async def keep(self, within: float) -> None:
        """Raises OSError when the server gives no sign in time: the lock is lost, or will be."""
        await self._ask(self._keep, within)

    async def _ask(self, question: Callable[[], Result], within: float) -> Result:
        asked = asyncio.get_running_loop().run_in_executor(self._thread, question)
        done, _ = await asyncio.wait({asked}, timeout=within)
        if not done:
            asked.add_done_callback(lambda late: late.exception())
            raise TimeoutError("no answer from the server")
        try:
            return asked.result()
        except psycopg.OperationalError as error:
            raise ConnectionError(str(error).strip()) from error

    def _take(self) -> bool:
        if self._connection is None:
            self._connection = psycopg.connect(
                self._address.uri,
                autocommit=True,
                connect_timeout=REACHED_WITHIN,
                application_name="polimisport duty",
                options=f"-c idle_session_timeout={self._silence_ms} -c tcp_user_timeout={self._silence_ms}"
                " -c tcp_keepalives_idle=3 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2",
            )
        [[taken]] = self._connection.execute("SELECT pg_try_advisory_lock(%s, %s)", [DUTY_LOCK, self._duty.value])
        return bool(taken)

    def _keep(self) -> None:
        if self._connection is not None:
            self._connection.execute("SELECT true")

    def end(self) -> None:
        """Ends the session, and with it the lock, as far as the server hears of it. Waits for nothing."""
        if self._connection is not None and not self._connection.closed:
            with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self._connection.fileno())) as wire:
                wire.shutdown(socket.SHUT_RDWR)  # a question that is not answered ends with it
        self._thread.submit(self._close)
        self._thread.shutdown(wait=False)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class Turns:
    """Whose turn it is to have a duty."""

    def __init__(self, address: PostgresqlAddress, duty: Duty, pace: DutyPace = PACE) -> None:
        self._address = address
        self._duty = duty
        self._pace = pace
        self._is_told = False  # that the server can't be asked

    async def run(self, stop: asyncio.Event, work: Work, waiting: Waiting) -> None:
        """Does the work whenever no other program does it, until `stop` is set or the work ends by itself.

        The work gets an event that is set when it has to end: at the stop, or because the lock is lost. While another
        program has the duty, `waiting` lasts. Work that ends because the database is out of reach begins anew with its
        next turn.
        """
        while not stop.is_set():
            session = _Session(self._address, self._duty, self._pace.silence)
            try:
                if await self._take(session, stop, waiting) and await self._hold(session, stop, work):
                    return
            finally:
                session.end()

    async def _take(self, session: _Session, stop: asyncio.Event, waiting: Waiting) -> bool:
        """Whether the session has the lock; False when the server is lost, or at the stop."""
        try:
            taken = await session.take(self._pace.answer)
            self._is_told = False
            if taken:
                return True
            log.info("Another program has the duty %s: this one waits for its turn", self._duty.name)
            async with waiting():
                while not stop.is_set():
                    await _rest(stop, self._pace.look)
                    if await session.take(self._pace.answer):
                        log.warning("This program has the duty %s now", self._duty.name)
                        return True
        except OSError as error:
            level = logging.DEBUG if self._is_told else logging.WARNING
            log.log(level, "The server can't be asked who has the duty %s (%s)", self._duty.name, error)
            self._is_told = True
            await _rest(stop, self._pace.sign)
        return False

    async def _hold(self, session: _Session, stop: asyncio.Event, work: Work) -> bool:
        """Works while the session has the lock. Whether the work ended by itself."""
        over = asyncio.Event()
        ends = {
            asyncio.create_task(self._keep(session, stop, over), name="keeping the duty"),
            asyncio.create_task(_set_with(stop, over), name="the stop ends the duty"),
        }
        try:
            await work(over)
            return not over.is_set()
        except (
            DatabaseBusy
        ) as error:  # the server was out of reach for it: whether the lock is still ours is asked anew
            log.warning("What is done on the duty %s has ended, and begins anew: %s", self._duty.name, error)
            await _rest(stop, self._pace.sign)
            return False
        finally:
            for each in ends:
                each.cancel()
            await asyncio.wait(ends)

    async def _keep(self, session: _Session, stop: asyncio.Event, over: asyncio.Event) -> None:
        """Sets `over` when the lock is lost, or can't be known to be kept."""
        heard = time.monotonic()
        try:
            while not stop.is_set():
                await _rest(stop, self._pace.sign)
                asked = time.monotonic()
                if asked - heard > self._pace.sign + self._pace.answer:
                    raise TimeoutError("this program stood still")  # noqa: TRY301 - as when the server is silent
                await session.keep(self._pace.answer)
                heard = asked
        except OSError as error:
            log.warning("This program has lost the duty %s, and stops acting on it (%s)", self._duty.name, error)
        finally:
            over.set()


async def _set_with(stop: asyncio.Event, over: asyncio.Event) -> None:
    await stop.wait()
    over.set()


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
