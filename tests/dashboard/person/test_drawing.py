"""An opening as it is drawn: every request where it belongs, whatever happened, on paper as wide as a phone."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dashboard.person.opening_drawing import APART, EDGE, WIDTH, drawing_of
from domain.opening_report import OpeningReport, Shot, ShotOutcome

OPENS = datetime(2026, 11, 23, 23, tzinfo=UTC)
EARLY = Shot(0, 0, -0.05, -0.01, ShotOutcome.EARLY)
HIT = Shot(0, 0.006, -0.009, 0.021, ShotOutcome.ACCEPTED)
LOST = Shot(1, 0.5, 0.5, 61.0, ShotOutcome.LOST)


def test_requests_stand_in_their_order_around_the_opening() -> None:
    drawn = drawing_of(OpeningReport(OPENS, 0.8, 0.004, 0.03, 0.4, shots=(EARLY, HIT)))
    first, second = drawn.bars
    assert first.x < first.x + first.width < second.x < drawn.opening < second.x + second.width
    assert first.y < second.y
    assert second.x < second.at < second.x + second.width
    assert drawn.doubt_from < drawn.opening < drawn.doubt_from + drawn.doubt_width
    assert drawn.seen
    assert second.x + second.width < drawn.seen.at
    assert not drawn.pressed
    assert (first.label, second.label) == ("1. non era ancora aperta · -10 ms", "2. presa · +21 ms")


def test_an_answer_that_took_a_minute_leaves_room_for_milliseconds() -> None:
    drawn = drawing_of(OpeningReport(OPENS, shots=(HIT, LOST)))
    assert drawn.pressed
    assert drawn.bars[0].width > 4
    assert drawn.bars[1].label == "2. nessuna risposta · +61 s"
    assert "0" in [tick.label for tick in drawn.ticks]


def test_an_opening_without_a_request_can_be_drawn() -> None:
    drawn = drawing_of(OpeningReport(OPENS))
    assert drawn.bars == ()
    assert 0 < drawn.opening < WIDTH


moments = st.floats(-300, 3000)
shots = st.builds(
    lambda sent, took, outcome: Shot(0, sent, sent, sent + took, outcome),
    moments,
    st.floats(0, 600),
    st.sampled_from(ShotOutcome),
)


@given(st.lists(shots, max_size=12), st.none() | moments, st.floats(0, 5))
def test_nothing_is_drawn_beside_the_paper_or_figures_over_each_other(
    fired: list[Shot], seen: float | None, doubt: float
) -> None:
    drawn = drawing_of(OpeningReport(OPENS, uncertainty=doubt, seen=seen, shots=tuple(fired)))
    for bar in drawn.bars:
        assert 0 <= bar.x <= WIDTH
        assert bar.x + bar.width <= WIDTH
        assert bar.y + 28 <= drawn.floor
    places = [tick.x for tick in drawn.ticks]
    assert all(EDGE <= each <= WIDTH - EDGE for each in places)
    assert all(after - before >= APART for before, after in zip(places, places[1:], strict=False))
