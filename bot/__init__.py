"""The chat's secrets: what a button means, how a row looks on the screen, how a message gets to Telegram."""

import os

# python-telegram-bot's way to give times to wait as timedeltas, as its next version will; the old way warns.
os.environ.setdefault("PTB_TIMEDELTA", "true")
