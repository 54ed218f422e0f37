"""What the owner does from the pages: a backup, a survey, and acts on others' requests and accounts."""

from __future__ import annotations

import logging
from datetime import timedelta

from aiohttp import web

from dashboard.owner.survey import LEAST_FREE_OPENING, Surveys
from dashboard.parts import FORM, VISITOR, Access, Dashboard, Route, post
from domain.errors import DatabaseError
from languages import N_, Later
from runtime.backups import make_backup, new_backup

RESTS = {"1": timedelta(hours=1), "6": timedelta(hours=6), "24": timedelta(hours=24), "168": timedelta(days=7)}
MOST_ID = 2**63 - 1

SAID: dict[str, Later] = {
    "backup": N_("✅ Copia fatta e controllata."),
    "backup-failed": N_("❌ La copia non è riuscita: guarda il log, e se c'è posto sul disco."),
    "survey": N_("✅ L'indagine è partita: dura due o tre minuti. Ricarica la pagina per seguirla."),
    "survey-busy": N_("Un'indagine è già in corso."),
    "survey-soon": N_(
        "Tra poco apre una lezione che qualcuno aspetta: l'indagine darebbe fastidio. Riprova più tardi."
    ),
    "survey-failed": N_("❌ L'indagine non è partita: guarda il log."),
    "withdrawn": N_("✅ Ritirata. Chi l'aveva chiesta lo viene a sapere."),
    "too-late": N_("Non si può più: è già in mano a un worker che agisce, o è finita."),
    "tried": N_("✅ Si riprova adesso."),
    "not-tried": N_("Non c'è niente da anticipare: aspetta la sua apertura, è già da fare, o è finita."),
    "rests": N_("✅ In pausa. Chi ha l'account lo viene a sapere; le aperture si provano comunque."),
    "rests-already": N_("Aspetta già, e più a lungo."),
    "resumed": N_("✅ Riparte. Chi ha l'account lo viene a sapere."),
    "not-resting": N_("Non è in pausa."),
}
"""What is said on the next page, by the word in its address."""

log = logging.getLogger(__name__)


class Acting:
    def __init__(self, dashboard: Dashboard, surveys: Surveys) -> None:
        self._dashboard = dashboard
        self._db = dashboard.db
        self._surveys = surveys

    async def backup(self, request: web.Request) -> web.StreamResponse:
        """Copies the database now."""
        target = new_backup(self._dashboard.settings, self._dashboard.clock)
        try:
            await make_backup(self._db.connection.backup, self._dashboard.settings.local_path, target)
        except FileExistsError:  # a second tap within the second
            return self._back("/owner", "backup")
        except (OSError, DatabaseError) as error:
            log.error("The backup could not be made: %s", error)
            return self._back("/owner", "backup-failed")
        log.info("User %s made the backup %s", request[VISITOR].user_id, target)
        return self._back("/owner", "backup")

    async def survey(self, request: web.Request) -> web.StreamResponse:
        """Starts a survey, unless an opening is near."""
        near = timedelta(minutes=LEAST_FREE_OPENING)
        if await self._db.oversight.openings(timedelta(minutes=2), near, 1):
            return self._back("/owner/survey", "survey-soon")
        try:
            started = await self._surveys.start()
        except OSError as error:
            log.error("The survey could not be started: %s", error)
            return self._back("/owner/survey", "survey-failed")
        return self._back("/owner/survey", "survey" if started else "survey-busy")

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        action_id, owner = _number(request), request[VISITOR].user_id
        withdrawn = await self._db.by_owner.withdraw(action_id, owner)
        if withdrawn is not None:
            log.info("User %s withdrew action %s of user %s", owner, action_id, withdrawn.user_id)
        return self._back("/owner/queue", "withdrawn" if withdrawn is not None else "too-late")

    async def try_now(self, request: web.Request) -> web.StreamResponse:
        done = await self._db.by_owner.try_now(_number(request))
        return self._back("/owner/queue", "tried" if done else "not-tried")

    async def rest(self, request: web.Request) -> web.StreamResponse:
        """Has an account wait for as long as the form says."""
        length = RESTS.get(request[FORM].text("hours"))
        if length is None:
            raise web.HTTPBadRequest
        until, owner = self._dashboard.clock() + length, request[VISITOR].user_id
        done = await self._db.by_owner.let_rest(_number(request), until, owner)
        return self._back("/owner/accounts", "rests" if done else "rests-already")

    async def resume(self, request: web.Request) -> web.StreamResponse:
        done = await self._db.by_owner.end_rest(_number(request), request[VISITOR].user_id)
        return self._back("/owner/accounts", "resumed" if done else "not-resting")

    def _back(self, path: str, said: str) -> web.StreamResponse:
        """Leads to a page that says what was done; reloading it does nothing again."""
        return self._dashboard.redirect(f"{path}?said={said}")

    def routes(self) -> list[Route]:
        acts = {
            "/owner/backup": self.backup,
            "/owner/survey": self.survey,
            "/owner/actions/{number}/withdraw": self.withdraw,
            "/owner/actions/{number}/now": self.try_now,
            "/owner/accounts/{number}/rest": self.rest,
            "/owner/accounts/{number}/resume": self.resume,
        }
        return [post(path, act, Access.OWNER) for path, act in acts.items()]


def _number(request: web.Request) -> int:
    """The id in the address. Raises HTTPNotFound for what is none."""
    text = request.match_info["number"]
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= MOST_ID):
        raise web.HTTPNotFound
    return int(text)
