"""How every program starts: in whose language it speaks."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import pytest

import periodic_executor
import worker
from runtime import program
from runtime.settings import Settings


async def never(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    raise AssertionError("it has no configuration")


@pytest.mark.parametrize("options", [worker.options, periodic_executor.options])
def test_the_help_of_a_program_is_in_the_language_that_was_asked_for(
    options: program.Options, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["program", "--language", "it", "--help"])
    with pytest.raises(SystemExit):
        program.run("program", options, never)
    told = capsys.readouterr().out
    assert "mostra questo aiuto ed esce" in told
    assert "the " not in told


def test_a_program_without_configuration_says_so_in_the_systems_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    monkeypatch.setattr("sys.argv", ["program", "--config", str(tmp_path / "none.json")])
    assert program.run("program", worker.options, never) == program.MISCONFIGURED
    assert "non esiste" in capsys.readouterr().err
