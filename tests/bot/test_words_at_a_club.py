"""What a person reads at a club whose login is not the Politecnico's: neither it nor what only it has is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from admin import guests, sessions
from bot import screens
from bot.screens.failure_messages import FAILURE_MESSAGES
from bot.screens.failures import account_waits, explain, held_up, keeps_trying
from bot.screens.when import When
from dashboard.account.pages import TAKEN
from dashboard.account.progress import Rows, progress
from domain.errors import ASKED_AGAIN, LoginDiverted, LoginNeeded, LoginRejected, OtpMissing
from domain.model import Account, Action, ActionStatus, ActionType, ClassRef, Pause, Role
from domain.site_login import PerLogin, SiteLogin
from languages import Language, Later, speaking
from runtime import config_people
from tests.support.chats import NOON, OWNER, TUESDAY

ONLY_AT_POLIMI = ("Codice Persona", "Politecnico", "Polimisport")
ONLY_AT_ITS_SIGN_ON = {"MatricolaMissing"}
KINDS = sorted(FAILURE_MESSAGES.keys() - ONLY_AT_ITS_SIGN_ON | {"AnErrorThatNobodyKnows"})
STOPS = (LoginRejected("no"), LoginRejected(ASKED_AGAIN), LoginDiverted("astray"), LoginNeeded("x"), OtpMissing("x"))
ACTION = Action(
    id=1, type=ActionType.BOOK, user_id=OWNER, status=ActionStatus.FAILED,
    wish=ClassRef("PILATES", "Giuriati", TUESDAY, time(18)), booking_id="x", created_at=NOON, run_at=NOON,
    opens_at=NOON, started_at=None, completed_at=NOON, result=None, error="x", error_kind=None, evidence=None,
    attempts=0, failures=1, quiet=False, card_message_id=None, periodic_booking_id=None,
)  # fmt: skip
CHECK = replace(ACTION, type=ActionType.CHECK, wish=None)
AT_A_CLUB = pytest.mark.parametrize("site", [SiteLogin.FORM, SiteLogin.BY_HAND])
IN_BOTH = pytest.mark.parametrize("language", Language)


def at(site: SiteLogin, *, keeper: bool = True) -> When:
    return When(NOON, ZoneInfo("Europe/Rome"), keeper, site=site)


def told_of_errors(when: When) -> Iterator[str]:
    for kind in KINDS:
        pause = Pause(NOON + timedelta(hours=1), kind, "x")
        yield from (account_waits(pause, when).text, *held_up(pause, when))
        for type_ in ActionType:
            action = replace(ACTION, type=type_, error_kind=kind)
            yield from (*explain(action, when), *keeps_trying(action, when))
        waiting = replace(ACTION, error_kind=kind, status=ActionStatus.PENDING)
        yield screens.tickets.ticket_page(waiting, when, is_card=True).text
        yield screens.results.rehearsed(replace(ACTION, rehearsal=kind), [], when).text
    for stop, guest in ((stop, guest) for stop in STOPS for guest in (True, False)):
        yield screens.results.login_stopped(stop, when, guest=guest).text


def told_of_a_first_login(when: When) -> Iterator[str]:
    def words(account: Account, check: Action | None) -> str:
        found = progress(Rows(account, check, 0, worker_lives=True), when)
        return " ".join((found.title, *found.lines))

    account = Account(OWNER, Role.FRIEND)
    yield from (words(replace(account, stop=stop, rejected=True), None) for stop in STOPS)
    for kind in KINDS:
        yield words(replace(account, pause=Pause(NOON + timedelta(hours=1), kind, "x")), None)
        yield words(account, replace(CHECK, error_kind=kind))


def names_the_politecnico(text: str) -> bool:
    return any(word in text for word in ONLY_AT_POLIMI)


@IN_BOTH
@AT_A_CLUB
@pytest.mark.parametrize("keeper", [True, False])
def test_nothing_that_is_told_of_an_error_at_a_club_names_the_politecnico(
    site: SiteLogin, language: Language, keeper: bool
) -> None:
    with speaking(language):
        told = [*told_of_errors(at(site, keeper=keeper)), *told_of_a_first_login(at(site, keeper=keeper))]
        assert [text for text in told if names_the_politecnico(text)] == []


@IN_BOTH
@AT_A_CLUB
def test_a_guest_is_welcomed_by_what_the_club_asks_for(site: SiteLogin, language: Language) -> None:
    name = {Language.ITALIAN: "nome utente", Language.ENGLISH: "user name"}[language]
    with speaking(language):
        for text in (screens.door.welcome("Sofia", site).text, str(TAKEN.at(site))):
            assert name in text
            assert not names_the_politecnico(text)


def test_where_all_log_in_by_hand_a_guest_is_asked_for_no_password() -> None:
    assert "non me ne servono" in screens.door.welcome("Sofia", SiteLogin.BY_HAND).text


@AT_A_CLUB
@pytest.mark.parametrize("words", [sessions.NOBODY, sessions.ANOTHERS, guests.TAKEN, config_people.TWICE])
def test_a_terminal_names_an_account_by_its_user_name(site: SiteLogin, words: PerLogin[Later]) -> None:
    assert "user name" in words.at(site).message
    assert not names_the_politecnico(words.at(site).message)


def test_at_the_politecnico_its_own_words_are_said() -> None:
    told = " ".join((*told_of_errors(at(SiteLogin.POLIMI)), screens.door.welcome("", SiteLogin.POLIMI).text))
    assert "Il sito ha rifiutato il tuo Codice Persona o la password." in told
    assert "un indirizzo che non è quello del Politecnico." in told
    assert "mi servono il tuo Codice Persona, la password e" in told
    assert "nome utente" not in told
    assert "circolo" not in told
