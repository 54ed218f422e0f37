"""What the long run calls growth, and what it does not. The run itself is no matter of tests: it takes its time."""

from __future__ import annotations

import pytest

from bench.soak import Sample, Soak, growth, parse, report
from bench.town import PROGRAMS


def samples(memory: list[float], files: int = 20) -> list[Sample]:
    return [Sample(2.0 * number, each, files, 5, 0) for number, each in enumerate(memory)]


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


def test_files_that_are_never_closed_are_named_too() -> None:
    soak = run_of([50.0] * 100)
    leaking = [Sample(2.0 * number, 50.0, 20 + number // 5, 5, 0) for number in range(100)]
    soak.samples["worker 1"] = leaking
    assert soak.growing == ["worker 1"]


def test_a_run_needs_some_time_and_somebody(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["--minutes", "0"], ["--people", "0"]):
        with pytest.raises(SystemExit):
            parse(wrong)
    assert "above 0" in capsys.readouterr().err
