"""What the long run calls growth, and what it does not. The run itself is no matter of tests: it takes its time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.soak import Sample, Soak, growth, parse, report
from bench.town import PROGRAMS

FLAT = Sample(0.0, 50.0, files=20, tasks=6, threads=5, driver=90.0, helpers=1)


def samples(memory: list[float]) -> list[Sample]:
    return [replace(FLAT, at=2.0 * number, memory=each) for number, each in enumerate(memory)]


def run_of(memory: list[float]) -> Soak:
    soak = Soak(wal=[1.0, 4.0], seconds=2.0 * len(memory))
    for role in PROGRAMS:
        soak.samples[role] = samples([50.0] * len(memory))
    soak.samples["bot"] = samples(memory)
    return soak


def test_what_grows_at_first_and_then_stays_is_flat() -> None:
    soak = run_of([*(50.0 + number for number in range(50)), *([100.0, 101.0] * 25)])
    assert abs(growth(soak.samples["bot"])) < 1
    assert soak.growing == []
    assert soak.clean


def test_what_goes_on_growing_is_named() -> None:
    soak = run_of([50.0 + number / 2 for number in range(100)])
    assert growth(soak.samples["bot"]) == pytest.approx(24.5)
    assert soak.growing == ["bot"]
    assert "GROWS: bot" in report(soak)


@pytest.mark.parametrize("what", ["files", "tasks", "driver"])
def test_files_tasks_and_contexts_that_are_never_closed_are_named_too(what: str) -> None:
    soak = run_of([50.0] * 100)
    soak.samples["worker 1"] = [replace(FLAT, at=2.0 * number, **{what: 20 + number}) for number in range(100)]
    assert soak.growing == ["worker 1"]


def test_a_driver_that_comes_and_goes_does_not_count_as_growth() -> None:
    soak = run_of([50.0] * 100)
    drivers = [None, 90.0, 110.0, None] * 25
    soak.samples["worker 1"] = [replace(FLAT, at=2.0 * number, driver=each) for number, each in enumerate(drivers)]
    assert soak.clean


def test_a_run_needs_some_time_and_somebody(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["--minutes", "0"], ["--people", "0"]):
        with pytest.raises(SystemExit):
            parse(wrong)
    assert "above 0" in capsys.readouterr().err
