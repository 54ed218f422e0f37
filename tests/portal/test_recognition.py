"""What a page is, by its elements: pages as sites write them, with our words where they mean nothing."""

from __future__ import annotations

import time

import pytest

import booking
from actions import cancelling
from demo.site import SiteWorld
from domain.errors import Blocked, SessionExpired, SiteChanged, SiteError, SiteUnavailable
from portal.responses.page_errors import error_on_page
from portal.responses.response_errors import SiteResponse, check
from portal.session.site_session import SiteSession
from tests.support.sites import GIULIA, TUESDAY, wish

pytest_plugins = ["tests.support.site_fixtures"]

ROOT = "https://ecomm.sportrick.com/sportpolimi"
BADGE = """<script src="https://www.google.com/recaptcha/api.js?render=6Lc"></script>
<script>grecaptcha.ready(() => grecaptcha.execute("6Lc", {action: "captcha"}))</script>
<div class="grecaptcha-badge" style="width: 256px; visibility: hidden"><iframe title="reCAPTCHA"
src="https://www.google.com/recaptcha/api2/anchor?k=6Lc&amp;size=invisible"></iframe>
<textarea name="g-recaptcha-response" style="display:none">captcha</textarea></div>
<p class="small">Questo sito è protetto da reCAPTCHA: si applicano le norme di Google.</p>"""
CSS = "<style>#event-repository .event-main-block, .list-group-item, #booking-calendar {color: red}</style>"
MENU = """<nav class="list-group">
<a class="list-group-item booking-calendar" href="/sportpolimi/Booking">Prenotazioni</a>
<a class="list-group-item home_btt_booking" href="/sportpolimi/">Home</a></nav>"""
LIST = '<div id="event-repository"><div class="event-main-block row">PILATES</div></div>'


