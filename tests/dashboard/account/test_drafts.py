"""An account on its way lives for a while, in this process, behind one cookie."""

from dashboard.account.drafts import LIVES, Draft, Drafts, is_of
from dashboard.account.form import Codes, Typed, Way
from dashboard.account.one_time import CodeSource


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def found(drafts: Drafts, key: str) -> Draft:
    draft = drafts.find(key)
    assert draft is not None
    return draft


def test_a_draft_is_found_by_its_cookie_alone() -> None:
    drafts = Drafts()
    key = drafts.begin(1)
    assert found(drafts, key).user_id == 1
    assert [drafts.find(other) for other in (None, "", "x", key[:-1])] == [None] * 4


def test_a_draft_ends_half_an_hour_after_its_person_last_sent_something_however_long_it_is_looked_at() -> None:
    watch = Watch()
    drafts = Drafts(watch)
    key = drafts.begin(1)
    watch.now += LIVES - 1
    drafts.touch(found(drafts, key))
    watch.now += LIVES - 1
    assert drafts.find(key) is not None
    watch.now += 2
    assert drafts.find(key) is None


def test_another_link_of_the_same_person_ends_the_first_draft_and_no_other_persons() -> None:
    drafts = Drafts()
    first, others = drafts.begin(1), drafts.begin(2)
    second = drafts.begin(1)
    assert drafts.find(first) is None
    assert found(drafts, second).user_id == 1
    assert found(drafts, others).user_id == 2


def test_a_draft_that_was_ended_leads_nowhere() -> None:
    drafts = Drafts()
    key = drafts.begin(1)
    drafts.end(found(drafts, key))
    assert drafts.find(key) is None


def test_a_form_belongs_to_the_draft_whose_token_it_carries() -> None:
    drafts = Drafts()
    mine, other = found(drafts, drafts.begin(1)), found(drafts, drafts.begin(2))
    assert is_of(mine, mine.csrf)
    assert not is_of(mine, other.csrf)
    assert not is_of(mine, "")
    assert not is_of(mine, "è")


def test_nothing_secret_is_left_once_it_was_forgotten() -> None:
    draft = Draft(1, "token", 0.0)
    draft.form = Typed("10000001", password="una-password-finta")
    draft.source = CodeSource("Polimi", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP")
    draft.offered = (draft.source,)
    assert "una-password" not in repr(draft)
    assert "JBSWY" not in repr(draft)
    draft.forget_secrets()
    assert not any([draft.form.password, draft.source, draft.offered])
    assert draft.form.username == "10000001"


def test_a_code_is_needed_only_where_a_password_is_typed_and_codes_are_asked() -> None:
    draft = Draft(1, "token", 0.0)
    assert draft.needs_code
    draft.form = Typed(codes=Codes.NEVER)
    assert not draft.needs_code
    draft.form = Typed(way=Way.BY_HAND)
    assert not draft.needs_code
