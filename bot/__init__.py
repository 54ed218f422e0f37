"""The chat. transport: a Telegram update in, a message out; flows: a tap to rows to a page; screens: rows to a page."""

import os

# python-telegram-bot's way to give times to wait as timedeltas, as its next version will; the old way warns.
os.environ.setdefault("PTB_TIMEDELTA", "true")
