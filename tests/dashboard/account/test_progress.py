"""How the first login goes, in words: from the rows of the account and of its reading."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.screens.when import When
from dashboard.account.progress import Progress, Remedy, Rows, Standing, progress
from domain.errors import (
    ASKED_AGAIN,
    LoginDiverted,
    LoginNeeded,
    LoginRejected,
    LoginStopped,
    MatricolaMissing,
    OtpMissing,
    quote,
)
from domain.model import BY_OWNER, Account, Action, ActionStatus, ActionType, Pause, Role

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
WHEN = When(NOW, ZoneInfo("Europe/Rome"))
ACCOUNT = Account(7, Role.FRIEND)
CHECK = Action(
    1, ActionType.CHECK, 7, ActionStatus.PENDING, None, None, NOW, NOW, None, None, None, None, None, None, None, 0, 0,
    quiet=True, card_message_id=None, periodic_booking_id=None,
)  # fmt: skip


def told(
    account: Account | None = ACCOUNT, check: Action | None = CHECK, *, held: int = 0, lives: bool = True
) -> Progress:
    return progress(Rows(account, check, held, worker_lives=lives), WHEN)


def test_before_a_worker_begins_it_is_told_as_stored_only() -> None:
    assert told().standing is Standing.QUEUED
    assert "fermo" not in " ".join(told().lines)


def test_where_no_worker_lives_the_page_says_so() -> None:
    assert "fermo: chi tiene il bot lo deve avviare" in " ".join(told(lives=False).lines)


def test_while_a_worker_is_at_it_nothing_is_promised() -> None:
    now = told(check=replace(CHECK, status=ActionStatus.PROCESSING))
    assert now.standing is Standing.ENTERING
    assert not now.is_over


@pytest.mark.parametrize(("held", "words"), [(0, "non hai prenotazioni"), (1, "1 tua prenotazione"), (3, "3 tue")])
def test_entered_is_told_once_the_bookings_were_read_and_how_many(held: int, words: str) -> None:
    end = told(check=replace(CHECK, status=ActionStatus.COMPLETED), held=held)
    assert end.standing is Standing.ENTERED
    assert end.is_over
    assert words in " ".join(end.lines)


def test_a_reading_with_the_session_of_before_is_no_proof_of_the_new_login() -> None:
    end = told(replace(ACCOUNT, login_asked=True), replace(CHECK, status=ActionStatus.COMPLETED))
    assert end.standing is Standing.AGAIN
    assert "dati nuovi" in " ".join(end.lines)


@pytest.mark.parametrize(
    ("stop", "title", "remedy"),
    [
        (
            LoginRejected(f"refused: {quote('Credenziali errate')}"),
            "rifiutato Codice Persona o password",
            Remedy.PASSWORD,
        ),
        (LoginRejected(ASKED_AGAIN), "senza dire perché", Remedy.PASSWORD),
        (OtpMissing("no secret"), "non ho il segreto", Remedy.CODE),
        (MatricolaMissing(f"not there: {quote('123, 456')}"), "non c'è la tua", Remedy.FORM),
        (LoginDiverted(f"elsewhere: {quote('example.org')}"), "non va scritta", Remedy.TRY),
    ],
)
def test_each_stop_is_told_with_the_sites_words_and_what_to_do(stop: LoginStopped, title: str, remedy: Remedy) -> None:
    end = told(replace(ACCOUNT, rejected=True, stop=stop), replace(CHECK, status=ActionStatus.FAILED))
    assert title in end.title
    assert end.standing is Standing.STOPPED
    assert end.remedy is remedy
    assert end.words == (str(stop).partition("«")[2].rstrip("»"))


def test_who_logs_in_by_hand_is_told_that_it_is_their_turn_and_the_page_goes_on_looking() -> None:
    end = told(replace(ACCOUNT, rejected=True, stop=LoginNeeded("by hand")))
    assert end.standing is Standing.HAND
    assert not end.is_over


def paused(kind: str, reason: str = "") -> Progress:
    pause = Pause(NOW + timedelta(minutes=5), kind, reason)
    return told(replace(ACCOUNT, pause=pause), replace(CHECK, error_kind=kind))


def test_a_refused_code_asks_for_another_secret_and_shows_the_clock_here() -> None:
    end = paused("OtpRejected")
    assert end.remedy is Remedy.CODE
    assert "15:00:00" in " ".join(end.lines)


@pytest.mark.parametrize("kind", ["LoginUnavailable", "LoginInterrupted"])
def test_a_site_that_does_not_answer_is_tried_again_by_itself_at_a_time_that_is_told(kind: str) -> None:
    end = paused(kind)
    assert end.standing is Standing.AGAIN
    assert "15:05" in " ".join(end.lines)
    assert not end.is_over


@pytest.mark.parametrize("kind", ["LoginBlocked", "Blocked"])
def test_a_page_that_only_a_person_gets_past_is_told_with_its_words(kind: str) -> None:
    end = paused(kind, quote("Accetta le nuove condizioni"))
    assert end.remedy is Remedy.TRY
    assert end.words == "Accetta le nuove condizioni"


def test_an_account_that_its_owner_lets_rest_is_told_so() -> None:
    end = paused(BY_OWNER)
    assert "messo in pausa" in end.title
    assert "15:05" in " ".join(end.lines)


def test_an_unavailable_site_is_told_with_the_hour_of_the_next_try() -> None:
    end = told(check=replace(CHECK, error_kind="SiteUnavailable", run_at=NOW + timedelta(minutes=1)))
    assert end.standing is Standing.AGAIN
    assert "15:01" in " ".join(end.lines)


def test_what_was_given_up_can_be_tried_again() -> None:
    assert told(check=replace(CHECK, status=ActionStatus.FAILED, error_kind="SiteChanged")).remedy is Remedy.TRY
    assert told(check=None).remedy is Remedy.TRY


def test_an_account_that_was_taken_away_meanwhile_is_told_as_gone() -> None:
    assert "non c'è più" in told(account=None).title


def test_who_is_suspended_is_told_so_and_not_that_their_account_is_gone() -> None:
    suspended = progress(Rows(None, None, 0, worker_lives=True, is_suspended=True), WHEN)
    assert suspended.is_over
    assert "sospeso" in suspended.title
    assert "restano" in " ".join(suspended.lines)
    assert "non c'è più" in told(account=None).title
