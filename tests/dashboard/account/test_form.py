"""The account form: what is read from it, and the sentence for each mistake."""

import pytest

from dashboard.account.form import Codes, Typed, Way, mistakes_in, remarks_on, typed
from domain.site_login import SiteLogin
from languages import Language, speaking

GOOD = Typed(username="10000001", password="una-password-finta")


def test_a_form_is_read_with_the_blanks_of_its_password_only() -> None:
    form = typed({"username": " 10000001 ", "password": " con spazi ", "way": "password", "codes": "never"})
    assert form == Typed("10000001", Way.PASSWORD, Codes.NEVER, password=" con spazi ")


def test_what_no_browser_sends_counts_as_the_usual() -> None:
    assert typed({"way": "magic", "codes": "perhaps"}) == Typed()


def test_a_good_form_has_no_mistakes_and_no_remarks() -> None:
    assert mistakes_in(GOOD) == {}
    assert remarks_on(GOOD) == []


@pytest.mark.parametrize(
    ("username", "told"),
    [
        ("", "numero sul badge"),
        ("giulia@mail.polimi.it", "non il nome né l'indirizzo"),
        ("Giulia Rossi", "non il nome né l'indirizzo"),
        ("1000\u00000001", "riscrivilo"),
        ("1" * 501, "riscrivilo"),
    ],
)
def test_each_mistake_in_a_codice_persona_has_its_sentence(username: str, told: str) -> None:
    mistakes = mistakes_in(Typed(username=username, password="una-password-finta"))
    assert list(mistakes) == ["username"]
    assert told in mistakes["username"]


@pytest.mark.parametrize(("password", "told"), [("  ", "Scrivi la password"), ("a\nb", "a capo"), ("x" * 501, "lunga")])
def test_each_mistake_in_a_password_has_its_sentence_which_never_quotes_it(password: str, told: str) -> None:
    mistakes = mistakes_in(Typed(username="10000001", password=password))
    assert told in mistakes["password"]
    assert password.strip()[:5] not in mistakes["password"] or not password.strip()


def test_who_logs_in_by_hand_needs_no_password() -> None:
    assert mistakes_in(Typed(username="10000001", way=Way.BY_HAND)) == {}


def test_a_matricola_is_a_number_or_nothing() -> None:
    assert list(mistakes_in(Typed("10000001", matricola="la seconda", password="x"))) == ["matricola"]
    assert mistakes_in(Typed("10000001", matricola="123456", password="x")) == {}


def test_what_is_seldom_meant_is_remarked_before_it_is_tried() -> None:
    first, second = remarks_on(Typed("ospite", password=" una-password"))
    assert "otto cifre" in first
    assert "spazio" in second


def test_a_password_of_an_earlier_try_stays_where_none_was_typed() -> None:
    assert Typed("10000001").with_kept("una-password-finta").password == "una-password-finta"
    assert Typed("10000001", password="another").with_kept("una-password-finta").password == "another"
    assert Typed("10000001", way=Way.BY_HAND).with_kept("una-password-finta").password == ""


def test_the_password_is_not_printed() -> None:
    assert "una-password" not in repr(GOOD)


def test_mistakes_are_told_in_the_language_of_the_person() -> None:
    with speaking(Language.ENGLISH):
        assert "badge" in mistakes_in(Typed())["username"]
        assert mistakes_in(Typed())["username"].startswith("Write")


def test_a_club_with_a_form_of_its_own_is_never_asked_about_codes_or_careers() -> None:
    sent = {"username": "giulia@circolo.example", "password": "p", "codes": "asked", "matricola": "123456"}
    form = typed(sent, SiteLogin.FORM)
    assert (form.codes, form.matricola) == (Codes.NEVER, "")
    assert mistakes_in(form, SiteLogin.FORM) == {}
    assert remarks_on(form, SiteLogin.FORM) == []
    assert "circolo" in mistakes_in(Typed(), SiteLogin.FORM)["username"]


def test_where_everybody_logs_in_by_hand_no_password_is_taken() -> None:
    form = typed({"username": "giulia", "password": "a-secret", "way": "password"}, SiteLogin.BY_HAND)
    assert (form.way, form.password) == (Way.BY_HAND, "")
    assert mistakes_in(form, SiteLogin.BY_HAND) == {}
