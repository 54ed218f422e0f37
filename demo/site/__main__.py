"""`python -m demo.site`: the simulated site alone, to look at with a browser or to run a client against."""

import argparse
import asyncio
from contextlib import suppress

from demo.site import Person, Site, SiteWorld

DEMO_PERSON = Person("10000001", "password", "JBSWY3DPEHPK3PXP", name="Giulia")


async def serve(options: argparse.Namespace) -> None:
    world = SiteWorld(
        people=[DEMO_PERSON],
        opening_days=options.opening_days,
        opening_at=options.opening_at,
        round_trip=options.round_trip,
        crowds=True,
    )
    async with Site(world, options.port, host=options.host) as site:
        print(f"{site.base_url}\n{site.login_host}")
        print(f"Codice Persona {DEMO_PERSON.username}, password {DEMO_PERSON.password}")
        print(f"otpauth://totp/Polimi:{DEMO_PERSON.username}?secret={DEMO_PERSON.otp_secret}&issuer=Polimi", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A simulated Polimisport booking site on loopback.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--opening-days", type=int, default=2, help="a class opens so many days before")
    parser.add_argument("--opening-at", default="00:00", help="HH:MM[:SS], Europe/Rome")
    parser.add_argument("--round-trip", type=float, default=0.0, help="seconds added to each request")
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
