"""A person's own calendar, read over the internet: fetched politely and safely, its events computed in a child process.

`read` does both. What comes is the work of strangers: nothing in it may lead us into our own network, nor keep us busy.
"""

from agenda.fetching import LIMITS, Fetcher, Limits, Unread
from agenda.reading import Reading, read

__all__ = ["LIMITS", "Fetcher", "Limits", "Reading", "Unread", "read"]
