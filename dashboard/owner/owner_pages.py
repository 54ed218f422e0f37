"""The owner's pages: what is read for each, and shown. For a guest none of them exists."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.screens.when import When
from dashboard.owner import accounts, actions, machine, openings
from dashboard.owner.acting import SAID, Acting
from dashboard.owner.evidence_files import EvidenceFiles
from dashboard.owner.log_tail import MOST_RECORDS, tail
from dashboard.owner.survey import Surveys, command
from dashboard.parts import VISITOR, Access, Dashboard, Route, get
from domain.request_counts import PER_MINUTE
from health.checks import checks
from health.measures import age
from health.snapshot import JUST_OPENED, SURVEY_FILES, TONIGHT, Observatory
from languages import N_, _
from runtime.backups import files_like
from safety.redaction import Redactor

PER_PAGE = 50  # of a list
MOST_SHOWN = 200  # of a list without pages
MOST_PAGES = 10_000


SECTIONS = (
    ("/owner", N_("Macchina")),
    ("/owner/queue", N_("Coda")),
    ("/owner/openings", N_("Aperture")),
    ("/owner/accounts", N_("Tutti gli account")),
    ("/owner/evidence", N_("Evidenze")),
    ("/owner/log", N_("Log")),
    ("/owner/survey", N_("Indagine")),
)


class OwnerPages:
    def __init__(self, dashboard: Dashboard, surveys: Surveys) -> None:
        self._dashboard = dashboard
        self._db = dashboard.db
        self._settings = dashboard.settings
        self._surveys = surveys
        self._observatory = Observatory(dashboard.db, dashboard.settings, dashboard.clock)
        self._evidence = EvidenceFiles(dashboard.settings.state_dir / "evidence")
        self._redactor = Redactor(dashboard.settings.secrets(), "****")

    async def machine(self, request: web.Request) -> web.StreamResponse:
        snapshot, when = await self._observatory.look(), self._when(request)
        return self._show(
            request,
            "machine",
            names=await self._db.guests.names(),
            checks=checks(snapshot),
            check_name=machine.check_name,
            programs=machine.programs(snapshot),
            outages=machine.outages(await self._db.oversight.outages(10), when),
            disk=machine.disk_facts(snapshot.disk),
            versions=machine.versions(),
            packages=machine.packages(),
            notices=await self._db.oversight.waiting_notices(MOST_SHOWN),
            outbox=snapshot.outbox,
            backup_folder=self._settings.backup_dir,
            last_backup=machine.newest(snapshot.disk.backups, snapshot),
            last_survey=machine.newest(snapshot.disk.surveys, snapshot),
            when=when,
        )

    async def queue(self, request: web.Request) -> web.StreamResponse:
        page, when = _page(request), self._when(request)
        state = await self._db.oversight.queue()
        found = await self._db.oversight.live(PER_PAGE + 1, page * PER_PAGE)
        return self._show(
            request,
            "queue",
            names=await self._db.guests.names(),
            state=state,
            oldest=age(when.now - state.oldest_due, ago=False) if state.oldest_due else "",
            is_stuck=state.is_stuck(when.now),
            actions=[actions.view(each, when) for each in found[:PER_PAGE]],
            page=page,
            has_more=len(found) > PER_PAGE,
        )

    async def openings(self, request: web.Request) -> web.StreamResponse:
        when = self._when(request)
        ahead = await self._db.oversight.openings(JUST_OPENED, TONIGHT, MOST_SHOWN)
        past = await self._db.oversight.raced(when.now - openings.SHOWN_FOR, MOST_SHOWN)
        return self._show(
            request,
            "openings",
            names=await self._db.guests.names(),
            ahead=[openings.ahead(each, when) for each in ahead],
            past=[openings.past(each, when) for each in past],
        )

    async def accounts(self, request: web.Request) -> web.StreamResponse:
        page, when = _page(request), self._when(request)
        found = await self._db.oversight.accounts(PER_PAGE + 1, page * PER_PAGE)
        sent = {each.user_id: each for each in await self._db.request_counts.recent()}
        return self._show(
            request,
            "accounts",
            names=await self._db.guests.names(),
            accounts=[accounts.view(each, sent.get(each.account.user_id), when) for each in found[:PER_PAGE]],
            budget=PER_MINUTE,
            page=page,
            has_more=len(found) > PER_PAGE,
        )

    async def evidence(self, request: web.Request) -> web.StreamResponse:
        folders = await asyncio.to_thread(self._evidence.all)
        return self._show(request, "evidence", folders=folders, when=self._when(request))

    async def evidence_folder(self, request: web.Request) -> web.StreamResponse:
        """The page that the site showed, as text: nothing of it is run, loaded or followed."""
        found = await asyncio.to_thread(self._evidence.find, request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return self._show(request, "evidence_folder", found=found, when=self._when(request))

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """The screenshot: an image, whatever its bytes would like to be."""
        content = await asyncio.to_thread(self._evidence.picture, request.match_info["name"])
        if content is None:
            raise web.HTTPNotFound
        return web.Response(body=content, content_type="image/png")

    async def log(self, request: web.Request) -> web.StreamResponse:
        """The end of the log; `?serious=1` shows only what is from a warning on, `?program=worker` one program's."""
        path, serious = self._settings.log.file, request.query.get("serious") == "1"
        program = request.query.get("program", "")
        program = program if program in machine.PROGRAMS else ""
        records, trouble = [], ""
        if path is not None:
            try:
                records = await asyncio.to_thread(tail, path, self._redactor, serious=serious, program=program)
            except OSError as error:
                trouble = _("Il log non si lascia leggere: {why}", why=error.strerror or "")
        return self._show(
            request,
            "log",
            file=path,
            records=records,
            trouble=trouble,
            serious=serious,
            program=program,
            programs=list(machine.PROGRAMS),
            most=MOST_RECORDS,
        )

    async def survey(self, request: web.Request) -> web.StreamResponse:
        said = await self._surveys.said()
        files = await asyncio.to_thread(files_like, self._settings.survey_dir, SURVEY_FILES)
        by_hand = f".venv/bin/python setup.py --survey --config {self._settings.config_file}"
        return self._show(
            request,
            "survey",
            running=said.running,
            words=self._redactor.clean(said.words),
            files=files[:MOST_SHOWN],
            by_hand=by_hand,
            when=self._when(request),
        )

    async def survey_file(self, request: web.Request) -> web.StreamResponse:
        """A survey's file, to keep."""
        files = await asyncio.to_thread(files_like, self._settings.survey_dir, SURVEY_FILES)
        path = {each.path.name: each.path for each in files}.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        content = await asyncio.to_thread(path.read_bytes)
        kept: Mapping[str, str] = {"Content-Disposition": f'attachment; filename="{path.name}"'}
        return web.Response(body=content, content_type="application/zip", headers=kept)

    def _when(self, request: web.Request) -> When:
        return self._dashboard.services.house.when(request[VISITOR].user_id)

    def _show(self, request: web.Request, template: str, **values: Any) -> web.Response:
        said = SAID.get(request.query.get("said", ""), "")
        return self._dashboard.render(request, f"owner/{template}.html", sections=SECTIONS, said=str(said), **values)

    def routes(self) -> list[Route]:
        pages = {
            "/owner": self.machine,
            "/owner/queue": self.queue,
            "/owner/openings": self.openings,
            "/owner/accounts": self.accounts,
            "/owner/evidence": self.evidence,
            "/owner/evidence/{name}": self.evidence_folder,
            "/owner/evidence/{name}/picture": self.picture,
            "/owner/log": self.log,
            "/owner/survey": self.survey,
            "/owner/survey/{name}": self.survey_file,
        }
        return [get(path, page, Access.OWNER) for path, page in pages.items()]


def _page(request: web.Request) -> int:
    """The number of the page of a list, from 0; the first for what is no number."""
    text = request.query.get("page", "")
    return min(int(text), MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def routes(dashboard: Dashboard) -> list[Route]:
    """The owner's pages, and what they do."""
    surveys = Surveys(dashboard.settings.survey_dir, command(dashboard.settings))
    return [*OwnerPages(dashboard, surveys).routes(), *Acting(dashboard, surveys).routes()]