def page(body: str, title: str = "Sport Polimi", head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


MINE, CHOICE, CALENDAR = "/Booking", "/Booking/ChooseActivity", "/sportpolimi/Booking/BookActivity"
CLOUDFLARE = page(
    """<noscript><div id="challenge-error-text">Enable JavaScript and cookies</div></noscript>
    <p>ecomm.sportrick.com needs to review the security of your connection</p>
    <script>window._cf_chl_opt = {cvId: "3"}
    a.src = "/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"</script>""",
    "Just a moment...",
)
CLOUDFLARE_DOWN = page(
    "<div id='cf-wrapper'><div id='cf-error-details'><h1>Web server is down <span>Error code 521</span></h1>"
    "<p>Performance &amp; security by Cloudflare</p></div></div>",
    "sportrick.com | 521: Web server is down",
)

OURS = {
    "maintenance planned, in a notice": (MINE, page("<h2>Manutenzione programmata domenica</h2>" + LIST)),
    "a class that is called so": (MINE, page(LIST.replace("PILATES", "MANUTENZIONE POSTURALE"))),
    "a captcha's badge in the layout": (MINE, page(LIST + BADGE)),
    "a list that the script will fill": (MINE, page('<div id="event-repository" hidden></div>' + BADGE)),
    "the way out of a session in the menu": (MINE, page("<form action='/sportpolimi/Account/Login'></form>" + LIST)),
    "a calendar not on show yet": (CALENDAR, page("<div id='booking-calendar' style='display:none'></div>" + BADGE)),
    "the choice of activities": (CHOICE, page(MENU + "<a class=list-group-item href='?activityId=1'>Yoga</a>" + BADGE)),
    "a page nobody knows": (MINE, page("<h1>Le mie prenotazioni</h1>" + BADGE)),
    "a course in a page nobody knows": (CALENDAR, page("<h1>MANUTENZIONE POSTURALE</h1><h3>Yoga, browser</h3>")),
    "a confirmation": ("/Booking/ConfirmActivityBooking", "<h3>MANUTENZIONE DEL CORPO</h3><button>Lista</button>"),
    "a hidden word on a new page": (MINE, page("<div hidden>Sito in manutenzione</div><h1>Prenotazioni</h1>")),
    "a template for later": (MINE, page("<template><div class=h-captcha></div></template><p>Caricamento</p>")),
    "a comment": (MINE, page("<!-- <h1>Sito in manutenzione</h1> --><p>Caricamento</p>")),
    "the script that Cloudflare adds to good pages": (
        MINE,
        page("<script>window.__CF$cv$params={r:'1'};a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'</script>"),
    ),
    "a newsletter's hidden form with a captcha": (
        MINE,
        page(f"<form hidden><div class='g-recaptcha'></div><input name=email></form>{BADGE}<h1>Prenotazioni</h1>"),
    ),
    "nothing": (MINE, ""),
}
CAPTCHAS = {
    "words": (MINE, page("<h1>Verifica</h1><p>Conferma di <b>non essere</b>\n un robot.</p>")),
    "a style sheet with our classes": (MINE, page("<p>Sei un essere umano?</p>", head=CSS)),
    "our list in a script": (MINE, page(f"<script>const list = '{LIST}'</script><div class='g-recaptcha'></div>")),
    "our list in a comment": (MINE, page(f"<!-- {LIST} --><div class='h-captcha' data-sitekey=1></div>")),
    "our list in a template": (MINE, page(f"<template>{LIST}</template><div class='cf-turnstile'></div>")),
    "our list for who has no scripts": (MINE, page(f"<noscript>{LIST}</noscript><div id='px-captcha'></div>")),
    "our list typed in a field": (MINE, page(f"<textarea>{LIST}</textarea><input name='CaptchaText'>")),
    "a menu with our classes": (CHOICE, page(MENU + "<img src='/Captcha/Image?1'><input name=code>")),
    "Cloudflare": (MINE, CLOUDFLARE),
    "DataDome": (MINE, page("<script src='https://ct.captcha-delivery.com/c.js'></script>", "sportrick.com")),
    "Imperva": (MINE, page("<iframe src='/_Incapsula_Resource?SWUDNSAI=31'>Request unsuccessful</iframe>")),
    "AWS": (MINE, page("<script>window.gokuProps = {key: 'x'}</script><div id='challenge-container'></div>", "")),
    "hCaptcha": (
        MINE,
        page("<div class='h-captcha' data-sitekey=1></div><script src='https://hcaptcha.com/1/api.js'>"),
    ),
    "turnstile": (MINE, page("<div class='cf-turnstile' data-sitekey='1'></div>", "sportrick.com")),
    "Akamai": (MINE, page("<H1>Access Denied</H1>You don't have permission to access this.<P>Reference #18.2f", "")),
    "in the place of data": ("/Booking/GetActivitySchedule", page("<h1>Completa il captcha</h1>")),
    "a frame": (MINE, page("<iframe src='https://www.google.com/recaptcha/api2/anchor?k=1&size=normal'></iframe>")),
    "the login with a captcha": ("/Account/Login", page("<form><div class=g-recaptcha></div><button>Accedi</button>")),
    "English": (MINE, page(MENU + "<h1>Are you a robot?</h1>", "Robot check")),
    "turned away": (MINE, page("<h1>Access Denied</h1><p>Reference #18</p>", head=CSS)),
    "another page of ours in the menu": (MINE, page("<b id=home_btt_booking>Home</b><p>Non sei un robot?</p>")),
    "too many pieces to read": (MINE, page("<p>Completa il captcha</p>" + "<i>&amp;</i>" * 9_000)),
}
MAINTENANCE = {
    "a heading": (MINE, page("<h1>Sito in manutenzione</h1>")),
    "a menu with our classes": (CHOICE, page(MENU + "<h1>Manutenzione</h1><p>Torneremo presto.</p>")),
    "a style sheet with our classes": (MINE, page("<p>Il servizio è temporaneamente sospeso</p>", head=CSS)),
    "a title": (MINE, page("<img src=lavori.png>", "Manutenzione - Sport Polimi", CSS)),
    "a captcha's badge in the layout": (MINE, page("<p>Il sito è in manutenzione, torneremo</p>" + BADGE)),
    "the way in, in the menu": (
        MINE,
        page("<a href='/Account/Login'>Accedi al tuo account</a><h1>In manutenzione</h1>"),
    ),
    "a login in the layout": (MINE, page("<form><input name=UserName></form>", "Sito in manutenzione | Polimi")),
    "English": (MINE, page("<h1>We'll be back soon</h1><p>Under scheduled maintenance</p>", "Maintenance")),
    "no page at all": (MINE, "Service Unavailable"),
    "words across elements": (MINE, page("<p>Sito <em>in</em>&nbsp;<em>manutenzione</em></p>")),
    "our list in a script": (MINE, page(f"<script>var page = `{LIST}`</script><p>Servizio non disponibile</p>")),
}
LOGINS = {
    "a form": (MINE, page("<form><button>Accedi al tuo account</button></form>")),
    "a form that leads there": (MINE, page("<form method=post action='/sportpolimi/Account/Login?r=1'>")),
    "a link": (MINE, page("<a href='/sportpolimi/Account/Login'>Accedi al tuo account</a>")),
    "the single sign-on": ("/aunicalogin/login", page("<div class=aunicalogin-button-accedi><button>Accedi</button>")),
    "a club's own": (MINE, page("<form><input name=UserName><input type=password name=Password></form>", head=CSS)),
    "a button without text": (MINE, page("<form><input type=submit value='Accedi al tuo account'></form>" + MENU)),
    "with a notice": (MINE, page("<p>Manutenzione programmata lunedì</p><form><button>Accedi al tuo account</button>")),
    "with a captcha's badge": (MINE, page("<form><button>Accedi al tuo account</button></form>" + BADGE)),
}
KINDS: list[tuple[type[SiteError] | None, dict[str, tuple[str, str]]]] = [
    (None, OURS),
    (Blocked, CAPTCHAS),
    (SiteUnavailable, MAINTENANCE),
    (SessionExpired, LOGINS),
]


@pytest.mark.parametrize(
    ("kind", "path", "html"),
    [(kind, *shape) for kind, shapes in KINDS for shape in shapes.values()],
    ids=[f"{kind.__name__ if kind else 'no trouble'}: {name}" for kind, shapes in KINDS for name in shapes],
)
def test_a_page_is_known_by_its_elements(kind: type[SiteError] | None, path: str, html: str) -> None:
    trouble = error_on_page(html, path)
    assert (type(trouble) if trouble else None) is kind


@pytest.mark.parametrize(
    ("status", "html", "kind", "http"),
    [
        (200, CLOUDFLARE, Blocked, None),
        (403, CLOUDFLARE, Blocked, None),
        (503, CLOUDFLARE, Blocked, None),
        (401, CLOUDFLARE, Blocked, None),
        (403, page("<h1>Accesso negato.</h1>"), Blocked, 403),
        (429, page("<h1>Troppe richieste</h1>" + BADGE), Blocked, 429),
        (521, CLOUDFLARE_DOWN, SiteUnavailable, None),
        (503, page("<h1>Service Unavailable</h1>" + BADGE), SiteUnavailable, None),
        (200, page("<h1>Errore imprevisto</h1>"), SiteChanged, None),
        (200, "", SiteChanged, None),
    ],
)
def test_a_captcha_is_one_whatever_its_status(status: int, html: str, kind: type[SiteError], http: int | None) -> None:
    with pytest.raises(SiteError) as caught:
        check(SiteResponse(status, html, {"retry-after": "90"}), ROOT, "/Booking/BookAppointment", wants_json=True)
    assert type(caught.value) is kind
    if isinstance(caught.value, Blocked):
        assert caught.value.status == http
        assert (caught.value.retry_after is not None) == (status in (403, 429))


@pytest.mark.parametrize(
    "answer",
    [
        '{"status": "LOGGED_OUT", "data": null}',
        '{"status": "ERROR", "message": "Sessione scaduta, effettua nuovamente l\'accesso"}',
        '{"isAuthenticated": false}',
        '{"d": {"loggedIn": false}}',
        '{"loginRequired": true}',
        '{"status": 401, "message": ""}',
        '{"error": {"message": "You are not logged in"}}',
        '{"url": "/sportpolimi/Account/Login?returnUrl=%2F", "data": []}',
        '{"Message": "Utente non autenticato."}',
    ],
)
def test_data_that_says_logged_out_is_an_ended_session(answer: str) -> None:
    with pytest.raises(SessionExpired):
        check(SiteResponse(200, answer, {}), ROOT, "/Booking/GetActivitySchedule", wants_json=True)


@pytest.mark.parametrize("answer", ['{"captchaRequired": true}', '{"status": "KO", "message": "Verifica captcha"}'])
def test_data_that_asks_for_a_captcha_is_a_block(answer: str) -> None:
    with pytest.raises(Blocked):
        check(SiteResponse(200, answer, {}), ROOT, "/Booking/BookAppointment", wants_json=True)


@pytest.mark.parametrize(
    "answer",
    [
        '{"status": "OK", "data": [], "isAuthenticated": true, "captcha": false}',
        '{"status": "ERROR", "message": "Tessera scaduta"}',
        '{"status": "ERROR", "message": "La sessione di allenamento è piena"}',
        '{"status": "Expired", "message": "Lezione passata"}',
    ],
)
def test_data_that_says_neither_is_an_answer(answer: str) -> None:
    check(SiteResponse(200, answer, {}), ROOT, "/Booking/BookAppointment", wants_json=True)


@pytest.mark.parametrize(
    "location", ["/sportpolimi/Captcha?r=/Account/Login", "/cdn-cgi/l/chk_captcha", "//geo.captcha-delivery.com/"]
)
def test_a_way_that_leads_to_a_captcha_is_not_gone(location: str) -> None:
    with pytest.raises(Blocked):
        check(SiteResponse(302, "", {"location": location}), ROOT, MINE, wants_json=False)


def test_a_large_page_of_ours_is_known_in_no_time() -> None:
    """In a race too "my bookings" is read back; what has none of the telling words is not even parsed."""
    html = page(LIST + "<div class=row><span>PILATES</span></div>" * 5_000)
    began = time.process_time()
    assert error_on_page(html, MINE) is None
    assert time.process_time() - began < 0.1


# ----- after a captcha


@pytest.mark.parametrize("where", ["GetActivitySchedule", "BookAppointment", "Booking/ChooseActivity"])
async def test_after_a_captcha_nothing_is_tried_in_the_browser(
    session: SiteSession, world: SiteWorld, where: str
) -> None:
    path, world.faults.answer = CAPTCHAS["a menu with our classes"]
    world.faults.where["answer"] = where
    with pytest.raises(Blocked):
        await booking.book(session, wish(world))
    assert world.log.about("BookActivity") == []
    assert len(world.log.about("BookAppointment")) == (where == "BookAppointment")


async def test_a_captcha_for_the_script_of_the_page_ends_a_cancellation_there(
    session: SiteSession, world: SiteWorld
) -> None:
    world.book(GIULIA, world.slot(TUESDAY, "PILATES MATWORK").appointment_id)
    world.faults.answer, world.faults.where["answer"] = CLOUDFLARE, "DeleteEvent"
    with pytest.raises(Blocked):
        await cancelling.cancel(session, wish(world))
    sent = [each.path.rpartition("/")[2] for each in world.log if each.host == "site" and "static" not in each.path]
    assert sent == ["Booking", "Booking", "DeleteEvent"]
