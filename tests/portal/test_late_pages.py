"""Pages of a login that a busy machine answers late: they are dealt with again, and nothing is sent a second time."""

from __future__ import annotations

import pytest

from domain.errors import LoginBlocked
from tests.support.login_fixtures import (  # noqa: F401 - fixtures
    ENTER,
    HOME,
    OTP_FORM,
    PASSWORD_FORM,
    Attempt,
    Hosts,
    attempt,
    hosts,
)
from tests.support.sites import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")

BUSY = """<script>
const busy = () => setTimeout(() => { for (const until = Date.now() + 1300; Date.now() < until;); })
</script>"""
ONCE_SEEN = f"""{BUSY}<script>
let times = 2
new MutationObserver(() => times-- > 0 && busy())
  .observe(document, {{attributes: true, attributeFilter: ["data-number"], subtree: true}})
</script>"""  # as soon as a look at the page has numbered what is on it
ONCE_TYPED = """<script>
document.addEventListener("input", event => {
  if (event.target.name === "login" || window.typed) return
  window.typed = true
  HEARD
  busy()
})
</script>"""  # when the password, or the code, has been typed for the first time


async def test_a_page_that_is_busy_when_it_is_to_be_typed_into_is_dealt_with_again(
    attempt: Attempt, hosts: Hosts
) -> None:
    hosts["booking"].pages[f"{HOME}/Account/Login"] = ONCE_SEEN + ENTER.format(HOME)
    hosts["login"].pages |= {"/aunicalogin": ONCE_SEEN + PASSWORD_FORM, "/password": ONCE_SEEN + OTP_FORM}
    await attempt.session.renew()
    assert sent(hosts) == ["GET /aunicalogin", "POST /password", "POST /otp"]


async def test_a_page_that_is_busy_once_it_was_typed_into_is_sent_once(attempt: Attempt, hosts: Hosts) -> None:
    typed = BUSY + ONCE_TYPED.replace("HEARD", "")
    hosts["login"].pages |= {"/aunicalogin": typed + PASSWORD_FORM, "/password": typed + OTP_FORM}
    await attempt.session.renew()
    assert sent(hosts) == ["GET /aunicalogin", "POST /password", "POST /otp"]
    assert len(attempt.store.sent_codes()) == 1


async def test_a_page_that_sent_something_once_it_was_typed_into_is_never_typed_into_again(
    attempt: Attempt, hosts: Hosts
) -> None:
    heard = "fetch('/heard', {method: 'POST', body: event.target.value});"
    hosts["login"].pages |= {"/aunicalogin": BUSY + ONCE_TYPED.replace("HEARD", heard) + PASSWORD_FORM, "/heard": ""}
    with pytest.raises(LoginBlocked):
        await attempt.session.renew()
    assert sum(PASSWORD in each for each in hosts["login"].received) == 1


def sent(hosts: Hosts) -> list[str]:
    """What the login host was asked, in order."""
    return [each.splitlines()[0] for each in hosts["login"].received if "favicon" not in each.splitlines()[0]]
