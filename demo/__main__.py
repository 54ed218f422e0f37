"""`./run --demo`: the real programs in a made-up world, and the address of a chat page to talk to them.

python -m demo [--workers N] [--keep] [--folder PATH] [--like SURVEY] [--club] [--language it|en]

Everything it makes is in .demo/ (or PATH), the programs' log included. Ctrl-C or SIGTERM stops programs and world.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import os
import shutil
import signal
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

from admin.survey.bundle import BadSurvey, read
from demo import club, openings
from demo import world as demo_world
from demo.site import Site
from demo.site.like import take_over
from demo.telegram import TelegramEmulator
from demo.world import GIULIA_ID, MARCO_ID, SOFIA, SOFIA_ID, Programme
from domain.model import utc_now
from domain.site_login import PerLogin, SiteLogin
from portal.browser.chromium import has_display
from runtime.settings import load

PROJECT = Path(__file__).resolve().parent.parent
CHAT_PORT = 8765  # the same each time, so that a bookmark or an ssh tunnel goes on working; another when it is taken
PAGE_PORT = 8766  # the same, for the pages in the browser
PATIENCE = 60.0  # s for the bot to say its first word, also on a busy machine
STOP_PATIENCE = 15.0  # s for the programs to stop; they need five at most
LOG_LINES = 20  # of the programs' log, shown when they end by themselves
DAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
GREETING = """
  Polimisport Bot · demo  ({opens_date}, ora di Roma / Rome time)
  ─────────────────────────────────────────────────────────────────────────────────
  Apri la chat / Open the chat:   {chat}

  IT  1. Premi Avvia e poi "Nuova Prenotazione": per domani si prenota subito.
      2. Alle {opens} aprono i posti di {day_it}. Prenota adesso {course}
         delle {start}: il bot aspetta l'apertura, poi i rivali lo riempiono in pochi secondi.
         Poi si riapre ogni {every} minuti: la chat dice quando.
      3. Verso le {asks} ti chiede conferma per la palestra che si ripete.
  EN  0. The chat in English: ./run --demo --language en
      1. Press Start (Avvia), then "New Booking" ("Nuova Prenotazione"): tomorrow can be booked at once.
      2. At {opens} places for {day_en} open. Book {course} at {start} now:
         the bot waits for the opening; rivals fill the course seconds later.
         It opens again every {every} minutes: the chat says when.
      3. At about {asks} it asks you to confirm a recurring gym slot.

  Nel browser / in the browser:   scrivi /pagina in chat / write /page in the chat  ({page})
  Un amico, Marco / A friend:     {chat}?user={friend}
  Un'ospite, Sofia / a guest:     {chat}?user={guest}
  IT  Giulia la invita con /invita: nella chat di Sofia scrivi /start e quello che nel link segue "start=".
      {her_account_it}
  EN  Giulia invites her with /invite: in Sofia's chat type /start and what follows "start=" in the link.
      {her_account_en}
  Il sito simulato / the simulated site:  {site}/
  I suoi interruttori / its switches:     {switches}
  Log: {log}        Ctrl-C: fine / stop{tunnel}
"""


HER_ACCOUNT = PerLogin(
    polimi=(
        f"Il suo account: Codice Persona {SOFIA.username}, password {SOFIA.password}, chiave dei codici\n"
        f"      {SOFIA.otp_secret}",
        "Her account: Codice Persona, password and setup key as above.",
    ),
    club=(
        f"Il suo account: nome utente {SOFIA.username}, password {SOFIA.password}",
        "Her account: user name and password as above.",
    ),
)
"""In Italian, and in English."""


BY_HAND = f"""
  IT  Il bot non può entrare da solo: fallo tu (SPID, nome utente {demo_world.GIULIA.username}), in un altro terminale.
  EN  The bot can't log in by itself: do it for it (SPID, user name {demo_world.GIULIA.username}), in another terminal:
      .venv/bin/python setup.py --login --config {{}}
"""


class AlreadyRunning(Exception):
    """Another demo uses the folder."""


@contextmanager
def folder_of_our_own(folder: Path, keep: bool) -> Iterator[Path]:
    """The demo's folder, emptied unless it is to be kept. Raises AlreadyRunning: two would share a database."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning("a demo is running here already: stop it first (Ctrl-C in its terminal)") from None
        for path in folder.iterdir():
            if path.name != "lock" and not (keep and path.name.startswith("polimisport")):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        yield folder


@asynccontextmanager
async def chat_server(language: str) -> AsyncIterator[TelegramEmulator]:
    """`language`: of everybody's Telegram."""
    emulator = TelegramEmulator()
    emulator.person(GIULIA_ID, "Giulia", "giulia", language_code=language, started=False)
    emulator.person(MARCO_ID, "Marco", "marco", language_code=language, started=False)
    emulator.person(SOFIA_ID, "Sofia", "sofia", language_code=language, started=False)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(emulator.serve(port=CHAT_PORT))
        except OSError:
            await stack.enter_async_context(emulator.serve(port=0))
        yield emulator


