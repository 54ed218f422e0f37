"""What the doctor says of the server the database is on: how quick it is, and whether its clock is this machine's."""

from __future__ import annotations

from domain.database_server import DatabaseServer
from languages.terminal import _

QUICK = 0.1  # s; a booking goes to it dozens of times
TOGETHER = 5.0  # s between two clocks that are kept


def told_with(sound: str, server: DatabaseServer | None) -> tuple[str, str | None]:
    """What was found of the database, with what there is to say of its server, and the remedy; None: all is well."""
    if server is None:
        return sound, None
    found = sound + _(
        "; {version} answers in {ms} ms; its clock, which the programs go by, is {seconds} s from this machine's",
        version=server.version,
        ms=f"{1000 * server.round_trip:.1f}",
        seconds=f"{round(server.ahead, 1) + 0.0:+.1f}",
    )
    if abs(server.ahead) > TOGETHER:
        return found, _("have both clocks kept by the network (timedatectl set-ntp true)")
    if server.round_trip > QUICK:
        return found, _("take a server that is nearer: each step of a booking is written there")
    return found, None
