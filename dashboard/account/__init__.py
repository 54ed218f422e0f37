"""The account page: a one-time form for what somebody logs in to the site with. Offers `routes`."""

from __future__ import annotations

from dashboard.account.drafts import Drafts
from dashboard.account.one_time import PictureReader
from dashboard.account.pages import AccountPages
from dashboard.account.trial import Trial
from dashboard.parts import Dashboard, Route


def routes(dashboard: Dashboard) -> list[Route]:
    """What answers below `/account`."""
    trial = Trial(dashboard.db, dashboard.services, dashboard.clock)
    return AccountPages(dashboard, trial, Drafts(), PictureReader()).routes()
