"""A wire to a PostgreSQL server that is cut, or falls silent, when a test chooses: a socket that passes all else on."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOCKET = ".s.PGSQL.5432"  # how PostgreSQL's clients and servers name it in a folder
A_PIECE = 65_536


class Wire:
    """Passes everything on, both ways. It is cut instead of passing on a request, or an answer, with the words set."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self.lost_request = b""
        self.lost_answer = b""
        self.cuts = 0
        self.is_silent = False  # nothing comes through any more, and neither end hears that: the cable is pulled

    def carry(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self._server / SOCKET))
        back = threading.Thread(target=self._pass_on, args=(server, client, "lost_answer"), daemon=True)
        back.start()
        self._pass_on(client, server, "lost_request")
        back.join()
        for end in (client, server):
            end.close()

    def _pass_on(self, source: socket.socket, target: socket.socket, lost: str) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(A_PIECE):
                words: bytes = getattr(self, lost)
                if words and words in piece:
                    setattr(self, lost, b"")
                    self.cuts += 1
                    break
                if not self.is_silent:
                    target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(server: Path, folder: Path) -> Iterator[Wire]:
    """A wire whose socket is in the folder, while the block lasts."""
    made = Wire(server)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / SOCKET))
    listener.listen()

    def take() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=made.carry, args=(client,), daemon=True).start()

    taking = threading.Thread(target=take, daemon=True)
    taking.start()
    yield made
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    taking.join()
