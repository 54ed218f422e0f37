"""Runs several calls to the site at once. None is ever cancelled: Playwright does not define what that does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
U = TypeVar("U")


async def together(*work: Awaitable[T]) -> list[T]:
    """All results, in order. When some fail, the rest is still waited for, then the first error is raised."""
    tasks = [asyncio.ensure_future(each) for each in work]
    if tasks:
        await asyncio.wait(tasks)
    errors = [task.exception() for task in tasks]  # asked of all: asyncio warns of an error that was never retrieved
    if error := next((each for each in errors if each), None):
        raise error
    return [task.result() for task in tasks]


async def both(one: Awaitable[T], other: Awaitable[U]) -> tuple[T, U]:
    """As `together`, for two of different kinds."""
    results: list[Any] = await together(one, other)
    return results[0], results[1]


def noticed(work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """Starts a task that may outlive its caller; its error is retrieved, so that asyncio does not warn of it."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_take_notice)
    return task


def _take_notice(ended: asyncio.Task[Any]) -> None:
    if not ended.cancelled():
        ended.exception()
