"""The account page: a person gives the bot what it logs in with, compares the code, and watches the first login.

Begun by a one-time link from the chat. What was typed stays in dashboard/account/drafts.py until it is sealed and
stored; no secret is ever part of a page, an address or a log. Each step answers with the way to the next page, so that
to load a page again sends nothing a second time.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiohttp import web

from bot.screens.when import SETUP
from dashboard.account.drafts import Draft, Drafts, Stage, is_of
from dashboard.account.form import Codes, Mistakes, Way, mistakes_in, remarks_on, typed
from dashboard.account.one_time import CodeSource, PictureReader, Unreadable, from_text
from dashboard.account.progress import Progress, Remedy, Standing
from dashboard.account.trial import AccountTaken, Trial
from dashboard.entering import LONGEST_SECRET, WITHIN, WRONG_LINKS, Sessions
from dashboard.parts import FORM, Access, Dashboard, Form, Route, get, post
from dashboard.security import Allowance, Doorkeeper
from domain.errors import ConfigError, KeyMissing, UnknownGuest
from domain.site_login import PerLogin
from domain.web import LinkPurpose, chat_with
from languages import N_, speaking

COOKIE = "account"
HOME = "/account"
MOST_BYTES = 12_000_000  # of the form with its picture
WITHIN_PICTURE = 60.0  # s for the same, over a phone's line
OK, GONE = 200, 410

OTHER_CODE = N_(
    "Allora è il segreto di un altro account, o di un codice QR più vecchio. Usa il codice QR che ha letto il "
    "telefono, oppure registra di nuovo l'app dei codici, e leggi lo stesso codice col telefono e qui."
)
NO_SECRET = N_(
    "Manca il segreto dei codici: incolla la chiave o l'indirizzo, oppure carica la foto del codice QR. Se per entrare "
    "non ti chiedono mai un codice, scegli «mai»."
)
WRITE_IT_AGAIN = N_("Riscrivi la password: quella di prima il sito l'ha rifiutata.")
ANOTHER_SECRET = N_("Dai un altro segreto: con quello di prima il sito ha rifiutato il codice, o non ce n'era uno.")
CHOOSE_ONE = N_("Scegli l'account del Politecnico.")
NO_KEY = N_("Non posso salvarlo: la chiave con cui cifro i dati manca, o non si legge. Dillo a chi tiene il bot.")
TAKEN = PerLogin(
    polimi=N_("C'è già chi usa il bot con questo Codice Persona: un account è di una persona sola."),
    club=N_("C'è già chi usa il bot con questo nome utente: un account è di una persona sola."),
)

log = logging.getLogger(__name__)

Answer = Callable[[web.Request, Draft], Awaitable[web.StreamResponse]]


class AccountPages:
    def __init__(self, dashboard: Dashboard, trial: Trial, drafts: Drafts, pictures: PictureReader) -> None:
        self._dashboard = dashboard
        self._trial = trial
        self._drafts = drafts
        self._pictures = pictures
        self._site = dashboard.settings.site.lets_in
        self._sessions = Sessions(dashboard)
        self._doorkeeper = Doorkeeper(dashboard.settings.web)
        self._wrong = Allowance(WRONG_LINKS, WITHIN)

    def routes(self) -> list[Route]:
        anybody = Access.ANYBODY
        steps = {
            "which": self._choose,
            "store": self._store,
            "back": self._go_back,
            "again": self._again,
            "open": self._open,
        }
        return [
            get(HOME, self._draft(self._show), anybody),
            get(f"{HOME}/code", self._draft(self._code), anybody),
            get(f"{HOME}/progress", self._draft(self._progress), anybody),
            Route("POST", f"{HOME}/form", self._sent(self._fill), anybody, MOST_BYTES, WITHIN_PICTURE, self._has_draft),
            *(post(f"{HOME}/{name}", self._sent(answer), anybody) for name, answer in steps.items()),
            get(f"{HOME}/{{secret}}", self._link, anybody),
            post(f"{HOME}/{{secret}}", self._begin, anybody),
        ]

    # ----- the link

    async def _link(self, request: web.Request) -> web.Response:
        """What the link is for, and a button: a preview that opens it uses nothing up."""
        user_id = await self._dashboard.db.web_links.find(self._secret(request), LinkPurpose.ACCOUNT)
        guest = await self._dashboard.db.guests.find(user_id) if user_id is not None else None
        if guest is None:
            return self._no_link(request)
        with speaking(await self._dashboard.services.readers.language(guest.user_id)):
            return self._dashboard.render(
                request, "account/link.html", guest=guest, address=request.path, site=self._site.value
            )

    async def _begin(self, request: web.Request) -> web.Response:
        entrant = await self._dashboard.db.web_links.use(self._secret(request), LinkPurpose.ACCOUNT)
        if entrant is None:
            return self._no_link(request)
        key = self._drafts.begin(entrant.user_id)
        response = self._on()
        secure = self._dashboard.settings.web.url.startswith("https://")
        response.set_cookie(
            COOKIE, key, path=self._dashboard.url(HOME), httponly=True, samesite="Strict", secure=secure
        )
        return response

    def _secret(self, request: web.Request) -> str:
        """The link's secret. Raises HTTPTooManyRequests for who has tried too many that were none."""
        if self._wrong.is_spent(self._doorkeeper.caller(request)):
            raise web.HTTPTooManyRequests
        return request.match_info["secret"][:LONGEST_SECRET]

    def _no_link(self, request: web.Request) -> web.Response:
        self._wrong.spend(self._doorkeeper.caller(request))
        return self._gone(request)

    def _gone(self, request: web.Request) -> web.Response:
        return self._dashboard.render(request, "account/gone.html", GONE)

    # ----- whose draft it is

    def _draft(self, answer: Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Answers for the draft of the request's cookie, in the language of its person."""

        async def handler(request: web.Request) -> web.StreamResponse:
            draft = self._drafts.find(request.cookies.get(COOKIE))
            if draft is None:
                return self._gone(request)
            with speaking(await self._dashboard.services.readers.language(draft.user_id)):
                return await answer(request, draft)

        return handler

    def _has_draft(self, request: web.Request) -> bool:
        """Whose picture is read: nobody's who has not come with a link."""
        return self._drafts.find(request.cookies.get(COOKIE)) is not None

    def _sent(self, answer: Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The same for a form, which must come from a page that showed this draft."""

        async def checked(request: web.Request, draft: Draft) -> web.StreamResponse:
            if not is_of(draft, request[FORM].text("csrf")):
                raise web.HTTPForbidden
            self._drafts.touch(draft)
            return await answer(request, draft)

        return self._draft(checked)

    def _on(self) -> web.Response:
        """To the page of what comes next."""
        return self._dashboard.redirect(HOME)

    # ----- what is shown

    async def _show(self, request: web.Request, draft: Draft) -> web.Response:
        match draft.stage:
            case Stage.COMPARE:
                code = draft.source.code(self._dashboard.clock()) if draft.source and draft.needs_code else None
                by_hand, remarks = draft.form.way is Way.BY_HAND, remarks_on(draft.form, self._site)
                return self._page(request, draft, "compare", code=code, remarks=remarks, by_hand=by_hand)
            case Stage.TRYING:
                return await self._trying(request, draft, "trying")
            case Stage.FORM:
                return self._page(request, draft, "form", ways=Way, codes=Codes)
            case Stage.WHICH:
                return self._page(request, draft, "which")

    def _page(self, request: web.Request, draft: Draft, name: str, **values: object) -> web.Response:
        return self._dashboard.render(
            request, f"account/{name}.html", OK, draft=draft, draft_csrf=draft.csrf, mistakes=draft.mistakes,
            Standing=Standing, Remedy=Remedy, setup=SETUP, site=self._site.value, **values,
        )  # fmt: skip

    async def _code(self, _request: web.Request, draft: Draft) -> web.Response:
        """The code as it is now, for the page that shows it."""
        if draft.stage is not Stage.COMPARE or draft.source is None:
            raise web.HTTPNotFound
        code = draft.source.code(self._dashboard.clock())
        return web.json_response({"code": code.grouped, "left": code.left, "period": code.period})

    async def _progress(self, request: web.Request, draft: Draft) -> web.Response:
        """The part of the page that changes while the login is tried."""
        if draft.stage is not Stage.TRYING:
            raise web.HTTPNotFound
        return await self._trying(request, draft, "progress")

    async def _trying(self, request: web.Request, draft: Draft, name: str) -> web.Response:
        bot = await self._dashboard.db.bot_profile.username()
        return self._page(request, draft, name, progress=await self._trial_of(draft), chat=chat_with(bot))

    async def _trial_of(self, draft: Draft) -> Progress:
        progress = await self._trial.look(draft)
        if progress.standing is Standing.ENTERED:
            draft.forget_secrets()
        return progress

    # ----- what is sent

    async def _fill(self, request: web.Request, draft: Draft) -> web.Response:
        form = request[FORM]
        draft.form = typed(form.fields, self._site).with_kept(draft.form.password)
        draft.mistakes = mistakes_in(draft.form, self._site)
        if "password" in draft.mistakes:
            draft.forget_password()
        if draft.needs_code:
            await self._take_secret(form, draft)
        else:
            draft.forget_source()
        if draft.mistakes:
            draft.stage = Stage.FORM
        else:
            draft.stage = Stage.WHICH if draft.needs_code and draft.source is None else Stage.COMPARE
        return self._on()

    async def _take_secret(self, form: Form, draft: Draft) -> None:
        """The one-time secret that was given, or that of an earlier try; the mistake in it, if there is one."""
        picture, text = form.files.get("picture", b""), form.text("secret")
        try:
            if picture:
                self._offer(draft, await self._pictures.read(picture), from_picture=True)
            elif text.strip():
                self._offer(draft, from_text(text), from_picture=False)
            elif draft.source is None and not draft.offered:
                draft.mistakes["secret"] = str(NO_SECRET)
        except Unreadable as problem:
            draft.forget_source()
            draft.mistakes["secret"] = str(problem)

    @staticmethod
    def _offer(draft: Draft, sources: tuple[CodeSource, ...], *, from_picture: bool) -> None:
        draft.offered, draft.source = sources, sources[0] if len(sources) == 1 else None
        draft.from_picture = from_picture

    async def _choose(self, request: web.Request, draft: Draft) -> web.Response:
        """Which of an export's accounts it is."""
        if draft.stage is Stage.WHICH:
            number = request[FORM].text("number")
            chosen = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else -1
            if 0 <= chosen < len(draft.offered):
                draft.source, draft.stage, draft.mistakes = draft.offered[chosen], Stage.COMPARE, Mistakes()
            else:
                draft.mistakes = Mistakes(number=str(CHOOSE_ONE))
        return self._on()

    async def _store(self, _request: web.Request, draft: Draft) -> web.Response:
        if draft.stage is not Stage.COMPARE:
            return self._on()
        try:
            await self._trial.store(draft)
        except AccountTaken:
            draft.stage, draft.mistakes = Stage.FORM, Mistakes(username=str(TAKEN.at(self._site)))
        except (ConfigError, KeyMissing) as error:
            log.error("What user %s entered is not stored: %s", draft.user_id, error)
            draft.stage, draft.mistakes = Stage.FORM, Mistakes(username=str(NO_KEY))
        except UnknownGuest:
            draft.forget_secrets()
            raise web.HTTPGone from None
        else:
            draft.stage = Stage.TRYING
        return self._on()

    async def _go_back(self, request: web.Request, draft: Draft) -> web.Response:
        """To the form, for what has to be other than it was."""
        was, draft.stage, draft.mistakes = draft.stage, Stage.FORM, Mistakes()
        match request[FORM].text("remedy"):
            case Remedy.PASSWORD:
                draft.forget_password()
                draft.mistakes = Mistakes(password=str(WRITE_IT_AGAIN))
            case Remedy.CODE:
                draft.forget_source()
                draft.form = replace(draft.form, codes=Codes.ASKED)
                draft.mistakes = Mistakes(secret=str(OTHER_CODE if was is Stage.COMPARE else ANOTHER_SECRET))
        return self._on()

    async def _again(self, _request: web.Request, draft: Draft) -> web.Response:
        if draft.stage is Stage.TRYING:
            await self._trial.again(draft)
        return self._on()

    async def _open(self, request: web.Request, draft: Draft) -> web.Response:
        """Ends here, and enters the person's own page: the link has shown who they are."""
        if draft.stage is not Stage.TRYING:
            return self._on()
        self._drafts.end(draft)
        response = self._dashboard.redirect("/")
        response.del_cookie(COOKIE, path=self._dashboard.url(HOME))
        guest = await self._dashboard.db.guests.find(draft.user_id)
        agent, name = request.headers.get("User-Agent", ""), guest.first_name if guest else ""
        secret = await self._dashboard.db.web_sessions.begin(draft.user_id, agent, name)
        self._sessions.give(response, secret)
        return response
