"""`python -m demo.site`: the simulated site alone, to look at with a browser or to run a client against."""

import argparse
import asyncio
import json
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from admin.survey.bundle import BadSurvey, read
from demo.site import Person, Site, SiteWorld, Switches
from demo.site.like import take_over
from demo.site.people import people, person
from demo.site.slots import ROME
from demo.site.switches import lively

DEMO_PERSON = Person("10000001", "password", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", name="Giulia")
SWITCHES = ", ".join(each.name for each in fields(Switches))


async def serve(options: argparse.Namespace) -> None:
    world = SiteWorld(
        clock=clock_from(options.clock),
        people=[*options.person, *(people(options.people) if options.people else ())] or [DEMO_PERSON],
        opening_days=options.opening_days,
        opening_at=options.opening_at,
        round_trip=options.round_trip,
        round_trip_jitter=options.jitter,
        crowds=True,
        switches=switches_from(options),
    )
    site = Site(
        world,
        options.port,
        host=options.host,
        sso_port=options.sso_port,
        public_url=options.public_url,
        public_sso_url=options.public_sso_url,
        tls=tls_from(options),
    )
    if options.like:
        print(*take_over(world, read(options.like)), sep="\n", file=sys.stderr)
    async with site:
        print(f"{site.base_url}\n{site.login_host}")
        for each in world.people:
            print(f"Codice Persona {each.username}, password {each.password}")
            print(f"otpauth://totp/Polimi:{each.username}?secret={each.otp_secret}&issuer=Polimi", flush=True)
        await asyncio.Event().wait()


def clock_from(text: str) -> Callable[[], datetime]:
    """A clock that runs: from an instant on, or so many seconds ahead of the real one. ValueError for neither."""
    try:
        ahead = float(text)
    except ValueError:
        start = datetime.fromisoformat(text)
        start = start if start.tzinfo else start.replace(tzinfo=ROME)
        ahead = (start - datetime.now(UTC)).total_seconds()
    return lambda: datetime.fromtimestamp(datetime.now(UTC).timestamp() + ahead, UTC)


def switches_from(options: argparse.Namespace) -> Switches:
    """The world that the options describe. Raises ValueError naming the wrong option."""
    switches = Switches() if options.calm else lively()
    named = {name: getattr(options, name) for name in ("session_minutes", "crowd_speed", "rush_seconds")}
    switches.update({name: value for name, value in named.items() if value is not None})
    switches.waiting_courses += options.waiting_list
    for each in options.set:
        name, _, value = each.partition("=")
        switches.update({name: _json_or_text(value)})
    return switches


def _json_or_text(value: str) -> object:
    with suppress(ValueError):
        return json.loads(value)
    return value


def tls_from(options: argparse.Namespace) -> ssl.SSLContext | None:
    """The server's side of TLS, where a certificate is given."""
    if not options.tls_cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.tls_cert, options.tls_key)
    return context


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo.site", description="A simulated Polimisport booking site.")
    where = parser.add_argument_group("where it is")
    where.add_argument("--host", default="127.0.0.1")
    where.add_argument("--port", type=int, default=8099)
    where.add_argument("--sso-port", type=int, default=0, help="of the single sign-on; 0: a free one")
    where.add_argument("--public-url", default="", help="how clients reach the site, when not by host and port")
    where.add_argument("--public-sso-url", default="", help="the same for the single sign-on")
    where.add_argument("--tls-cert", type=Path, help="certificate chain (PEM): https on both ports")
    where.add_argument("--tls-key", type=Path, help="its key, when it is not in the same file")
    who = parser.add_argument_group("who has an account")
    who.add_argument("--person", type=person, action="append", default=[], metavar="USERNAME:PASSWORD:SECRET[:NAME]")
    who.add_argument("--people", type=Path, help="JSON list of {username, password, secret, name}")
    when = parser.add_argument_group("time")
    when.add_argument("--clock", default="0", help="seconds ahead of the real one, or 2026-11-24T23:58 (Europe/Rome)")
    when.add_argument("--opening-days", type=int, default=2, help="a class opens so many days before")
    when.add_argument("--opening-at", default="00:00", help="HH:MM[:SS], Europe/Rome")
    when.add_argument("--round-trip", type=float, default=0.0, help="seconds added to each request")
    when.add_argument("--jitter", type=float, default=0.0, help="seconds more or less of it")
    how = parser.add_argument_group("how it behaves")
    how.add_argument("--session-minutes", type=float, help="an unused session ends after so many; 0: never")
    how.add_argument("--crowd-speed", type=float, help="how many times as fast as usual rivals are")
    how.add_argument("--rush-seconds", type=float, help="so long from an opening on it is slow")
    how.add_argument("--waiting-list", action="append", default=[], metavar="COURSE", help="takes one once it is full")
    how.add_argument("--calm", action="store_true", help="no rush, floods allowed, late cancelling costs nothing")
    how.add_argument("--set", action="append", default=[], metavar="SWITCH=VALUE", help=f"one of: {SWITCHES}")
    how.add_argument("--like", type=Path, metavar="SURVEY", help="as a survey of the real site found it: survey-*.zip")
    return parser.parse_args()


def main() -> int:
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(serve(read_arguments()))
    except (OSError, ValueError, BadSurvey) as problem:
        print(f"demo.site: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
