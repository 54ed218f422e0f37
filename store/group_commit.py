"""Writes that wait at the same moment are committed together, as each commit waits for the disk and for other programs.

At an opening five hundred come at once, and the leases of all of them have to be extended within seconds.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import AbstractContextManager
from typing import Any, Generic

from store.connection import Result, Steps, Transaction

MOST_TOGETHER = 100  # writes in one transaction: other programs shall not wait long for their turn


class Write(Generic[Result]):
    """What one caller wants to write, and what came of it: run on the engine's thread, looked at by its caller."""

    _result: Result

    def __init__(self, steps: Steps[Result]) -> None:
        self._steps = steps
        self._error: BaseException | None = None
        self.began = time.monotonic()
        self.is_over = False  # committed, or failed
        self.is_wanted = True  # until its caller is cancelled, or has waited long enough

    def run(self, tx: Transaction) -> None:
        """Does the steps in a savepoint, which undoes them if they fail or nobody waits for them any more.

        Raises what undid the whole transaction, in the engine's own judgement: a disk that is full, say.
        """
        tx.begin_part()
        try:
            self._result = self._steps(tx)
        except Exception as error:  # noqa: BLE001 - its caller raises it
            if not tx.is_open:
                raise
            self._error = error
        tx.end_part(undo=self._error is not None or not self.is_wanted)

    def end(self, error: BaseException | None = None) -> None:
        """The transaction is committed, or met an error and wrote nothing."""
        self._error = error or self._error
        self.is_over = True

    def result(self) -> Result:
        """What the steps returned. Raises what they raised, or what kept them from being committed."""
        if self._error is not None:
            raise self._error
        return self._result


class Line:
    """Who waits to write, in the order they came. At most so many are committed together."""

    def __init__(self, most_together: int = MOST_TOGETHER) -> None:
        self._waiting: deque[Write[Any]] = deque()
        self._most_together = most_together

    def join(self, steps: Steps[Result]) -> Write[Result]:
        write = Write(steps)
        self._waiting.append(write)
        return write

    def do(self, first: Write[Any], transaction: AbstractContextManager[Transaction]) -> bool:
        """Does what is waiting in one transaction, so that all of it waits for the disk once. On the engine's thread.

        False when whoever was first before has done it, and was cancelled meanwhile. Raises what kept the transaction
        from beginning, another program that is writing, say: then all go on waiting; and what kept it from being
        committed, for all who were in it.
        """
        if first.is_over:
            return False
        writes: list[Write[Any]] = []
        try:
            with transaction as tx:
                while self._waiting and len(writes) < self._most_together:
                    write = self._waiting.popleft()
                    if write.is_wanted:
                        writes.append(write)
                        write.run(tx)
        except BaseException as error:
            for write in writes:
                write.end(error)
            raise
        for write in writes:
            write.end()
        return True
