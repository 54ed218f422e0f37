"""What the pages of a login told is told once, until it becomes something else."""

from __future__ import annotations

import pytest

from admin import doctor
from bot.screens.failures import login_remark
from bot.screens.results import login_stopped
from bot.screens.when import When
from database import Database
from domain.errors import ASKED_AGAIN, LoginRejected, MatricolaMissing, login_stop
from domain.model import LoginRemark, NoticeKind, RemarkKind
from runtime.settings import fingerprint
from tests.conftest import GIULIA, MARCO
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.sites import ROME, credentials

pytestmark = pytest.mark.both_engines

EXPIRES = "La tua password scadrà tra {} giorni. Per proseguire premere 'Continua'"


async def told(db: Database, user_id: int = GIULIA) -> list[LoginRemark | None]:
    rows = await db.connection.rows(
        "SELECT remark_id FROM notices WHERE kind = :kind AND user_id = :user_id ORDER BY id",
        {"kind": NoticeKind.LOGIN_REMARK, "user_id": user_id},
    )
    return [await db.remarks.find(row["remark_id"], user_id) for row in rows]


@pytest.mark.parametrize(
    ("seen", "times"),
    [
        (["9", "9", "8"], 1),  # every day another number is no news
        (["9", "7", "6", "3", "2", "1", "0"], 4),  # but a week, three days and a day before it is
    ],
)
async def test_a_password_that_expires_is_told_when_it_is_news(db: Database, seen: list[str], times: int) -> None:
    for days in seen:
        await db.remarks.note(GIULIA, [LoginRemark(RemarkKind.PASSWORD_EXPIRES, EXPIRES.format(days))])
    assert len(await told(db)) == times


async def test_each_notice_is_told_once_to_who_met_it_and_again_after_a_month(db: Database, clock: FakeClock) -> None:
    one, other = (LoginRemark(RemarkKind.SITE_NOTICE, words) for words in ("Manutenzione il 3 maggio", "Due fattori"))
    for remarks in ([one, other], [other], [LoginRemark(one.kind, "Manutenzione il 4 maggio")], [one, other]):
        await db.remarks.note(GIULIA, remarks)
    assert await told(db) == [one, other]
    assert await told(db, MARCO) == []
    for days, remarks in ((29, [one]), (2, [one, other]), (31, [])):
        clock.go(days=days)
        await db.remarks.note(GIULIA, remarks)
    assert await told(db) == [one, other, other]


def test_the_words_say_what_it_is_and_what_to_do(clock: FakeClock) -> None:
    def page(kind: RemarkKind, words: str, *, to_keeper: bool = True) -> str:
        return login_remark(LoginRemark(kind, words), When(clock(), ROME, to_keeper=to_keeper)).text

    expires = page(RemarkKind.PASSWORD_EXPIRES, EXPIRES.format(9))
    assert "La tua password del Politecnico scade tra 9 giorni" in expires
    assert "config.json" in expires
    assert "scade domani" in page(RemarkKind.PASSWORD_EXPIRES, "La password scade tra 1 giorno")
    assert "scade tra poco" in page(RemarkKind.PASSWORD_EXPIRES, "Password in scadenza")
    assert "config.json" not in page(RemarkKind.PASSWORD_EXPIRES, "Password in scadenza", to_keeper=False)
    assert "avviso" in page(RemarkKind.SITE_NOTICE, "<b>Due fattori</b>")
    assert "&lt;b&gt;Due fattori" in page(RemarkKind.SITE_NOTICE, "<b>Due fattori</b>")
    chosen = page(RemarkKind.MATRICOLA_CHOSEN, "861234 Laurea, 961234 Magistrale")
    assert "ho scelto la prima" in chosen
    assert "chiave matricola" in chosen
    assert "961234" in chosen


@pytest.mark.parametrize(("kind", "what"), [*zip(RemarkKind, ("expires soon", "a notice", "the first"), strict=True)])
def test_the_doctor_shows_it_and_finds_nothing_wrong(kind: RemarkKind, what: str) -> None:
    line = str(doctor.remark_finding(credentials(), LoginRemark(kind, "Le parole del sito")))
    assert line.startswith("✓ notice to 10")
    assert what in line
    assert "Le parole del sito" in line


async def test_a_matricola_that_is_not_offered_stops_the_account_and_names_those_that_are(
    db: Database, clock: FakeClock
) -> None:
    error = MatricolaMissing("the matricola 1 is not among those that the site offers: «861234 Laurea, 961234 Altra»")
    await outcomes.reject(db, GIULIA, error, clock(), tell=True)
    account = await db.people.find(GIULIA)
    assert account is not None
    assert isinstance(account.stop, MatricolaMissing)
    text = login_stopped(account.stop, When(clock(), ROME)).text
    assert "861234 Laurea, 961234 Altra" in text
    assert "matricola in config.json" in text


def test_a_refused_password_is_told_in_the_sites_words_and_one_that_nobody_refused_in_ours(clock: FakeClock) -> None:
    refused = login_stopped(LoginRejected("refused: the site says «Utenza bloccata»"), When(clock(), ROME)).text
    assert "ha rifiutato il tuo Codice Persona" in refused
    assert "Dal sito: «Utenza bloccata»" in refused
    again = login_stopped(LoginRejected(ASKED_AGAIN), When(clock(), ROME, to_keeper=False)).text
    assert "di nuovo la password, senza dire perché" in again
    assert "config.json" not in again


def test_another_matricola_is_another_try_and_none_is_the_same_as_before() -> None:
    plain = credentials()
    assert fingerprint(plain, "key") != fingerprint(credentials(matricola="861234"), "key")
    assert isinstance(login_stop("MatricolaMissing", "x"), MatricolaMissing)
