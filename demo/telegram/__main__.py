"""python -m demo.telegram: the emulator by itself, to try any bot by hand. Prints what the bot needs."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress

from demo.telegram.server import DEMO_TOKEN, TelegramEmulator


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo.telegram", description="A Telegram Bot API emulator.")
    parser.add_argument("--token", default=DEMO_TOKEN, help="the bot token to accept (default: %(default)s)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--people", nargs="+", default=["Giulia", "Marco"], help="who may chat (ids from 1001 on)")
    parser.add_argument("--no-limits", action="store_true", help="no flood control")
    return parser.parse_args()


async def serve(arguments: argparse.Namespace) -> None:
    emulator = TelegramEmulator(arguments.token, limits=not arguments.no_limits)
    for number, name in enumerate(arguments.people, start=1001):
        emulator.person(number, first_name=name, started=False)
    async with emulator.serve(arguments.host, arguments.port):
        print(f"Bot API   {emulator.api_base_url}/bot{emulator.token}/getMe")
        print(f"Chat page {emulator.api_base_url}/")
        await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(read_arguments()))