@asynccontextmanager
async def programs(config: Path, workers: int, log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The four programs, as ./run has them, in a session of their own: Ctrl-C reaches us alone, and we end them."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            PROJECT / "deploy/programs.sh", config, str(workers), stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_PATIENCE)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def greeting(programme: Programme, chat: str, site: str, page: str, log: Path, login: SiteLogin) -> str:
    """The text for the terminal: where the chat is, and what to try."""
    slot = programme.watched
    ports = [address.rstrip("/").rpartition(":")[2] for address in (chat, page)]
    forward = " ".join(f"-L {port}:127.0.0.1:{port}" for port in ports)
    tunnel = "" if has_display() else f"\n  Da un altro computer / from elsewhere:  ssh {forward} SERVER"
    her_account_it, her_account_en = HER_ACCOUNT.at(login)
    return GREETING.format(
        opens_date=f"{programme.opens_at:%d/%m/%Y}",
        chat=chat,
        opens=f"{programme.opens_at:%H:%M:%S}",
        day_it=f"{DAYS[slot.date.weekday()]} {slot.date:%d/%m}",
        day_en=f"{slot.date:%a %d %b}",
        course=slot.course or "Fit Center",
        start=slot.start,
        asks=f"{programme.asks_at:%H:%M}",
        friend=MARCO_ID,
        guest=SOFIA_ID,
        her_account_it=her_account_it,
        her_account_en=her_account_en,
        site=site,
        page=page,
        switches=urljoin(site, "/__demo__/"),
        log=os.path.relpath(log),
        tunnel=tunnel,
        every=openings.EVERY // timedelta(minutes=1),
    )


async def run(folder: Path, options: argparse.Namespace, stop: asyncio.Event) -> int:
    """The demo until stop is set (0) or the programs end by themselves (their exit code)."""
    world = demo_world.new_world(another_club=options.club)
    if options.survey:
        print(*take_over(world, options.survey), sep="\n", flush=True)
    programme = demo_world.plan(world, utc_now())
    world.switches.chooser = world.switches.chooser or options.by_hand
    async with Site(world) as site, chat_server(options.language) as telegram:
        config, log = folder / "config.json", folder / "log.txt"
        values = demo_world.configuration(
            programme, site, telegram.api_base_url, telegram.token, by_hand=options.by_hand
        )
        values = club.configured(values) if options.club else values
        values["web"] = {"port": free_port(PAGE_PORT)}
        values["log"] = {"file": "programs.log"}  # for the owner's page; `log` has what they print, also as they fall
        demo_world.write_configuration(config, values)
        database = await demo_world.prepare_database(config, programme, options.language)
        demo_world.book_again(world, database)
        if not world.bookings(demo_world.GIULIA.username):
            demo_world.book_some(world, spared=programme.recurring)
        async with programs(config, options.workers, log) as process:
            chat = f"{telegram.api_base_url}/"
            settings = load(config)
            page, login = settings.web.url, settings.site.lets_in
            text = greeting(programme, chat, site.base_url, page, log, login)
            text += BY_HAND.format(config) if options.by_hand else ""
            text += club.TOLD if options.club else ""
            beside = [greet(telegram, text, chat), openings.repeat(world, programme, telegram, database)]
            tasks = [asyncio.create_task(each) for each in beside]
            code = await first_of(stop, process)
            for task in tasks:
                task.cancel()
    if code is None:
        print("Stopped.", flush=True)
        return 0
    print("The programs ended by themselves. Their last words:\n", *last_lines(log), sep="\n  ", file=sys.stderr)
    return code or 1


def free_port(wished: int) -> int:
    """That port of this machine, or another one that nobody listens at."""
    for port in (wished, 0):
        with socket.socket() as tried, suppress(OSError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", port))
            return int(tried.getsockname()[1])
    raise OSError("no port is free")


async def greet(telegram: TelegramEmulator, text: str, chat: str) -> None:
    """Says where the chat is as soon as the bot listens, and opens it where there is a screen."""
    with suppress(TimeoutError):
        await telegram.wait_for_call("getUpdates", PATIENCE)
    print(text, flush=True)
    if has_display():
        await asyncio.to_thread(webbrowser.open, chat)


async def first_of(stop: asyncio.Event, process: asyncio.subprocess.Process) -> int | None:
    """None when stop was set; the exit code when the programs ended before."""
    stopped = asyncio.create_task(stop.wait())
    ended = asyncio.create_task(process.wait())
    await asyncio.wait({stopped, ended}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    return None if stop.is_set() else ended.result()


def last_lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]


async def until_stopped(folder: Path, options: argparse.Namespace) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return await run(folder, options, stop)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run --demo", description="The bot in a made-up world.")
    parser.add_argument("--workers", type=int, default=1, help="how many workers")
    parser.add_argument("--keep", action="store_true", help="go on with the last demo's database")
    parser.add_argument("--by-hand", action="store_true", help="Giulia logs in herself, with a made-up SPID")
    parser.add_argument("--club", action="store_true", help="another club: its own login form, seven days ahead, ...")
    parser.add_argument("--folder", type=Path, default=PROJECT / ".demo", help="where it keeps its things")
    parser.add_argument("--like", type=Path, metavar="SURVEY", help="a site as a survey found the real one")
    parser.add_argument("--language", choices=("it", "en"), default="it", help="of the two people's Telegram")
    options = parser.parse_args()
    if options.club and (options.by_hand or options.like):
        parser.error("--club goes neither with --by-hand nor with --like")
    print("Starting the demo world ...", flush=True)
    try:
        options.survey = read(options.like) if options.like else None  # first: a bad one leaves the last demo alone
        with folder_of_our_own(options.folder.absolute(), options.keep) as folder:
            return asyncio.run(until_stopped(folder, options))
    except (AlreadyRunning, BadSurvey) as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
