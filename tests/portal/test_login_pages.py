"""What stands between password and site: every page of the login recognised, alone, in pairs, and where it never ends.

The pages are written anew, after the contract and not after the simulated site: other marks, other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from aiohttp import web

from domain.errors import LoginBlocked, LoginRejected, MatricolaMissing, SiteError
from domain.model import LoginRemark, RemarkKind
from portal.access import SiteLimits
from portal.login.page_kinds import PageKind, Snapshot, recognise
from portal.login.sign_in import MOST_STEPS
from portal.login.snapshot import SnapshotReader
from safety.addresses import Places
from tests.support.hostile import to
from tests.support.login_fixtures import (  # noqa: F401 - fixtures
    ENTER,
    HOME,
    OTP_FORM,
    PASSWORD_FORM,
    RETURN,
    Attempt,
    Hosts,
    attempt,
    hosts,
)
from tests.support.sites import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOGIN, SITE = "https://aunicalogin.polimi.it", "https://ecomm.sportrick.com/sportpolimi"
PLACES = Places(SITE, ("aunicalogin.polimi.it",))
FORM = "<form method=post action='/go{0}'>{1}</form>"
CAREERS = "".join(
    f"<tr><td><a href='/go?matricola={number}'>{number}</a></td><td>{what}</td></tr>"
    for number, what in (("861234", "Laurea"), ("961234", "Laurea magistrale"))
)
MATRICOLE = (
    f"<table id=dati_applicativi_autorizzazioniXSceltaMatricolaColl><tr><th>Matricola</th></tr>{CAREERS}</table>"
)
SPID = "<ul>{}</ul>".format(
    "<li class=spid-idp-button-link data-idp=x><button name=idp>Entra con SPID</button></li>" * 12
)
CHOOSER = (
    f"<div class=ingressoFederato><form method=post action=/spid>{SPID}</form>"
    "<form method=post action=/IngressoCIE.do><button>ENTRA CON CIE</button></form></div>"
)
POLIMI = "<div class=ingressoPolimi><form method=post action=/password>{}</form></div>"
PAIR = "<input name=login><input name=password type=password>"
ACCEDI = "<p><input type=submit name=evn_conferma value=ACCEDI></p>"
ONE_FORM = f"<form method=post action=/all>{SPID}<div>{PAIR}{ACCEDI}</div></form>"
NEW = "Nuova password <input type=password name=a> Conferma <input type=password name=b>"
EXPIRES = "<p>La tua password scadrà tra 9 giorni.</p><p>Per proseguire premere 'Continua'</p>"
CONTINUE = "<input type=submit name=evn_continua value='CONTINUA ›'>"
HIDDEN = "<input type=hidden name=SSO_LOGIN><input name=p type=password hidden>"
AUTOMATIC = f"<form id=automaticaRedirectForm method=post action=/go>{HIDDEN}</form>"

PAGES_OF: dict[PageKind, tuple[tuple[str, str], ...]] = {
    PageKind.HOME: (("@", "<div id=home_btt_booking><div>Booking</div></div>"),),
    PageKind.ENTRY: (
        ("@Account/Login", "<button type=submit class='btn green'>Accedi  al tuo account</button>"),
        ("@Account/Login", "<a class=btn href=/x>ACCEDI AL TUO ACCOUNT ›</a><input name=search>"),
        ("@Account/Login", "<button type=submit class='green pull-right'>x</button><a href=#>Sign in</a>"),
        ("@Account/Login", "<form><button class=green type=submit>Entra</button></form>"),
    ),
    PageKind.PASSWORD: (
        ("a", PASSWORD_FORM),
        ("aunicalogin.jsp", CHOOSER + POLIMI.format(PAIR + "<button>Accedi</button>")),
        ("aunicalogin.jsp", ONE_FORM),
        ("a", f"<form>{PAIR}<button type=button>Mostra</button><a class=btn href=#>LOG IN</a></form>"),
        ("a", "<form>Bentornato 10000001<input type=password name=password><button>Accedi</button></form>"),
        ("a", f"<form>{PAIR}<input type=checkbox id=RESTA_CONNESSO>Resta connesso <input type=image alt=Login></form>"),
        ("@x", "<form><input name=password type=password><button>Accedi</button></form>"),  # never typed there
    ),
    PageKind.NEW_PASSWORD: (
        ("a", f"<form>{NEW}<button>Continua</button></form>"),
        ("a", f"<form>{PAIR}<input type=password name=altra><button>Continua</button></form>"),
        ("a", "<form><label>Nuova password<input type=password name=p></label><button>Ok</button></form>"),
        ("PWDScaduta.do", f"<form>{NEW}{CONTINUE}</form>"),
    ),
    PageKind.CODE: (
        ("a", OTP_FORM),
        ("a", "<form>OTP <input name=codice autocomplete=one-time-code><input type=submit value=Verifica></form>"),
        ("a", "<form><label>Codice usa e getta <input type=password name=c></label><button>INVIA</button></form>"),
        ("a", "<form><input name=dissms aria-label='One-time password'><button>Continue</button></form>"),
    ),
    PageKind.MATRICOLA: (("a", MATRICOLE), ("SceltaMatricola.do", f"<table>{CAREERS}</table>")),
    PageKind.EXPIRING: (
        ("PWDinScadenza.do", f"<form>{EXPIRES}{CONTINUE}</form>"),
        ("PWDinScadenza.do", f"<form>{EXPIRES}{NEW}<button>Cambia</button>{CONTINUE}</form>"),
        ("a", f"<form>{EXPIRES}<button>Cambia password</button><button>Continua</button></form>"),
        ("PWDinScadenza.do", "<p>Your password will expire</p><a href=/go>Proceed</a>"),
        ("passi/AvvisiDFA.do", f"<form action=/PWDinScadenza.do>{EXPIRES}{CONTINUE}</form>"),
        ("IdentificazioneUnica.do", f"<form>{EXPIRES}<p>Due fattori: presto</p>{NEW}{CONTINUE}</form>"),
    ),
    PageKind.NOTICE: (
        ("passi/AvvisiDFA.do", "<h2>Autenticazione a due fattori</h2><form><button>Prosegui</button></form>"),
        ("passi/AvvisiDFA.do;jsessionid=1?x=2", "<p>Avviso<button>Attiva ora</button><button>Più tardi</button>"),
        ("IdentificazioneUnica.do", "<form action=/x/passi/AvvisiDFA.do><p>Avviso<button>Chiudi</button></form>"),
        ("a", "<h1>Second factor</h1><input type=checkbox> Don't show again <a href=/go class=btn>CONTINUE</a>"),
        ("passi/AvvisiDFA.do", "<input type=checkbox> Non mostrare più <input type=button value=CHIUDI>"),
        ("PWDinScadenza.do", f"<h1>Autenticazione a due fattori</h1><form action=/AvvisiDFA.do>{CONTINUE}</form>"),
    ),
    PageKind.ONE_WAY: (
        ("a", "<p>Novità</p><a href=/go>Continua</a><footer><a href=/p>Privacy</a></footer>"),
        ("a", "<p>Termini</p><button>ACCETTA</button><button>Annulla</button>"),
        ("a", "<p>x</p><div role=button>Ok, ho capito</div><nav><button>Menu</button></nav>"),
        ("a", "<p>x</p><form action=/go><input type=submit value='Avanti »'><button>Avanti (3)</button></form>"),
        ("a", "<header><input type=search><a href=/>Home</a></header><p>x<input type=button value=Continue>"),
        ("a", f"{AUTOMATIC}<a href=/go>Prosegui</a>"),
        ("a", "<p>x</p><form action=/go><button>Continua</button></form><a href=/go>CONTINUA</a><button>Esci</button>"),
        ("a", "<p>Novità</p><a href=/go>Continua</a><footer><p>Cancellazione dei dati</p></footer>"),
    ),
    PageKind.WAITING: (
        ("passi/LoginExtensionPoint.do", f"<p>Attendere…{AUTOMATIC}"),
        ("a", f"<p>Attendere…{AUTOMATIC.replace(' hidden', '')}"),
        ("a", "<p>Attendere<form><input type=password style='position:absolute;left:-9999px'></form>"),
        ("a", "<p>Attendere</p><button disabled>Continua (5)</button>"),
        ("a", "<meta http-equiv=refresh content=60><p>Un momento"),
        ("@x", f"<p>Accesso in corso{AUTOMATIC}"),
        ("a", ""),
    ),
    PageKind.UNKNOWN: (
        ("a", "<p>Scegli<a href=/1>Continua</a><a href=/2>Prosegui</a>"),
        ("a", "<p>Condizioni</p><button>Accetta</button><button>Rifiuta</button>"),
        ("a", "<p>Pubblicità?</p><form action=/go><button>Accetta</button><button>Continua</button></form>"),
        ("a", "<p>Premendo Ok la tua utenza verrà disattivata.</p><button>Ok</button>"),
        ("a", "<h1>Accesso</h1>Premendo Continua l'altra sessione verrà terminata <button>Continua</button>"),
        ("a", "<p>Disattivi il secondo fattore, e le verifiche vengono eliminate.</p><button>Ok</button>"),
        ("a", "<p>Scegli una nuova password.</p><button>Prosegui</button>"),
        ("passi/AvvisiDFA.do", "<form><p>Consenso</p>Cellulare <input name=c><button>Salva</button></form>"),
        ("passi/AvvisiDFA.do", "<form><p>Premendo Ok la tua utenza verrà disattivata.</p><button>Ok</button></form>"),
        ("a", "<p>Per l'accesso serve un pagamento di 10 euro.</p><button>Procedi</button>"),
        ("a", "<p>Codice fiscale <input name=cf></p><button>Continua</button>"),
        ("a", "<label><input type=checkbox> Ho letto</label><button>Continua</button>"),
        ("a", "<p>Errore: servizio non attivo per questo utente.</p>"),
        ("a", "<button>Continua senza accettare</button><button>Personalizza</button>"),
        ("a", "<input name=login placeholder='Codice Persona'><button>Continua</button>"),
        ("@x", "<p>Una pagina del sito</p><button>Continua</button>"),
    ),
}  # fmt: skip
"""Each page as several people would have written it: its address (@: on the booking site), and what it shows."""


async def test_every_page_is_recognised_however_it_is_written(attempt: Attempt) -> None:
    wrong, shown = [], {"body": ""}
    async with attempt.portal.resources.pages.opened(None) as page:
        await page.route(
            "**/*", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=shown["body"])
        )
        reader = SnapshotReader(page)
        for kind, (url, body) in ((kind, each) for kind, pages in PAGES_OF.items() for each in pages):
            shown["body"] = f"<!DOCTYPE html><title>t</title><body>{body}"
            await page.goto(f"{SITE}/{url[1:]}" if url.startswith("@") else f"{LOGIN}/{url}")
            snapshot = await reader.look()
            assert snapshot is not None
            if (seen := recognise(snapshot, PLACES)).kind is not kind:
                wrong.append((kind, seen.kind, seen.why, body))
    assert wrong == []


async def test_what_nobody_sees_of_a_page_says_nothing() -> None:
    assert recognise(Snapshot(url=f"{LOGIN}/a", loaded=True), PLACES).kind is PageKind.WAITING


# ----- whole logins


class SignOn:
    """A login host that shows these pages after the password, each at its turn."""

    def __init__(self, hosts: Hosts, pages: list[str], before: list[str] | None = None) -> None:
        self._back = RETURN.format(f"{hosts['booking'].address}{HOME}/acs")
        self._pages = [*(before or []), PASSWORD_FORM, *pages]
        self._at = 0
        self.went: list[str] = []  # what each page sent
        login = hosts["login"]
        login.pages = {path: self._answer for path in ("/aunicalogin", "/password", "/otp", "/go", "/AvvisiDFA.do")}

    def _answer(self, request: web.Request) -> web.Response:
        if request.path != "/aunicalogin":
            self._at += 1
            self.went.append(request.path_qs)
        ahead = self._pages[self._at :]
        body = ahead[0] if ahead else self._back
        return web.Response(text=f"<!DOCTYPE html><title>Servizi</title>{body}", content_type="text/html")


SELF = f"<p>Attendere…{AUTOMATIC}<script>setTimeout(() => automaticaRedirectForm.submit(), 50)</script>"
AFTER = {
    "code": OTP_FORM,
    "notice": FORM.format("", "<p>L'autenticazione a due fattori</p><button>Prosegui</button>"),
    "expiring": FORM.format("", EXPIRES + CONTINUE),
    "matricola": MATRICOLE,
    "extension": SELF,
    "unknown": "<p>Pagina numero {n}</p><a href=/go>AVANTI ›</a>",
}
MOST_TOGETHER = 9  # pages after the password, so that entry, password and they are at most 12


def chains() -> Iterator[list[str]]:
    """Every ordered pair of pages, a page with itself too, in as few logins as may be: two codes each at the most."""
    left = {(one, other) for one in AFTER for other in AFTER}
    while left:
        chain = list(min(left))
        left.discard((chain[0], chain[1]))
        while len(chain) < MOST_TOGETHER:
            fits = sorted(
                each for each in left if each[0] == chain[-1] and (chain.count("code") < 2 or each[1] != "code")
            )
            if not fits:
                break
            left.discard(fits[0])
            chain.append(fits[0][1])
        yield chain


@pytest.mark.parametrize("chain", [*chains()], ids=lambda chain: "-".join(chain))
async def test_pages_may_come_in_any_order_in_pairs_and_twice(attempt: Attempt, hosts: Hosts, chain: list[str]) -> None:
    sign_on = SignOn(hosts, [AFTER[each].replace("{n}", "I" * at) for at, each in enumerate(chain)])
    await attempt.session.renew()
    assert len(sign_on.went) == len(chain) + 1
    told = {each.kind for each in attempt.session.take_login_remarks()}
    assert (RemarkKind.SITE_NOTICE in told) == bool({"notice", "unknown"} & set(chain))
    assert (RemarkKind.PASSWORD_EXPIRES in told) == ("expiring" in chain)
    assert (RemarkKind.MATRICOLA_CHOSEN in told) == ("matricola" in chain)
    passwords = [each for each in hosts["login"].received if PASSWORD in each]
    assert len(passwords) == 1
    assert len(set(attempt.store.sent_codes())) == chain.count("code")


IMPATIENT = SiteLimits(goes_on=1.0)  # where no page goes on by itself


async def blocked(attempt: Attempt, hosts: Hosts, *pages: str, kind: type[SiteError] = LoginBlocked) -> SiteError:
    """How a login ends that meets these pages after the password: nothing was typed but the password, once."""
    attempt.configure(limits=IMPATIENT)
    SignOn(hosts, list(pages))
    with pytest.raises(SiteError) as caught:
        await attempt.session.renew()
    assert type(caught.value) is kind, caught.value
    assert len([each for each in hosts["login"].received if PASSWORD in each]) == 1
    return caught.value


ENDS = {
    "two ways": ("<p>Scegli <a href=/go>Continua</a> <a href=/2>Prosegui</a>", "not exactly one way on", []),
    "a field": (FORM.format("", "<input name=cf><button>Continua</button>"), "field to fill in, 'cf'", []),
    "a new password": (FORM.format("", f"{NEW}<button>Continua</button>"), "asks for a new password", []),
    "an error": ("<p>Utente non abilitato al servizio.", "Utente non abilitato", []),
    "a link elsewhere": (
        "<p>Questionario <a href='{stranger}/'>Continua</a>",
        "leads elsewhere, to http://127.0.0.2",
        [],
    ),
    "another window": ("<p>Avviso <a href=/go target=_blank>Continua</a>", "another window", []),
    "a form that never sends itself": (f"<p>Attendere…{AUTOMATIC}", "does not go on", []),
    "a page that comes again": ("<p>Avviso <a href=/again>Ok</a>", "comes again", ["/again"] * 2),
    "pages without end": ("<p>Avviso</p><a href=/more>Ok</a>", "12 and no end", ["/more"] * (MOST_STEPS - 2)),
}


@pytest.mark.parametrize("end", ENDS)
async def test_what_can_not_be_passed_is_told_with_its_address_title_and_words(
    attempt: Attempt, hosts: Hosts, end: str
) -> None:
    attempt.configure(timeout_seconds=4.0, limits=IMPATIENT)
    page, why, followed = ENDS[end]
    page = page.replace("{stranger}", hosts["stranger"].address)
    numbers = iter(range(100))

    def more(request: web.Request) -> web.Response:
        body = f"<title>Servizi</title><p>{'I' * next(numbers)}</p>{page}"
        return web.Response(text=body, content_type="text/html")

    SignOn(hosts, [page])
    hosts["login"].pages |= {"/again": f"<title>Servizi</title>{page}", "/more": more}
    with pytest.raises(LoginBlocked, match=why) as caught:
        await attempt.session.renew()
    said = str(caught.value)
    assert re.search(r"at http://localhost:\d+/(password|again|more): the site says «Servizi: ", said), said
    asked = [each.partition("\n")[0] for each in hosts["login"].received]
    assert [each.split()[1] for each in asked if re.search(r"/(again|more|go)", each)] == followed
    assert not list(attempt.evidence.rglob("*.png"))
    assert hosts["stranger"].received == []


ERROR = "<div class='Message ErrorMessage'><p>{0}</p></div>"
REFUSALS = {
    "locked": ([ERROR.format("Utenza bloccata per troppi tentativi.")], "bloccata per troppi tentativi"),
    "locked for a while": (["<p>Utenza bloccata. Riprovare tra 30 minuti</p><a href=/go>Continua</a>"], "bloccata"),
    "expired": (["<div role=alert>La password è scaduta.</div>"], "La password è scaduta"),
    "expired, with a way on": (["<p>La tua password è scaduta.</p><a href=/go>Continua</a>"], "è scaduta"),
    "in other words": (["<div class='alert alert-danger'>Code: 17</div><a href=/x>Home</a>"], "Code: 17"),
    "after the code": ([OTP_FORM, ERROR.format("Utenza disabilitata")], "disabilitata"),
    "without a word": ([PASSWORD_FORM], "does not say why"),
}


ECHO = f"{PASSWORD} "


@pytest.mark.parametrize(
    "page", [f"<p>{ECHO * 40} errata {ECHO * 40}", f"<p role=alert>Errata {ECHO * 400}"], ids=["words", "complaint"]
)
async def test_where_a_refusal_is_cut_out_of_a_page_no_half_of_the_password_is_told(
    attempt: Attempt, hosts: Hosts, page: str
) -> None:
    error = await blocked(attempt, hosts, page + PASSWORD_FORM, kind=LoginRejected)
    assert "errata" in str(error).casefold()
    assert re.findall(r"una-|-?finta|password-", str(error)) == []


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_page_that_lets_nobody_in_after_the_password_is_told_and_never_tried_again(
    attempt: Attempt, hosts: Hosts, refusal: str
) -> None:
    pages, words = REFUSALS[refusal]
    error = await blocked(attempt, hosts, *pages, kind=LoginRejected)
    assert words in str(error)
    assert not hosts["login"].told("/go")


CHROME = (
    "<header><a href=/en>English</a></header><div class=lingue-lang><a href=/it>Italiano</a></div><div>{0}</div>"
    "<form method=post action=/go><p>Leggi, poi vai avanti.</p>{1}</form>"
    "<div class=page-footer><p>Assistenza | Privacy</p></div><p>v. 2.31</p><p><a href=/x>Contatti</a> | </p>"
)


async def test_what_a_notice_says_is_told_without_what_stands_around_it(attempt: Attempt, hosts: Hosts) -> None:
    body = "<h1>Due passaggi</h1><p>Dal <b>{0}</b> dicembre: <a href=/x>leggi</a>.</p>"
    told: list[LoginRemark] = []
    for day, way in ((1, "<button>Continua</button>"), (2, "<input type=submit value=AVANTI>")):
        SignOn(hosts, [CHROME.format(body.format(day), way)])
        await attempt.session.renew(asked=True)
        told += attempt.session.take_login_remarks()
    assert [each.words for each in told] == [
        f"Due passaggi Dal {day} dicembre: leggi. Leggi, poi vai avanti." for day in (1, 2)
    ]
    assert len({each.about for each in told}) == 1


async def test_a_login_host_that_redirects_in_a_circle_is_told_as_such(attempt: Attempt, hosts: Hosts) -> None:
    hosts["login"].pages["/password"] = to("/password")
    with pytest.raises(LoginBlocked, match="/password"):
        await attempt.session.renew()


async def test_pages_that_send_each_other_on_in_a_circle_end_as_well(attempt: Attempt, hosts: Hosts) -> None:
    hosts["login"].pages["/password"] = "<p>x</p><script>location = '/other'</script>"
    hosts["login"].pages["/other"] = "<p>y</p><script>location = '/password'</script>"
    with pytest.raises(LoginBlocked, match="in a circle"):
        await attempt.session.renew()


# ----- what a person chooses, and is told


@pytest.mark.parametrize(("wanted", "sent"), [("", "861234"), ("961234", "961234"), ("861234", "861234")])
async def test_the_configured_matricola_is_chosen_and_else_the_first(
    attempt: Attempt, hosts: Hosts, wanted: str, sent: str
) -> None:
    attempt.is_of(matricola=wanted)
    sign_on = SignOn(hosts, [MATRICOLE])
    await attempt.session.renew()
    assert sign_on.went[-1] == f"/go?matricola={sent}"
    told = attempt.session.take_login_remarks()
    chosen = LoginRemark(RemarkKind.MATRICOLA_CHOSEN, "861234 Laurea, 961234 Laurea magistrale")
    assert told == (() if wanted else (chosen,))


async def test_a_matricola_that_is_not_offered_is_not_guessed(attempt: Attempt, hosts: Hosts) -> None:
    attempt.is_of(matricola="61234")
    error = await blocked(attempt, hosts, MATRICOLE, kind=MatricolaMissing)
    assert "matricola 61234" in str(error)
    assert "«861234 Laurea, 961234 Laurea magistrale»" in str(error)
    assert not hosts["login"].told("/go")


async def test_an_unknown_page_that_is_passed_is_kept_as_evidence_in_words(attempt: Attempt, hosts: Hosts) -> None:
    SignOn(hosts, ["<p>Novità per 10000001: leggi.</p><a href=/go?token=abc>Continua</a>"])
    await attempt.session.renew()
    (remark,) = attempt.session.take_login_remarks()
    assert remark.kind is RemarkKind.SITE_NOTICE
    assert "Novità per" in remark.words
    assert attempt.who.username not in remark.words
    kept = [each for each in sorted(attempt.evidence.iterdir()) if each.name.endswith("login-page-passed")][-1]
    assert sorted(each.name for each in kept.iterdir()) == ["note.txt", "page.html"]
    text = "".join((kept / name).read_text() for name in ("page.html", "note.txt"))
    assert "Novità per" in text
    assert "passed with 'Continua'" in text
    assert not any(each in text for each in ("token", PASSWORD, attempt.who.username))


async def test_a_cookie_banner_is_accepted_on_the_login_page_and_on_the_dashboard(
    attempt: Attempt, hosts: Hosts
) -> None:
    banner = (
        "<div id=iubenda-cs-banner style='position:fixed;inset:0;background:#fff'>Cookie <button"
        " class=iubenda-cs-accept-btn onclick='document.cookie=`{0}=1; path=/`; this.parentNode.remove()'>Accetta"
        "</button></div>"
    )
    home = hosts["booking"].pages[f"{HOME}/"]
    hosts["booking"].pages |= {
        f"{HOME}/Account/Login": ENTER.format(HOME) + banner.format("first"),
        f"{HOME}/": f"{home}{banner.format('second')}",
    }
    await attempt.session.renew()
    state = attempt.store.load()
    assert state is not None
    assert {each["name"] for each in state["cookies"]} >= {"first", "second"}


async def test_a_user_name_that_stands_there_already_is_left_and_somebody_elses_is_no_reason_to_type(
    attempt: Attempt, hosts: Hosts
) -> None:
    login = hosts["login"]
    login.pages["/aunicalogin"] = PASSWORD_FORM.replace("id=login", "id=login readonly value=99999999")
    with pytest.raises(LoginBlocked, match="somebody else"):
        await attempt.session.renew()
    assert not login.told(PASSWORD)
    login.pages["/aunicalogin"] = PASSWORD_FORM.replace("id=login", f"id=login readonly value={attempt.who.username}")
    await attempt.session.renew(asked=True)
    assert login.told(PASSWORD)
