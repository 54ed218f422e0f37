"""What an answer of the site means, what is kept of it as evidence, and how many requests an account may send."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from domain import errors
from domain.request_counts import BURST
from portal.evidence.folders import KEPT, Evidence, clean_page
from portal.evidence.redactor import AccountRedactor
from portal.evidence.sanitizer import sanitized
from portal.responses.response_errors import SiteResponse, check
from portal.session.request_budget import RequestBudget
from safety.redaction import HIDDEN
from tests.support.clock import FakeClock
from tests.support.sites import PASSWORD, credentials

pytest_plugins = ["tests.support.site_fixtures"]


# ----- what the site's answers mean


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (SiteResponse(302, "", {"location": "/sportpolimi/Account/Login?returnUrl=%2F"}), errors.SessionExpired),
        (SiteResponse(302, "", {"location": "https://aunicalogin.polimi.it/x"}), errors.SessionExpired),
        (SiteResponse(302, "", {"location": "/offline.html"}), errors.SiteUnavailable),
        (SiteResponse(302, "", {}), errors.SiteUnavailable),
        (SiteResponse(401, "", {}), errors.SessionExpired),
        (SiteResponse(403, "", {}), errors.Blocked),
        (SiteResponse(429, "", {}), errors.Blocked),
        (SiteResponse(404, "", {}), errors.SiteChanged),
        (SiteResponse(502, "", {}), errors.SiteUnavailable),
        (SiteResponse(200, "<form><button>Accedi al tuo account</button></form>", {}), errors.SessionExpired),
        (SiteResponse(200, "<h1>Sito in manutenzione</h1>", {}), errors.SiteUnavailable),
        (SiteResponse(200, "<div class='g-recaptcha'>", {}), errors.Blocked),
        (SiteResponse(200, "<html>", {}), errors.SiteChanged),
        (SiteResponse(200, "", {}), errors.SiteChanged),
    ],
)
def test_an_answer_is_judged_by_what_it_is(answer: SiteResponse, kind: type[errors.SiteError]) -> None:
    with pytest.raises(errors.SiteError) as caught:
        check(answer, "https://ecomm.sportrick.com/sportpolimi", "/Booking/BookAppointment", wants_json=True)
    assert type(caught.value) is kind


# ----- evidence and budget


async def test_evidence_hides_secrets_and_keeps_the_last_folders(tmp_path: Path, site_clock: FakeClock) -> None:
    html = f"""<input type="hidden" name="__RequestVerificationToken" value="abcdefghijkl123">
      <input name='otp' value='123456'><p>{PASSWORD}</p><script>{{"token": "zyxwvutsrqponml"}}</script><b>Pilates</b>"""
    evidence, redactor = Evidence(tmp_path / "evidence", site_clock), AccountRedactor(credentials(), site_clock)
    folders = [await evidence.keep("My bookings!", html, "note", b"png", redactor) for _ in range(KEPT + 3)]
    kept = sorted(os.listdir(tmp_path / "evidence"))
    assert kept == [Path(str(each)).name for each in folders[3:]]
    text = (tmp_path / "evidence" / kept[0] / "page.html").read_text()
    assert "Pilates" in text
    assert not any(secret in text for secret in ("abcdefghijkl123", "123456", PASSWORD, "zyxwvutsrqponml"))
    assert kept[0].endswith("-my-bookings")


TYPED = """<input value=V1><input type=submit value='V2'><textarea>V3<b>V3</textarea>
<select><option>una<option selected>V4</select><p data-x="V5" onclick="V6" style="content:'V7'" hidden>resta</p>
<!-- V8 --><a href="/via;jsessionid=V9?t=V10#V11">qui</a><meta content=V12><script>V13</script>
<img srcset=V14 src="data:image/png;base64,V15"><template>V16</template><form action="https://me:V17@host/path?V18">
<iframe srcdoc="V19"></iframe><span class="username">V20</span><style>V21</style>
<div class="profile"><div><img></div>V22</div><input id="UserName" value=V23><p>in fondo</p>"""


def test_what_was_typed_stored_or_computed_is_no_evidence() -> None:
    page = sanitized(TYPED)
    assert re.findall(r"V\d+", page) == []
    assert all(
        kept in page for kept in ("una", "resta", "qui", "in fondo", 'href="/via"', 'action="https://host/path"')
    )


def test_a_secret_that_can_be_read_across_tags_leaves_no_page(site_clock: FakeClock) -> None:
    half = len(PASSWORD) // 2
    assert (
        clean_page(f"<p>{PASSWORD[:half]}<b>{PASSWORD[half:]}</b></p>", AccountRedactor(credentials(), site_clock))
        == HIDDEN
    )


def test_a_page_that_names_many_people_hides_them_all(site_clock: FakeClock) -> None:
    """The person's own name stands among them, wherever."""
    names = [f"Nome{number:02d} Cognome" for number in range(60)]
    page = "".join(f"<b class=user-name>{name}</b>" for name in names).replace("class=user-name", "class='user-name'")
    redactor = AccountRedactor(credentials(), site_clock)
    redactor.note_name(page)
    assert [name for name in names if name in redactor.text(f"Ciao {name}!")] == []


async def test_evidence_that_cannot_be_written_is_no_error(tmp_path: Path, site_clock: FakeClock) -> None:
    (tmp_path / "evidence").write_text("a file where the folder should be")
    redactor = AccountRedactor(credentials(), site_clock)
    assert await Evidence(tmp_path / "evidence", site_clock).keep("x", "", "", None, redactor) is None


async def test_a_budget_slows_down_what_is_not_urgent() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    budget = RequestBudget("account 1", sleep)
    for _ in range(int(BURST)):
        await budget.spend()
    assert not waited
    await budget.spend(urgent=True)
    assert not waited
    await budget.spend()
    assert len(waited) == 1
    assert waited[0] > 1
    assert budget.last_minute() == BURST + 2
