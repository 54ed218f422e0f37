"""The measurements can be made. What they measure is no matter of tests: no time is asserted here."""

from __future__ import annotations

import pytest

from bench import accounts, engines, history, picture, queue, sync
from bench.__main__ import MEASUREMENTS, catalogue_of_measurements, parse
from bench.figures import Figure, table
from bench.machine import describe
from tests.support.postgresql import Server


async def test_the_sync_can_be_measured_with_the_real_worker() -> None:
    figures = await sync.measure(rounds=1)
    assert [len(figure.samples) for figure in figures] == [1, 1]
    assert all(figure.median > 0 for figure in figures)


async def test_the_queue_can_be_measured_on_a_short_history() -> None:
    figures = await history.measure(rounds=3, rows=1000)
    assert all(len(figure.samples) == 3 for figure in figures)


async def test_the_queue_can_be_measured_by_itself() -> None:
    figures = await queue.measure(rounds=2)
    assert [len(figure.samples) for figure in figures] == [2, 2, 2, 2]


async def test_the_queue_can_be_measured_on_both_engines_beside_others(postgresql: Server) -> None:
    figures = await engines.measure(rounds=1, batch=20)
    assert [len(figure.samples) for figure in figures] == [1] * 8


async def test_the_picture_of_the_week_can_be_measured() -> None:
    figures = await picture.measure(rounds=2)
    assert [len(figure.samples) for figure in figures] == [1, 2]


async def test_many_accounts_can_be_measured_with_the_real_programs() -> None:
    figures = await accounts.measure(rounds=2, guests=5)
    assert [len(figure.samples) for figure in figures] == [2, 1, 1, 1]


async def test_the_machine_is_described() -> None:
    text = await describe()
    assert all(word in text for word in ("cores", "GiB", "Python", "SQLite", "Playwright", "Chrom"))


def test_every_measurement_tells_what_it_times() -> None:
    listed = catalogue_of_measurements()
    assert all(f"{name}\n" in listed for name in MEASUREMENTS)
    assert "None" not in listed


def test_an_unknown_measurement_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["cancle"])
    said = capsys.readouterr().err
    assert "cancle" in said
    assert "cancel" in said.replace("cancle", "")


@pytest.mark.parametrize(
    ("goal", "judged", "met"), [(3.0, "median", True), (2.9, "median", False), (5.0, "max", True), (4.9, "p95", False)]
)
def test_a_figure_is_judged_by_what_its_goal_is_about(goal: float, judged: str, met: bool) -> None:
    figure = Figure("five samples", "s", (5.0, 1.0, 3.0, 2.0, 4.0), goal, judged)  # type: ignore[arg-type]
    assert figure.met is met


def test_one_sample_in_twenty_may_exceed_the_95th_percentile() -> None:
    assert Figure("twenty samples", "s", tuple(float(n) for n in range(1, 21))).p95 == 19


def test_the_table_tells_which_goals_were_missed() -> None:
    text = table([Figure("quick", "s", (0.1234,), 1.0), Figure("slow", "ms", (250.0, 350.0), 200.0)])
    _, _, quick, slow = text.splitlines()
    assert quick.split() == ["quick", "median", "1.00", "s", "0.123", "s", "-", "0.123", "-", "0.123", "1", "yes"]
    assert slow.endswith("NO")
